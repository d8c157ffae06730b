// Package geo checks geometry once, at the door, so that the rest of the program can trust it.
//
// Every coordinate is longitude then latitude in degrees (EPSG:4326 in the axis order of OGC CRS84), every length is in
// metres and every area in square metres on the WGS 84 ellipsoid. CGCS2000, the national datum, has an ellipsoid that
// differs from it by 0.1 mm in the minor axis, so the same formulas serve both.
//
// Two libraries meet here and nowhere else. Areas (grid cells, communities, districts) are planar and become an [Area],
// a validated immutable multipolygon over github.com/paulmach/orb. Components (部件) travel as geometries of
// github.com/twpayne/go-geom with an optional elevation, pass [CheckGeometry], and are stored as EWKB.
//
// What is decided by a sign (left or right, inside or on the border, same edge or not) is decided exactly, so that the
// answer does not depend on the processor and agrees with PostGIS. What is measured (metres) is a float64 whose error is
// stated beside the function.
package geo

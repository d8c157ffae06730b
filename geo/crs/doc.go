// Package crs names coordinate systems and converts the ones the city meets row by row: CGCS2000 zones, GCJ-02, BD-09.
//
// Every other number of EPSG is named here too, and converted where PROJ is: [System.Computed] tells them apart. Systems on the datums
// of 1954 and 1980 are refused, because nothing published leads from them to CGCS2000.
//
// Positions are x then y, east then north, longitude then latitude, whatever the order of the authority that defined the system:
// EPSG gives 4546 as north then east and 4490 as latitude then longitude, its URNs and URIs mean that order elsewhere, and Chinese
// survey custom calls the northing X.
//
// CGCS2000 is taken for WGS 84, as PROJ and PostGIS do. The ellipsoids differ by 0.1 mm in the minor axis. The frames part with
// time, by about 3 cm a year since 2000, because CGCS2000 stands still while the plate moves; no shift is applied for that.
package crs

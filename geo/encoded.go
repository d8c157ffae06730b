package geo

// EWKB is a geometry that passed CheckGeometry, as PostGIS keeps it: extended well-known binary, little endian, SRID 4326, XY or
// XYZ (Z in metres). It travels as bytes between the store and the answer, so that no row is decoded only to be encoded again.
type EWKB []byte

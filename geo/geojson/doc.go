// Package geojson reads and writes RFC 7946 as a stream, within limits.
//
// [Read] holds one feature at a time and checks it before it builds anything: size, depth, UTF-8, JSON grammar, member
// names that occur twice, and then the geometry with [geo.CheckGeometry]. A bad feature is reported and passed over; a
// broken document ends the sequence.
//
// The writers append to a byte slice, as strconv does. [AppendEWKB] goes from the bytes that PostGIS sends straight to
// text without building a geometry.
package geojson

package geo

// Limits bounds what one geometry or one feature may cost to hold. A zero field means its default, so the zero Limits
// is the product's own table; a negative one refuses everything.
type Limits struct {
	// Positions is the greatest number of positions in one geometry, closing positions included. Default 100,000.
	Positions int
	// Rings is the greatest number of rings, lines or points that one geometry is made of. Default 1,000.
	Rings int
	// Depth is the greatest nesting of a JSON document, counted from its outermost bracket. Default 8: exactly what a
	// MultiPolygon in a FeatureCollection needs.
	Depth int
	// FeatureBytes is the greatest size of one feature as text. Default 8 MiB: 100,000 positions of three long numbers.
	FeatureBytes int
}

// OrDefault returns l with the default in place of each field that is zero.
func (l Limits) OrDefault() Limits {
	for _, f := range []struct {
		field    *int
		standard int
	}{
		{&l.Positions, 100_000},
		{&l.Rings, 1_000},
		{&l.Depth, 8},
		{&l.FeatureBytes, 8 << 20},
	} {
		if *f.field == 0 {
			*f.field = f.standard
		}
	}
	return l
}

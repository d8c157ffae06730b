package geo

import "fmt"

// Limits bounds what one geometry or one feature may cost to hold. A zero field means its default, so the zero Limits
// is the product's own table.
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

// The defaults of [Limits].
const (
	DefaultPositions    = 100_000
	DefaultRings        = 1_000
	DefaultDepth        = 8
	DefaultFeatureBytes = 8 << 20
)

// OrDefault returns l with the default in place of each field that is zero.
func (l Limits) OrDefault() Limits {
	for _, f := range []struct {
		field    *int
		standard int
	}{
		{&l.Positions, DefaultPositions},
		{&l.Rings, DefaultRings},
		{&l.Depth, DefaultDepth},
		{&l.FeatureBytes, DefaultFeatureBytes},
	} {
		if *f.field == 0 {
			*f.field = f.standard
		}
	}
	return l
}

// Validate refuses negative limits, which would refuse every geometry.
func (l Limits) Validate() error {
	if l.Positions < 0 || l.Rings < 0 || l.Depth < 0 || l.FeatureBytes < 0 {
		return fmt.Errorf("geo limits: a limit is negative: %+v", l)
	}
	return nil
}

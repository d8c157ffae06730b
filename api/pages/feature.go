package pages

import (
	"encoding/json"
	"fmt"
	"html/template"
	"math"
	"net/url"
	"strings"
)

// featureCollection is a page of features as GeoJSON.
type featureCollection struct {
	Features []feature `json:"features"`
	Returned int       `json:"numberReturned"`
	Matched  *int64    `json:"numberMatched"`
	Links    []any     `json:"links"`
}

// feature is a feature as GeoJSON.
type feature struct {
	ID         string    `json:"id"`
	Geometry   *geometry `json:"geometry"`
	Properties object    `json:"properties"`
	Links      []any     `json:"links"`
}

type geometry struct {
	Type        string `json:"type"`
	Coordinates any    `json:"coordinates"`
}

// object is a JSON object that keeps the order of its members.
type object []member

type member struct {
	Name  string
	Value any
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *object) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.UseNumber()
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var m member
		m.Name, _ = name.(string)
		if err := d.Decode(&m.Value); err != nil {
			return err
		}
		*o = append(*o, m)
	}
	return nil
}

// Columns are the names of the properties of the features, which all have the same.
func (c featureCollection) Columns() []string {
	var names []string
	if len(c.Features) > 0 {
		for _, m := range c.Features[0].Properties {
			names = append(names, m.Name)
		}
	}
	return names
}

// Path is the address of the features without a query.
func (c featureCollection) Path() string {
	path, _, _ := strings.Cut(ofLink(c.Links, "self", "href"), "?")
	return path
}

// Map draws the features, each a link to itself.
func (c featureCollection) Map() template.HTML { return draw(c.Features, c.Path()) }

// Map draws one feature.
func (f feature) Map() template.HTML { return draw([]feature{f}, "") }

// The size of a drawing.
const (
	drawnWidth = 760.0
	drawnMost  = 480.0 // height
	margin     = 12.0
	radius     = 4.0 // of a point

	barMost         = 120.0
	metresPerDegree = 111_195.0 // of latitude, in the mean
)

// draw makes a drawing of features whose positions are longitude and latitude, north up and true to scale in its middle.
func draw(features []feature, path string) template.HTML {
	west, south, east, north := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, f := range features {
		if f.Geometry != nil {
			walk(f.Geometry.Coordinates, func(x, y float64) {
				west, east, south, north = min(west, x), max(east, x), min(south, y), max(north, y)
			})
		}
	}
	if !(west <= east) || math.Abs(west) > 180 || math.Abs(north) > 90 || math.Abs(south) > 90 { // nothing, or no degrees
		return ""
	}
	least := 0.0005 // degrees: a single point has some ground round it
	west, east, south, north = west-least, east+least, south-least, north+least
	squeeze := math.Cos((south + north) / 2 * math.Pi / 180)
	width, height := (east-west)*squeeze, north-south
	scale := min((drawnWidth-2*margin)/width, (drawnMost-2*margin)/height)
	at := func(x, y float64) (float64, float64) {
		return margin + (x-west)*squeeze*scale, margin + (north-y)*scale
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="map" viewBox="0 0 %.0f %.0f" role="img" aria-label="map 地图">`, width*scale+2*margin, height*scale+2*margin)
	for _, f := range features {
		if f.Geometry == nil {
			continue
		}
		id := template.HTMLEscapeString(f.ID)
		if path != "" {
			fmt.Fprintf(&b, `<a href="%s/%s">`, template.HTMLEscapeString(path), template.HTMLEscapeString(url.PathEscape(f.ID)))
		}
		fmt.Fprintf(&b, `<g><title>%s</title>`, id)
		shape(&b, f.Geometry.Type, f.Geometry.Coordinates, at)
		b.WriteString("</g>")
		if path != "" {
			b.WriteString("</a>")
		}
	}
	bar(&b, scale, height*scale+2*margin)
	b.WriteString("</svg>")
	return template.HTML(b.String()) // of numbers, and texts that were escaped above
}

// bar draws a scale into the lower left corner of a drawing with so many units a degree of latitude.
func bar(b *strings.Builder, scale, bottom float64) {
	perMetre := scale / metresPerDegree
	metres := math.Pow(10, math.Floor(math.Log10(barMost/perMetre)))
	for _, times := range []float64{5, 2} {
		if times*metres*perMetre <= barMost {
			metres *= times
			break
		}
	}
	label := fmt.Sprintf("%g m", metres)
	if metres >= 1000 {
		label = fmt.Sprintf("%g km", metres/1000)
	}
	fmt.Fprintf(b, `<g class="bar"><path d="M%.1f %.1fv4h%.1fv-4"/><text x="%.1f" y="%.1f">%s</text></g>`, margin, bottom-margin, metres*perMetre, margin+4, bottom-margin-2, label)
}

// shape draws a geometry.
func shape(b *strings.Builder, kind string, coordinates any, at func(x, y float64) (float64, float64)) {
	switch kind {
	case "Point", "MultiPoint":
		walk(coordinates, func(x, y float64) {
			px, py := at(x, y)
			fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="%.0f"/>`, px, py, radius)
		})
	default:
		closed := strings.HasSuffix(kind, "Polygon")
		b.WriteString(`<path class="`)
		if closed {
			b.WriteString("area")
		} else {
			b.WriteString("line")
		}
		b.WriteString(`" d="`)
		chains(coordinates, func(chain []any) {
			for i, p := range chain {
				walk(p, func(x, y float64) {
					px, py := at(x, y)
					fmt.Fprintf(b, "%c%.1f %.1f", "ML"[min(i, 1)], px, py)
				})
			}
			if closed {
				b.WriteByte('Z')
			}
		})
		b.WriteString(`"/>`)
	}
}

// walk visits the positions in coordinates of any depth.
func walk(coordinates any, visit func(x, y float64)) {
	list, _ := coordinates.([]any)
	if len(list) >= 2 {
		x, isX := number(list[0])
		y, isY := number(list[1])
		if isX && isY {
			visit(x, y)
			return
		}
	}
	for _, part := range list {
		walk(part, visit)
	}
}

// chains visits the lists of positions in coordinates of any depth.
func chains(coordinates any, visit func([]any)) {
	list, _ := coordinates.([]any)
	if len(list) == 0 {
		return
	}
	if first, _ := list[0].([]any); len(first) > 0 {
		if _, position := number(first[0]); position {
			visit(list)
			return
		}
	}
	for _, part := range list {
		chains(part, visit)
	}
}

func number(v any) (float64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	return f, err == nil
}

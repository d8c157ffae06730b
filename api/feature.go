package api

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"citygrid/api/query"
	"citygrid/geo/geojson"
	"citygrid/registry"
)

// featureWriter appends features to a buffer, in or out of a collection. Every feature of a kind has the same properties, null where
// nothing is known, so that a client may take the schema from any page.
type featureWriter struct {
	dst   []byte
	count int // features written
	// How they are wanted; zero: whole, in degrees.
	form  *geojson.Form
	only  []string // properties; nil: all
	plain bool     // without their geometry
}

// newFeatureWriter writes into a buffer of the pool what was asked for.
func newFeatureWriter(q query.Items) featureWriter {
	return featureWriter{
		dst: buffer(), only: q.Properties, plain: q.NoGeometry,
		form: &geojson.Form{Decimals: q.Decimals, NorthFirst: q.System.NorthFirst},
	}
}

// page is what stands in a FeatureCollection beside its features.
type page struct {
	matched int64     // how many features there are in all; negative where nobody counted
	at      time.Time // when; zero where it means nothing
	links   []link
}

func (w *featureWriter) openCollection() {
	w.dst = append(w.dst, `{"type":"FeatureCollection","features":[`...)
}

// closeCollection ends a collection; p is nil for one that is part of another document.
func (w *featureWriter) closeCollection(p *page) {
	w.dst = append(w.dst, `],"numberReturned":`...)
	w.dst = strconv.AppendInt(w.dst, int64(w.count), 10)
	if p != nil {
		if p.matched >= 0 {
			w.dst = append(w.dst, `,"numberMatched":`...)
			w.dst = strconv.AppendInt(w.dst, p.matched, 10)
		}
		if !p.at.IsZero() {
			w.dst = append(w.dst, `,"timeStamp":"`...)
			w.dst = p.at.UTC().AppendFormat(w.dst, time.RFC3339)
			w.dst = append(w.dst, '"')
		}
		w.links(p.links)
	}
	w.dst = append(w.dst, '}')
}

// component writes a component, with its distance in metres from a point that was asked about and with links of its own, or without.
func (w *featureWriter) component(c *registry.Component, metres *float64, links []link) error {
	code := c.Code.String()
	if err := w.begin(code, c.Geometry); err != nil {
		return err
	}
	w.text("name", c.Name)
	w.text("class", string(c.Code.Subclass().Class()))
	w.text("subclass", string(c.Code.Subclass()))
	w.text("edition", string(c.Code.Edition()))
	w.text("state", string(c.State))
	w.text("grid", c.Grid)
	w.texts("grids_also", c.GridsAlso)
	w.text("stated_grid", c.StatedGrid)
	w.text("supervisor_code", string(c.Supervisor.Code)) // the competent unit (主管), which answers about a place call competent
	w.text("supervisor_name", c.Supervisor.Name)
	w.text("owner_code", string(c.Owner.Code))
	w.text("owner_name", c.Owner.Name)
	w.text("maintainer_code", string(c.Maintainer.Code))
	w.text("maintainer_name", c.Maintainer.Name)
	w.date("first_surveyed", c.FirstSurveyed)
	w.date("changed_on", c.ChangedOn)
	w.text("data_source", c.DataSource)
	w.text("note", c.Note)
	w.raw("extra", c.Extra)
	if metres != nil {
		w.number("distance_m", centimetres(*metres), -1)
	}
	w.end(links)
	return nil
}

// area writes a grid cell, community, street, district or managed area, with links of its own or without.
func (w *featureWriter) area(a *registry.Area, links []link) error {
	if err := w.begin(a.Code, a.Geometry); err != nil {
		return err
	}
	w.text("name", a.Name)
	w.text("name_en", a.NameEN)
	w.text("level", string(a.Level))
	w.text("parent", a.Parent)
	w.number("square_metres", a.SquareMetres, 1)
	w.end(links)
	return nil
}

// begin writes everything up to the first property, the code.
func (w *featureWriter) begin(code string, geometry []byte) (err error) {
	if w.count > 0 {
		w.dst = append(w.dst, ',')
	}
	w.count++
	w.dst = append(w.dst, `{"type":"Feature","id":`...)
	w.dst = geojson.AppendString(w.dst, code)
	w.dst = append(w.dst, `,"geometry":`...)
	switch {
	case w.plain:
		w.dst = append(w.dst, "null"...)
	case w.form != nil:
		w.dst, err = w.form.AppendEWKB(w.dst, geometry)
	default:
		w.dst, err = geojson.AppendEWKB(w.dst, geometry)
	}
	if err != nil {
		return fmt.Errorf("encode feature %s: %w", code, err)
	}
	w.dst = append(w.dst, `,"properties":{`...)
	w.text(registry.CodeProperty, code)
	return nil
}

func (w *featureWriter) end(links []link) {
	w.dst = append(w.dst, '}')
	if links != nil {
		w.links(links)
	}
	w.dst = append(w.dst, '}')
}

// name begins a property, if it is wanted.
func (w *featureWriter) name(name string) (wanted bool) {
	if w.only != nil && !slices.Contains(w.only, name) {
		return false
	}
	if w.dst[len(w.dst)-1] != '{' {
		w.dst = append(w.dst, ',')
	}
	w.dst = append(w.dst, '"')
	w.dst = append(w.dst, name...)
	w.dst = append(w.dst, '"', ':')
	return true
}

// text writes null for what is empty.
func (w *featureWriter) text(name, value string) {
	switch {
	case !w.name(name):
	case value == "":
		w.dst = append(w.dst, "null"...)
	default:
		w.dst = geojson.AppendString(w.dst, value)
	}
}

func (w *featureWriter) texts(name string, values []string) {
	if !w.name(name) {
		return
	}
	w.dst = append(w.dst, '[')
	for i, value := range values {
		if i > 0 {
			w.dst = append(w.dst, ',')
		}
		w.dst = geojson.AppendString(w.dst, value)
	}
	w.dst = append(w.dst, ']')
}

func (w *featureWriter) number(name string, value float64, decimals int) {
	if w.name(name) {
		w.dst = strconv.AppendFloat(w.dst, value, 'f', decimals, 64)
	}
}

func (w *featureWriter) date(name string, t time.Time) {
	switch {
	case !w.name(name):
	case t.IsZero():
		w.dst = append(w.dst, "null"...)
	default:
		w.dst = append(w.dst, '"')
		w.dst = t.AppendFormat(w.dst, time.DateOnly)
		w.dst = append(w.dst, '"')
	}
}

// raw writes JSON that the database has checked.
func (w *featureWriter) raw(name string, value json.RawMessage) {
	switch {
	case !w.name(name):
	case len(value) == 0:
		w.dst = append(w.dst, "null"...)
	default:
		w.dst = append(w.dst, value...)
	}
}

// links writes the member links; link is a struct of strings, which always encodes.
func (w *featureWriter) links(links []link) {
	w.dst = append(w.dst, `,"links":[`...)
	for i, l := range links {
		if i > 0 {
			w.dst = append(w.dst, ',')
		}
		w.dst = append(w.dst, `{"href":`...)
		w.dst = geojson.AppendString(w.dst, l.Href)
		w.dst = append(w.dst, `,"rel":`...)
		w.dst = geojson.AppendString(w.dst, l.Rel)
		w.dst = append(w.dst, `,"type":`...)
		w.dst = geojson.AppendString(w.dst, l.Type)
		if l.Title != "" {
			w.dst = append(w.dst, `,"title":`...)
			w.dst = geojson.AppendString(w.dst, l.Title)
		}
		w.dst = append(w.dst, '}')
	}
	w.dst = append(w.dst, ']')
}

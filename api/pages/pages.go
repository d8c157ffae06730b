package pages

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// View names how an answer is shown.
type View string

// The views, by what they show.
const (
	Landing     View = "landing"
	Conformance View = "conformance"
	Collections View = "collections"
	Collection  View = "collection"
	Schema      View = "schema"
	Items       View = "items"
	Item        View = "item"
	Definition  View = "definition"
)

//go:embed *.html style.css
var files embed.FS

// Pages turns documents into pages. It is safe for concurrent use.
type Pages struct {
	base   string
	views  map[View]*template.Template
	style  template.CSS
	policy string
}

// New makes the Pages of a server with an address, which links begin with.
func New(base string) (*Pages, error) {
	style, err := files.ReadFile("style.css")
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(style)
	p := &Pages{
		base: base, views: map[View]*template.Template{}, style: template.CSS(style),
		policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	}
	for _, v := range []View{Landing, Conformance, Collections, Collection, Schema, Items, Item, Definition} {
		p.views[v], err = template.New("frame.html").Funcs(functions).ParseFS(files, "frame.html", "parts.html", string(v)+".html")
		if err != nil {
			return nil, fmt.Errorf("page %s: %w", v, err)
		}
	}
	return p, nil
}

// Policy is the Content-Security-Policy of every page: nothing is loaded but the style that stands in it.
func (p *Pages) Policy() string { return p.policy }

// Document is an answer of the API.
type Document struct {
	Body    []byte   // JSON
	Address *url.URL // where it is, as JSON
	Drawn   bool     // positions are longitude and latitude, so that they can be drawn
	Labels  []Label  // of the properties of features
}

// Label is what people call a property.
type Label struct {
	Name   string // of the property
	ZH, EN string
	Sorts  bool // features can be sorted by it
}

// page is what a template sees.
type page struct {
	Document
	Base  string
	Style template.CSS
	Doc   any
}

// Render shows a document in a view.
func (p *Pages) Render(v View, d Document) ([]byte, error) {
	doc, err := decode(v, d.Body)
	if err != nil {
		return nil, fmt.Errorf("page %s: %w", v, err)
	}
	var out bytes.Buffer
	if err := p.views[v].Execute(&out, page{d, p.base, p.style, doc}); err != nil {
		return nil, fmt.Errorf("page %s: %w", v, err)
	}
	return out.Bytes(), nil
}

// Label is what a property is called, its name alone where nothing else is known.
func (d Document) Label(name string) Label {
	if i := slices.IndexFunc(d.Labels, func(l Label) bool { return l.Name == name }); i >= 0 {
		return d.Labels[i]
	}
	return Label{Name: name}
}

// Selected are the parameters that say which features are shown, in which order and how, as the address has them.
func (d Document) Selected() []string {
	values := d.Address.Query()
	for _, name := range []string{"f", "limit", "cursor", "offset"} {
		values.Del(name)
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		all = append(all, name+"="+strings.Join(values[name], " "))
	}
	return all
}

// Sorted is the address of the same features, as a page, sorted by a property; the other way round where they are so already.
func (d Document) Sorted(property string) string {
	values := d.Address.Query()
	if now := values.Get("sortby"); now == property || now == "+"+property {
		property = "-" + property
	}
	for _, name := range []string{"cursor", "offset"} {
		values.Del(name)
	}
	values.Set("sortby", property)
	values.Set("f", "html")
	at := *d.Address
	at.RawQuery = values.Encode()
	return at.String()
}

// decode reads a document as its view wants it. Numbers stay as they are written.
func decode(v View, document []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	switch v {
	case Items:
		var c featureCollection
		err := d.Decode(&c)
		return c, err
	case Item:
		var f feature
		err := d.Decode(&f)
		return f, err
	case Definition:
		var o definition
		err := d.Decode(&o)
		return o, err
	}
	var doc map[string]any
	err := d.Decode(&doc)
	return doc, err
}

var functions = template.FuncMap{
	"segment": url.PathEscape,
	"sorted":  func(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) },
	"link":    func(links any, rel string) string { return ofLink(links, rel, "href") },
	"title":   func(links any, rel string) string { return ofLink(links, rel, "title") },
	"text":    text,
}

// ofLink is a member of the first link with a relation, empty where there is none.
func ofLink(links any, rel, member string) string {
	list, _ := links.([]any)
	for _, l := range list {
		if m, _ := l.(map[string]any); m["rel"] == rel {
			return text(m[member])
		}
	}
	return ""
}

// text writes a value of a property for people.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []any:
		parts := make([]string, len(v))
		for i, of := range v {
			parts[i] = text(of)
		}
		return strings.Join(parts, ", ")
	case map[string]any:
		parts := []string{}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, name+"="+text(v[name]))
		}
		return strings.Join(parts, ", ")
	}
	return fmt.Sprint(v)
}

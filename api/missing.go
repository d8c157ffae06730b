package api

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"citygrid/registry"
)

// codeNoRecord is the code of the store's NotFound, and of ours that say which input named what there is not.
const codeNoRecord = "not_found"

// missing is a NotFound about one named input, with where to look for what there is.
func missing(code, name, value string, what, look registry.Text) *registry.Error {
	e := registry.NewError(registry.NotFound, code, what.ZH, what.EN)
	e.Fields = registry.InvalidField(name, value, look.ZH, look.EN).Fields
	return e
}

func noSuchFeature(c collection, id string) *registry.Error {
	if c.level == "" {
		return noSuchComponent("featureId", id)
	}
	list := c.path("/items")
	return missing(codeNoRecord, "featureId", id, registry.Text{ZH: "该要素集中没有这个要素", EN: "the collection has no such feature"},
		registry.Text{ZH: "没有这个编码；现有编码见 " + list, EN: "no such code; see " + list + " for those there are"})
}

func noSuchComponent(parameter, code string) *registry.Error {
	const list = "/collections/components/items"
	return missing(codeNoRecord, parameter, code, registry.Text{ZH: "没有这个部件", EN: "there is no such component"},
		registry.Text{
			ZH: "没有这个部件编码（新旧编码均已查过）；现有编码见 " + list,
			EN: "no component has or had this code; see " + list + " for those there are",
		})
}

// isNoRecord tells the store's NotFound from the others, such as a point outside all cells.
func isNoRecord(err error) bool {
	var known *registry.Error
	return errors.As(err, &known) && known.Kind == registry.NotFound && known.Code == codeNoRecord
}

// storable reports whether a text can be the code of anything: PostgreSQL holds neither NUL nor what is not UTF-8, and no code has a
// control character.
func storable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

package census

import (
	"html"
	"slices"
	"strings"
	"unicode"

	"citygrid/registry/vector"
)

// The limits of a table in a description.
const (
	fewestPairs = 2
	longestPart = 200 // bytes of a name in it
)

// descriptionColumn is that of GDAL for what KML shows of a place.
const descriptionColumn = "description"

// described are the names and values of the table that programs write into the description of a place in KML instead of data: a row each, a name and its value.
// nil where there is none.
func described(s vector.Source, r *vector.Record) (names, values []string) {
	if s.Kind != vector.KML {
		return nil, nil
	}
	at := slices.Index(r.Columns, descriptionColumn)
	if at < 0 || !strings.Contains(r.Values[at], "<") {
		return nil, nil
	}
	for cells := range tableRows(r.Values[at]) {
		if len(cells) != 2 {
			continue
		}
		name := oneLine(strings.TrimRight(cells[0], ":： "))
		if name == "" || len(name) > longestPart || slices.Contains(names, name) || len(names) == MaxColumns {
			continue
		}
		names, values = append(names, name), append(values, cells[1])
	}
	if len(names) < fewestPairs {
		return nil, nil
	}
	return names, values
}

// tableRows yields the texts of the cells of each row of the tables in HTML, as far as that is to be understood. A table in a cell is read as rows by itself.
func tableRows(text string) func(yield func([]string) bool) {
	return func(yield func([]string) bool) {
		var cells []string
		var cell strings.Builder
		inside := false // a cell
		end := func() {
			if inside {
				cells = append(cells, strings.TrimSpace(html.UnescapeString(cell.String())))
			}
			cell.Reset()
			inside = false
		}
		for text != "" {
			before, rest, tag := strings.Cut(text, "<")
			if inside {
				squeeze(&cell, before)
			}
			if !tag {
				return
			}
			if comment, ok := strings.CutPrefix(rest, "!--"); ok {
				_, text, _ = strings.Cut(comment, "-->")
				continue
			}
			var name string
			name, text, _ = strings.Cut(rest, ">")
			name, _, _ = strings.Cut(strings.TrimSpace(lower(name)), " ")
			switch strings.TrimSuffix(name, "/") {
			case "tr":
				if end(); len(cells) > 0 && !yield(cells) { // the row before has no end
					return
				}
				cells = nil
			case "td", "th":
				end()
				inside = true
			case "/td", "/th":
				end()
			case "/tr":
				end()
				if !yield(cells) {
					return
				}
				cells = nil
			case "br":
				cell.WriteByte('\n')
			case "style", "script":
				_, text, _ = strings.Cut(text, "</")
				_, text, _ = strings.Cut(text, ">")
			}
		}
	}
}

// squeeze adds a text in which space of any kind and length is one space.
func squeeze(to *strings.Builder, text string) {
	for _, r := range text {
		if !unicode.IsSpace(r) {
			to.WriteRune(r)
		} else if !strings.HasSuffix(to.String(), " ") {
			to.WriteByte(' ')
		}
	}
}

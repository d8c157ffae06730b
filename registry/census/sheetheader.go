package census

import (
	"strings"

	"citygrid/registry/workbook"
)

// header is where the names of a sheet's columns stand: in one row, or in two where cells of the first are merged over several of the
// second.
type header struct {
	line    int64 // of the first row
	rows    int
	names   []string
	known   int // how many attributes the names mean
	repeats bool
}

// enoughNames is how many attributes a header must name, so that a title or a list of units is not taken for one.
const enoughNames = 3

// findHeader finds the row, or pair of rows, that names most attributes (import trap 15); nil where none names enough. Of equals the first is taken, a pair
// before its first row alone.
func findHeader(head []workbook.Row, merges []workbook.Merge, chosen *choices) *header {
	var best *header
	for i := range head {
		h := newHeader(head[i].Number, 1, flatNames(&head[i]), chosen)
		if i+1 < len(head) && head[i+1].Number == head[i].Number+1 {
			if names := stackedNames(&head[i], &head[i+1], merges); names != nil {
				if pair := newHeader(head[i].Number, 2, names, chosen); pair.known >= h.known {
					h = pair
				}
			}
		}
		if h.known >= enoughNames && (best == nil || h.better(best)) {
			best = h
		}
	}
	return best
}

// better compares with one found further up. Below a title that is merged over the table, the row of names alone is the header.
func (h *header) better(best *header) bool {
	if h.known != best.known {
		return h.known > best.known
	}
	return best.rows == 2 && h.line == best.line+1 && !h.repeats
}

func newHeader(line int64, rows int, names []string, chosen *choices) *header {
	h := &header{line: line, rows: rows, names: names}
	seen, named := map[attribute]bool{}, map[string]bool{}
	for _, name := range names {
		h.repeats = h.repeats || name != "" && named[name]
		named[name] = true
	}
	for _, a := range newMapping(names, chosen).meanings() {
		if a != extension && !seen[a] {
			seen[a] = true
			h.known++
		}
	}
	return h
}

// meanings are the attributes of the columns.
func (m *mapping) meanings() []attribute {
	means := make([]attribute, len(m.columns))
	for i := range means {
		means[i] = extension
	}
	for a, i := range m.at {
		if i >= 0 {
			means[i] = attribute(a)
		}
	}
	return means
}

// flatNames are the cells of a row as names, without line breaks.
func flatNames(row *workbook.Row) []string {
	var names []string
	for _, c := range row.Cells {
		for len(names) <= min(c.Column, MaxColumns) { // one past the limit is enough to be refused
			names = append(names, "")
		}
		names[min(c.Column, MaxColumns)] = oneLine(c.Text)
	}
	return names
}

func oneLine(s string) string {
	return strings.TrimSpace(strings.NewReplacer("\r", "", "\n", "").Replace(s))
}

// stackedNames join two rows of names: below a cell that is merged over several columns, "坐标/X"; where the lower cell is empty, the
// upper. nil where the lower row is no row of names: nothing is merged above it, or it has cells of its own.
func stackedNames(upper, lower *workbook.Row, merges []workbook.Merge) []string {
	names, leaves := flatNames(upper), flatNames(lower)
	for len(names) < len(leaves) {
		names = append(names, "")
	}
	over := make([]string, len(names)) // what is merged over each column
	merged := false
	for _, m := range merges {
		if m.FirstRow != upper.Number || m.LastRow != upper.Number || m.FirstColumn == m.LastColumn || m.FirstColumn >= len(names) {
			continue
		}
		merged = true
		for c := m.FirstColumn; c <= m.LastColumn && c < len(names); c++ {
			over[c] = names[m.FirstColumn]
		}
	}
	if !merged {
		return nil
	}
	for c, leaf := range leaves {
		switch {
		case leaf == "":
		case over[c] != "":
			names[c] = over[c] + "/" + leaf
		case names[c] != "":
			return nil
		default:
			names[c] = leaf
		}
	}
	return names
}

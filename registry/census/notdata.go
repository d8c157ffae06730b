package census

import (
	"slices"
	"strings"

	"citygrid/registry/catalog"
)

// noComponent tells a record of a table that holds no component (import trap 17): a total, a signature, a note, or the empty cells that
// spreadsheets leave below their tables. Of the last, issues is nil. A record with a code or a position is one, whatever else it lacks.
func (k *checker) noComponent(row *Row) (issues []Issue, none bool) {
	if len(row.Faults) > 0 && row.Faults[0].Code != CodeRaggedRow { // a note may stand alone on its line
		return nil, false
	}
	for _, a := range [...]attribute{objID, lon, lat} {
		i := k.columns.at[a]
		if i < 0 || i >= len(row.Values) {
			continue
		}
		if value := row.Values[i]; hasDigit(value) && (a != objID || !hasHan(value)) {
			return nil, false
		}
	}
	if !slices.ContainsFunc(row.Values, func(v string) bool { return strings.TrimSpace(v) != "" }) {
		return nil, true
	}
	return []Issue{notData(row.Sheet, row.Line, row.Values)}, true
}

func notData(sheet string, line int64, values []string) Issue {
	return Issue{Sheet: sheet, Row: line, Code: CodeNotData, Value: cut(rowText(values)), Severity: Warning, Message: catalog.Text{
		ZH: "本行没有标识码和坐标，按说明或合计处理，未作为部件读取；如是部件请补上",
		EN: "the row has neither code nor position and is taken for a note or a total, not for a component; add them if it is one",
	}}
}

package census

import "strings"

// Kept are the columns of a component that a row says nothing about, because its file lacks them: a component that is in the registry
// keeps what it has there (import trap 51). An empty cell in a column that the file has does say something: it clears the value, unless
// [File.KeepBlank] is set. A word for nothing (无, /) clears in either case.
type Kept int32

// The columns that a file may lack.
const (
	KeptName Kept = 1 << iota
	KeptDept1Code
	KeptDept1Name
	KeptDept2Code
	KeptDept2Name
	KeptDept3Code
	KeptDept3Name
	KeptStatedGrid
	KeptChangedOn
	KeptDataSource
	KeptNote
	KeptHeight // of a point
	KeptExtra  // the extension attributes that neither Component.Extra nor StagedRow.Blank names
)

// keptColumns are the attributes behind the bits up to KeptHeight, in their order.
var keptColumns = [...]attribute{
	objName, deptCode1, deptName1, deptCode2, deptName2, deptCode3, deptName3, bgID, chDate, dataSource, note, height,
}

// lacking are the columns that are not in the file.
func (m *mapping) lacking() Kept {
	kept := KeptExtra
	for i, a := range keptColumns {
		if m.at[a] < 0 {
			kept |= 1 << i
		}
	}
	return kept
}

// keep sets what the row leaves as it is. A geometry that is not made of columns is whole: without elevation it has none, unless it has that from one.
func (in *inspection) keep(staged *StagedRow) {
	if in.whole {
		return
	}
	staged.Kept = in.columns.lacks
	if in.row.Geometry != nil {
		staged.Kept &^= KeptHeight
	}
	if staged.Supervisor.Code != "" { // found by the name
		staged.Kept &^= KeptDept1Code
	}
	if staged.Owner.Code != "" {
		staged.Kept &^= KeptDept2Code
	}
	if staged.Maintainer.Code != "" {
		staged.Kept &^= KeptDept3Code
	}
	if in.keepBlank {
		in.keepEmpty(staged)
		return
	}
	for _, i := range in.columns.rest {
		if in.row.Values[i] == "" {
			staged.Blank = append(staged.Blank, in.row.Columns[i])
		}
	}
}

// keepEmpty sets what empty cells leave as it is. The code of a department is kept where its name is empty too: a name alone names another.
func (in *inspection) keepEmpty(staged *StagedRow) {
	for i, a := range keptColumns {
		empty := strings.TrimSpace(in.cell(a)) == ""
		switch a {
		case deptCode1, deptCode2, deptCode3:
			empty = empty && strings.TrimSpace(in.cell(a+1)) == ""
		case height:
			empty = empty && (in.row.Geometry == nil || in.heightInColumn())
		}
		if empty {
			staged.Kept |= 1 << i
		}
	}
}

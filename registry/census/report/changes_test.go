package report

import (
	"bytes"
	"errors"
	"iter"
	"testing"

	"citygrid/registry/census"
)

func TestChangesAreATableWithALineForEachColumnOfARow(t *testing.T) {
	t.Parallel()
	list := []census.Change{
		{Line: 2, Code: "4205020118000001", Kind: census.ChangeCreated},
		{Line: 3, Code: "4205020118000002", Kind: census.ChangeMoved, Metres: 8.617, Columns: []census.ColumnChange{
			{Column: "geometry", Old: "111.28, 30.7", New: "111.29, 30.7"}, {Column: "Note", Old: "=1+1", Cleared: true}}},
		{Line: 4, Code: "4205020118000003", Kind: census.ChangeFormatOnly, Columns: []census.ColumnChange{{Column: "extra.Street", Old: "471-", New: "471", Format: true}}},
	}
	all := func(end error) iter.Seq2[census.Change, error] {
		return func(yield func(census.Change, error) bool) {
			for _, c := range list {
				if !yield(c, nil) {
					return
				}
			}
			if end != nil {
				yield(census.Change{}, end)
			}
		}
	}
	d := census.Difference{
		Renumbered: []census.Renumbering{{Line: 2, New: "4205020118000001", Old: "4205020118000009", Metres: 0.2}},
		Missing:    []census.MissingComponent{{Code: "4205020118000009", Grid: "420502001001001"}},
	}
	var out bytes.Buffer
	if err := WriteChanges(t.Context(), &out, census.Batch{}, all(nil), d); err != nil {
		t.Fatal(err)
	}
	want := "\ufeff工作表 Sheet,行 Row,编码 Code,变化 Change,列名 Column,原值 Old,新值 New,说明 Note,距离（米） Metres\r\n" +
		",2,4205020118000001,created,,,,,\r\n" +
		",3,4205020118000002,moved,geometry,\"111.28, 30.7\",\"111.29, 30.7\",,8.62\r\n" +
		",3,4205020118000002,moved,Note,'=1+1,,清空 cleared,8.62\r\n" +
		",4,4205020118000003,format_only,extra.Street,471-,471,仅格式 format only,\r\n" +
		",2,4205020118000001,renumbered,ObjID,4205020118000009,4205020118000001,,0.20\r\n" +
		",,4205020118000009,missing,,,,420502001001001,\r\n"
	if out.String() != want {
		t.Errorf("%s\nnot\n%s", &out, want)
	}
	lost := errors.New("the store is away")
	if err := WriteChanges(t.Context(), &out, census.Batch{}, all(lost), d); !errors.Is(err, lost) {
		t.Errorf("%v", err)
	}
}

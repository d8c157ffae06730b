package census_test

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"citygrid/registry/census"
)

func ExampleNewXLSX() {
	f := excelize.NewFile()
	defer f.Close()
	for i, cells := range [][]any{{"路灯普查表"}, {"标识码", "状态", "初始日期", "经度", "纬度"}, {"4205020118000001", "完好", "2011-12-31", 111.285, 30.705}, {"合计", 1}} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &cells); err != nil {
			fmt.Println(err)
			return
		}
	}
	var file bytes.Buffer
	if err := f.Write(&file); err != nil {
		fmt.Println(err)
		return
	}
	x, err := census.NewXLSX(bytes.NewReader(file.Bytes()))
	if err != nil {
		fmt.Println(err)
		return
	}
	for row, err := range x.Rows() {
		if err != nil {
			fmt.Println(err)
			return
		}
		if row.Note {
			fmt.Println(row.Line, row.Issues[0].Code)
			continue
		}
		fmt.Println(row.Line, row.Values)
	}
	// Output:
	// 3 [4205020118000001 完好 2011-12-31 111.285 30.705]
	// 4 not_data
}

func ExampleNewGeoJSONSeq() {
	text := `{"type":"Feature","geometry":{"type":"Point","coordinates":[111.285,30.705]},"properties":{"ObjID":"4205020118000001"}}
{"type":"Feature"
`
	for row, err := range census.NewGeoJSONSeq(strings.NewReader(text)).Rows() {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(row.Line, row.Values, len(row.Faults))
	}
	// Output:
	// 1 [4205020118000001] 0
	// 2 [] 1
}

package workbook_test

import (
	"bytes"
	"fmt"

	"github.com/xuri/excelize/v2"

	"citygrid/registry/workbook"
)

func ExampleOpen() {
	f := excelize.NewFile()
	defer f.Close()
	var file bytes.Buffer
	if err := f.SetSheetRow("Sheet1", "A2", &[]any{"路灯", nil, 58.5}); err != nil {
		fmt.Println(err)
		return
	}
	if err := f.Write(&file); err != nil {
		fmt.Println(err)
		return
	}
	book, err := workbook.Open(bytes.NewReader(file.Bytes()))
	if err != nil {
		fmt.Println(err)
		return
	}
	for row, err := range book.Rows(book.Sheets[0]) {
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, cell := range row.Cells {
			fmt.Println(row.Number, cell.Column, cell.Text)
		}
	}
	// Output:
	// 2 0 路灯
	// 2 2 58.5
}

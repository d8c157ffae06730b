package report

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// WriteCSV writes the issues as a table that a spreadsheet opens by itself: UTF-8 with a byte-order mark, commas, CRLF, one line of headings
// in both languages.
//
// A cell that a spreadsheet would take for a formula, because it begins with = + - @, wide or narrow, or with a tab or a line end, gets an
// apostrophe in front (import trap 52). Who reads the file with a program takes that away, or reads the JSON.
//
// It holds one issue at a time. Its errors are those of w, of the issues and of ctx.
func (c Content) WriteCSV(ctx context.Context, w io.Writer) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(headings()); err != nil {
		return err
	}
	for i, err := range c.all(ctx) {
		if err != nil {
			return err
		}
		row := ""
		if i.Row > 0 {
			row = strconv.FormatInt(i.Row, 10)
		}
		record := []string{
			i.File, i.Sheet, row, i.ColumnLetter, i.Column, string(i.Severity), i.Code, i.Value, i.Instead, i.Message.ZH, i.Message.EN,
		}
		for k := range record {
			record[k] = Guarded(record[k])
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func headings() []string {
	return []string{
		"文件 File", "工作表 Sheet", "行 Row", "列号 Column letter", "列名 Column", "程度 Severity", "代码 Code", "原值 Value", "改为 Instead",
		"说明 Message (zh)", "说明 Message (en)",
	}
}

// Guarded puts an apostrophe before what a spreadsheet would take for a formula (OWASP, CSV injection).
func Guarded(cell string) string {
	if first, _ := utf8.DecodeRuneInString(cell); cell != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + cell
	}
	return cell
}

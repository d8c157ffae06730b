package census

import (
	"fmt"
	"slices"
	"strings"
)

// Rows of a workbook are numbered within their sheet. Where one number is to name a row of the whole file (in staging, in what is kept of bad rows, between
// neighbours) it is the line, and for the sheets after the first 1<<32 more for each.
const sheetBits = 32

// numbered is the number of a row in its file. Sheets come one after the other.
func (b *Batch) numbered(row *Row) int64 {
	if row.Sheet == "" {
		return row.Line
	}
	if n := len(b.Sheets); n == 0 || b.Sheets[n-1] != row.Sheet {
		b.Sheets = append(slices.Clone(b.Sheets), row.Sheet)
	}
	return int64(len(b.Sheets)-1)<<sheetBits | row.Line
}

// Place is where the row with that number stands: [StagedRow.Line], [Report.Rejected] and [Change.Line] are such numbers. The sheet is empty in formats
// without sheets.
func (b Batch) Place(number int64) (sheet string, line int64) {
	if i := int(number >> sheetBits); i >= 0 && i < len(b.Sheets) {
		return b.Sheets[i], number & (1<<sheetBits - 1)
	}
	return "", number
}

// rowText names a row for who looks at another, beside, by its line, and by its sheet where it is not the same.
func (b Batch) rowText(number, beside int64) string {
	sheet, line := b.Place(number)
	if other, _ := b.Place(beside); other == sheet {
		return fmt.Sprint(line)
	}
	return fmt.Sprintf("%d (%.60s)", line, sheet)
}

// list names the first rows of so many for who looks at one of them.
func (b Batch) list(numbers []int64, of int, beside int64) string {
	var names []string
	for _, n := range numbers {
		names = append(names, b.rowText(n, beside))
	}
	if of > len(numbers) {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}

package report

import (
	"slices"

	"github.com/xuri/excelize/v2"

	"citygrid/registry/census"
)

// styles are the looks of cells. All but the heading have the number format of text, so that a code typed into such a cell keeps its digits.
type styles struct {
	heading, text         int
	error, warning, fixed int
}

const formatText = 49 // "@" (ECMA-376, part 1, 18.8.30)

func newStyles(file *excelize.File) (styles, error) {
	var s styles
	for _, look := range []struct {
		style *int
		fill  string
		bold  bool
	}{
		{&s.heading, "D9D9D9", true}, {&s.text, "", false}, {&s.error, "FF9999", false}, {&s.warning, "FFEB9C", false}, {&s.fixed, "BDD7EE", false},
	} {
		style := excelize.Style{NumFmt: formatText, Font: &excelize.Font{Bold: look.bold}, Alignment: &excelize.Alignment{Vertical: "top"}}
		if look.fill != "" {
			style.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{look.fill}}
		}
		var err error
		if *look.style, err = file.NewStyle(&style); err != nil {
			return s, err
		}
	}
	return s, nil
}

// of is the look of a cell with an issue.
func (s styles) of(severity census.Severity) int {
	switch severity {
	case census.Error:
		return s.error
	case census.Warning:
		return s.warning
	}
	return s.fixed
}

// worse is the look of a cell that has one look and gets an issue besides.
func (s styles) worse(look int, severity census.Severity) int {
	order := []int{s.error, s.warning, s.fixed} // what is not among them comes before all: it is no issue's
	if at := slices.Index(order, look); at >= 0 && at < slices.Index(order, s.of(severity)) {
		return look
	}
	return s.of(severity)
}

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
		fill  excelize.Fill
		bold  bool
	}{
		{&s.heading, plain("D9D9D9"), true}, {&s.text, excelize.Fill{}, false},
		{&s.error, fillOf(census.Error), false}, {&s.warning, fillOf(census.Warning), false}, {&s.fixed, fillOf(census.Fixed), false},
	} {
		style := excelize.Style{
			NumFmt: formatText, Fill: look.fill, Font: &excelize.Font{Bold: look.bold}, Alignment: &excelize.Alignment{Vertical: "top"},
		}
		var err error
		if *look.style, err = file.NewStyle(&style); err != nil {
			return s, err
		}
	}
	return s, nil
}

func plain(colour string) excelize.Fill {
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
}

// fillOf is the colour of an issue: red, yellow, blue.
func fillOf(severity census.Severity) excelize.Fill {
	switch severity {
	case census.Error:
		return plain("FF9999")
	case census.Warning:
		return plain("FFEB9C")
	}
	return plain("BDD7EE")
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

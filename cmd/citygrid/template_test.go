package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"citygrid/internal/dbtest"
)

func TestTemplateIsWrittenAndImportedWhenFilledIn(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "crew.xlsx")
	citygrid(t, "", "template", "--class", "01,03", "-o", file).want(t, 0, file, "CJ/T 214-2007")
	x, err := excelize.OpenFile(file)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if sheets := x.GetSheetList(); len(sheets) != 4 || !slices.ContainsFunc(sheets, func(s string) bool { return strings.HasPrefix(s, "03 ") }) {
		t.Errorf("%v", sheets)
	}
	if err := x.SetSheetRow(x.GetSheetList()[1], "A2", &[]any{"4205020101000001", nil, nil, nil, nil, nil, nil, nil, nil, "完好", "2011-12-31", nil, nil, "of the template", "111.2846", "30.7012"}); err != nil {
		t.Fatal(err)
	}
	filled := filepath.Join(t.TempDir(), "filled.xlsx")
	if err := x.SaveAs(filled); err != nil {
		t.Fatal(err)
	}
	url, city := dbtest.URL(t), yichang(t)
	citygrid(t, url, "profile", "apply", city).want(t, 0)
	citygrid(t, url, "import", filled).want(t, 0, "1 rows: 0 created, 1 updated", "0 refused")
	citygrid(t, "", "template", "-o", file).want(t, exitRefused, "--force", "文件已存在")
	citygrid(t, "", "template", "-o", file, "--force", "--edition", "gbt47678.5-2026").want(t, 0, "GB/T 47678.5-2026")
	citygrid(t, "", "template", "--class", "77", "-o", file, "--force").want(t, exitRefused, "no class of components 77")
}

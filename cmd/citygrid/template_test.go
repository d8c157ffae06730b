package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

func TestTemplateIsWrittenWithoutADatabaseAndNotOverAFile(t *testing.T) {
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
	citygrid(t, "", "template", "-o", file).want(t, exitRefused, "--force", "文件已存在")
	citygrid(t, "", "template", "-o", file, "--force", "--edition", "gbt47678.5-2026").want(t, 0, "GB/T 47678.5-2026")
	citygrid(t, "", "template", "--class", "77", "-o", file, "--force").want(t, exitRefused, "no class of components 77")
}

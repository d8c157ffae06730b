package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestRefusedRowsOfAnOldWorkbookComeBackAsANewOne: and so does its report.
func TestRefusedRowsOfAnOldWorkbookComeBackAsANewOne(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	url := c.registry(t)
	records := c.points(t)[:4]
	for i, name := range records[0] {
		if name == "ObjState" {
			records[2][i] = "崭新"
		}
	}
	delivered := oldBook(t, records)
	report := filepath.Join(t.TempDir(), "report.xlsx")
	citygrid(t, url, "import", delivered, "--accept", "good", "--answer", "*=refuse", "--report", report).want(t, exitPartly, "2 created", "1 refused", "普查成果.rejects.xlsx", "unknown_state")
	rejects := filepath.Join(filepath.Dir(report), "普查成果.rejects.xlsx")
	for _, path := range []string{report, rejects} {
		if text, err := os.ReadFile(path); err != nil || !bytes.HasPrefix(text, []byte("PK")) {
			t.Errorf("%s: %v, %.4q", path, err, text)
		}
	}
	citygrid(t, url, "import", rejects, "--answer", "state.崭新=完好").want(t, 0, "1 created")
}

package archtest

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// maxLines is where a file stops being one noun or one verb.
const maxLines = 500

// written are the kinds of files that people write line by line; tables and documents may be longer.
var written = []string{".go", ".ts", ".tsx", ".js", ".mjs", ".css", ".html", ".sql", ".sh"}

// foreign are folders with what others wrote or a program made.
var foreign = []string{".git", "bin", "dist", "node_modules", "playwright-report", "test-results"}

func TestNoFileIsLongerThan500Lines(t *testing.T) {
	t.Parallel()
	seen := 0
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains(foreign, entry.Name()):
			return fs.SkipDir
		case entry.IsDir() || !slices.Contains(written, filepath.Ext(path)):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		seen++
		head := text[:min(len(text), 512)]
		if lines := bytes.Count(text, []byte("\n")); lines > maxLines && !bytes.Contains(head, []byte("// Code generated ")) {
			t.Errorf("%s has %d lines", path, lines)
		}
		return nil
	})
	if err != nil || seen < 20 {
		t.Errorf("saw %d files, %v", seen, err)
	}
}

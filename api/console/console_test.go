package console

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

func TestFreshCloneServesAPageThatSaysHowToBuild(t *testing.T) {
	t.Parallel()
	clone := fstest.MapFS{"dist/.gitkeep": {}}
	got, err := fs.ReadFile(pages(clone, missing), Entry)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"make build", "尚未构建", "has not been built"} {
		if !strings.Contains(string(got), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestBuiltPagesAreServedInstead(t *testing.T) {
	t.Parallel()
	build := fstest.MapFS{"dist/map.html": {Data: []byte("built")}, "dist/console/map.js": {Data: []byte("script")}}
	got := pages(build, missing)
	if err := fstest.TestFS(got, "map.html", "console/map.js"); err != nil {
		t.Fatal(err)
	}
	page, err := fs.ReadFile(got, Entry)
	if err != nil || string(page) != "built" {
		t.Fatalf("page %q, error %v", page, err)
	}
}

// The policy that the server sends allows scripts and styles of its own origin only.
func TestPagesHaveNoInlineScript(t *testing.T) {
	t.Parallel()
	pages, err := fs.Glob(Files(), "*.html")
	if err != nil || len(pages) == 0 {
		t.Fatalf("%q, %v", pages, err)
	}
	for _, name := range pages {
		noInlineScript(t, name)
	}
}

func noInlineScript(t *testing.T, name string) {
	t.Helper()
	page, err := fs.ReadFile(Files(), name)
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range strings.Split(string(page), "<script")[1:] {
		if open, _, _ := strings.Cut(tag, ">"); !strings.Contains(open, "src=") {
			t.Errorf("%s: inline script: <script%s>", name, open)
		}
	}
	for _, word := range []string{"<style", " style=", "http://", "https://", " onclick="} {
		if strings.Contains(string(page), word) {
			t.Errorf("%s has %q", name, word)
		}
	}
}

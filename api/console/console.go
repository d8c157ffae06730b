// Package console embeds the built pages.
package console

import (
	"embed"
	"io/fs"
)

// Entry is the name of the map page in [Files], ImportsEntry that of the page of survey files.
const (
	Entry        = "map.html"
	ImportsEntry = "imports.html"
)

// built is what "make build" leaves: map.html, imports.html and, below console/, what it loads. A fresh clone has only dist/.gitkeep, so that the
// program compiles without a front-end build.
//
//go:embed all:dist
var built embed.FS

// missing stands in for the pages of a program that was compiled without them.
//
//go:embed missing/map.html
var missing embed.FS

// Files returns the pages: map.html, to be served at /map, imports.html, to be served at /imports, and the folder console, to be served at /console/ (its file names carry
// a digest of their content, so that they may be cached for ever). Where the pages were not built, map.html says so in Chinese and
// English and there is nothing else.
func Files() fs.FS {
	return pages(built, missing)
}

// pages prefers the built pages.
func pages(built, missing fs.FS) fs.FS {
	dist := sub(built, "dist")
	if _, err := fs.Stat(dist, Entry); err == nil {
		return dist
	}
	return sub(missing, "missing")
}

// sub is fs.Sub of a folder name that is a constant: it fails only for a malformed one.
func sub(fsys fs.FS, dir string) fs.FS {
	f, err := fs.Sub(fsys, dir)
	if err != nil {
		panic(err)
	}
	return f
}

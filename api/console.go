package api

import (
	"fmt"
	"hash/crc32"
	"io/fs"
	"mime"
	"path"

	"citygrid/api/console"
	"citygrid/registry"
)

// file is one file of the pages, read once: what is served can be no other file.
type file struct {
	mediaType string
	tag       string
	body      []byte
}

// readConsole reads the pages into memory; they are a few megabytes.
func readConsole(pages fs.FS) (map[string]file, error) {
	files := map[string]file{}
	if pages == nil {
		return files, nil
	}
	err := fs.WalkDir(pages, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(pages, name)
		if err != nil {
			return err
		}
		mediaType := mime.TypeByExtension(path.Ext(name))
		if mediaType == "" {
			mediaType = "application/octet-stream"
		}
		files[name] = file{mediaType: mediaType, tag: fmt.Sprintf(`W/"%08x-%d"`, crc32.ChecksumIEEE(body), len(body)), body: body}
		return nil
	})
	return files, err
}

func (s *Server) mapPage(r *request) (*answer, error) { return s.file(r, console.Entry, "") }

// importsPage is the page of survey files. Of a program that was compiled without pages, the map page says so.
func (s *Server) importsPage(r *request) (*answer, error) {
	if _, built := s.console[console.ImportsEntry]; !built {
		return s.mapPage(r)
	}
	return s.file(r, console.ImportsEntry, "")
}

// consoleFile serves what the page loads. The names carry a digest of the content, so that a copy is good for ever.
func (s *Server) consoleFile(r *request) (*answer, error) {
	return s.file(r, "console/"+r.path("*"), "public, max-age=31536000, immutable")
}

func (s *Server) file(r *request, name, cache string) (*answer, error) {
	f, ok := s.console[name]
	if !ok {
		return nil, registry.NewError(registry.NotFound, "no_such_page", "没有这个页面", "no such page")
	}
	tag, err := s.unlessKnown(r, f.tag)
	if err != nil {
		return nil, err
	}
	return &answer{mediaType: f.mediaType, tag: tag, cache: cache, body: f.body}, nil
}

package main

import (
	"archive/zip"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"citygrid/internal/scratch"
	"citygrid/registry"
	"citygrid/registry/census"
	"citygrid/registry/vector"
)

// surveyFile is a survey file that is open. Of a set of files (a Shapefile, a geodatabase folder) it is an archive of them, which Close removes.
type surveyFile struct {
	*os.File
	made *scratch.Folder // the archive's, or nil
}

// Close closes the file, and removes it where it was made for the occasion.
func (f surveyFile) Close() error {
	err := f.File.Close()
	if f.made != nil {
		err = errors.Join(err, f.made.Remove())
	}
	return err
}

// openSurvey opens a file to be imported, with what belongs to it.
func openSurvey(ctx context.Context, name string) (surveyFile, error) {
	parts, err := partsOf(name)
	if err != nil {
		return surveyFile{}, err
	}
	if parts == nil {
		in, err := os.Open(name)
		return surveyFile{in, nil}, err
	}
	folder, err := scratch.Make()
	if err != nil {
		return surveyFile{}, err
	}
	packed, err := os.Create(filepath.Join(folder.Path, "set.zip"))
	if err != nil {
		return surveyFile{}, errors.Join(err, folder.Remove())
	}
	set := surveyFile{packed, folder}
	if err := pack(ctx, packed, filepath.Dir(name), parts); err != nil {
		return surveyFile{}, errors.Join(err, set.Close())
	}
	return set, nil
}

// partsOf are the paths of a set, the same whatever the time: the digest of the archive tells whether the set came before. nil for a file by itself.
func partsOf(name string) (parts []string, err error) {
	kind, _ := vector.KindOf(name)
	if kind == vector.FileGDB {
		err := filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				parts = append(parts, path)
			}
			return err
		})
		return parts, err
	}
	extensions := kind.Parts()
	if len(extensions) < 2 {
		return nil, nil
	}
	beside, err := os.ReadDir(filepath.Dir(name))
	if err != nil {
		return nil, err
	}
	stem, _ := split(filepath.Base(name))
	for _, d := range beside {
		other, ext := split(d.Name())
		if other == stem && slices.Contains(extensions, strings.ToLower(ext)) {
			parts = append(parts, filepath.Join(filepath.Dir(name), d.Name()))
		}
	}
	return parts, nil
}

func pack(ctx context.Context, to io.WriteSeeker, folder string, parts []string) error {
	w := zip.NewWriter(to)
	for _, part := range parts {
		if err := ctx.Err(); err != nil {
			return err
		}
		within, err := filepath.Rel(folder, part)
		if err != nil {
			return err
		}
		member, err := w.CreateHeader(&zip.FileHeader{Name: filepath.ToSlash(within), Method: zip.Store})
		if err != nil {
			return err
		}
		in, err := os.Open(part)
		if err != nil {
			return err
		}
		_, err = io.Copy(member, in)
		if err = errors.Join(err, in.Close()); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	_, err := to.Seek(0, io.SeekStart)
	return err
}

// mapsTool is what reads files of geographic information systems; nil where GDAL is not installed.
func mapsTool(ctx context.Context) (*vector.Tool, error) {
	tool, err := vector.Find(ctx)
	var missing *vector.Fault
	if errors.As(err, &missing) {
		return nil, nil // the import says so
	}
	return tool, err
}

func formatOf(name string) (census.Format, error) {
	format, err := census.FormatOf(name)
	if err != nil {
		return "", registry.InvalidField("file", name, "只读取 "+census.FileNames, "only "+census.FileNames+" are read")
	}
	return format, nil
}

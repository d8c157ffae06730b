package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"citygrid/registry"
	"citygrid/registry/census"
	"citygrid/registry/photo"
	"citygrid/registry/photo/s3"
	"citygrid/registry/postgis"
)

type photosCommand struct {
	From string `arg:"" name:"folder|zip" type:"path" help:"A folder with all below it, or a zip archive: JPEG, PNG or WebP, at most 100,000 files of 25 MiB and 200 million pixels each, 64 GiB together."`

	Census     string   `type:"existingfile" placeholder:"FILE" help:"The survey file whose rows name the photos. Without it, the names of the files have the code: 4205020118000001.jpg, 4205020118000001_2.JPG, or in a folder 4205020118000001."`
	Column     string   `default:"照片" placeholder:"NAME" help:"Its column of photos, several in a cell with ; , or 、 between (${default})."`
	CodeColumn string   `placeholder:"NAME" help:"Its column of codes, where that is not called ObjID or 标识码."`
	Sheet      []string `sep:"none" placeholder:"NAME" help:"Of a workbook: the sheet to read. Repeatable; without it, all are read."`
	Encoding   string   `enum:"auto,utf-8,gb18030,gbk,utf-16le,utf-16be" default:"auto" help:"Of CSV and TSV: ${enum}."`

	DryRun bool   `help:"Say which photo shows which component and what does not go together, and take nothing."`
	Report string `placeholder:"PATH" help:"Write files without a component, rows whose photo is not there and all else that was found: .json, or .csv for spreadsheets."`
	Force  bool   `help:"Write over a report that exists."`
}

// Help says what becomes of photos.
func (photosCommand) Help() string {
	return `What goes together is taken, what does not is listed both ways, and the same photos again change nothing. The photos are a batch: citygrid undo takes it back.

They are kept by the SHA-256 of their bytes in the folder photos of the data folder (--data, which must be that of the server), or in a bucket of an S3-compatible store, by the environment: PHOTOS_S3_URL
(https://host/bucket, with a prefix or without), PHOTOS_S3_KEY, PHOTOS_S3_SECRET and, where the store wants it, PHOTOS_S3_REGION.

Exit codes: 0 all were taken, 1 none, 2 some files or rows do not go together.`
}

// Run takes the photos in, or says what that would do.
func (c photosCommand) Run(ctx context.Context, e *environment) error {
	if err := c.planned(); err != nil {
		return err
	}
	source, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer source.Close()
	naming, err := c.naming(ctx)
	if err != nil {
		return err
	}
	d, err := e.openDatabase(ctx, true)
	if err != nil {
		return err
	}
	defer d.close(ctx, e)
	room, err := e.photoRoom(d.store)
	if err != nil {
		return err
	}
	bar := newProgress(os.Stderr, e.now)
	name := printable(source.Name)
	report, err := room.Take(ctx, photo.Delivery{
		Source: source.Source, Naming: naming, Actor: e.actor, DryRun: c.DryRun,
		Progress: func(files int, bytes, of int64) {
			if bar.moving {
				bar.showPart("taking "+name+" / 照片入库", int64(files), "files", bytes, of)
			} else {
				bar.show("taking "+name+" / 照片入库", int64(files), "files")
			}
		},
	})
	bar.done()
	if err != nil {
		return fmt.Errorf("photos of %s: %w", name, err)
	}
	code := printPhotos(name, report)
	if err := c.write(report); err != nil {
		return err
	}
	if code > 0 {
		return exitError(code)
	}
	return nil
}

// planned refuses a report that cannot be written before anything is read.
func (c photosCommand) planned() error {
	if c.Report == "" {
		return nil
	}
	switch strings.ToLower(filepath.Ext(c.Report)) {
	case ".json", ".csv":
		return importOutputs{Force: c.Force}.free(c.Report, []string{c.From, c.Census})
	}
	return registry.InvalidField("--report", c.Report, "报告的扩展名应为 .json 或 .csv", "a report ends with .json or .csv")
}

// openSource is a photo.Source and the file below it.
type openSource struct {
	photo.Source
	file io.Closer // nil: a folder
}

func (s openSource) Close() error {
	err := s.Source.Close()
	if s.file != nil {
		err = errors.Join(err, s.file.Close())
	}
	return err
}

func (c photosCommand) open(ctx context.Context) (openSource, error) {
	info, err := os.Stat(c.From)
	if err != nil {
		return openSource{}, registry.InvalidField("folder|zip", c.From, "没有这个文件夹或压缩包："+err.Error(), "there is no such folder or archive: "+err.Error())
	}
	if info.IsDir() {
		source, err := photo.OpenFolder(ctx, c.From)
		return openSource{source, nil}, err
	}
	f, err := os.Open(c.From)
	if err != nil {
		return openSource{}, err
	}
	source, err := photo.OpenZip(ctx, filepath.Base(c.From), f, info.Size())
	if err != nil {
		return openSource{}, errors.Join(err, f.Close())
	}
	return openSource{source, f}, nil
}

// naming is what the survey file says of photos.
func (c photosCommand) naming(ctx context.Context) ([]photo.Naming, error) {
	if c.Census == "" {
		return nil, nil
	}
	format, err := formatOf(c.Census)
	if err != nil {
		return nil, err
	}
	encoding, _ := census.ParseEncoding(c.Encoding) // "auto" is none
	in, err := openSurvey(ctx, c.Census)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	f := census.File{Name: c.Census, Format: format, Encoding: encoding, Sheets: c.Sheet, Body: in.File}
	if c.CodeColumn != "" {
		f.Columns = map[string]string{c.CodeColumn: "ObjID"}
	}
	if of, err := f.OfMaps(); err != nil {
		return nil, err
	} else if of {
		if f.Maps, err = mapsTool(ctx); err != nil {
			return nil, err
		}
	}
	naming, err := photo.NamingOf(census.ValuesIn(ctx, f, c.Column))
	if err != nil {
		return nil, fmt.Errorf("photos named in %s: %w", printable(c.Census), err)
	}
	return naming, nil
}

// write writes the report.
func (c photosCommand) write(r photo.Report) error {
	if c.Report == "" {
		return nil
	}
	write := r.WriteJSON
	if strings.EqualFold(filepath.Ext(c.Report), ".csv") {
		write = r.WriteCSV
	}
	if err := writeWhole(c.Report, write); err != nil {
		return fmt.Errorf("report on the photos: %w", err)
	}
	fmt.Printf("  report / 报告: %s\n", printable(c.Report))
	return nil
}

// printPhotos says what became of photos and returns the exit code for it.
func printPhotos(name string, r photo.Report) int {
	for n, i := range r.Issues {
		if n == maxFaultsShown {
			fmt.Fprintf(os.Stderr, "… and %d more / 另有 %[1]d 处\n", r.Errors+r.Warnings-int64(n))
			break
		}
		where := printable(i.File)
		if i.Row > 0 {
			where = strings.TrimSpace(placeOf(census.Issue{Sheet: i.Sheet, Row: i.Row})) + " " + where
		}
		fmt.Fprintf(os.Stderr, "%s %s: %s / %s [%s %s]\n", where, i.Code, printable(i.ZH), printable(i.EN), i.Severity, i.Problem)
	}
	for _, t := range r.Totals {
		fmt.Printf("  %6d  %s %s\n", t.Count, t.Severity, t.Problem)
	}
	switch {
	case r.DryRun:
		fmt.Printf("%s: nothing was changed; of %d files %d show a component: %d photos would be new, %d are there already / 试运行，未作更改\n", name, r.Files, r.Taken, r.Linked, r.Unchanged)
	case r.Refused:
		fmt.Printf("%s: none of %d files can be taken, nothing was changed / 没有可入库的照片，未作更改\n", name, r.Files)
	default:
		fmt.Printf("%s: batch %s, of %d files %d show a component: %d photos are new, %d were there already\n", name, r.Batch, r.Files, r.Taken, r.Linked, r.Unchanged)
		if r.Linked == 0 {
			fmt.Println("  the same photos as before: nothing to do / 照片均已入库，无需更改")
		}
	}
	if r.Passed > 0 {
		fmt.Printf("  %d files are no photos and were passed over / 另有 %[1]d 个非照片文件，已略过\n", r.Passed)
	}
	switch {
	case r.Taken == 0:
		return exitRefused
	case r.Errors > 0:
		return exitPartly
	}
	return 0
}

// photoRoom is where photos are kept: in the data folder, or in the bucket that the environment names.
func (e *environment) photoRoom(store *postgis.Store) (*photo.Room, error) {
	shelf, err := e.photoShelf()
	if err != nil {
		return nil, err
	}
	return photo.New(photo.Config{Store: store, Shelf: shelf, Clock: e.now, Temp: filepath.Join(e.data, "incoming")})
}

func (e *environment) photoShelf() (photo.Shelf, error) {
	bucket := os.Getenv("PHOTOS_S3_URL")
	if bucket == "" {
		return photo.NewFolder(filepath.Join(e.data, "photos")), nil
	}
	shelf, err := s3.New(s3.Config{URL: bucket, Key: os.Getenv("PHOTOS_S3_KEY"), Secret: os.Getenv("PHOTOS_S3_SECRET"), Region: os.Getenv("PHOTOS_S3_REGION")})
	if err != nil {
		return nil, registry.InvalidField("PHOTOS_S3_URL", "", err.Error()+"；同时须给出 PHOTOS_S3_KEY 与 PHOTOS_S3_SECRET", err.Error()+"; PHOTOS_S3_KEY and PHOTOS_S3_SECRET go with it")
	}
	return shelf, nil
}

type sweepPhotosCommand struct{}

// Run removes photos that no component has.
func (sweepPhotosCommand) Run(ctx context.Context, e *environment) error {
	d, err := e.openDatabase(ctx, true)
	if err != nil {
		return err
	}
	defer d.close(ctx, e)
	room, err := e.photoRoom(d.store)
	if err != nil {
		return err
	}
	swept, err := room.Sweep(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("%d photos are kept, %d that no component has were removed / 保留 %[1]d 张，清理 %[2]d 张\n", swept.Kept, swept.Removed)
	return nil
}

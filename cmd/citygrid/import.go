package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"citygrid/data"
	"citygrid/geo/crs"
	"citygrid/registry/census"
	"citygrid/registry/postgis"
	"citygrid/registry/vector"
)

type importCommand struct {
	Files    []string          `arg:"" name:"file" type:"path" help:"CSV, TSV, XLSX, XLS, GeoJSON, GeoJSON lines, and through GDAL Shapefile, GeoPackage, KML, TAB, MIF, DXF, FlatGeobuf and file geodatabases, also as zip, with the standard's column names: ObjID or 标识码, ObjState or 状态, Lon or 经度 … Of a DXF it is asked which sub-class its blocks and layers are, and the state and date of what does not say them (--answer block.GC013=0118, layer.道路=skip, value.ObjState=完好, value.ORDate=2012-12-31)."`
	Accept   string            `enum:"all,good,none" default:"all" help:"all: one bad row refuses the file; good: the good rows are taken, the bad ones listed; none: as --dry-run."`
	Encoding string            `enum:"auto,utf-8,gb18030,gbk,utf-16le,utf-16be" default:"auto" help:"Of CSV and TSV: ${enum}. auto looks at the whole file."`
	Sheet    []string          `sep:"none" placeholder:"NAME" help:"The sheet of a workbook, or layer of a file of maps, to read. Repeatable; without it all are read, but layers without a column of a survey (a code, state, date or department), which are told."`
	Column   map[string]string `placeholder:"NAME=ATTRIBUTE" mapsep:"none" help:"What a column means where its name does not say it: --column 编号=ObjID; --column 编号= keeps it as an extension attribute. May be repeated."`

	CRS string `name:"crs" placeholder:"NAME" help:"Coordinate system of the positions, where they are not degrees of WGS 84 or CGCS2000: a CGCS2000 zone such as EPSG:4546 (X is north there, Y is east), GCJ-02, BD-09, or LOCAL:NAME of a grid of the city's own (X is north) that citygrid grid stored."`

	Blank string `enum:"keep,clear" default:"clear" help:"What an empty cell does to the value that stands in the registry: clear (shown as cleared by --dry-run), or keep. A word for nothing such as 无 always clears, a column that the file lacks always keeps."`

	answering
	dryRun
	importOutputs
	system crs.System
	grid   string
}

// Validate refuses attributes and files that do not exist, and answers that answer nothing.
func (c *importCommand) Validate() error {
	for _, name := range c.Files {
		info, err := os.Stat(name)
		if err != nil {
			return err
		}
		if kind, _ := vector.KindOf(name); info.IsDir() && kind != vector.FileGDB {
			return fmt.Errorf("%s is a folder; of folders only a file geodatabase (.gdb) is read", name)
		}
	}
	if err := c.answering.parse(); err != nil {
		return err
	}
	return census.CheckColumns(c.Column)
}

// Run imports each file as a batch of its own, or says what that would do.
func (c importCommand) Run(ctx context.Context, e *environment) error {
	if err := c.settle(&c.Accept); err != nil {
		return err
	}
	var err error
	if c.system, c.grid, err = census.ParseCRS(c.CRS); err != nil {
		return err
	}
	papers, err := c.plan(c.Files, census.Accept(c.Accept), c.Changes)
	if err != nil {
		return err
	}
	d, err := e.openDatabase(ctx, true)
	if err != nil {
		return err
	}
	defer d.close(ctx, e)
	if err := d.giveUpInterrupted(ctx, e); err != nil {
		return err
	}
	if err := c.remembered(ctx, d.store); err != nil {
		return err
	}
	bar := newProgress(os.Stderr, e.now)
	at := &importProgress{bar: bar, dry: c.DryRun}
	survey, err := c.survey(ctx, e, d.store, at.show)
	if err != nil {
		return err
	}
	take := survey.Import
	if c.DryRun {
		take = survey.Stage
	}
	code := 0
	for i, name := range c.Files {
		at.name = name
		err := c.importFile(ctx, take, at, func(given, f census.File, r census.Report) error {
			bar.done()
			found, err := c.print(ctx, d.store, e.now(), printable(name), papers[i].changes, r)
			if err != nil {
				return err
			}
			code = max(code, found)
			if err := c.remember(ctx, e, d.store, given, r); err != nil {
				return err
			}
			return papers[i].write(ctx, name, f, r)
		})
		if err != nil {
			bar.done()
			c.blame(err)
			return err
		}
	}
	if code > 0 {
		return exitError(code)
	}
	return nil
}

// survey is a Census that compares with what the registry holds now.
func (c importCommand) survey(ctx context.Context, e *environment, store *postgis.Store, progress func(census.Progress)) (*census.Census, error) {
	lists, err := data.Catalog()
	if err != nil {
		return nil, err
	}
	return census.Present(ctx, store, census.Config{
		Store: store, Catalogue: lists, Clock: e.now, Actor: e.actor, Accept: c.staging(c.Accept), Progress: progress,
	})
}

// importFile has the file that at names taken and hands it to done, as the command line gives it and as it was read, with what became of it.
func (c importCommand) importFile(ctx context.Context, take func(context.Context, census.File) (census.Report, error), at *importProgress,
	done func(given, used census.File, r census.Report) error) error {
	name := at.name
	format, err := formatOf(name)
	if err != nil {
		return err
	}
	encoding, _ := census.ParseEncoding(c.Encoding) // "auto" is none
	in, err := openSurvey(ctx, name)
	if err != nil {
		return err
	}
	defer in.Close()
	at.file = in.File
	given := census.File{
		Name: name, Format: format, Encoding: encoding, Sheets: c.Sheet, Columns: c.Column, CRS: c.system, Grid: c.grid, Scope: c.scope, KeepBlank: c.Blank == "keep",
		Answers: c.answers, Body: in.File,
	}
	if of, err := given.OfMaps(); err != nil {
		return err
	} else if of { // a table needs no GDAL, whatever is wrong with it
		if given.Maps, err = mapsTool(ctx); err != nil {
			return err
		}
	}
	f, err := c.use(given)
	if err != nil {
		return err
	}
	report, err := take(ctx, f)
	if err != nil {
		return err
	}
	return done(given, f, report)
}

// printFindings says what was found in a file.
func printFindings(name string, r census.Report) {
	shown := int64(0)
	for _, issue := range r.Issues {
		if issue.Severity == census.Fixed {
			continue // summed below: a column in another form has as many as rows
		}
		if shown == maxFaultsShown {
			break
		}
		shown++
		fmt.Fprintf(os.Stderr, "%s%s: %s / %s [%s %s]\n", name, placeOf(issue), printable(issue.Message.ZH), printable(issue.Message.EN), issue.Severity, issue.Code)
	}
	if more := r.Errors + r.Warnings - shown; more > 0 {
		fmt.Fprintf(os.Stderr, "… and %d more / 另有 %[1]d 处\n", more)
	}
	for _, how := range r.Recognised {
		text := how.EN
		if how.ZH != how.EN {
			text += " / " + how.ZH
		}
		fmt.Printf("%s: %s\n", name, printable(text))
	}
	printPositions(name, r.Positions)
	for _, f := range r.Fixes {
		column := f.Column
		if f.Sheet != "" {
			column = "[" + f.Sheet + "] " + column
		}
		fmt.Printf("%s: fixed: %d in %s: %s / %s (%q → %q)\n", name, f.Cells, printable(column), f.Message.EN, f.Message.ZH, f.Value, f.Instead)
	}
	printTotals(r)
}

// placeOf says where in a file an issue is: nothing of one that is the file's.
func placeOf(i census.Issue) string {
	var b strings.Builder
	if i.Sheet != "" {
		fmt.Fprintf(&b, "[%s]", printable(i.Sheet))
	}
	if i.Row > 0 {
		fmt.Fprintf(&b, ":%d", i.Row)
	}
	if i.Column != "" {
		b.WriteString(" " + printable(i.Column))
	}
	if i.Value != "" || i.Column != "" {
		fmt.Fprintf(&b, " %q", i.Value)
	}
	return b.String()
}

// printImport says what became of a file and returns the exit code for it.
func printImport(name string, r census.Report) int {
	printFindings(name, r)
	b := r.Batch
	if b.State == census.NeedsAnswers {
		return printQuestions(name, r)
	}
	if b.State == census.Rejected {
		if b.Reason == census.ReasonEmpty {
			fmt.Printf("%s: there is no row of a component; was all of it exported, and the right sheet? / 文件没有一行部件；请确认导出了全部内容，并选对了工作表\n", name)
		}
		fmt.Printf("%s: refused (%s), nothing was changed; %d rows read, %d with errors / 未接受，未作更改\n", name, b.Reason, b.Read, b.Bad)
		return exitRefused
	}
	fmt.Printf("%s: batch %s, %d rows: %d created, %d updated, %d unchanged, %d refused\n",
		name, b.ID, b.Read, b.Counts.Created, b.Counts.Updated, b.Counts.Unchanged, b.Bad)
	if r.Same != nil && !b.Counts.Changed() {
		fmt.Printf("  the same file as batch %s: nothing to do / 与该批次文件相同，无需更改\n", r.Same.ID)
	}
	if b.Bad > 0 {
		return exitPartly
	}
	return 0
}

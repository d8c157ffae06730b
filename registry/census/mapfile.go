package census

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	geom "github.com/twpayne/go-geom"

	"citygrid/geo"
	"citygrid/internal/scratch"
	"citygrid/registry/catalog"
	"citygrid/registry/vector"
)

// The codes of issues that only files of geographic information systems have.
const (
	CodeNoGDAL        = "no_gdal"
	CodeIncompleteSet = "incomplete_set"
	CodeCutText       = "cut_text"
	CodeOtherFiles    = "other_files"
	CodeTooManyLayers = "too_many_layers"
)

// The limits of layers.
const (
	maxLayers    = 200
	maxLayerName = 1 << 10 // bytes
	maxSaid      = 1000    // lines about how a file was read
)

// MapFile reads a file of a geographic information system, or a zip archive of such: each layer is a sheet, where there are several. Texts that the format
// keeps as bytes are read as UTF-8 where all of them are that, else as GB18030 where all are that, whatever the file says (import trap 3).
type MapFile struct {
	ctx      context.Context
	tool     *vector.Tool
	name     string
	body     io.ReadSeeker
	only     []string // the layers to read; none: all
	encoding Encoding // empty: told from the texts
	how      []catalog.Text
	rows     int
	columns  map[string]string // as File.Columns
	skipped  map[string]string // as File.Answers: what they say is no component of a drawing is not read
	chosen   *choices
	surveyed int // layers that were read
	passed   []passedLayer
	systems  map[string]int // by sheet
}

// SRID is the number of a sheet's coordinate system by EPSG, as the file says it; 0 where it does not. It is known when a row of the sheet was read.
func (m *MapFile) SRID(sheet string) int { return m.systems[sheet] }

// Columns is nil: each layer names its own.
func (*MapFile) Columns() []string { return nil }

func (m *MapFile) recognised() []catalog.Text { return m.how }

// Rows yields the features of each layer. What it needs on the disk is removed when it ends.
func (m *MapFile) Rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		folder, err := scratch.Make()
		if err != nil {
			yield(Row{}, err)
			return
		}
		defer folder.Remove()
		if err := m.read(folder.Path, yield); err != nil && err != errEnough {
			yield(Row{}, mapFault(err))
		}
	}
}

func (m *MapFile) read(folder string, yield func(Row, error) bool) error {
	size, err := m.body.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	at, ok := m.body.(io.ReaderAt)
	if !ok {
		return errors.New("a file of maps can be read from a file only")
	}
	if head, err := headOf(io.NewSectionReader(at, 0, headBytes)); m.tool == nil && (err != nil || !vector.Foreign(head)) {
		return errors.Join(err, vector.NoGDAL())
	}
	sources, passed, err := vector.Unpack(m.ctx, at, size, m.name, folder)
	if err != nil {
		return err
	}
	if passed > 0 {
		m.say(fmt.Sprintf("压缩包中另有 %d 个文件未读取", passed), fmt.Sprintf("%d other files of the archive are left out", passed))
	}
	for _, s := range sources {
		l := layers{file: m, source: s, several: len(sources) > 1, yield: yield}
		if err := l.read(); err != nil {
			return err
		}
	}
	return m.end(yield)
}

func (m *MapFile) say(zh, en string) {
	if len(m.how) < maxSaid {
		m.how = append(m.how, catalog.Text{ZH: zh, EN: en})
	}
}

// mapFault gives a fault of the file the shape that a report shows.
func mapFault(err error) error {
	var fault *vector.Fault
	if !errors.As(err, &fault) {
		return err
	}
	code := map[vector.Problem]string{
		vector.ProblemNoGDAL: CodeNoGDAL, vector.ProblemKind: CodeUnknownFormat, vector.ProblemIncomplete: CodeIncompleteSet,
		vector.ProblemDamaged: CodeTruncated, vector.ProblemTooLarge: CodeUnpackedSize, vector.ProblemTooLong: CodeUnpackedSize,
	}[fault.Problem]
	return fileError(0, code, "", fault.ZH, fault.EN)
}

// layers is the reading of one data set.
type layers struct {
	file    *MapFile
	source  vector.Source
	several bool // data sets
	yield   func(Row, error) bool

	encoding      Encoding // of a raw source
	layer         string   // of the record before
	sheet         string
	raw           []string // its columns as they stand
	columns       []string
	keep          []int    // of the record's columns
	described     []string // columns of a table in the descriptions
	keepDescribed []int    // of these

	left   bool // the layer is not asked for
	passed int  // its place, from 1, among those that are passed over
	of     *layer
	values []string
	known  map[string]string // texts that were decoded
}

func (l *layers) read() error {
	if err := l.tellEncoding(); err != nil {
		return err
	}
	if l.source.Kind == vector.DXF {
		return l.drawing()
	}
	for record, err := range l.file.tool.Records(l.file.ctx, l.source) {
		if err != nil {
			return err
		}
		described, values := described(l.source, &record)
		if record.Layer != l.layer || !slices.Equal(record.Columns, l.raw) || !slices.Equal(described, l.described) {
			l.described = described
			if err := l.begin(&record); err != nil {
				return err
			}
		}
		if l.left {
			continue
		}
		if l.passed > 0 {
			l.file.passed[l.passed-1].add(&record)
			continue
		}
		if l.file.rows++; l.file.rows > MaxRows {
			return tooManyRows()
		}
		if !l.yield(l.row(&record, values), nil) {
			return errEnough
		}
	}
	return nil
}

// begin takes the names of a layer and of its columns.
func (l *layers) begin(record *vector.Record) error {
	first := record.Layer != l.layer
	l.layer, l.raw = record.Layer, slices.Clone(record.Columns)
	l.keep, l.sheet, l.passed, l.of = nil, "", 0, &layer{}
	var names []string
	for i, name := range record.Columns {
		if l.source.Kind == vector.KML && (slices.Contains(kmlColumns, name) || name == descriptionColumn && l.described != nil) {
			continue
		}
		if name = l.columnName(name, i); name == "" {
			name = fmt.Sprintf("#%d", i+1)
		}
		names = append(names, name)
		l.keep = append(l.keep, i)
		l.of.cut = append(l.of.cut, l.source.Kind == vector.Shapefile && len(record.Columns[i]) >= longName)
	}
	l.keepDescribed = l.keepDescribed[:0]
	for i, name := range l.described {
		if !slices.Contains(names, name) { // data go before what is shown of them
			names, l.keepDescribed = append(names, name), append(l.keepDescribed, i)
		}
	}
	var err error
	if l.columns, err = headerNames(names); err != nil {
		return err
	}
	l.values = make([]string, len(l.columns))
	switch one := l.oneLayer(); {
	case one && l.several:
		l.sheet = l.source.Name
	case !one && l.several:
		l.sheet = l.source.Name + "/" + record.Layer
	case !one:
		l.sheet = record.Layer
	}
	l.sheet = strings.ToValidUTF8(l.sheet, string(utf8.RuneError))
	if l.file.met(l.sheet, record.SRID); len(l.file.systems) > maxLayers || len(l.sheet) > maxLayerName {
		return fileError(0, CodeTooManyLayers, cut(l.sheet),
			fmt.Sprintf("图层超过 %d 个，或图层名超过 %d 字节；请只导出部件图层，或分成几个文件", maxLayers, maxLayerName),
			fmt.Sprintf("there are more than %d layers, or the name of one is longer than %d bytes: export the layers of components alone, or divide the file", maxLayers, maxLayerName))
	}
	asked := l.sheet != "" && slices.Contains(l.file.only, l.sheet)
	if l.left = len(l.file.only) > 0 && l.sheet != "" && !asked; !l.left && !asked {
		l.passed = l.file.pass(l.sheet, l.columns, l.of)
	}
	if !l.left && l.passed == 0 {
		l.file.surveyed++
	}
	if !first {
		return nil
	}
	name := fmt.Sprintf("%.60s", l.source.Name)
	if l.sheet != "" {
		name = fmt.Sprintf("%.60s", l.sheet)
	}
	switch {
	case l.left:
		l.file.say("图层“"+name+"”：未指定，未读取", "layer "+name+": not asked for, left out")
	case record.SRID != 0 && record.SRID != geo.SRID:
		l.file.say(fmt.Sprintf("图层“%s”：文件注明的坐标系为 EPSG:%d", name, record.SRID), fmt.Sprintf("layer %s: by what the file says its system is EPSG:%d", name, record.SRID))
	}
	return nil
}

// kmlColumns are what GDAL makes of how KML is drawn.
var kmlColumns = []string{"timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon"}

// oneLayer holds for the kinds that have no more than one.
func (l *layers) oneLayer() bool {
	return !slices.Contains([]vector.Kind{vector.GeoPackage, vector.KML, vector.FileGDB}, l.source.Kind)
}

// row makes a Row of a record.
func (l *layers) row(record *vector.Record, described []string) Row {
	row := Row{Sheet: l.sheet, Line: record.Number, Columns: l.columns, Values: l.values, layer: l.of}
	for to, from := range l.keep {
		if l.source.Number(from) {
			l.values[to] = writtenNumber(record.Values[from])
			continue
		}
		text, cut := l.text(record.Values[from])
		l.values[to] = text
		if cut {
			row.Issues = append(row.Issues, Issue{
				Sheet: row.Sheet, Row: row.Line, Column: l.columns[to], Code: CodeCutText, Value: text, Severity: Warning,
				Message: catalog.Text{
					ZH: fmt.Sprintf("文字在第 %d 个字节处被截断，末尾不完整的字已去掉；请核对原始资料", len(record.Values[from])),
					EN: fmt.Sprintf("the text was cut at byte %d and half a character at its end is left out; check it with the source", len(record.Values[from])),
				},
			})
		}
	}
	for to, from := range l.keepDescribed {
		l.values[len(l.keep)+to] = described[from]
	}
	l.shape(&row, record)
	return row
}

// shape gives a row the shape of its record.
func (l *layers) shape(row *Row, record *vector.Record) {
	if record.Shape == nil {
		return
	}
	g, err := geo.DecodeEWKB(record.Shape)
	var bad *geo.ShapeError
	switch {
	case errors.As(err, &bad) && bad.Problem == geo.ProblemEmpty:
		return // as if there were none
	case err != nil:
		row.Faults = []Issue{{
			Sheet: row.Sheet, Row: row.Line, Code: CodeBadGeometry, Severity: Error, Message: faultText(err),
		}}
		return
	}
	if p, ok := g.(*geom.Point); ok && math.IsNaN(p.X()) && math.IsNaN(p.Y()) {
		return // what an empty point is written as
	}
	if l.source.Loose {
		g = withoutZero(g)
	}
	row.Geometry = g
	if record.Measured {
		row.Issues = append(row.Issues, Issue{
			Sheet: row.Sheet, Row: row.Line, Column: "geometry", Code: CodeMeasures, Value: "M", Severity: Fixed, Message: fixText(CodeMeasures),
		})
	}
}

// withoutZero takes heights away that are all 0: the format does not say whether there are any.
func withoutZero(g geom.T) geom.T {
	if g.Layout() != geom.XYZ {
		return g
	}
	flat := g.FlatCoords()
	plane := make([]float64, 0, len(flat)/3*2)
	for i := 0; i < len(flat); i += 3 {
		if flat[i+2] != 0 {
			return g
		}
		plane = append(plane, flat[i], flat[i+1])
	}
	ends := func(in []int) (out []int) {
		for _, end := range in {
			out = append(out, end/3*2)
		}
		return out
	}
	switch g := g.(type) {
	case *geom.Point:
		return geom.NewPointFlat(geom.XY, plane)
	case *geom.LineString:
		return geom.NewLineStringFlat(geom.XY, plane)
	case *geom.Polygon:
		return geom.NewPolygonFlat(geom.XY, plane, ends(g.Ends()))
	case *geom.MultiPoint:
		return geom.NewMultiPointFlat(geom.XY, plane)
	case *geom.MultiLineString:
		return geom.NewMultiLineStringFlat(geom.XY, plane, ends(g.Ends()))
	case *geom.MultiPolygon:
		var all [][]int
		for _, part := range g.Endss() {
			all = append(all, ends(part))
		}
		return geom.NewMultiPolygonFlat(geom.XY, plane, all)
	}
	return g
}

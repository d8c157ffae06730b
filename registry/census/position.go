package census

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	geom "github.com/twpayne/go-geom"

	"citygrid/geo"
	"citygrid/registry"
	"citygrid/registry/catalog"
)

// position reads the geometry, compares it with sub-class, extent and division, and assigns the grid cell.
func (in *inspection) position(c *registry.Component) {
	c.StatedGrid, _ = in.code(bgID)
	in.enclose(c.Code.Subclass())
	g := in.geometry()
	if g == nil || !in.inside(g) {
		return
	}
	c.Geometry = geo.AppendEWKB(nil, g)
	in.shape(c, g)
	held := CellsOf(in.cells, g)
	if len(held) == 0 {
		in.reportRow(Error, CodeOutsideAllCells, positionText(g),
			"位置不在任何单元网格内；请核对坐标，或先补划网格", "no grid cell holds the position; check the coordinates, or draw the missing cells first")
		return
	}
	c.Grid, c.GridsAlso = held[0], held[1:]
	if c.StatedGrid != "" && c.StatedGrid != c.Grid {
		in.warn(bgID, CodeGridDiffers,
			fmt.Sprintf("按坐标计算的单元网格是 %s；以计算结果为准", c.Grid),
			fmt.Sprintf("by its coordinates the grid cell is %s, which is taken", c.Grid))
	}
	in.strayed = !strings.HasPrefix(c.Grid, string(c.Code.Division()))
}

// geometry is the row's own or a point of its columns; nil when there is none, which it reports.
func (in *inspection) geometry() geom.T {
	g := in.row.Geometry
	if g == nil {
		return in.point()
	}
	if part := single(g); part != g {
		in.issues = append(in.issues, Issue{
			Sheet: in.row.Sheet, Row: in.row.Line, Column: "geometry", Code: CodeSinglePart, Value: typeName(g), Instead: typeName(part),
			Severity: Fixed, Message: fixText(CodeSinglePart),
		})
		g = part
	}
	g = in.raised(g)
	err := geo.CheckGeometry(g, geo.Limits{})
	if err != nil && !noDegrees(err) {
		in.shapeFault(err)
		return nil
	}
	if p, ok := g.(*geom.Point); ok && p.X() == 0 && p.Y() == 0 {
		in.noPosition("0, 0")
		return nil
	}
	if !in.elevated(g) {
		return nil
	}
	in.note(g)
	switch {
	case in.declared():
		if !in.convert(g) {
			return nil
		}
		err = geo.CheckGeometry(g, geo.Limits{})
	case err != nil && looksLikeMetres(g.FlatCoords()):
		in.undeclared(g)
		return nil
	}
	if err != nil {
		in.shapeFault(err)
		return nil
	}
	geo.Wind(g)
	return g
}

// Between these, in metres, lies all that stands on the ground of a city.
const lowest, highest = -500, 9000

func onGround(v float64) bool { return v >= lowest && v <= highest }

// elevated holds the elevations of a shape to what a column of heights may have, and reports the first that is beyond.
func (in *inspection) elevated(g geom.T) bool {
	if g.Layout() != geom.XYZ {
		return true
	}
	flat := g.FlatCoords()
	for i := 2; i < len(flat); i += 3 {
		if onGround(flat[i]) {
			continue
		}
		in.issues = append(in.issues, Issue{
			Sheet: in.row.Sheet, Row: in.row.Line, Column: "geometry", Code: CodeBadNumber, Value: decimals(flat[i]), Severity: Error,
			Message: catalog.Text{
				ZH: fmt.Sprintf("几何中的高程应以米为单位，在 %d 至 %d 之间；请改正，或导出时不带高程", lowest, highest),
				EN: fmt.Sprintf("a height in the shape is in metres, from %d to %d; correct it, or export without heights", lowest, highest),
			},
		})
		return false
	}
	return true
}

// point reads Lon, Lat and Height. NaN, empty cells and 0, 0 are what devices without a fix write (import trap 38).
func (in *inspection) point() geom.T {
	x, y := strings.TrimSpace(in.cell(lon)), strings.TrimSpace(in.cell(lat))
	if noNumber(lon, x) || noNumber(lat, y) {
		in.noPosition(strings.Trim(x+", "+y, ", "))
		return nil
	}
	flat := make([]float64, 0, 3)
	for _, a := range []attribute{lon, lat, height} {
		text := x
		switch a {
		case lat:
			text = y
		case height:
			if text = in.word(height); text == "" {
				continue
			}
		}
		var v float64
		var ok bool
		if a == height {
			v, ok = in.elevation(text)
		} else {
			v, ok = in.number(a, text)
		}
		if !ok {
			flat = nil // reported; the others are looked at all the same
		} else if flat != nil {
			flat = append(flat, v)
		}
	}
	switch {
	case flat == nil:
		return nil
	case flat[0] == 0 && flat[1] == 0:
		in.noPosition("0, 0")
		return nil
	}
	layout := geom.XY
	if len(flat) == 3 {
		layout = geom.XYZ
	}
	p := geom.NewPointFlat(layout, flat).SetSRID(geo.SRID)
	in.note(p)
	if in.declared() && !in.convert(p) {
		return nil
	}
	return p
}

// noNumber reports whether a cell of a position says that there is none.
func noNumber(a attribute, text string) bool {
	if !plain(text) {
		text = normal(text, true)
	}
	return text == "" || len(text) <= longestEmptyWord && emptyWord(a, text)
}

// number reads a decimal number, and degrees in the other ways in which crews write them.
func (in *inspection) number(a attribute, text string) (float64, bool) {
	if v, ok := parseNumber(text); ok {
		return v, true
	}
	if a != height {
		if v, ok := parseDegrees(text); ok {
			in.fix(a, CodeDegrees, strconv.FormatFloat(v, 'f', -1, 64))
			return v, true
		}
		if v, ok := parseNumber(normal(text, false)); ok {
			in.cleaned(a, text)
			return v, true
		}
		text = normal(text, false)
	}
	column := in.columns.column(a)
	without, grouped := withoutThousands(text)
	switch {
	case decimalComma(text) && (a != height && !in.reading.Metres() || !grouped): // no degrees are thousands
		in.fail(a, CodeDecimalComma, column+" 用逗号作小数点；请改为 "+strings.Replace(text, ",", ".", 1),
			column+" has a comma for the decimal point; write "+strings.Replace(text, ",", ".", 1))
		return 0, false
	case grouped:
		in.fix(a, CodeThousands, without)
		return parseNumber(without)
	}
	zh, en := in.slipped(a, text)
	in.fail(a, CodeBadNumber,
		column+" 不是十进制数；经纬度以度为单位，如 111.2867"+zh, column+" is not a decimal number; degrees are written like 111.2867"+en)
	return 0, false
}

func (in *inspection) noPosition(value string) {
	in.reportRow(Error, CodeNoPosition, value,
		"没有坐标（空、NaN 或 0,0）；请补测或从原始资料补上", "there is no position (empty, NaN or 0,0); survey it or take it from the source")
}

func (in *inspection) shapeFault(err error) {
	text := catalog.Text{ZH: "几何有误：" + err.Error(), EN: err.Error()}
	var shape *geo.ShapeError
	if errors.As(err, &shape) {
		text.ZH = shape.ZH()
		if shape.Problem == geo.ProblemEmpty {
			in.noPosition("")
			return
		}
	}
	in.reportRow(Error, CodeBadGeometry, "", text.ZH, text.EN)
}

// inside reports whether the whole geometry lies in the city's extent, and what to do when it does not.
func (in *inspection) inside(g geom.T) bool {
	flat, stride := g.FlatCoords(), g.Stride()
	straight, swapped := true, true
	for i := 0; i+1 < len(flat); i += stride {
		straight = straight && in.within(flat[i], flat[i+1])
		swapped = swapped && in.within(flat[i+1], flat[i])
	}
	switch {
	case straight:
		return true
	case swapped && in.row.Geometry == nil:
		x, y := in.columns.column(lon), in.columns.column(lat)
		in.reportRow(Error, CodeSwappedAxes, positionText(g),
			fmt.Sprintf("经度与纬度写反了：对调后位置在本市范围内；请先经度、后纬度，或用 --column '%.60s=Lat' --column '%.60s=Lon'（测量坐标的 X 为北）", x, y),
			fmt.Sprintf("longitude and latitude are swapped: the other way round the position is in the city; write longitude first, or say --column '%.60s=Lat' --column '%.60s=Lon' (a surveyor's X is north)", x, y))
	case swapped:
		in.reportRow(Error, CodeSwappedAxes, positionText(g),
			"经度与纬度写反了：对调后位置在本市范围内；请先经度、后纬度",
			"longitude and latitude are swapped: the other way round the position is in the city; write longitude first")
	case looksLikeMetres(flat):
		in.undeclared(g)
	default:
		in.reportRow(Error, CodeOutsideExtent, positionText(g),
			fmt.Sprintf("位置超出本市范围（经度 %v–%v，纬度 %v–%v）；坐标应为 WGS 84/CGCS2000 经纬度", in.extent[0], in.extent[2], in.extent[1], in.extent[3]),
			fmt.Sprintf("the position is outside the city (longitude %v to %v, latitude %v to %v); coordinates are degrees of WGS 84 or CGCS2000", in.extent[0], in.extent[2], in.extent[1], in.extent[3]))
	}
	return false
}

// within is false for NaN.
func (in *inspection) within(x, y float64) bool {
	return x >= in.extent[0] && x <= in.extent[2] && y >= in.extent[1] && y <= in.extent[3]
}

// shape compares with the sub-class's usual geometry. The list gives what is usual, not a rule, and cities do survey a sub-class
// in two shapes, so it warns (import trap 39).
func (in *inspection) shape(c *registry.Component, g geom.T) {
	usual := in.subclasses[c.Code.Subclass()].Geometry
	found := geometryOf(g)
	if usual == catalog.GeometryNone || usual == found {
		return
	}
	in.reportRow(Warning, CodeGeometryKind, string(found),
		fmt.Sprintf("该小类通常为%s，此处为%s", geometryName(usual).ZH, geometryName(found).ZH),
		fmt.Sprintf("the sub-class is usually a %s, this is a %s", geometryName(usual).EN, geometryName(found).EN))
}

func geometryOf(g geom.T) catalog.Geometry {
	switch g.(type) {
	case *geom.LineString, *geom.MultiLineString:
		return catalog.GeometryLine
	case *geom.Polygon, *geom.MultiPolygon:
		return catalog.GeometryPolygon
	}
	return catalog.GeometryPoint
}

func geometryName(g catalog.Geometry) catalog.Text {
	switch g {
	case catalog.GeometryLine:
		return catalog.Text{ZH: "线", EN: "line"}
	case catalog.GeometryPolygon:
		return catalog.Text{ZH: "面", EN: "polygon"}
	}
	return catalog.Text{ZH: "点", EN: "point"}
}

// single takes the part out of a Multi geometry that has only one (import trap 40): nothing is lost.
func single(g geom.T) geom.T {
	switch m := g.(type) {
	case *geom.MultiPoint:
		if m.NumPoints() == 1 {
			return m.Point(0).SetSRID(m.SRID())
		}
	case *geom.MultiLineString:
		if m.NumLineStrings() == 1 {
			return m.LineString(0).SetSRID(m.SRID())
		}
	case *geom.MultiPolygon:
		if m.NumPolygons() == 1 {
			return m.Polygon(0).SetSRID(m.SRID())
		}
	}
	return g
}

func typeName(g geom.T) string { return strings.TrimPrefix(fmt.Sprintf("%T", g), "*geom.") }

// positionText is the first position, for a report.
func positionText(g geom.T) string {
	flat := g.FlatCoords()
	if len(flat) < 2 {
		return ""
	}
	return decimals(flat[0]) + ", " + decimals(flat[1])
}

func decimals(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

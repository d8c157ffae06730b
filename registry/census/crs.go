package census

import (
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"
	geom "github.com/twpayne/go-geom"

	"citygrid/geo"
	"citygrid/geo/crs"
	"citygrid/registry"
	"citygrid/registry/catalog"
)

// CodeOutsideSystem is of a position that the declared coordinate system does not have.
const CodeOutsideSystem = "outside_system"

// CodeSystemOfGeoJSON is of a file of GeoJSON that was declared to be in metres.
const CodeSystemOfGeoJSON = "system_of_geojson"

// ParseCRS reads the name of the coordinate system of a survey file, "" being none: see [File.CRS], and [File.Grid] for a grid, "LOCAL:宜昌", of which nobody
// says here whether it is stored. Its error is Invalid, for the field crs, and names the cure: a file is read row by row, so that the systems are taken that
// package crs computes.
func ParseCRS(text string) (system crs.System, grid string, err error) {
	if name, local := crs.ParseLocal(text); local {
		return 0, name, badGrid(crs.CheckGridName(name))
	}
	system, err = parseSystem(text)
	return system, "", err
}

func parseSystem(text string) (crs.System, error) {
	if text == "" {
		return 0, nil
	}
	system, err := crs.Parse(text)
	var bad interface {
		error
		ZH() string
	}
	switch {
	case errors.As(err, &bad):
		return 0, registry.InvalidField("crs", text, bad.ZH(), bad.Error())
	case err != nil:
		return 0, err
	}
	return system, checkSystem(system)
}

func checkSystem(system crs.System) error {
	if system == 0 || system.Computed() {
		return nil
	}
	return registry.InvalidField("crs", system.String(),
		fmt.Sprintf("普查文件不支持 %v：可用 EPSG:4326、EPSG:4490、CGCS2000 的三度带和六度带（如 EPSG:4546）、GCJ-02、BD-09；请先换算", system),
		fmt.Sprintf("survey files are not read in %v: EPSG:4326, EPSG:4490, the 3- and 6-degree zones of CGCS2000 (such as EPSG:4546), GCJ-02 and BD-09 are; convert them first", system))
}

// CRSName is what ParseCRS reads, of a declared system; empty: none is.
func (f File) CRSName() string {
	switch {
	case f.Grid != "":
		return crs.LocalPrefix + f.Grid
	case f.CRS != 0:
		return f.CRS.String()
	}
	return ""
}

// metres reports whether the declared system has lengths and not degrees.
func (f File) metres() bool { return f.Grid != "" || f.CRS.IsZone() }

// turned gives columns X and Y the axes that they have in a declared system of metres. In a Gauss-Krüger zone or a city's own grid X is north and Y is east, as surveyors write them and
// EPSG defines the axes; in degrees X is the longitude (docs/adr/0031). A name that says its direction (东坐标, POINT_X, Easting) means that, and so does a choice.
func (m *mapping) turned(metres bool) *mapping {
	if !metres || m.at[lon] < 0 || m.at[lat] < 0 || m.rank[lon] != byAxis || m.rank[lat] != byAxis {
		return m
	}
	m.at[lon], m.at[lat] = m.at[lat], m.at[lon]
	m.axes = true
	for i, c := range m.clashes {
		switch c.attribute {
		case lon:
			m.clashes[i].attribute = lat
		case lat:
			m.clashes[i].attribute = lon
		}
	}
	return m
}

// systemRecognised says in which system the positions were read.
func systemRecognised(f File) catalog.Text {
	t := catalog.Text{
		ZH: fmt.Sprintf("坐标按 %s 读取，换算为 WGS 84 经纬度", f.CRSName()),
		EN: fmt.Sprintf("positions read in %s, converted to degrees of WGS 84", f.CRSName()),
	}
	if f.metres() {
		t.ZH += "；名为 X 的列为北坐标，Y 为东坐标"
		t.EN += "; a column X is north, Y is east"
	}
	return t
}

// systemOf refuses metres in GeoJSON, whose reader takes degrees only (RFC 7946, section 4).
func systemOf(reader Reader, f File) error {
	switch reader.(type) {
	case *GeoJSON, *GeoJSONSeq:
		if f.metres() {
			return fileError(0, CodeSystemOfGeoJSON, f.CRSName(),
				"GeoJSON 的坐标只能是经纬度（RFC 7946）；请先换算，或以 CSV 提交该坐标系的坐标",
				"positions of GeoJSON are degrees (RFC 7946); convert them first, or send positions of this system as CSV")
		}
	}
	return nil
}

// declared reports whether positions are in a system that has to be converted.
func (in *inspection) declared() bool {
	return in.reading.System != 0 && in.reading.System != crs.WGS84 && in.reading.System != crs.CGCS2000 ||
		in.reading.Grid != nil || in.reading.Swapped || in.reading.Packed
}

// convert changes the positions of a geometry from the declared system to degrees of WGS 84, and reports the first that does not come to lie in the city.
func (in *inspection) convert(g geom.T) bool {
	flat, stride := g.FlatCoords(), g.Stride()
	for i := 0; i+1 < len(flat); i += stride {
		p, err := in.reading.ToWGS84(flat[i], flat[i+1])
		if err != nil || !in.within(p[0], p[1]) {
			in.outsideSystem(flat[i], flat[i+1], p, err)
			return false
		}
		flat[i], flat[i+1] = p[0], p[1]
	}
	return true
}

// outsideSystem says what is wrong with a position, which would be at p if err is nil.
func (in *inspection) outsideSystem(x, y float64, p orb.Point, err error) {
	value := decimals(x) + ", " + decimals(y)
	other := in.reading
	other.Swapped = !other.Swapped
	if q, err := other.ToWGS84(x, y); err == nil && in.within(q[0], q[1]) {
		in.swappedInSystem(value)
		return
	}
	var bad interface {
		error
		ZH() string
	}
	if errors.As(err, &bad) {
		in.reportRow(Error, CodeOutsideSystem, value, bad.ZH(), bad.Error())
		return
	}
	km := math.Ceil(geo.Metres(p, in.nearest(p)) / 1000)
	in.reportRow(Error, CodeOutsideExtent, value,
		fmt.Sprintf("按 %v 换算后位于经度 %.5f、纬度 %.5f，在本市范围外约 %.0f 公里；请核对坐标系（带号、三度带或六度带）", in.reading, p[0], p[1], km),
		fmt.Sprintf("in %v this is longitude %.5f, latitude %.5f, some %.0f km outside the city; check the system: which zone, of 3 or 6 degrees", in.reading, p[0], p[1], km))
}

func (in *inspection) swappedInSystem(value string) {
	if in.row.Geometry != nil {
		in.reportRow(Error, CodeSwappedAxes, value,
			"经度与纬度写反了：对调后位置在本市范围内；请先经度、后纬度",
			"longitude and latitude are swapped: the other way round the position is in the city; write longitude first")
		return
	}
	east, north := in.columns.column(lon), in.columns.column(lat)
	in.reportRow(Error, CodeSwappedAxes, value,
		fmt.Sprintf("东坐标与北坐标写反了：“%.60s”按东坐标、“%.60s”按北坐标读取，对调后位置才在本市范围内；请改正本行，如整个文件都是这样，用 --column '%.60[1]s=Lat' --column '%.60[2]s=Lon'", east, north),
		fmt.Sprintf("east and north are swapped: %.60s was read as east and %.60s as north, and only the other way round is the position in the city; mend the row, or say --column '%.60[1]s=Lat' --column '%.60[2]s=Lon' if the whole file is so", east, north))
}

// nearest is the position of the city's extent that is nearest to p, in degrees.
func (in *inspection) nearest(p orb.Point) orb.Point {
	return orb.Point{min(max(p[0], in.extent[0]), in.extent[2]), min(max(p[1], in.extent[1]), in.extent[3])}
}

// noDegrees reports whether what is wrong with a geometry is that its numbers are no longitude and latitude.
func noDegrees(err error) bool {
	var shape *geo.ShapeError
	return errors.As(err, &shape) && shape.Problem == geo.ProblemPosition
}

// looksLikeMetres reports whether the first position is beyond everything in degrees.
func looksLikeMetres(flat []float64) bool {
	return len(flat) >= 2 && max(math.Abs(flat[0]), math.Abs(flat[1])) > 1000
}

// leastNorthing is less than any northing in China, in metres, and any easting with a zone's number before it: Zengmu Reef lies at 4 degrees north, but no
// city south of 18.
const leastNorthing = 1_900_000

// undeclared refuses metres of which nobody said the system.
func (in *inspection) undeclared(g geom.T) {
	if flat := g.FlatCoords(); max(math.Abs(flat[0]), math.Abs(flat[1])) < leastNorthing {
		in.reportRow(Error, CodeOutsideExtent, positionText(g),
			"坐标既不是经纬度，也小于任何 CGCS2000 投影带的坐标，像是地方坐标系；"+needParametersZH+"，再以 --crs LOCAL:名称 提交；或先换算为 CGCS2000",
			"the coordinates are no degrees, and too small for any zone of CGCS2000: they may be of a grid of the city's own. "+needParametersEN+"; then name it with --crs LOCAL:NAME, or convert them to CGCS2000 first")
		return
	}
	likely := in.likelySystem(g.FlatCoords())
	in.reportRow(Error, CodeOutsideExtent, positionText(g),
		fmt.Sprintf("坐标像是以米为单位的投影坐标；请注明其坐标系，例如 --crs %v（CGCS2000 三度带），或先换算为 WGS 84/CGCS2000 经纬度（度）", likely),
		fmt.Sprintf("the coordinates look like metres of a projection; name their system, for instance --crs %v (CGCS2000, 3-degree zone), or convert them to degrees of WGS 84 or CGCS2000 first", likely))
}

// likelySystem names the system that metres are likely to be in: the 3-degree zone of the city, with its number before the easting where one is as
// large as that makes it (import trap 31).
func (in *inspection) likelySystem(flat []float64) crs.System {
	return crs.ThreeDegreeZone((in.extent[0]+in.extent[2])/2, max(math.Abs(flat[0]), math.Abs(flat[1])) >= 2e7)
}

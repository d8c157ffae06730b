package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/paulmach/orb"

	"citygrid/geo/crs"
	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/locator"
)

type locateCommand struct {
	Lon       *float64 `arg:"" optional:"" help:"Longitude in degrees; with --crs x, the easting or longitude."`
	Lat       *float64 `arg:"" optional:"" help:"Latitude in degrees; with --crs y, the northing or latitude."`
	CRS       string   `name:"crs" default:"EPSG:4326" placeholder:"NAME" help:"Coordinate system: EPSG:4490, a CGCS2000 zone such as EPSG:4546, GCJ-02, BD-09, or any other of EPSG that PostGIS has. x (east) comes first in each."`
	Kind      string   `enum:"component,event," default:"" help:"What is asked about: component or event; with --subclass."`
	Subclass  string   `placeholder:"CODE" help:"Subclass code of the active edition, such as 0102."`
	Component string   `placeholder:"CODE" help:"Code of a component: its own record answers first."`
	JSON      bool     `name:"json" help:"Print the answer as the API gives it."`

	File      string `type:"existingfile" placeholder:"CSV" help:"Locate every row of a CSV file (UTF-8; comma, semicolon or tab) instead of one point; - is standard input."`
	Out       string `placeholder:"FILE" help:"Where to write the rows of --file with their codes; standard output otherwise."`
	LonColumn string `placeholder:"NAME" help:"Column of x or longitude in --file, by its name or number, when the name is not a common one."`
	LatColumn string `placeholder:"NAME" help:"Column of y or latitude."`
	Names     bool   `help:"Write the names of the areas beside their codes."`
}

// Help is what --help says before the flags.
func (locateCommand) Help() string {
	return `One point:
  citygrid locate 111.2846 30.7012
  citygrid locate 111.2846 30.7012 --kind event --subclass 0102
  citygrid locate 527264.948 3397881.866 --crs EPSG:4546

Millions, from a CSV file with a header such as lon,lat or 经度,纬度 or x,y; without a header the first two columns are taken:
  citygrid locate --file points.csv --out located.csv
  citygrid locate --file survey.csv --crs EPSG:4546 --lon-column 东坐标 --lat-column 北坐标 --names --out located.csv
  zcat points.csv.gz | citygrid locate --file - | head

Each row comes back with the columns grid, community, street, district and fault behind its own. They are empty outside all cells; a row whose
position cannot be read has empty codes and says why in fault, and is named on standard error. All rows are answered from one revision.
--out appears when it is whole. Exit code 2: some rows were faulty.`
}

// Validate refuses a question that is neither one point nor a file.
func (c locateCommand) Validate() error {
	switch {
	case c.File == "" && (c.Lon == nil || c.Lat == nil):
		return errors.New("write a point as LON LAT, or --file / 请写出经度和纬度，或用 --file 指定文件")
	case c.File == "" && (c.Out != "" || c.LonColumn != "" || c.LatColumn != "" || c.Names):
		return errors.New("--out, --lon-column, --lat-column and --names go with --file / 这些参数须与 --file 同用")
	case c.File != "" && (c.Lon != nil || c.Kind != "" || c.Subclass != "" || c.Component != "" || c.JSON):
		return errors.New("--file goes without a point, --kind, --subclass, --component and --json / --file 不能与坐标及这些参数同用")
	case (c.LonColumn == "") != (c.LatColumn == ""):
		return errors.New("--lon-column and --lat-column go together / --lon-column 与 --lat-column 须同时给出")
	}
	return nil
}

// Run prints the placement; outside all cells it says what is nearest and exits with 1. Of a file it writes all rows.
func (c locateCommand) Run(ctx context.Context, e *environment) error {
	system, err := c.system()
	if err != nil {
		return err
	}
	if c.File == "" && system.Computed() { // a fault of it needs no database
		if _, err := c.position(ctx, registry.New(nil, nil), system); err != nil {
			return err
		}
	}
	d, err := e.openDatabase(ctx, true)
	if err != nil {
		return err
	}
	defer d.close(ctx, e)
	places := locator.New(d.store, e.now, e.zone)
	if _, err := places.Refresh(ctx); err != nil {
		return err
	}
	held := registry.New(d.store, places)
	if c.File != "" {
		return c.locateFile(ctx, e, held, system)
	}
	return c.locatePoint(ctx, held, system)
}

func (c locateCommand) locatePoint(ctx context.Context, held *registry.Registry, system crs.System) error {
	p, err := c.position(ctx, held, system)
	if err != nil {
		return err
	}
	ask := registry.Ask{Point: p, Kind: catalog.Kind(c.Kind), Component: c.Component}
	if ask.Subclass, err = c.subclass(ctx, held); err != nil {
		return err
	}
	place, err := held.Locate(ctx, registry.Scope{All: true}, ask)
	if err != nil {
		return err
	}
	if c.JSON {
		out := json.NewEncoder(os.Stdout)
		out.SetIndent("", "  ")
		out.SetEscapeHTML(false)
		return out.Encode(place)
	}
	printPlacement(place)
	return nil
}

// fault is an error that says in two languages what is wrong: those of packages geo and crs.
type fault interface {
	error
	ZH() string
}

// system reads --crs.
func (c locateCommand) system() (crs.System, error) {
	system, err := crs.Parse(c.CRS)
	return system, c.refusedSystem(err)
}

func (c locateCommand) refusedSystem(err error) error { return refusedSystem(c.CRS, err) }

// refusedSystem makes a refusal of a coordinate system one of --crs. Every other error is given back as it is.
func refusedSystem(name string, err error) error {
	var unknown *crs.UnknownError
	var datum *crs.DatumError
	if errors.As(err, &unknown) {
		return registry.InvalidField("--crs", name, unknown.ZH(), unknown.Error())
	}
	if errors.As(err, &datum) {
		return registry.InvalidField("--crs", name, datum.ZH(), datum.Error())
	}
	return err
}

// position is the point in degrees.
func (c locateCommand) position(ctx context.Context, held *registry.Registry, system crs.System) (orb.Point, error) {
	point := []orb.Point{{*c.Lon, *c.Lat}}
	misplaced, err := held.Positions(ctx, system, point)
	if err != nil {
		return orb.Point{}, c.refusedSystem(err)
	}
	var bad fault
	if len(misplaced) > 0 && errors.As(misplaced[0].Err, &bad) {
		return orb.Point{}, registry.InvalidField("lon lat", fmt.Sprint(*c.Lon, " ", *c.Lat), bad.ZH(), bad.Error())
	}
	return point[0], nil
}

// subclass reads the code in the city's active edition.
func (c locateCommand) subclass(ctx context.Context, held *registry.Registry) (catalog.SubclassCode, error) {
	if c.Subclass == "" {
		return "", nil
	}
	if c.Kind == "" && c.Component == "" {
		return "", registry.InvalidField("--subclass", c.Subclass, "须同时给出 --kind component 或 --kind event", "needs --kind component or --kind event beside it")
	}
	city, err := held.City(ctx, registry.Scope{All: true})
	if err != nil {
		return "", err
	}
	code, err := catalog.ParseSubclassCode(city.Edition, c.Subclass)
	var bad *catalog.CodeError
	if errors.As(err, &bad) {
		m := bad.Message()
		return "", registry.InvalidField("--subclass", c.Subclass, m.ZH, m.EN)
	}
	return code, err
}

func printPlacement(p registry.Placement) {
	fmt.Printf("grid 网格       %s %s", p.Grid.Code, p.Grid.Name)
	if p.Grid.Inspector != nil {
		fmt.Printf("   inspector 监督员 %s %s", p.Grid.Inspector.Code, p.Grid.Inspector.Name)
	}
	fmt.Printf("\ncommunity 社区  %s %s", p.Community.Code, p.Community.Name)
	if p.Community.Officer != nil {
		fmt.Printf("   officer 执法队员 %s %s", p.Community.Officer.Code, p.Community.Officer.Name)
	}
	fmt.Printf("\nstreet 街道     %s %s\ndistrict 区     %s %s\n", p.Street.Code, p.Street.Name, p.District.Code, p.District.Name)
	for _, m := range p.Managed {
		fmt.Printf("managed 市管    %s %s\n", m.Code, m.Name)
	}
	if p.Border {
		fmt.Println("border 边界     on the border: the lowest code of the covering cells was taken / 位于网格边界，取代码最小者")
	}
	for _, n := range p.Neighbours {
		fmt.Printf("near 邻近       %s %s  %.2f m\n", n.Code, n.Name, n.Metres)
	}
	if r := p.Responsible; r != nil {
		fmt.Printf("answers 责任    %s %s\n  because       %s\n  依据          %s\n", r.Unit.Code, r.Unit.Name, r.Because.EN, r.Because.ZH)
		if r.Competent != nil {
			fmt.Printf("competent 主管  %s %s\n", r.Competent.Code, r.Competent.Name)
		}
		for _, c := range r.PassedOver {
			fmt.Printf("passed over     %s %s: %s / %s\n", c.Unit.Code, c.Unit.Name, c.Because.EN, c.Because.ZH)
		}
	}
	fmt.Printf("revision 版本   %d\n", p.Revision)
}

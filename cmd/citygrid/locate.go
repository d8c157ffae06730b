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
	"citygrid/registry/postgis"
)

type locateCommand struct {
	Lon       float64 `arg:"" help:"Longitude in degrees; with --crs x, the easting or longitude."`
	Lat       float64 `arg:"" help:"Latitude in degrees; with --crs y, the northing or latitude."`
	CRS       string  `name:"crs" default:"EPSG:4326" placeholder:"NAME" help:"Coordinate system: EPSG:4490, a CGCS2000 zone such as EPSG:4546, GCJ-02, BD-09."`
	Kind      string  `enum:"component,event," default:"" help:"What is asked about: component or event; with --subclass."`
	Subclass  string  `placeholder:"CODE" help:"Subclass code of the active edition, such as 0102."`
	Component string  `placeholder:"CODE" help:"Code of a component: its own record answers first."`
	JSON      bool    `name:"json" help:"Print the answer as the API gives it."`
}

// Run prints the placement; outside all cells it says what is nearest and exits with 1.
func (c locateCommand) Run(ctx context.Context, e *environment) error {
	p, err := c.point()
	if err != nil {
		return err
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
	ask := registry.Ask{Point: p, Kind: catalog.Kind(c.Kind), Component: c.Component}
	if ask.Subclass, err = c.subclass(ctx, d.store); err != nil {
		return err
	}
	place, err := registry.New(d.store, places).Locate(ctx, registry.Scope{All: true}, ask)
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

// point reads the position in its coordinate system.
func (c locateCommand) point() (orb.Point, error) {
	system, err := crs.Parse(c.CRS)
	var unknown *crs.UnknownError
	if errors.As(err, &unknown) {
		return orb.Point{}, registry.InvalidField("--crs", c.CRS, unknown.ZH(), unknown.Error())
	}
	p, err := system.ToWGS84(c.Lon, c.Lat)
	var bad interface {
		Error() string
		ZH() string
	}
	if errors.As(err, &bad) { // a *geo.PointError or a *crs.RangeError
		return orb.Point{}, registry.InvalidField("lon lat", fmt.Sprint(c.Lon, " ", c.Lat), bad.ZH(), bad.Error())
	}
	return p, err
}

// subclass reads the code in the city's active edition.
func (c locateCommand) subclass(ctx context.Context, store *postgis.Store) (catalog.SubclassCode, error) {
	if c.Subclass == "" {
		return "", nil
	}
	if c.Kind == "" && c.Component == "" {
		return "", registry.InvalidField("--subclass", c.Subclass, "须同时给出 --kind component 或 --kind event", "needs --kind component or --kind event beside it")
	}
	city, err := store.City(ctx, registry.Scope{All: true})
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

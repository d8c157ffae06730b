package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"

	"citygrid/geo/crs"
	"citygrid/registry"
	"citygrid/registry/census"
)

// gridCommand keeps the grids of a city's own.
type gridCommand struct {
	List   gridListCommand   `cmd:"" default:"1" help:"List the grids of the city's own that are stored, by name; their parameters with --parameters."`
	Set    gridSetCommand    `cmd:"" help:"Store the four parameters (四参数) of a grid, or replace them."`
	Fit    gridFitCommand    `cmd:"" help:"Compute the four parameters from control points, and store them with --store."`
	Remove gridRemoveCommand `cmd:"" help:"Forget a grid. What was imported by it stays as it is."`
}

// gridFormula is shown with each command that takes or prints parameters.
const gridFormula = `The parameters lead from the grid to a zone of CGCS2000. What stands e east and n north in the grid stands in the zone at

    E = EAST  + SCALE * ( e*cos(ROTATION) + n*sin(ROTATION))
    N = NORTH + SCALE * (-e*sin(ROTATION) + n*cos(ROTATION))

ROTATION turns clockwise: a bearing in the grid plus ROTATION is the bearing in the zone. It is written with its unit: -754.321" or -754.321s (seconds of arc),
-0.2095336d (degrees), -0.0036570r (radians). SCALE is a ratio near 1: of a scale given as m take 1+m, of 37.5 ppm take 1.0000375. Survey software in China often
calls north X and east Y: its DX is NORTH, its DY is EAST. Parameters that lead the other way, from the zone to the grid, are other numbers: compute them anew
with "citygrid grid fit", or check one control point before the first import.

A survey file is then read with --crs LOCAL:NAME, and a file whose positions fit the grid alone is asked about with it.

The parameters of a city's grid are confidential in China. CityGrid keeps them in the table local_grid and shows them in no answer, report or log; but a shell keeps
a history of what is typed (begin the line with a space), other accounts of the machine see the arguments of a running program, and whoever may import by a grid
and see where that lies can compute them.`

type gridListCommand struct {
	Parameters bool `help:"Show the parameters too. They are confidential."`
}

// Help explains what is shown.
func (gridListCommand) Help() string { return gridFormula }

// Run lists the grids.
func (c gridListCommand) Run(ctx context.Context, e *environment) error {
	d, err := e.openDatabase(ctx, true)
	if err != nil {
		return err
	}
	defer d.close(ctx, e)
	all, err := d.store.StoredGrids(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Println("no grid of the city's own is stored: citygrid grid set --help / 尚未登记地方坐标系")
		return nil
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "NAME\tZONE\tSTORED\tBY")
	for _, g := range all {
		fmt.Fprintf(out, "%s\t%v\t%s\t%s\n", g, g.Zone, e.when(g.StoredAt), printable(g.Actor))
	}
	if err := out.Flush(); err != nil || !c.Parameters {
		return err
	}
	for _, g := range all {
		printGrid(g.Grid)
	}
	return nil
}

// printGrid writes the parameters as set takes them.
func printGrid(g crs.Grid) {
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	fmt.Printf("%s --to=%v --east=%s --north=%s --rotation=%ss --scale=%s\n", quoted(g.Name), g.Zone, number(g.East), number(g.North), number(g.Rotation), number(g.Scale))
}

type gridSetCommand struct {
	Name     string  `arg:"" help:"The name, as in --crs LOCAL:NAME."`
	To       string  `required:"" placeholder:"EPSG" help:"The zone of CGCS2000 that the parameters lead to, such as EPSG:4546."`
	East     float64 `required:"" placeholder:"METRES" help:"Shift east (东平移)."`
	North    float64 `required:"" placeholder:"METRES" help:"Shift north (北平移). A negative number is written with =: --north=-12.5."`
	Rotation string  `required:"" placeholder:"ANGLE" help:"Rotation (旋转角), clockwise, with its unit: 12.3s, 0.0034d or 0.00006r."`
	Scale    float64 `required:"" placeholder:"RATIO" help:"Scale (尺度), near 1: 1+m."`
}

// Help explains the parameters.
func (gridSetCommand) Help() string { return gridFormula }

// Run stores a grid.
func (c gridSetCommand) Run(ctx context.Context, e *environment) error {
	g := crs.Grid{Name: c.Name, East: c.East, North: c.North, Scale: c.Scale}
	var err error
	if g.Zone, err = zoneOf(c.To); err != nil {
		return err
	}
	if g.Rotation, err = parseRotation(c.Rotation); err != nil {
		return err
	}
	return storeGrid(ctx, e, g)
}

// zoneOf reads the name of a zone. Its error is Invalid.
func zoneOf(text string) (crs.System, error) {
	system, err := crs.Parse(text)
	if err != nil || !system.IsZone() {
		return 0, registry.InvalidField("--to", text, "须为 CGCS2000 的投影带，如 EPSG:4546（三度带，中央经线 111°）", "name a zone of CGCS2000, such as EPSG:4546 (3 degrees, central meridian 111°)")
	}
	return system, nil
}

// parseRotation reads an angle with its unit, in seconds of arc. Without a unit it is Invalid: a guess would be wrong by 3,600 times.
func parseRotation(text string) (float64, error) {
	for unit, seconds := range map[string]float64{"\"": 1, "″": 1, "s": 1, "d": 3600, "°": 3600, "r": 180 * 3600 / math.Pi} {
		if number, found := strings.CutSuffix(text, unit); found {
			if v, err := strconv.ParseFloat(number, 64); err == nil && !math.IsInf(v, 0) && !math.IsNaN(v) {
				return v * seconds, nil
			}
		}
	}
	return 0, registry.InvalidField("--rotation", text, "旋转角须带单位：秒写作 12.3s 或 12.3″，度写作 0.0034d，弧度写作 0.00006r",
		"write a rotation with its unit: 12.3s or 12.3″ of seconds, 0.0034d of degrees, 0.00006r of radians")
}

func storeGrid(ctx context.Context, e *environment, g crs.Grid) error {
	if err := gridFault(g.Check()); err != nil {
		return err
	}
	d, err := e.openDatabase(ctx, true)
	if err != nil {
		return err
	}
	defer d.close(ctx, e)
	replaced, err := d.store.PutGrid(ctx, census.StoredGrid{Grid: g, Actor: e.actor, StoredAt: e.now()})
	if err != nil {
		return err
	}
	done := "stored / 已登记"
	if replaced {
		done = "replaced; what was imported by it before stays where it is / 已替换，此前导入的位置不变"
	}
	fmt.Printf("%s: %s\n  citygrid import FILE --crs %s\n", g, done, quoted(g.String()))
	return nil
}

// gridFault is Invalid where err says what is wrong with a grid; else it is err.
func gridFault(err error) error {
	var bad *crs.GridError
	if errors.As(err, &bad) {
		return registry.InvalidField(bad.Parameter, bad.Value, bad.ZH(), bad.Error())
	}
	return err
}

type gridRemoveCommand struct {
	Name string `arg:"" help:"The grid, with or without LOCAL:."`
}

// Run forgets a grid.
func (c gridRemoveCommand) Run(ctx context.Context, e *environment) error {
	d, err := e.openDatabase(ctx, true)
	if err != nil {
		return err
	}
	defer d.close(ctx, e)
	name, local := crs.ParseLocal(c.Name)
	if !local {
		name = c.Name
	}
	if err := d.store.RemoveGrid(ctx, name); err != nil {
		return err
	}
	fmt.Printf("forgotten / 已删除: %s%s\n", crs.LocalPrefix, printable(name))
	return nil
}

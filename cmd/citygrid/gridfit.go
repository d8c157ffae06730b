package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"citygrid/geo/crs"
	"citygrid/registry"
)

type gridFitCommand struct {
	Name   string `arg:"" help:"The name of the grid, as in --crs LOCAL:NAME."`
	Points string `arg:"" type:"existingfile" help:"CSV of two or more control points (控制点); the columns are above."`
	To     string `required:"" placeholder:"EPSG" help:"The zone of CGCS2000 in which the points are known, such as EPSG:4546."`
	Store  bool   `help:"Store the parameters; without it they are printed alone."`
}

// Help explains the columns and the parameters.
func (gridFitCommand) Help() string {
	return `The CSV has a header and a row for each point, all numbers in metres:

    point,grid_east,grid_north,zone_east,zone_north
    点名,地方东,地方北,国家东,国家北

The parameters are those that leave the least squares of residuals (最小二乘残差), which are printed point by point with their mean error. Two points leave none,
whatever they are: take three or more, round the city. A residual that is far larger than the others is a point that was measured or written wrongly.

` + gridFormula
}

// controlColumns are the columns of control points, in English and Chinese.
func controlColumns() [5][2]string {
	return [...][2]string{{"point", "点名"}, {"grid_east", "地方东"}, {"grid_north", "地方北"}, {"zone_east", "国家东"}, {"zone_north", "国家北"}}
}

// The limits of a file of control points.
const (
	longestControls = 1 << 20 // bytes
	mostControls    = 10_000
)

// Run computes the parameters of a grid.
func (c gridFitCommand) Run(ctx context.Context, e *environment) error {
	zone, err := zoneOf(c.To)
	if err != nil {
		return err
	}
	names, points, err := readControls(c.Points)
	if err != nil {
		return err
	}
	g, left, err := crs.FitGrid(crs.Grid{Name: c.Name, Zone: zone}, points)
	if err := gridFault(err); err != nil {
		return err
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "POINT\tEAST\tNORTH\tMETRES")
	sum := 0.0
	for i, r := range left {
		sum += r.East*r.East + r.North*r.North
		fmt.Fprintf(out, "%s\t%.4f\t%.4f\t%.4f\n", printable(names[i]), r.East, r.North, r.Metres())
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if over := 2*len(points) - 4; over > 0 {
		fmt.Printf("mean error of a coordinate / 单位权中误差: %.4f m, %d points\n", math.Sqrt(sum/float64(over)), len(points))
	} else {
		fmt.Println("two points leave nothing to check them by: a third would show whether they fit / 只有两个点，没有多余观测可供检核")
	}
	printGrid(g)
	if !c.Store {
		fmt.Println("not stored: add --store / 未登记，加 --store 登记")
		return nil
	}
	return storeGrid(ctx, e, g)
}

// readControls reads control points. Its error is Invalid where the file is none.
func readControls(path string) (names []string, points []crs.Control, err error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, longestControls+1))
	if err != nil {
		return nil, nil, err
	}
	refuse := func(zh, en string) ([]string, []crs.Control, error) {
		return nil, nil, registry.InvalidField("points", path, zh, en)
	}
	if len(text) > longestControls {
		return refuse("控制点文件超过 1 MiB", "the file of control points is larger than 1 MiB")
	}
	if text = bytes.TrimPrefix(text, []byte("\ufeff")); !utf8.Valid(text) {
		if text, err = simplifiedchinese.GB18030.NewDecoder().Bytes(text); err != nil || bytes.ContainsRune(text, utf8.RuneError) {
			return refuse("文件既不是 UTF-8 也不是 GB18030", "the file is neither UTF-8 nor GB18030")
		}
	}
	records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		return refuse("不是 CSV："+err.Error(), "the file is no CSV: "+err.Error())
	}
	if len(records) == 0 || len(records) > mostControls {
		return refuse(fmt.Sprintf("控制点须为 1 至 %d 个", mostControls-1), fmt.Sprintf("there are to be 1 to %d control points", mostControls-1))
	}
	columns := controlColumns()
	var at [len(columns)]int
	for i, column := range columns {
		at[i] = slices.IndexFunc(records[0], func(name string) bool {
			name = strings.TrimSpace(name)
			return strings.EqualFold(name, column[0]) || name == column[1]
		})
		if at[i] < 0 {
			return refuse("缺少“"+column[1]+"”列（"+column[0]+"）", "there is no column "+column[0]+" ("+column[1]+")")
		}
	}
	for n, record := range records[1:] {
		var p crs.Control
		for i, to := range []*float64{&p.East, &p.North, &p.ZoneEast, &p.ZoneNorth} {
			if *to, err = strconv.ParseFloat(strings.TrimSpace(record[at[i+1]]), 64); err != nil || math.IsNaN(*to) || math.IsInf(*to, 0) {
				column := columns[i+1]
				return refuse(fmt.Sprintf("第 %d 行的“%s”不是以米为单位的数", n+2, column[1]), fmt.Sprintf("%s of row %d is no number of metres", column[0], n+2))
			}
		}
		names, points = append(names, record[at[0]]), append(points, p)
	}
	return names, points, nil
}

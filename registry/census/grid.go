package census

import (
	"errors"
	"slices"
	"strings"
	"time"

	"citygrid/geo/crs"
	"citygrid/registry"
)

// StoredGrid is a grid of the city's own (地方坐标系) as an administrator stored it.
type StoredGrid struct {
	crs.Grid
	Actor    string
	StoredAt time.Time
}

// What is needed before a grid can be read (import trap 34).
const (
	needParametersZH = "须由管理员用 citygrid grid set 登记其四参数（对某个 CGCS2000 投影带的东、北平移，旋转，尺度），或用 citygrid grid fit 由控制点计算"
	needParametersEN = "An administrator has to store its four parameters with citygrid grid set (shift east and north, rotation and scale to a zone of CGCS2000), or compute them from control points with citygrid grid fit"
)

// GridNamed is the one of a name among the stored grids. Invalid, for the field crs, where there is none: it says what is needed.
func GridNamed(name string, stored []crs.Grid) (crs.Grid, error) {
	if i := slices.IndexFunc(stored, func(g crs.Grid) bool { return g.Name == name }); i >= 0 {
		return stored[i], nil
	}
	zh, en := "尚未登记地方坐标系“"+name+"”；"+needParametersZH, "no grid "+name+" is stored. "+needParametersEN
	if len(stored) > 0 {
		var names []string
		for _, g := range stored {
			names = append(names, g.String())
		}
		list := strings.Join(names, ", ")
		zh, en = zh+"；已登记："+list, en+". Stored are: "+list
	}
	return crs.Grid{}, registry.InvalidField("crs", crs.LocalPrefix+name, zh, en)
}

// badGrid is Invalid, for the field crs, where err says what is wrong with a grid; else it is err.
func badGrid(err error) error {
	var bad *crs.GridError
	if errors.As(err, &bad) {
		return registry.InvalidField("crs", bad.Value, bad.ZH(), bad.Error())
	}
	return err
}

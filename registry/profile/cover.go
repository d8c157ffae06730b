package profile

import (
	"context"
	"fmt"
	"strings"

	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/registry"
)

// SliverSquareMetres is the largest gap or overlap that is let pass, with a warning: what remains of rounding coordinates to
// 1e-7 degree along a border of some kilometres.
const SliverSquareMetres = 1.0

// CoverFault is a place where children do not tile what they should.
type CoverFault struct {
	Code         string   // CodeGap, CodeOverlap or CodeOutsideParent
	Parent       string   // the area that should be tiled; empty for the city as a whole
	Areas        []string // the children concerned; none for a gap
	At           orb.Point
	SquareMetres float64
}

// InvalidArea is an area whose shape PostGIS finds not valid (OGC 06-103r4).
type InvalidArea struct {
	Code   string
	Reason string
	At     orb.Point
}

// unproven lists the parents of which it is not proven, from the vertices alone, that their children tile them; "" is the city,
// whose districts have nothing above them to be compared with.
func (d *Folder) unproven(f *faults) []string {
	children := map[string][]geo.Area{}
	for _, a := range d.Areas {
		children[a.Parent] = append(children[a.Parent], a.Shape)
	}
	out := []string{""}
	for _, a := range d.Areas {
		if a.Level == registry.LevelGrid {
			continue
		}
		parts := children[a.Code]
		switch {
		case len(parts) == 0:
			f.add(a.file, a.row, "code", a.Code, CodeNoChildren, "没有下级区域", "there is no area below it")
		case !geo.SameCover(parts, a.Shape):
			out = append(out, a.Code)
		}
	}
	return out
}

// checkShapes asks the store what it finds wrong with the staged areas: shapes that are not valid, and, for the parents that are
// not proven, gaps and overlaps with their place and size.
func (d *Folder) checkShapes(ctx context.Context, c Change, f *faults) error {
	invalid, err := c.InvalidAreas(ctx)
	if err != nil {
		return err
	}
	byCode := map[string]*Area{}
	for i := range d.Areas {
		byCode[d.Areas[i].Code] = &d.Areas[i]
	}
	for _, v := range invalid {
		a := byCode[v.Code]
		f.add(a.file, a.row, "geometry", v.Code, CodeInvalidShape,
			fmt.Sprintf("图形无效（%s），位置 %s", v.Reason, place(v.At)), fmt.Sprintf("the shape is not valid (%s) at %s", v.Reason, place(v.At)))
	}
	parents := d.unproven(f)
	if len(f.errors) > 0 {
		return nil // overlaying shapes that are not valid only makes noise
	}
	found, err := c.CoverFaults(ctx, parents)
	if err != nil {
		return err
	}
	measured := map[string]bool{}
	for _, fault := range found {
		d.noteCover(f, fault, byCode)
		measured[fault.Parent] = measured[fault.Parent] || fault.SquareMetres > SliverSquareMetres
	}
	for _, p := range parents[1:] {
		if measured[p] {
			continue // said better already
		}
		f.warn(byCode[p].file, p, CodeNotNoded,
			"下级区域与本区域的边界节点不一致，已由 PostGIS 量测代替", "the borders below it do not share its vertices; measured by PostGIS instead")
	}
	return nil
}

func (d *Folder) noteCover(f *faults, fault CoverFault, byCode map[string]*Area) {
	words := map[string][2]string{
		CodeGap:           {"缝隙", "gap"},
		CodeOverlap:       {"重叠", "overlap"},
		CodeOutsideParent: {"超出上级区域", "outside the area above it"},
	}[fault.Code]
	// The file is that of the children, where the fault is to be mended.
	file := levels()[0].file
	for i, l := range levels()[:len(levels())-1] {
		if p := byCode[fault.Parent]; p != nil && p.Level == l.level {
			file = levels()[i+1].file
		}
	}
	zh := fmt.Sprintf("%s %.1f 平方米，位置 %s", words[0], fault.SquareMetres, place(fault.At))
	en := fmt.Sprintf("%s of %.1f m² at %s", words[1], fault.SquareMetres, place(fault.At))
	if fault.Parent != "" {
		zh, en = zh+"，在 "+fault.Parent+" 内", en+", in "+fault.Parent
	}
	codes := strings.Join(fault.Areas, " ")
	if fault.SquareMetres <= SliverSquareMetres {
		f.warn(file, codes, fault.Code, zh, en)
		return
	}
	f.add(file, 0, "geometry", codes, fault.Code, zh, en)
}

func place(p orb.Point) string { return fmt.Sprintf("%.6f,%.6f", p[0], p[1]) }

package census

import (
	"context"
	"fmt"

	"citygrid/registry/catalog"
)

// checkWhole runs the checks that need every row of the file and takes what fails out of the staged rows.
func (r *run) checkWhole(ctx context.Context) error {
	if err := r.checkPolygons(ctx); err != nil {
		return err
	}
	if err := r.checkDivisions(ctx); err != nil {
		return err
	}
	if err := r.checkNamesakes(ctx); err != nil {
		return err
	}
	return r.checkNear(ctx)
}

// checkPolygons refuses polygons that cross themselves (import trap 41): their area, and so their cell, means nothing.
func (r *run) checkPolygons(ctx context.Context) error {
	var lines []int64
	for p, err := range r.staging.CrossedPolygons(ctx) {
		if err != nil {
			return err
		}
		lines = append(lines, p.Line)
		r.rejected = append(r.rejected, p.Line)
		r.unstaged = append(r.unstaged, NamedLine{p.Code, p.Line})
		r.report(Issue{
			Row: p.Line, Code: CodeBadGeometry, Value: cut(p.Reason), Severity: Error,
			Message: catalog.Text{
				ZH: "面的边界自相交或不成面：" + p.Reason + "；请在制图软件中修复后重新导出",
				EN: "the polygon's border crosses itself or encloses nothing: " + p.Reason + "; mend it in the drawing and export it again",
			},
		})
	}
	r.batch.Good -= int64(len(lines))
	r.batch.Bad += int64(len(lines))
	r.doubles = append(r.doubles, lines...)
	return r.remove(ctx, lines)
}

// checkNamesakes deals with rows that name the same component (import trap 24): equal in every column, the first is kept; else
// nobody can say which is right, and none is.
func (r *run) checkNamesakes(ctx context.Context) error {
	var group []Namesake
	for n, err := range r.staging.Namesakes(ctx, r.unstaged) {
		if err != nil {
			return err
		}
		if len(group) > 0 && group[0].Group != n.Group {
			r.namesakes(group)
			group = group[:0]
		}
		group = append(group, n)
	}
	r.namesakes(group)
	return r.remove(ctx, r.doubles)
}

func (r *run) namesakes(group []Namesake) {
	if len(group) == 0 {
		return
	}
	if allEqual(group) {
		for _, n := range group[1:] {
			r.report(Issue{
				Row: n.Line, Column: r.codeColumn(n.Line), Code: CodeRepeatedRow, Value: cut(n.Code), Severity: Warning,
				Message: catalog.Text{
					ZH: fmt.Sprintf("与第 %s 行完全相同，只取一次", r.batch.rowText(group[0].Line, n.Line)),
					EN: fmt.Sprintf("equal to row %s in every column; it is taken once", r.batch.rowText(group[0].Line, n.Line)),
				},
			})
			r.doubles = append(r.doubles, n.Line)
			r.batch.Good--
		}
		return
	}
	for _, n := range group {
		lines := r.batch.list(someLines(group), len(group), n.Line)
		r.report(Issue{
			Row: n.Line, Column: r.codeColumn(n.Line), Code: CodeDuplicate, Value: cut(n.Code), Severity: Error,
			Message: catalog.Text{
				ZH: fmt.Sprintf("第 %s 行指的是同一个部件而内容不同；请核对后只留一行，或改正编码", lines),
				EN: fmt.Sprintf("rows %s name the same component and differ; keep the right one, or correct the codes", lines),
			},
		})
		if n.Staged {
			r.doubles = append(r.doubles, n.Line)
			r.rejected = append(r.rejected, n.Line)
			r.unstaged = append(r.unstaged, NamedLine{n.Code, n.Line})
			r.batch.Good--
			r.batch.Bad++
		}
	}
}

func allEqual(group []Namesake) bool {
	for _, n := range group {
		if !n.Staged || n.Image != group[0].Image {
			return false
		}
	}
	return true
}

// someLines are the first rows of a group, which may be the whole file.
func someLines(group []Namesake) []int64 {
	const most = 5
	var lines []int64
	for _, n := range group[:min(len(group), most)] {
		lines = append(lines, n.Line)
	}
	return lines
}

func (r *run) remove(ctx context.Context, lines []int64) error {
	if len(lines) == 0 {
		return nil
	}
	return r.staging.Remove(ctx, lines)
}

package census

import (
	"context"
	"fmt"

	"citygrid/registry/catalog"
)

// checkDivisions judges the rows whose code is of another division than the cell in which they lie (import trap 25). One that the registry knows may
// be of a district that was redrawn, which no code follows, and is warned of. A new one has a wrong code or a wrong position, and is refused.
func (r *run) checkDivisions(ctx context.Context) error {
	if !r.checker.strayed {
		return nil
	}
	var lines []int64
	for s, err := range r.staging.Strayed(ctx) {
		if err != nil {
			return err
		}
		issue := Issue{
			Row: s.Line, Column: r.codeColumn(s.Line), Code: CodeDivisionDiffers, Value: cut(s.Code), Severity: Warning, Message: s.text(),
		}
		if s.Excused {
			r.report(issue)
			continue
		}
		issue.Severity = Error
		issue.Message.ZH += "；此编码尚未登记：请核对后改正编码的前六位，或改正坐标"
		issue.Message.EN += "; no component has the code yet: correct its first six digits, or the position, whichever is wrong"
		r.report(issue)
		lines = append(lines, s.Line)
		r.rejected = append(r.rejected, s.Line)
		r.unstaged = append(r.unstaged, NamedLine{s.Code, s.Line})
	}
	r.batch.Good -= int64(len(lines))
	r.batch.Bad += int64(len(lines))
	r.doubles = append(r.doubles, lines...)
	return r.remove(ctx, lines)
}

// text names both readings.
func (s Strayed) text() catalog.Text {
	code, cell := s.Code[:min(len(s.Code), divisionDigits)], s.Grid[:min(len(s.Grid), divisionDigits)]
	return catalog.Text{
		ZH: fmt.Sprintf("按编码属于区划 %s，按坐标属于区划 %s（单元网格 %s）", code, cell, s.Grid),
		EN: fmt.Sprintf("by its code it is in division %s, by its position in %s (grid cell %s)", code, cell, s.Grid),
	}
}

// divisionDigits is how many digits of a code name the division.
const divisionDigits = 6

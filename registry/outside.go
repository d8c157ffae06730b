package registry

import (
	"fmt"

	"github.com/paulmach/orb"
)

// OutsideError says that no cell covers a point.
type OutsideError struct {
	Point   orb.Point
	Nearest AreaRef // the nearest cell; empty when the registry has no cells
	Metres  float64 // its distance
}

// Error implements error.
func (e *OutsideError) Error() string { return e.problem().Error() }

// Unwrap returns the failure as an Error of kind NotFound and code outside_all_cells.
func (e *OutsideError) Unwrap() error { return e.problem() }

func (e *OutsideError) problem() *Error {
	if e.Nearest.Code == "" {
		return NewError(NotFound, "outside_all_cells", "没有单元网格：登记库中尚无网格", "no grid cell: the registry has none yet")
	}
	return NewError(NotFound, "outside_all_cells",
		fmt.Sprintf("该点不在任何单元网格内；最近的网格是 %s，距离 %.1f 米", e.Nearest.Code, e.Metres),
		fmt.Sprintf("no grid cell covers the point; the nearest is %s, %.1f m away", e.Nearest.Code, e.Metres))
}

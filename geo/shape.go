package geo

import "fmt"

// Problem is a stable code for what is wrong with a geometry.
type Problem string

// The problems that [NewArea], [CheckGeometry] and [DecodeEWKB] find.
const (
	ProblemPosition  Problem = "position"           // a number that cannot be a coordinate; Err is a *PointError
	ProblemEmpty     Problem = "empty"              // no positions, in the whole or in a part
	ProblemShort     Problem = "too_few_positions"  // a ring of fewer than 4 positions, a line of fewer than 2
	ProblemUnclosed  Problem = "unclosed_ring"      // the last position of a ring is not its first
	ProblemFlat      Problem = "zero_size"          // a ring without area, a line without length
	ProblemRings     Problem = "too_many_rings"     // more rings, lines or points than Limits.Rings
	ProblemPositions Problem = "too_many_positions" // more than Limits.Positions
	ProblemType      Problem = "geometry_type"      // not a Point, LineString, Polygon or Multi form of these
	ProblemLayout    Problem = "layout"             // not XY or XYZ, or numbers that do not fill it
	ProblemSRID      Problem = "srid"               // declared to be in another coordinate system
	ProblemEncoding  Problem = "encoding"           // bytes that are not the encoding they should be
)

// ShapeError says what is wrong with a geometry and where. Its text is English; [ShapeError.ZH] is Chinese.
type ShapeError struct {
	Problem Problem
	Part    int   // which part of a Multi geometry, from 0; -1 when the problem is not in one part
	Ring    int   // which ring of the part, 0 for the outer one; -1 when the problem is not in a ring
	Count   int   // how many there are, for problems of counting; the SRID for ProblemSRID
	Limit   int   // how many there may be, or must be at least
	Err     error // the cause, or nil
}

// Error says where, then what.
func (e *ShapeError) Error() string {
	return "geometry: " + e.where("part %d: ", "ring %d: ") + e.what()
}

// ZH is the text of Error in Chinese.
func (e *ShapeError) ZH() string {
	where := e.where("第 %d 部分", "第 %d 环")
	if where != "" {
		where += "："
	}
	cause := ""
	if p, ok := e.Err.(*PointError); ok {
		cause = "：" + p.ZH()
	} else if e.Err != nil {
		cause = "：" + e.Err.Error()
	}
	switch e.Problem {
	case ProblemPosition:
		return "几何" + where + "坐标无效" + cause
	case ProblemEmpty:
		return "几何" + where + "为空"
	case ProblemShort:
		return fmt.Sprintf("几何%s只有 %d 个点，至少需要 %d 个", where, e.Count, e.Limit)
	case ProblemUnclosed:
		return "几何" + where + "环未闭合：末点应与首点相同"
	case ProblemFlat:
		return "几何" + where + "面积或长度为零"
	case ProblemRings:
		return fmt.Sprintf("几何由 %d 个环、线或点组成，超过上限 %d", e.Count, e.Limit)
	case ProblemPositions:
		return fmt.Sprintf("几何有 %d 个点，超过上限 %d", e.Count, e.Limit)
	case ProblemSRID:
		return fmt.Sprintf("几何的 SRID 为 %d，应为 %d", e.Count, SRID)
	case ProblemLayout:
		return "几何的坐标应为二维或三维" + cause
	case ProblemType:
		return "不支持的几何类型" + cause
	}
	return "几何编码错误" + cause
}

// Unwrap gives the cause, a *PointError for ProblemPosition.
func (e *ShapeError) Unwrap() error { return e.Err }

// where counts from 1, as people do.
func (e *ShapeError) where(part, ring string) string {
	s := ""
	if e.Part >= 0 {
		s += fmt.Sprintf(part, e.Part+1)
	}
	if e.Ring >= 0 {
		s += fmt.Sprintf(ring, e.Ring+1)
	}
	return s
}

func (e *ShapeError) what() string {
	cause := ""
	if e.Err != nil {
		cause = ": " + e.Err.Error()
	}
	switch e.Problem {
	case ProblemPosition:
		return "bad position" + cause
	case ProblemEmpty:
		return "it is empty"
	case ProblemShort:
		return fmt.Sprintf("it has %d positions, at least %d are needed", e.Count, e.Limit)
	case ProblemUnclosed:
		return "the ring is not closed: its last position must equal its first"
	case ProblemFlat:
		return "its area or length is zero"
	case ProblemRings:
		return fmt.Sprintf("it is made of %d rings, lines or points, the limit is %d", e.Count, e.Limit)
	case ProblemPositions:
		return fmt.Sprintf("it has %d positions, the limit is %d", e.Count, e.Limit)
	case ProblemSRID:
		return fmt.Sprintf("its SRID is %d, not %d", e.Count, SRID)
	case ProblemLayout:
		return "positions must have two or three numbers" + cause
	case ProblemType:
		return "unsupported geometry type" + cause
	}
	return "bad encoding" + cause
}

// wholeShape is a problem that is not in one part or ring.
func wholeShape(p Problem, err error) *ShapeError {
	return &ShapeError{Problem: p, Part: -1, Ring: -1, Err: err}
}

package census

import (
	"context"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	geom "github.com/twpayne/go-geom"

	"citygrid/registry/catalog"
	"citygrid/registry/evidence"
)

// KeyPosition is the key of the question how positions are meant: the answer is a reading, as [evidence.Parse] reads it, or AnswerAsIs.
const KeyPosition = "position"

// keyUsual is the key under which an answer to KeyPosition that was given about an earlier file of a crew goes with the next: that is read so, unless it
// contradicts it.
const keyUsual = "usual." + KeyPosition

// AnswerAsIs takes positions as they were read, although all are shifted from what is known.
const AnswerAsIs = "asis"

// CodePositionsShifted is of a file whose positions are all shifted alike from where its components are known to be, when that was answered with AnswerRefuse.
const CodePositionsShifted = "positions_shifted"

// mostPairs is how many rows are tried: every row of a file with fewer, else every second, fourth …
const mostPairs = 20_000

// pairs are the positions of rows as they stand in the file. The zero value is ready.
type pairs struct {
	kept  []pair
	every int64 // a power of two
	seen  int64
}

type pair struct {
	x, y float64 // of columns X and Y in the order in which their names have them
	code string  // of a point
}

// add takes note of the position of a row.
func (p *pairs) add(x, y float64, code catalog.ComponentCode, point bool) {
	if p.every == 0 {
		p.every = 1
	}
	if p.seen++; p.seen%p.every != 0 {
		return
	}
	text := ""
	if point {
		text = strings.Clone(code.String()) // else the text of the whole row would be kept
	}
	if p.kept = append(p.kept, pair{x, y, text}); len(p.kept) < mostPairs {
		return
	}
	half := p.kept[:0]
	for i := 1; i < len(p.kept); i += 2 {
		half = append(half, p.kept[i])
	}
	p.kept, p.every = half, p.every*2
}

// note remembers the position of the row that is inspected, before it is converted.
func (in *inspection) note(g geom.T) {
	flat := g.FlatCoords()
	if len(flat) < 2 {
		return
	}
	_, point := g.(*geom.Point)
	in.at, in.pointAt, in.placed = [2]float64{flat[0], flat[1]}, point, true
	if in.columns.axes && in.row.Geometry == nil {
		in.at[0], in.at[1] = in.at[1], in.at[0]
	}
}

// reads applies what was answered about positions.
func (k *checker) reads(f File) error {
	k.reading = evidence.Reading{System: f.CRS}
	if f.Grid != "" {
		grid, err := GridNamed(f.Grid, k.grids)
		if err != nil {
			return err
		}
		k.reading.Grid = &grid
	}
	given := k.asked.answer(KeyPosition)
	if usual := k.asked.answers[keyUsual]; given == nil && usual != "" {
		k.usual = true
		given = &Answer{Key: KeyPosition, Value: usual}
		k.asked.used[KeyPosition] = given
	}
	if given == nil || given.Value == AnswerRefuse || given.Value == AnswerAsIs {
		return nil
	}
	reading, err := evidence.Parse(given.Value, k.grids...)
	if err != nil {
		return err
	}
	k.reading, k.told = reading, true
	return nil
}

// taken is how positions were read, by the order of the columns' names.
func (k *checker) taken() evidence.Reading {
	r := k.reading
	if k.columns != nil && k.columns.axes {
		r.Swapped = !r.Swapped
	}
	return r
}

// askPosition weighs how the positions were meant, and asks where that is in doubt.
func (r *run) askPosition(ctx context.Context) error {
	if r.config.Whole || len(r.checker.pairs.kept) == 0 {
		return nil
	}
	tried, err := r.known(ctx)
	if err != nil {
		return err
	}
	e := r.config.Extent
	taken := r.checker.taken()
	found := evidence.Weigh(tried, orb.Bound{Min: orb.Point{e[0], e[1]}, Max: orb.Point{e[2], e[3]}}, taken, r.config.Grids...)
	r.tried = triedReadings(found, taken)
	verdict := evidence.Judge(found, taken)
	if !verdict.Open {
		return nil
	}
	given := r.checker.asked.answer(KeyPosition)
	switch {
	case (given == nil || r.checker.usual) && !r.checker.asked.refused:
		q := positionQuestion(found, taken, verdict)
		if r.checker.usual {
			delete(r.checker.asked.used, KeyPosition)
			q.Evidence = append(q.Evidence, catalog.Text{
				ZH: "该队以前的文件答为 " + given.Value + "，与本文件不符", EN: "earlier files of the crew were answered with " + given.Value + ", which this one contradicts",
			})
		}
		r.questions = append(r.questions, q)
	case !verdict.Shifted:
	case !r.checker.usual && (r.checker.told || given != nil && given.Value == AnswerAsIs):
		shifted := shiftedIssue(found, taken)
		shifted.Severity = Warning
		r.report(shifted)
	default:
		return &FileError{shiftedIssue(found, taken)}
	}
	return nil
}

// shiftedIssue says how far all positions are shifted.
func shiftedIssue(found []evidence.Finding, taken evidence.Reading) Issue {
	at := slices.IndexFunc(found, func(f evidence.Finding) bool { return f.Reading.String() == taken.String() })
	t := triedReading(found[at], taken).Text()
	return Issue{Code: CodePositionsShifted, Value: taken.String(), Severity: Error, Message: catalog.Text{
		ZH: "坐标整体偏移：" + t.ZH + "；请核对坐标系（如北京 54、西安 80、GCJ-02），换算后重新提交",
		EN: "all positions are shifted alike: " + t.EN + "; check the system (Beijing 1954, Xian 1980 or GCJ-02?), convert them and send the file again",
	}}
}

// known are the pairs, with where the components that they name are known to be.
func (r *run) known(ctx context.Context) ([]evidence.Pair, error) {
	kept := r.checker.pairs.kept
	var codes []string
	for _, p := range kept {
		if p.code != "" {
			codes = append(codes, p.code)
		}
	}
	at, err := r.staging.KnownPoints(ctx, r.config.Edition, codes)
	if err != nil {
		return nil, err
	}
	tried := make([]evidence.Pair, len(kept))
	for i, p := range kept {
		tried[i] = evidence.Pair{X: p.x, Y: p.y}
		tried[i].At, tried[i].Known = at[p.code]
	}
	return tried, nil
}

func positionQuestion(found []evidence.Finding, taken evidence.Reading, v evidence.Verdict) Question {
	q := Question{
		Key:  KeyPosition,
		Text: catalog.Text{ZH: "坐标是什么坐标系、什么次序？", EN: "In which system and order are the positions?"},
	}
	if v.Shifted {
		q.Text = catalog.Text{
			ZH: "坐标与已知部件的位置整体偏移，是什么坐标系？", EN: "All positions are shifted alike from where their components are known to be. In which system are they?",
		}
	}
	if v.Proposed {
		q.Proposal = v.Proposal.String()
		q.Options = append(q.Options, readingOption(v.Proposal))
	}
	const most = 8
	for _, f := range found[:min(most, len(found))] {
		t := triedReading(f, taken).Text()
		if f.Reading.String() == taken.String() {
			t.ZH, t.EN = t.ZH+"（目前的读法）", t.EN+" (as it was read)"
		} else if f.Share() > 0.5 && f.Reading.String() != q.Proposal {
			q.Options = append(q.Options, readingOption(f.Reading))
		}
		q.Evidence = append(q.Evidence, t)
	}
	if v.Shifted {
		q.Options = append(q.Options, Option{AnswerAsIs, catalog.Text{ZH: "坐标无误，按原样入库", EN: "they are right as they are, and what is known is not"}})
	}
	if unexplained := v.Shifted && !v.Proposed || v.Proposed && shifted(found, v.Proposal); unexplained {
		q.Evidence = append(q.Evidence, catalog.Text{
			ZH: "没有一种可计算的坐标系能解释这一偏移；北京 54、西安 80 或地方坐标系的数值会有这样的整体偏移",
			EN: "no system that can be computed explains the shift; numbers of Beijing 1954, Xian 1980 or a local grid are shifted so",
		})
	}
	q.Options = append(q.Options, Option{AnswerRefuse, catalog.Text{ZH: "都不是：不接受这些坐标", EN: "none of these: the positions are not taken"}})
	return q
}

// shifted reports whether a reading leaves all known rows shifted.
func shifted(found []evidence.Finding, r evidence.Reading) bool {
	return slices.ContainsFunc(found, func(f evidence.Finding) bool { return f.Reading.String() == r.String() && f.Shifted() })
}

func readingOption(r evidence.Reading) Option {
	t := catalog.Text{ZH: "按 " + r.String() + " 读取", EN: "read them as " + r.String()}
	switch {
	case r.Packed:
		t = catalog.Text{ZH: "度分秒连写：111.1725 即 111°17′25″", EN: "degrees written DD.MMSS: 111.1725 is 111°17′25″"}
	case r.Grid != nil:
		t.ZH, t.EN = t.ZH+"（已登记的地方坐标系，米）", t.EN+" (a grid of the city's own, metres)"
	case r.Unit != "":
		t.ZH, t.EN = t.ZH+"（CGCS2000 高斯-克吕格投影，单位 "+r.Unit+"）", t.EN+" (a Gauss-Krüger zone of CGCS2000, in "+r.Unit+")"
	case r.System.IsZone():
		t.ZH, t.EN = t.ZH+"（CGCS2000 高斯-克吕格投影，米）", t.EN+" (a Gauss-Krüger zone of CGCS2000, metres)"
	}
	if r.Swapped {
		t.ZH, t.EN = t.ZH+"，两列次序对调", t.EN+", the two columns the other way round"
	}
	return Option{r.String(), t}
}

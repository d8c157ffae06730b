package query

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"sync"

	"github.com/paulmach/orb"

	"citygrid/registry"
)

// MaxPointsBody is the greatest body of a list of points in bytes.
const MaxPointsBody = 8 << 20

// Points is a list of positions as a body gave it, each two numbers, x before y.
type Points struct {
	List  []orb.Point
	lines []int32 // of each position, from 1; empty for JSON
}

// ReadPoints reads a list of at most registry.MaxPoints pairs of numbers: a JSON array of [x, y], or NDJSON with one [x, y] a line, where
// lines may be blank and the last need not end. It reads a stream: what it holds grows with the pairs that were read, not with what the
// body claims. The numbers are not judged; [Points.ToWGS84] does that.
//
// A fault is named by its JSON pointer ("body/17/1": the second number of the eighteenth pair), in NDJSON with its line as well.
// A body that http.MaxBytesReader cuts is TooLarge, one that does not arrive in time has the code body_too_slow, one that ends before
// its stated length body_incomplete, and one whose connection broke is Unavailable with the code cancelled: what arrived of them is
// not judged.
func ReadPoints(body io.Reader, form Form) (*Points, error) {
	points := pointsPool.Get().(*Points)
	r := readers.Get().(*bufio.Reader)
	r.Reset(body)
	s := scanner{r: r}
	var err error
	if form == NDJSON {
		s.line = 1
		err = points.readLines(&s)
	} else {
		err = points.readArray(&s)
	}
	r.Reset(nil)
	readers.Put(r)
	if err != nil {
		points.Release()
		return nil, err
	}
	return points, nil
}

// Release gives the list back for another body. Nothing may use it afterwards.
func (p *Points) Release() {
	p.List, p.lines = p.List[:0], p.lines[:0]
	pointsPool.Put(p)
}

// What lists and their readers were made for one body serves the next: 100,000 pairs take 1.6 MB.
var (
	pointsPool = sync.Pool{New: func() any { return new(Points) }}
	readers    = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 64<<10) }}
)

func (p *Points) readArray(s *scanner) error {
	if !s.take('[') {
		return s.fault(pointer(), "应为 JSON 数组：[[经度, 纬度], …]", "must be a JSON array: [[longitude, latitude], …]")
	}
	if s.take(']') {
		return s.end()
	}
	for {
		p.rush(s, ',')
		if err := p.readPair(s); err != nil {
			return err
		}
		if s.take(']') {
			return s.end()
		}
		if !s.take(',') {
			return s.fault(pointer(len(p.List)), "数组在此处中断：各点之间应有逗号，末尾应有 ]",
				"the array breaks off here: points are separated by commas and closed by ]")
		}
	}
}

func (p *Points) readLines(s *scanner) error {
	for {
		p.rush(s, '\n')
		if s.take('\n') { // a blank line
			continue
		}
		if s.atEOF() {
			return nil
		}
		if err := p.readPair(s); err != nil {
			return err
		}
		if !s.take('\n') && !s.atEOF() {
			return s.fault(pointer(len(p.List)-1), "每行应只有一个 [经度, 纬度]", "write one [longitude, latitude] a line and nothing else")
		}
	}
}

// rush reads the pairs that lie whole in the buffer, with the separator after them, as nearly everybody writes them. It stops before
// the first that is otherwise: what that is, readPair says.
func (p *Points) rush(s *scanner, separator byte) {
	text, _ := s.r.Peek(s.r.Buffered()) // cannot fail: that much is there
	done := 0
	for len(p.List) < registry.MaxPoints {
		pair, n := plainPair(text[done:], separator)
		if n < 0 {
			break
		}
		done += n
		p.List = append(p.List, pair)
		if s.line > 0 {
			p.lines = append(p.lines, int32(s.line))
			s.line++
		}
	}
	s.r.Discard(done) // nor can this
}

func (p *Points) readPair(s *scanner) error {
	if len(p.List) == registry.MaxPoints {
		return tooLarge("too_many_points", pointer(), fmt.Sprintf(">%d", registry.MaxPoints), registry.Text{ZH: "点数过多", EN: "too many points"},
			registry.Text{
				ZH: fmt.Sprintf("上限为 %d 个点：请分批发送", registry.MaxPoints),
				EN: fmt.Sprintf("the limit is %d points: send them in parts", registry.MaxPoints),
			})
	}
	pair, err := s.pair(len(p.List))
	if err != nil {
		return err
	}
	p.List = append(p.List, pair)
	if s.line > 0 {
		p.lines = append(p.lines, int32(s.line))
	}
	return nil
}

// BodyTooLarge is the refusal of a body of a size, in bytes as far as it is known (">8388608"), beyond a limit in bytes.
func BodyTooLarge(size string, limit int64) *registry.Error {
	return tooLarge("body_too_large", pointer(), size, registry.Text{ZH: "请求正文过大", EN: "the request body is too large"},
		registry.Text{ZH: fmt.Sprintf("上限为 %d 字节：请分批发送", limit), EN: fmt.Sprintf("the limit is %d bytes: send it in parts", limit)})
}

// pointer names a place in the body by its JSON pointer.
func pointer(steps ...int) string {
	p := "body"
	for _, step := range steps {
		p += "/" + strconv.Itoa(step)
	}
	return p
}

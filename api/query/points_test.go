package query

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/paulmach/orb"

	"citygrid/geo/crs"
	"citygrid/registry"
)

func TestPointsAreReadInOrder(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]orb.Point{
		`[]`:                                   {},
		" [ ] \n":                              {},
		`[[111.28,30.7]]`:                      {{111.28, 30.7}},
		"[\n[ 111.28 , 30.7 ] ,\t[-1e1,-0.5]]": {{111.28, 30.7}, {-10, -.5}},
	} {
		if got, err := readWGS84(strings.NewReader(text), JSON); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestFaultInABodyIsNamedByItsPlace(t *testing.T) {
	t.Parallel()
	body := func(name, value string) refusal { return refusal{registry.Invalid, "invalid_body", name, value} }
	for text, want := range map[string]refusal{
		``:                             body("body", ""),
		`null`:                         body("body", "n"),
		`{"a":1}`:                      body("body", "{"),
		"\xef\xbb\xbf[]":               body("body", "0xef"),
		`[`:                            body("body/0", ""),
		`[null]`:                       body("body/0", "n"),
		`[1,2]`:                        body("body/0", "1"),
		`[[1,2],`:                      body("body/1", ""),
		`[[1,2]`:                       body("body/1", ""),
		`[[1,2] [3,4]]`:                body("body/1", "["),
		`[[1,2]] []`:                   body("body", "["),
		`[[1,2]]x`:                     body("body", "x"),
		`[[]]`:                         body("body/0/0", "]"),
		`[[1]]`:                        body("body/0", "]"),
		`[[1,2,3]]`:                    body("body/0", ","),
		`[[[1,2]]]`:                    body("body/0/0", "["),
		`[[1,"2"]]`:                    body("body/0/1", `"`),
		`[[1,2],[1,{}]]`:               body("body/1/1", "{"),
		`[[1,2],[NaN,2]]`:              invalidParameter("body/1/0", "NaN"),
		`[[Infinity,2]]`:               invalidParameter("body/0/0", "Infinity"),
		`[[1e999,2]]`:                  invalidParameter("body/0/0", "1e999"),
		`[[01,2]]`:                     invalidParameter("body/0/0", "01"),
		`[[+1,2]]`:                     invalidParameter("body/0/0", "+1"),
		`[[.5,2]]`:                     invalidParameter("body/0/0", ".5"),
		`[[1.,2]]`:                     invalidParameter("body/0/0", "1."),
		`[[0x10,2]]`:                   invalidParameter("body/0/0", "0x10"),
		`[[1,2],[181,2]]`:              invalidParameter("body/1/0", "181"),
		`[[1,2],[1,2],[30.7,111.28]]`:  invalidParameter("body/2/1", "111.28"),
		`[[` + strings.Repeat("1", 33): invalidParameter("body/0/0", strings.Repeat("1", 32)+"…"),
	} {
		_, err := readWGS84(strings.NewReader(text), JSON)
		if got := refused(t, err); got != want {
			t.Errorf("%s: got %+v, want %+v", text, got, want)
		}
	}
}

func TestNoMorePointsThanTheLimitAreRead(t *testing.T) {
	t.Parallel()
	full := strings.Repeat("[1,2],", registry.MaxPoints-1) + "[1,2]"
	if got, err := readWGS84(strings.NewReader("["+full+"]"), JSON); err != nil || len(got) != registry.MaxPoints {
		t.Errorf("at the limit: %d points, %v", len(got), err)
	}
	_, err := readWGS84(strings.NewReader("["+full+",[1,2]]"), JSON)
	if got, want := refused(t, err), (refusal{registry.TooLarge, "too_many_points", "body", ">100000"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestDeepNestingIsRefusedAtItsFirstLevel(t *testing.T) {
	t.Parallel()
	_, err := readWGS84(io.MultiReader(strings.NewReader(strings.Repeat("[", 1<<20))), JSON)
	if got, want := refused(t, err), (refusal{registry.Invalid, "invalid_body", "body/0/0", "["}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestBodyThatIsCutOrLateIsToldFromABodyThatIsWrong(t *testing.T) {
	t.Parallel()
	const text = "[[1,2],[-1.5e1,4]] "
	for cut := range len(text) {
		_, err := readWGS84(http.MaxBytesReader(httptest.NewRecorder(), io.NopCloser(strings.NewReader(text)), int64(cut)), JSON)
		if got, want := refused(t, err), (refusal{registry.TooLarge, "body_too_large", "body", fmt.Sprintf(">%d", cut)}); got != want {
			t.Errorf("cut after %q: got %+v, want %+v", text[:cut], got, want)
		}
		for cause, want := range map[error]refusal{
			os.ErrDeadlineExceeded: {Kind: registry.Invalid, Code: "body_too_slow", Name: "body"},
			io.ErrUnexpectedEOF:    {Kind: registry.Invalid, Code: "body_incomplete", Name: "body"},
			syscall.ECONNRESET:     {Kind: registry.Unavailable, Code: "cancelled"},
		} {
			_, err := readWGS84(io.MultiReader(strings.NewReader(text[:cut]), failing{fmt.Errorf("read: %w", cause)}), JSON)
			if got := refused(t, err); got != want {
				t.Errorf("%v after %q: got %+v, want %+v", cause, text[:cut], got, want)
			}
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// readWGS84 reads a whole list of degrees.
func readWGS84(body io.Reader, form Form) ([]orb.Point, error) {
	points, err := ReadPoints(body, form)
	if err != nil {
		return nil, err
	}
	defer points.Release()
	if err := points.ToWGS84(context.Background(), noStore(), crs.WGS84); err != nil {
		return nil, err
	}
	return slices.Clone(points.List), nil
}

func TestLinesAreReadInOrder(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]orb.Point{
		"":                                nil,
		" \r\n\n\t":                       nil,
		"[111.28,30.7]":                   {{111.28, 30.7}},
		"[1,2]\n[3,4]\n":                  {{1, 2}, {3, 4}},
		"\n\n[1,2]\r\n\r\n \n[3, 4] \r\n": {{1, 2}, {3, 4}},
		"[1,2]\n [ 3e0 , 4 ]\t":           {{1, 2}, {3, 4}},
	} {
		if got, err := readWGS84(strings.NewReader(text), NDJSON); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: got %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestFaultInALineIsNamedByItsPlaceAndItsLine(t *testing.T) {
	t.Parallel()
	body := func(name, value string) refusal { return refusal{registry.Invalid, "invalid_body", name, value} }
	for text, want := range map[string]struct {
		refusal
		line int
	}{
		"null":                     {body("body/0", "n"), 1},
		"[[1,2],[3,4]]":            {body("body/0/0", "["), 1},
		"[1,2]\n\n[3,4":            {body("body/1", ""), 3},
		"[1,2]\n[3,\n4]":           {body("body/1/1", "0x0a"), 2},
		"[1,2] [3,4]\n":            {body("body/0", "["), 1},
		"[1,2],\n[3,4]\n":          {body("body/0", ","), 1},
		"[1,2]\n[3,4]\n]":          {body("body/2", "]"), 3},
		"\n[1,2]\n[1,2,3]":         {body("body/1", ","), 3},
		"[1,2]\n\n[1,NaN]":         {invalidParameter("body/1/1", "NaN"), 3},
		"\n\n[1,2]\n\n[1,91]\n\n":  {invalidParameter("body/1/1", "91"), 5},
		"[1e0,2]\n[30.7,111.2846]": {invalidParameter("body/1/1", "111.2846"), 2},
	} {
		_, err := readWGS84(strings.NewReader(text), NDJSON)
		if got := refused(t, err); got != want.refusal {
			t.Errorf("%q: got %+v, want %+v", text, got, want.refusal)
		}
		var e *registry.Error
		errors.As(err, &e)
		if zh, en := fmt.Sprintf("第 %d 行：", want.line), fmt.Sprintf("line %d: ", want.line); !strings.HasPrefix(e.Fields[0].Message.ZH, zh) ||
			!strings.HasPrefix(e.Fields[0].Message.EN, en) {
			t.Errorf("%q: not in line %d: %v", text, want.line, e.Fields[0].Message)
		}
	}
}

func TestNoMoreLinesThanTheLimitAreRead(t *testing.T) {
	t.Parallel()
	full := strings.Repeat("[1,2]\n", registry.MaxPoints)
	if got, err := readWGS84(strings.NewReader(full+"\n"), NDJSON); err != nil || len(got) != registry.MaxPoints {
		t.Errorf("at the limit: %d points, %v", len(got), err)
	}
	_, err := readWGS84(strings.NewReader(full+"\n[1,2]"), NDJSON)
	if got, want := refused(t, err), (refusal{registry.TooLarge, "too_many_points", "body", ">100000"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestPairsAreReadAlikeWhereverTheBodyIsCutIntoReads(t *testing.T) {
	t.Parallel()
	want := make([]orb.Point, 9000)
	var array, lines strings.Builder
	for i := range want {
		want[i] = orb.Point{float64(i%360) - 179.0000005, -float64(i%90) / 7}
		before := ","
		if i == 0 {
			before = "["
		}
		fmt.Fprintf(&array, "%s[%v, %v]", before, want[i][0], want[i][1])
		fmt.Fprintf(&lines, "[%v,%v]\r\n", want[i][0], want[i][1])
	}
	array.WriteString("]")
	for form, text := range map[Form]string{JSON: array.String(), NDJSON: lines.String()} {
		for name, body := range map[string]io.Reader{
			"whole": strings.NewReader(text), "halves": iotest.HalfReader(strings.NewReader(text)),
			"bytes": iotest.OneByteReader(strings.NewReader(text)), "end with data": iotest.DataErrReader(strings.NewReader(text)),
		} {
			if got, err := readWGS84(body, form); err != nil || !slices.Equal(got, want) {
				t.Errorf("%v, %s: %d points, %v", form, name, len(got), err)
			}
		}
	}
}

// FuzzPoints holds ReadPoints against encoding/json: it reads the same arrays and the same lines, to the same numbers bit for bit.
func FuzzPoints(f *testing.F) {
	for _, text := range []string{
		`[]`, `[[111.28,30.7]]`, `[[1,2],[3,4]]`, `[[1,2]`, `[[01,2]]`, `[[1e5,2]]`, `[[-0,0E+0]]`, `[[[`, `[[1,2]]]`, `[null]`,
		"[[ 1 ,\n2\t] , [-0.5,-0.0],\r[1,2]]", `[[111.28123450000001,9007199254740993],[9007199254740992.0,0.1234567890123456789]]`,
		"[1,2]", "[1,2]\n\n[3,4]\n", "[1,2]\r\n[-0,-0.0]", "[1,\n2]", "[1,2] [3,4]", "[1,2],\n[3,4]", "\x00", "[1,2]\n\x00",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if longNumber(text) {
			return // ours to refuse
		}
		for form, byTheBook := range map[Form]func([]byte) ([]orb.Point, bool){JSON: pairsOfArray, NDJSON: pairsOfLines} {
			want, ok := byTheBook(text)
			got, err := ReadPoints(strings.NewReader(string(text)), form)
			if (err == nil) != ok || err == nil && !slices.EqualFunc(got.List, want, sameBits) {
				t.Errorf("%v %q: got %v, %v; want %v, %v", form, text, got, err, want, ok)
			}
			var e *registry.Error
			if err != nil && !errors.As(err, &e) {
				t.Errorf("%v %q: %v is no registry.Error", form, text, err)
			}
		}
	})
}

func sameBits(a, b orb.Point) bool {
	return math.Float64bits(a[0]) == math.Float64bits(b[0]) && math.Float64bits(a[1]) == math.Float64bits(b[1])
}

func pairsOfArray(text []byte) ([]orb.Point, bool) {
	var raw [][]*float64
	if json.Unmarshal(text, &raw) != nil || raw == nil {
		return nil, false
	}
	points := []orb.Point{}
	for _, pair := range raw {
		if len(pair) != 2 || pair[0] == nil || pair[1] == nil {
			return nil, false
		}
		points = append(points, orb.Point{*pair[0], *pair[1]})
	}
	return points, true
}

func pairsOfLines(text []byte) ([]orb.Point, bool) {
	points := []orb.Point{}
	for line := range bytes.SplitSeq(text, []byte{'\n'}) {
		if len(bytes.Trim(line, " \t\r")) == 0 {
			continue
		}
		pair, ok := pairsOfArray(slices.Concat([]byte{'['}, line, []byte{']'}))
		if !ok || len(pair) != 1 {
			return nil, false
		}
		points = append(points, pair...)
	}
	return points, true
}

func longNumber(text []byte) bool {
	run := 0
	for _, c := range text {
		if !partOfNumber(c) {
			run = 0
		} else if run++; run > maxNumber {
			return true
		}
	}
	return false
}

// FuzzPlainDecimal holds plainDecimal against strconv: what it reads is the same number.
func FuzzPlainDecimal(f *testing.F) {
	for _, text := range []string{"0", "-0.0", "111.2846", "9007199254740992", "9007199254740993", "0.9007199254740993", "9999999999999999999", "1.0000000000000000001"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, end := plainDecimal([]byte(text+" "), 0, ',')
		if end < 0 {
			return // left to others
		}
		number := strings.TrimLeft(text[:min(end, len(text))], " \t\r\n")
		want, err := strconv.ParseFloat(number, 64)
		if err != nil || math.Float64bits(v) != math.Float64bits(want) || !json.Valid([]byte(number)) {
			t.Errorf("%q: got %v, want %v, %v", number, v, want, err)
		}
	})
}

// Decimals of every length, where float64 has the digits exactly and where it has not.
func TestPlainDecimalsAreRoundedAsStrconvRoundsThem(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 11))
	for range 200_000 {
		text := strconv.FormatUint(random.Uint64N(uint64(math.Pow10(1+random.IntN(19)))), 10)
		if n := random.IntN(len(text)); n > 0 {
			text = text[:n] + "." + text[n:]
		}
		want, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		if got, end := plainDecimal([]byte(text+","), 0, ','); end != len(text) || math.Float64bits(got) != math.Float64bits(want) {
			t.Fatalf("%s: got %v after %d, want %v", text, got, end, want)
		}
	}
}

func TestReadingAListAllocatesNothingPerPoint(t *testing.T) {
	array := []byte("[" + strings.Repeat("[111.2812345,30.7012345],[111.28123450000001, 30.70123450000001],", 4_999) + "[1,2],[3,4]]")
	lines := []byte(strings.Repeat("[111.2812345,30.7012345]\n[111.28123450000001, 30.70123450000001]\r\n", 5_000))
	for form, text := range map[Form][]byte{JSON: array, NDJSON: lines} {
		body := bytes.NewReader(text)
		n := testing.AllocsPerRun(20, func() {
			body.Reset(text)
			points, err := ReadPoints(body, form)
			if err != nil || len(points.List) != 10_000 {
				t.Fatal(err)
			}
			points.Release()
		})
		if n > 20 { // the pool may lose its lists to the collector in between
			t.Errorf("%v: %v allocations for 10,000 points", form, n)
		}
	}
}

func BenchmarkReadPoints(b *testing.B) {
	for name, pair := range map[string]string{"7decimals": "[111.2812345,30.7012345]", "17digits": "[111.28123450000001,30.701234500000003]"} {
		array := []byte("[" + strings.Repeat(pair+",", 9_999) + pair + "]")
		lines := []byte(strings.Repeat(pair+"\n", 10_000))
		for form, text := range map[Form][]byte{JSON: array, NDJSON: lines} {
			b.Run(fmt.Sprintf("%s/%s", form.MediaType(), name), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					points, err := ReadPoints(bytes.NewReader(text), form)
					if err != nil {
						b.Fatal(err)
					}
					points.Release()
				}
			})
		}
	}
}

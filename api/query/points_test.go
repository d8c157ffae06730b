package query

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo"
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
		if got, err := Points(strings.NewReader(text)); err != nil || !slices.Equal(got, want) {
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
		_, err := Points(strings.NewReader(text))
		if got := refused(t, err); got != want {
			t.Errorf("%s: got %+v, want %+v", text, got, want)
		}
	}
}

func TestNoMorePointsThanTheLimitAreRead(t *testing.T) {
	t.Parallel()
	full := strings.Repeat("[1,2],", registry.MaxPoints-1) + "[1,2]"
	if got, err := Points(strings.NewReader("[" + full + "]")); err != nil || len(got) != registry.MaxPoints {
		t.Errorf("at the limit: %d points, %v", len(got), err)
	}
	_, err := Points(strings.NewReader("[" + full + ",[1,2]]"))
	if got, want := refused(t, err), (refusal{registry.TooLarge, "too_many_points", "body", ">100000"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestDeepNestingIsRefusedAtItsFirstLevel(t *testing.T) {
	t.Parallel()
	_, err := Points(io.MultiReader(strings.NewReader(strings.Repeat("[", 1<<20))))
	if got, want := refused(t, err), (refusal{registry.Invalid, "invalid_body", "body/0/0", "["}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestBodyThatIsCutOrLateIsToldFromABodyThatIsWrong(t *testing.T) {
	t.Parallel()
	const text = "[[1,2],[-1.5e1,4]] "
	for cut := range len(text) {
		_, err := Points(http.MaxBytesReader(httptest.NewRecorder(), io.NopCloser(strings.NewReader(text)), int64(cut)))
		if got, want := refused(t, err), (refusal{registry.TooLarge, "body_too_large", "body", fmt.Sprintf(">%d", cut)}); got != want {
			t.Errorf("cut after %q: got %+v, want %+v", text[:cut], got, want)
		}
		for cause, want := range map[error]refusal{
			os.ErrDeadlineExceeded: {Kind: registry.Invalid, Code: "body_too_slow", Name: "body"},
			io.ErrUnexpectedEOF:    {Kind: registry.Invalid, Code: "body_incomplete", Name: "body"},
			syscall.ECONNRESET:     {Kind: registry.Unavailable, Code: "cancelled"},
		} {
			_, err := Points(io.MultiReader(strings.NewReader(text[:cut]), failing{fmt.Errorf("read: %w", cause)}))
			if got := refused(t, err); got != want {
				t.Errorf("%v after %q: got %+v, want %+v", cause, text[:cut], got, want)
			}
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// FuzzPoints holds Points against encoding/json: what it reads is the same, and it reads nothing that is not JSON.
func FuzzPoints(f *testing.F) {
	for _, text := range []string{`[]`, `[[111.28,30.7]]`, `[[1,2],[3,4]]`, `[[1,2]`, `[[01,2]]`, `[[1e5,2]]`, `[[-0,0E+0]]`, `[[[`, `[[1,2]]]`, `[null]`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := Points(strings.NewReader(string(text)))
		want, ok := pointsByTheBook(text)
		if longNumber(text) {
			return // ours to refuse
		}
		if (err == nil) != ok || err == nil && !slices.Equal(got, want) {
			t.Errorf("%q: got %v, %v; want %v, %v", text, got, err, want, ok)
		}
		var e *registry.Error
		if err != nil && !errors.As(err, &e) {
			t.Errorf("%q: %v is no registry.Error", text, err)
		}
	})
}

func pointsByTheBook(text []byte) ([]orb.Point, bool) {
	var raw [][]*float64
	if json.Unmarshal(text, &raw) != nil || raw == nil {
		return nil, false
	}
	points := []orb.Point{}
	for _, pair := range raw {
		if len(pair) != 2 || pair[0] == nil || pair[1] == nil {
			return nil, false
		}
		p, err := geo.CheckPoint(*pair[0], *pair[1])
		if err != nil {
			return nil, false
		}
		points = append(points, p)
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

func BenchmarkPoints(b *testing.B) {
	text := "[" + strings.Repeat("[111.2812345,30.7012345],", 99_999) + "[1,2]]"
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := Points(strings.NewReader(text)); err != nil {
			b.Fatal(err)
		}
	}
}

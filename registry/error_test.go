package registry_test

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"citygrid/registry"
)

func TestErrorTextHasCodeFieldsAndCause(t *testing.T) {
	t.Parallel()
	plain := registry.NewError(registry.Conflict, "busy", "请稍后", "try again")
	full := registry.InvalidField("lon", "四十", "须为数字", "must be a number")
	full.Err = io.ErrUnexpectedEOF
	got := []string{plain.Error(), full.Error()}
	want := []string{
		"busy: try again",
		`invalid_parameter: invalid parameter lon; lon="四十": must be a number: unexpected EOF`,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if !errors.Is(full, io.ErrUnexpectedEOF) || errors.Unwrap(plain) != nil {
		t.Error("the cause is not what Unwrap gives")
	}
}

func TestKindIsThatOfTheOutermostError(t *testing.T) {
	t.Parallel()
	inner := registry.NewError(registry.NotFound, "not_found", "", "")
	outer := registry.NewError(registry.Conflict, "busy", "", "")
	outer.Err = inner
	for _, claim := range []struct {
		err  error
		want registry.ErrorKind
	}{
		{nil, registry.Internal},
		{io.EOF, registry.Internal},
		{inner, registry.NotFound},
		{fmt.Errorf("read: %w", inner), registry.NotFound},
		{fmt.Errorf("write: %w", outer), registry.Conflict},
		{&registry.OutsideError{}, registry.NotFound},
		{fmt.Errorf("locate: %w", &registry.OutsideError{Nearest: registry.AreaRef{Code: "1"}}), registry.NotFound},
	} {
		if got := registry.KindOf(claim.err); got != claim.want {
			t.Errorf("KindOf(%v) = %d, want %d", claim.err, got, claim.want)
		}
	}
}

func TestInvalidFieldNamesTheInput(t *testing.T) {
	t.Parallel()
	got := registry.InvalidField("radius", "9999", "太大", "too large")
	want := &registry.Error{
		Kind: registry.Invalid, Code: "invalid_parameter",
		Message: registry.Text{ZH: "参数不正确：radius", EN: "invalid parameter radius"},
		Fields:  []registry.Field{{Name: "radius", Value: "9999", Message: registry.Text{ZH: "太大", EN: "too large"}}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// A character is never cut in two: the answer is JSON, which must be UTF-8.
func TestLongValueIsShortenedBetweenCharacters(t *testing.T) {
	t.Parallel()
	for _, claim := range []struct{ value, want string }{
		{strings.Repeat("a", 200), strings.Repeat("a", 200)},
		{strings.Repeat("a", 201), strings.Repeat("a", 200) + "…"},
		{strings.Repeat("网", 66), strings.Repeat("网", 66)},                   // 198 bytes
		{strings.Repeat("网", 67), strings.Repeat("网", 66) + "…"},             // 201: the 200th is inside a character
		{"a" + strings.Repeat("网", 80), "a" + strings.Repeat("网", 66) + "…"}, // 199 bytes
	} {
		got := registry.InvalidField("q", claim.value, "", "").Fields[0].Value
		if got != claim.want || !utf8.ValidString(got) {
			t.Errorf("%d bytes: got %q, want %q", len(claim.value), got, claim.want)
		}
	}
}

func TestOutsideErrorNamesTheNearestCell(t *testing.T) {
	t.Parallel()
	far := &registry.OutsideError{
		Point: orb.Point{111, 30}, Nearest: registry.AreaRef{Code: "420502001001001", Name: "一号网格"}, Metres: 12345.678,
	}
	empty := &registry.OutsideError{Point: orb.Point{111, 30}}
	for _, claim := range []struct {
		err  error
		want *registry.Error
	}{
		{far, registry.NewError(registry.NotFound, "outside_all_cells",
			"该点不在任何单元网格内；最近的网格是 420502001001001，距离 12345.7 米",
			"no grid cell covers the point; the nearest is 420502001001001, 12345.7 m away")},
		{empty, registry.NewError(registry.NotFound, "outside_all_cells",
			"没有单元网格：登记库中尚无网格", "no grid cell: the registry has none yet")},
	} {
		var got *registry.Error
		if !errors.As(fmt.Errorf("locate: %w", claim.err), &got) || !reflect.DeepEqual(got, claim.want) || claim.err.Error() != claim.want.Error() {
			t.Errorf("got %+v, %q; want %+v", got, claim.err.Error(), claim.want)
		}
	}
	var outside *registry.OutsideError
	if err := fmt.Errorf("locate: %w", far); !errors.As(err, &outside) || outside != far {
		t.Error("the point and the distance are lost by wrapping")
	}
}

package query

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"citygrid/registry"
)

func TestParametersAreDecodedAndTakenOnce(t *testing.T) {
	t.Parallel()
	got, err := ParseParameters("bbox=1%2C2,3,4&limit=", "bbox", "limit")
	if want := (Parameters{"bbox": "1,2,3,4", "limit": ""}); err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	if got, err := ParseParameters("", "bbox"); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v; want none", got, err)
	}
}

func TestParametersThatMayBeRepeatedKeepTheirOrder(t *testing.T) {
	t.Parallel()
	p, lists, err := ParseLists("column=b=Lon&limit=1&column=%E5%88%97%3Da=Lat", []string{"column"}, "limit")
	if err != nil || !maps.Equal(p, Parameters{"limit": "1"}) || !slices.Equal(lists["column"], []string{"b=Lon", "列=a=Lat"}) || len(lists) != 1 {
		t.Errorf("%v %v %v", p, lists, err)
	}
	_, _, err = ParseLists("limit=1&limit=2", []string{"column"}, "limit")
	if got := refused(t, err); got != invalidParameter("limit", "1 | 2") {
		t.Errorf("%+v", got)
	}
}

func TestUnknownRepeatedAndBrokenParametersAreRefused(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]refusal{
		"unknownQueryParameter=1": invalidParameter("unknownQueryParameter", "1"),
		"limit=1&limit=2":         invalidParameter("limit", "1 | 2"),
		"Limit=1":                 invalidParameter("Limit", "1"),
		"limit=%zz":               invalidParameter("query", "limit=%zz"),
		"limit=1;bbox=2":          invalidParameter("query", "limit=1;bbox=2"),
		"limit=" + strings.Repeat("1", MaxLength): {registry.TooLarge, "query_too_long", "query", strconv.Itoa(MaxLength + len("limit="))},
	} {
		_, err := ParseParameters(raw, "limit", "bbox")
		if got := refused(t, err); got != want {
			t.Errorf("%.40s: got %+v, want %+v", raw, got, want)
		}
	}
}

func TestEveryUnknownParameterIsNamedWithThoseThatExist(t *testing.T) {
	t.Parallel()
	_, err := ParseParameters("z=1&a=2&limit=3", "limit", "bbox")
	var e *registry.Error
	if !errors.As(err, &e) || len(e.Fields) != 2 || e.Fields[0].Name != "a" || e.Fields[1].Name != "z" {
		t.Fatalf("got %v", err)
	}
	if en := e.Fields[0].Message.EN; !strings.Contains(en, "limit, bbox") {
		t.Errorf("%q does not list the parameters", en)
	}
}

func TestFlagIsTrueOrFalse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"true": true, "false": false} {
		if got, err := (Parameters{"detail": text}).Flag("detail"); err != nil || got != want {
			t.Errorf("%s: got %v, %v", text, got, err)
		}
	}
	if got, err := (Parameters{}).Flag("detail"); err != nil || got {
		t.Errorf("absent: got %v, %v; want false", got, err)
	}
	for _, text := range []string{"", "1", "TRUE", "yes"} {
		_, err := Parameters{"detail": text}.Flag("detail")
		if got, want := refused(t, err), invalidParameter("detail", text); got != want {
			t.Errorf("%q: got %+v, want %+v", text, got, want)
		}
	}
}

// FuzzPlainParameters holds plainParameters against net/url: what it reads, net/url reads alike, every name once.
func FuzzPlainParameters(f *testing.F) {
	for _, raw := range []string{"", "lon=1&lat=2", "lon=1&&lat=2", "lon", "lon=", "lon=1=2", "lon=%31", "lon=1+2", "lon=1;lat=2", "lon=1&lon=2", "&", "=", "x=1", "lon=中"} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got, plain := plainParameters(raw, []string{"lon", "lat"})
		if !plain {
			return
		}
		values, err := url.ParseQuery(raw)
		want := Parameters{}
		for name, given := range values {
			want[name] = given[0]
			if len(given) > 1 {
				t.Errorf("%q: %s is given more than once", raw, name)
			}
		}
		if err != nil || !maps.Equal(got, want) {
			t.Errorf("%q: got %v; want %v, %v", raw, got, want, err)
		}
	})
}

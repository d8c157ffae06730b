package query

import (
	"errors"
	"net/http"
	"testing"

	"citygrid/registry"
)

func TestFormOfAListIsItsContentType(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]Form{
		"": JSON, "application/x-www-form-urlencoded": JSON, "application/json": JSON, "Application/JSON; charset=utf-8": JSON,
		"application/x-ndjson": NDJSON, "application/ndjson": NDJSON, "application/jsonl;charset=UTF-8": NDJSON,
	} {
		if got, err := ReadForm(header); err != nil || got != want {
			t.Errorf("%q: got %v, %v", header, got, err)
		}
	}
	for _, header := range []string{"text/csv", "application/geo+json", "json", ";", "application/json;;=", " "} {
		_, err := ReadForm(header)
		want := refusal{registry.Invalid, "unsupported_media_type", "Content-Type", header}
		if got := refused(t, err); got != want {
			t.Errorf("%q: got %+v, want %+v", header, got, want)
		}
	}
}

func TestAnswerHasTheFormOfTheListUnlessTheOtherIsPreferred(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		accept        []string
		array, ndjson Form // of the answer to a list of either
	}{
		{nil, JSON, NDJSON},
		{[]string{"*/*"}, JSON, NDJSON},
		{[]string{"application/*;q=0.5, text/html"}, JSON, NDJSON},
		{[]string{"text/html"}, JSON, NDJSON},
		{[]string{"application/json"}, JSON, JSON},
		{[]string{"application/x-ndjson"}, NDJSON, NDJSON},
		{[]string{"application/jsonl, */*;q=0.1"}, NDJSON, NDJSON},
		{[]string{"application/ndjson;q=0.1, */*"}, JSON, JSON},
		{[]string{"application/json", "application/x-ndjson"}, JSON, NDJSON},
		{[]string{"application/json;q=0.2", "application/x-ndjson;q=0.3"}, NDJSON, NDJSON},
		{[]string{"application/json;q=0"}, JSON, NDJSON},
		{[]string{"application/json;q=0, */*"}, NDJSON, NDJSON},
		{[]string{"application/json;q=much, ;;, application/x-ndjson;q=NaN"}, JSON, NDJSON},
	} {
		if array, ndjson := AnswerForm(tt.accept, JSON), AnswerForm(tt.accept, NDJSON); array != tt.array || ndjson != tt.ndjson {
			t.Errorf("%q: got %v and %v, want %v and %v", tt.accept, array, ndjson, tt.array, tt.ndjson)
		}
	}
}

// FuzzAnswerForm holds that no header Accept is more than a wish, whatever it says.
func FuzzAnswerForm(f *testing.F) {
	for _, accept := range []string{"", "*/*", "application/json;q=0", "a;q=\"", ",,;"} {
		f.Add(accept, accept)
	}
	f.Fuzz(func(t *testing.T, accept, contentType string) {
		for _, own := range []Form{JSON, NDJSON} {
			if got := AnswerForm(http.Header{"Accept": {accept}}.Values("Accept"), own); got > NDJSON {
				t.Errorf("%q: %v", accept, got)
			}
		}
		var e *registry.Error
		if form, err := ReadForm(contentType); err != nil && !errors.As(err, &e) || err == nil && form > NDJSON {
			t.Errorf("%q: %v, %v", contentType, form, err)
		}
	})
}

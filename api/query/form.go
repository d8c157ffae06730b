package query

import (
	"mime"
	"strconv"
	"strings"

	"citygrid/registry"
)

// Form is how a list is written: as one JSON array or as one JSON value a line.
type Form uint8

// The forms.
const (
	JSON   Form = iota // application/json
	NDJSON             // application/x-ndjson, also application/ndjson and application/jsonl
)

// MediaType is the name of the form in the header Content-Type.
func (f Form) MediaType() string { return [...]string{"application/json", "application/x-ndjson"}[f] }

// ReadForm reads the header Content-Type of a list. Without one it is JSON, and with that of an HTML form too: curl names it where nobody
// chose one. Any other is refused with the code unsupported_media_type.
func ReadForm(contentType string) (Form, error) {
	if contentType == "" {
		return JSON, nil
	}
	mediaType, _, err := mime.ParseMediaType(contentType)
	if form, ok := formOf(mediaType); ok && err == nil {
		return form, nil
	}
	if mediaType == "application/x-www-form-urlencoded" {
		return JSON, nil
	}
	e := registry.NewError(registry.Invalid, "unsupported_media_type", "不支持该正文类型", "this type of body is not taken")
	e.Fields = []registry.Field{field("Content-Type", contentType,
		"请写 application/json（一个数组）或 application/x-ndjson（每行一个点），并按此发送正文",
		"write application/json (one array) or application/x-ndjson (one point a line), and the body so")}
	return 0, e
}

// AnswerForm is the form that the values of the header Accept prefer, and own where they do not prefer the other: nobody is refused for
// what it accepts.
func AnswerForm(accept []string, own Form) Form {
	weights, others := [2]float64{-1, -1}, 0.0 // -1: not named
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		mediaType, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		weight := 1.0
		if q, given := params["q"]; given {
			if weight, err = strconv.ParseFloat(q, 64); err != nil {
				continue
			}
		}
		if form, known := formOf(mediaType); known {
			weights[form] = max(weights[form], weight)
		} else if mediaType == "*/*" || mediaType == "application/*" {
			others = max(others, weight)
		}
	}
	for i, weight := range weights {
		if weight < 0 {
			weights[i] = others
		}
	}
	if other := NDJSON - own; weights[other] > weights[own] {
		return other
	}
	return own
}

func formOf(mediaType string) (form Form, known bool) {
	switch mediaType {
	case "application/json":
		return JSON, true
	case "application/x-ndjson", "application/ndjson", "application/jsonl":
		return NDJSON, true
	}
	return 0, false
}

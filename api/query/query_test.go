package query

import (
	"errors"
	"testing"

	"citygrid/registry"
)

// refusal is what a test expects of an error: code, input and value, the texts are for people.
type refusal struct {
	Kind        registry.ErrorKind
	Code        string
	Name, Value string
}

// refused checks that err names an input and a value, and says in two languages what is wrong.
func refused(t *testing.T, err error) refusal {
	t.Helper()
	var e *registry.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is no registry.Error", err)
	}
	r := refusal{Kind: e.Kind, Code: e.Code}
	if e.Message.ZH == "" || e.Message.EN == "" {
		t.Errorf("%v: no message in one of the languages", e)
	}
	for _, f := range e.Fields {
		if f.Message.ZH == "" || f.Message.EN == "" {
			t.Errorf("%s: no cure in one of the languages", f.Name)
		}
	}
	if len(e.Fields) > 0 {
		r.Name, r.Value = e.Fields[0].Name, e.Fields[0].Value
	}
	return r
}

func invalidParameter(name, value string) refusal {
	return refusal{registry.Invalid, "invalid_parameter", name, value}
}

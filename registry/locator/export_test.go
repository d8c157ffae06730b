package locator

import (
	"reflect"

	"citygrid/registry"
)

// Held is the snapshot that answers now, nil before the first.
func (l *Locator) Held() *Snapshot { return l.snapshot() }

// Spoil does what broken memory or a fault of the program might: it writes to a snapshot that answers.
func (s *Snapshot) Spoil(code, name string, rules *registry.Rulebook) {
	for i := range s.places {
		if s.places[i].grid.Code == code {
			s.places[i].grid.Name = name
		}
	}
	if rules != nil {
		s.rules = rules
	}
}

// ForEachText calls try with each text of what is known of a cell changed alone. It returns the texts that it found.
func (s *Snapshot) ForEachText(cell int, try func(was string)) (texts int) {
	p := &s.places[cell]
	parts := []any{&p.grid, &p.community, &p.street, &p.district, &p.managed, &p.within}
	if len(parts) != reflect.TypeFor[place]().NumField() {
		panic("place has got another field")
	}
	for _, part := range parts {
		texts += forEachText(reflect.ValueOf(part).Elem(), try)
	}
	return texts + forEachText(reflect.ValueOf(&s.quoted[cell]).Elem(), try)
}

func forEachText(v reflect.Value, try func(was string)) (texts int) {
	switch v.Kind() {
	case reflect.String:
		was := v.String()
		v.SetString(was + "'")
		try(was)
		v.SetString(was)
		return 1
	case reflect.Struct:
		for i := range v.NumField() {
			texts += forEachText(v.Field(i), try)
		}
	case reflect.Slice:
		for i := range v.Len() {
			texts += forEachText(v.Index(i), try)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			texts += forEachText(v.Elem(), try)
		}
	}
	return texts
}

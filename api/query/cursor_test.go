package query

import (
	"slices"
	"strings"
	"testing"

	"citygrid/registry"
)

func TestCursorComesBackForItsQueryOnly(t *testing.T) {
	t.Parallel()
	const code, query = "4205020102000123", "components?bbox=1%2C2%2C3%2C4"
	keys := registry.Keys{"路灯", "", code}
	cursor := EncodeCursor(keys, true, query)
	if got, before, err := DecodeCursor(cursor, query); err != nil || !before || !slices.Equal(got, keys) {
		t.Errorf("got %q, %v; want %q", got, err, keys)
	}
	_, _, err := DecodeCursor(cursor, "components?")
	if got, want := refused(t, err), invalidParameter("cursor", cursor); got != want || !strings.Contains(err.Error(), "another query") {
		t.Errorf("got %+v, %v", got, err)
	}
	if strings.ContainsAny(cursor, "+/=&%") {
		t.Errorf("%q would be damaged in a URL", cursor)
	}
}

func TestEveryDamagedCharacterOfACursorIsNoticed(t *testing.T) {
	t.Parallel()
	cursor := EncodeCursor(registry.Keys{"420502"}, false, "districts?")
	for i := range cursor {
		for _, c := range "Aa0_-!" {
			damaged := cursor[:i] + string(c) + cursor[i+1:]
			if _, _, err := DecodeCursor(damaged, "districts?"); err == nil && damaged != cursor {
				t.Errorf("%q passes for %q", damaged, cursor)
			}
		}
		if _, _, err := DecodeCursor(cursor[:i], "districts?"); err == nil {
			t.Errorf("%q passes for %q", cursor[:i], cursor)
		}
	}
}

func TestCursorWithLineEndsIsDamaged(t *testing.T) {
	t.Parallel()
	cursor := EncodeCursor(registry.Keys{"420502"}, false, "districts?")
	for _, damaged := range []string{cursor + "\n", "\r" + cursor, cursor[:4] + "\r\n" + cursor[4:]} {
		_, _, err := DecodeCursor(damaged, "districts?")
		if got, want := refused(t, err), invalidParameter("cursor", damaged); got != want {
			t.Errorf("%q: got %+v, want %+v", damaged, got, want)
		}
	}
}

func FuzzCursor(f *testing.F) {
	f.Add(EncodeCursor(registry.Keys{"4205020102000123"}, true, "components?"))
	f.Add("")
	f.Add("AAAA")
	f.Add(EncodeCursor(registry.Keys{"420502"}, false, "components?") + "\n")
	f.Add("AQAAAAA=")
	f.Fuzz(func(t *testing.T, text string) {
		after, before, err := DecodeCursor(text, "components?")
		if err == nil && EncodeCursor(after, before, "components?") != text {
			t.Errorf("%q is read as %q but would be written otherwise", text, after)
		}
	})
}

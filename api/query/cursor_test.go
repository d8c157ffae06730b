package query

import (
	"strings"
	"testing"
)

func TestCursorComesBackForItsQueryOnly(t *testing.T) {
	t.Parallel()
	const code, query = "4205020102000123", "components?bbox=1%2C2%2C3%2C4"
	cursor := EncodeCursor(code, query)
	if got, err := DecodeCursor(cursor, query); err != nil || got != code {
		t.Errorf("got %q, %v; want %q", got, err, code)
	}
	_, err := DecodeCursor(cursor, "components?")
	if got, want := refused(t, err), invalidParameter("cursor", cursor); got != want || !strings.Contains(err.Error(), "another query") {
		t.Errorf("got %+v, %v", got, err)
	}
	if strings.ContainsAny(cursor, "+/=&%") {
		t.Errorf("%q would be damaged in a URL", cursor)
	}
}

func TestEveryDamagedCharacterOfACursorIsNoticed(t *testing.T) {
	t.Parallel()
	cursor := EncodeCursor("420502", "districts?")
	for i := range cursor {
		for _, c := range "Aa0_-!" {
			damaged := cursor[:i] + string(c) + cursor[i+1:]
			if _, err := DecodeCursor(damaged, "districts?"); err == nil && damaged != cursor {
				t.Errorf("%q passes for %q", damaged, cursor)
			}
		}
		if _, err := DecodeCursor(cursor[:i], "districts?"); err == nil {
			t.Errorf("%q passes for %q", cursor[:i], cursor)
		}
	}
}

func TestCursorWithLineEndsIsDamaged(t *testing.T) {
	t.Parallel()
	cursor := EncodeCursor("420502", "districts?")
	for _, damaged := range []string{cursor + "\n", "\r" + cursor, cursor[:4] + "\r\n" + cursor[4:]} {
		_, err := DecodeCursor(damaged, "districts?")
		if got, want := refused(t, err), invalidParameter("cursor", damaged); got != want {
			t.Errorf("%q: got %+v, want %+v", damaged, got, want)
		}
	}
}

func FuzzCursor(f *testing.F) {
	f.Add(EncodeCursor("4205020102000123", "components?"))
	f.Add("")
	f.Add("AAAA")
	f.Add(EncodeCursor("420502", "components?") + "\n")
	f.Add("AQAAAAA=")
	f.Fuzz(func(t *testing.T, text string) {
		after, err := DecodeCursor(text, "components?")
		if err == nil && EncodeCursor(after, "components?") != text {
			t.Errorf("%q is read as %q but would be written otherwise", text, after)
		}
	})
}

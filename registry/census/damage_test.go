package census

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

func TestTrap1TextThatWasDamagedBeforeIsRefusedCellByCell(t *testing.T) {
	t.Parallel()
	western := "" // 江边路灯 in UTF-8, as a browser of another country reads it
	for _, c := range []byte("江边路灯") {
		if r := charmap.Windows1252.DecodeByte(c); r != utf8.RuneError {
			western += string(r)
		} else {
			western += string(rune(c))
		}
	}
	for _, c := range []struct{ value, says string }{
		{"第\ufffd号", "cannot be restored"}, {"锟斤拷锟斤拷", "cannot be restored"}, {"a\x00b", "cannot be restored"},
		{"ä¸\u00adå›½", "it was 中国"}, {western, "it was 江边路灯"}, {"灯", ""}, {"Café", ""}, {"æøå", ""}, {"ä", ""}, {"锟", ""},
	} {
		_, issues := testChecker(t).check(lamp("Note", c.value))
		switch {
		case c.says == "":
			if issues != nil {
				t.Errorf("%q: %v", c.value, issues)
			}
		case !reflect.DeepEqual(brief(t, issues), []string{"Note damaged_text error"}) || !strings.Contains(issues[0].Message.EN, c.says):
			t.Errorf("%q: %v", c.value, issues)
		}
	}
}

func TestTrap8CharactersOfTheCrewsOwnFontAreWarnedOf(t *testing.T) {
	t.Parallel()
	for value, want := range map[string][]string{
		"\ue000路": {"Note private_character warning"}, "\U000f0000": {"Note private_character warning"},
		"㐂𠮷路": nil, "１２，（）": nil, "\ufeff": nil,
	} {
		got, issues := testChecker(t).check(lamp("Note", value))
		if b := brief(t, issues); !reflect.DeepEqual(b, want) || got.Note != value {
			t.Errorf("%q: %q, kept as %q", value, b, got.Note)
		}
	}
}

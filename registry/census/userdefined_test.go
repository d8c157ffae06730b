package census

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"citygrid/registry/vector"
)

// TestTrap8UserDefinedCharactersOfGBK has the corners of the three areas, as Python 3.11 and glibc 2.36 decode them, and the one character of
// them that the library knows: a space.
func TestTrap8UserDefinedCharactersOfGBK(t *testing.T) {
	t.Parallel()
	for bytes, want := range map[string]rune{
		"\xaa\xa1": 0xe000, "\xaa\xfe": 0xe05d, "\xab\xa1": 0xe05e, "\xaf\xfe": 0xe233,
		"\xf8\xa1": 0xe234, "\xfe\xfe": 0xe4c5,
		"\xa1\x40": 0xe4c6, "\xa1\x7e": 0xe504, "\xa1\x80": 0xe505, "\xa1\xa0": 0xe525, "\xa2\x40": 0xe526, "\xa3\xa0": '\u3000', "\xa7\xa0": 0xe765,
		"\xb0\xa1": '啊', "\xa1\xa1": '\u3000', "\xa1\x7f": utf8.RuneError, "\xa8\x40": 'ˊ',
	} {
		got, err := io.ReadAll(decoded(strings.NewReader(bytes), GB18030))
		if r, _ := utf8.DecodeRune(got); err != nil || r != want {
			t.Errorf("% x: got %U, %v, want %U", bytes, r, err, want)
		}
	}
	seen := map[rune]bool{}
	for row := 0x81; row <= 0xfe; row++ {
		for cell := 0x40; cell <= 0xfe; cell++ {
			if r, ok := userDefined([]byte{byte(row), byte(cell)}); ok {
				seen[r] = true
			}
		}
	}
	if len(seen) != 6*94+7*94+7*96 || !seen[0xe000] || !seen[0xe765] {
		t.Errorf("%d code points", len(seen))
	}
}

func TestTrap8UserDefinedCharactersAreWarnedOfAndDamageIsNot(t *testing.T) {
	t.Parallel()
	// 西陵 before, and a character of which the second byte is an ASCII letter's.
	for text, want := range map[string]string{"\xce\xf7\xc1\xea\xaa\xa1\xcf\xef": "西陵\ue000巷", "\xa1\x41": "\ue4c7", "\xce\xf7\xff,12": "西\ufffd,12", "\xff\xaa\xa1 1234": "\ufffd\ue000 1234"} {
		l := layers{source: vector.Source{Raw: true}, encoding: GB18030}
		if got, _ := l.text(text); got != want {
			t.Errorf("%q became %q in a map file, want %q", text, got, want)
		}
		rows, _, err := read(t, "ObjName,Note\nx,"+text+"\n", GB18030)
		if strings.Contains(want, "\ufffd") {
			continue // which reading strictly refuses
		}
		if _, issues := testChecker(t).check(lamp("Note", want)); !slices.Equal(brief(t, issues), []string{"Note private_character warning"}) {
			t.Errorf("%q: %v", want, issues)
		}
		if err != nil || len(rows) != 1 || !strings.HasSuffix(rows[0], want) {
			t.Errorf("%q became %q, %v, want %q", text, rows, err, want)
		}
	}
}

// FuzzUserDefined: outside the user-defined areas all is as the library decodes it, and where a file is cut between two reads means nothing.
func FuzzUserDefined(f *testing.F) {
	for _, seed := range []string{"", "a,b\n", "\xaa\xa1\xb0\xa1", "\xb0\xa1@\xa1@", "\xa1\x40\xff\xa1\x40", "\x81\x30\xff\xaa\xa1", "\x84\x31\xa4\x37\xaa\xa1", "\xaa", "\x81\x30\x81\xaa\xa1",
		strings.Repeat("\xaa\xa1x", 1400), "x" + strings.Repeat("\xa1\x40", 2100), strings.Repeat("\xff\xff\xb0\xa1", 1100)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		plain, err := simplifiedchinese.GB18030.NewDecoder().Bytes(body)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(decoded(bytes.NewReader(body), GB18030))
		if err != nil {
			t.Fatal(err)
		}
		byOne, err := io.ReadAll(decoded(iotest.OneByteReader(bytes.NewReader(body)), GB18030))
		if err != nil || !bytes.Equal(byOne, got) {
			t.Errorf("read byte by byte %q, %v, at once %q", byOne, err, got)
		}
		var private []rune
		without := strings.Map(func(r rune) rune {
			if r >= 0xe000 && r <= 0xe765 {
				private = append(private, r)
				return utf8.RuneError
			}
			return r
		}, string(got))
		if without != string(plain) {
			t.Fatalf("%q became %q, by the library %q", body, got, plain)
		}
		// Each stands for the bytes that are there: the library's own steps, character by character, find the same.
		var want []rune
		for rest := body; len(rest) > 0; {
			var one [4]byte
			room := 1
			made, n := 0, 0
			for ; n == 0; room++ {
				made, n, _ = simplifiedchinese.GB18030.NewDecoder().Transform(one[:room], rest, true)
			}
			if r, ok := userDefined(rest[:n]); ok && n == 2 && string(one[:made]) == "\ufffd" {
				want = append(want, r)
			}
			rest = rest[n:]
		}
		if string(want) != string(private) {
			t.Errorf("%q has %U, want %U", body, private, want)
		}
	})
}

package census

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"citygrid/registry/catalog"
)

func encoded(t testing.TB, e encoding.Encoding, text string) string {
	t.Helper()
	out, err := e.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// read opens a file as an import does and gathers its rows; body is read in parts of any size.
func read(t testing.TB, body string, e Encoding) (rows []string, how []catalog.Text, err error) {
	t.Helper()
	var seen sniffer
	if _, err := io.Copy(&seen, iotest.OneByteReader(strings.NewReader(body))); err != nil {
		t.Fatal(err)
	}
	reader, how, err := open(t.Context(), &File{Format: FormatCSV, Encoding: e, Body: strings.NewReader(body)}, &seen)
	if err != nil {
		return nil, how, err
	}
	for row, err := range reader.Rows() {
		if err != nil {
			return rows, how, err
		}
		rows = append(rows, strings.Join(row.Values, "|"))
	}
	return rows, append(how, reader.(*CSV).recognised()...), nil
}

func TestTraps1And2AFileIsReadInTheEncodingThatAllOfItFits(t *testing.T) {
	t.Parallel()
	const text = "ObjName,Note\n路灯,\"西陵,一街\"\n井盖,ok\n"
	gb := []catalog.Text{{ZH: "按 GB18030 编码读取", EN: "read as GB18030"}}
	for name, c := range map[string]struct {
		body string
		how  []catalog.Text
	}{
		"UTF-8":                {text, nil},
		"UTF-8 with a mark":    {"\ufeff" + text, nil},
		"GBK":                  {encoded(t, simplifiedchinese.GBK, text), gb},
		"GBK with CRLF":        {encoded(t, simplifiedchinese.GBK, strings.ReplaceAll(text, "\n", "\r\n")), gb},
		"UTF-16LE with a mark": {encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), text), []catalog.Text{{ZH: "按 UTF-16LE 编码读取", EN: "read as UTF-16LE"}}},
		"UTF-16BE with a mark": {encoded(t, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), text), []catalog.Text{{ZH: "按 UTF-16BE 编码读取", EN: "read as UTF-16BE"}}},
		"GBK, far down only":   {encoded(t, simplifiedchinese.GBK, "ObjName,Note\n"+strings.Repeat("\n", 200_000)+"路灯,\"西陵,一街\"\n井盖,ok\n"), gb},
	} {
		rows, how, err := read(t, c.body, "")
		if want := []string{"路灯|西陵,一街", "井盖|ok"}; err != nil || !reflect.DeepEqual(rows, want) || !reflect.DeepEqual(how, c.how) {
			t.Errorf("%s: %q, recognised %q, %v", name, rows, how, err)
		}
	}
}

func TestTrap8CharactersOutsideGBKAreReadFromFourBytes(t *testing.T) {
	t.Parallel()
	rows, _, err := read(t, encoded(t, simplifiedchinese.GB18030, "name\n㐂𠮷路灯\n"), "")
	if want := []string{"㐂𠮷路灯"}; err != nil || !reflect.DeepEqual(rows, want) {
		t.Errorf("%q, %v", rows, err)
	}
}

func TestCellsAreSeparatedByWhatTheHeaderHasMostOf(t *testing.T) {
	t.Parallel()
	tabs := []catalog.Text{{ZH: "以制表符分隔", EN: "separated by tabs"}}
	semicolons := []catalog.Text{{ZH: "以分号分隔", EN: "separated by semicolons"}}
	for text, how := range map[string][]catalog.Text{
		"a,b\n1,2\n":                               nil,
		"a\tb\n1\t2\n":                             tabs,
		"\n\na;b\n1;2\n":                           semicolons,
		"\"a\"\tb\n\"1\"\t2\n":                     tabs,
		"\"a\"\t\"b\"\n1\t\"2\"\n":                 tabs,
		"\"a\"\t\"b\"\n1\t2":                       tabs,
		"\"a\";b\n1;2" + strings.Repeat("\n", 100): semicolons,
	} {
		rows, got, err := read(t, text, "")
		if err != nil || !reflect.DeepEqual(rows, []string{"1|2"}) || !reflect.DeepEqual(got, how) {
			t.Errorf("%q: %q, recognised %q, %v", text, rows, got, err)
		}
	}
	if rows, how, err := read(t, "\"a;b;c\",d\n1,2\n", ""); err != nil || how != nil || !reflect.DeepEqual(rows, []string{"1|2"}) {
		t.Errorf("semicolons in a name: %q, %q, %v", rows, how, err)
	}
}

func TestWhatFitsNoEncodingIsRefusedWithItsPlaces(t *testing.T) {
	t.Parallel()
	for body, says := range map[string][]string{
		"a,b\n路,\xc2\xb7\xb5\xc6\xff\n":      {"UTF-8 (at byte 10)", "GB18030 (at byte 7,", "b5 c6 ff 0a"},
		"a,b\n1,\xc2\xb7\xb5":                {"UTF-8 (at byte 8)", "GB18030 (at byte 9,"},
		strings.Repeat("x", 70_000) + "\xff": {"UTF-8 (at byte 70000)", "GB18030 (at byte 70000,", "ff"},
	} {
		_, _, err := read(t, body, "")
		var fault *FileError
		if !errors.As(err, &fault) || fault.Issue.Code != CodeUnknownEncoding {
			t.Errorf("%.20q: %v", body, err)
			continue
		}
		for _, part := range says {
			if !strings.Contains(fault.Issue.Message.EN+" "+fault.Issue.Value, part) {
				t.Errorf("%.20q: no %q in %q, %q", body, part, fault.Issue.Message.EN, fault.Issue.Value)
			}
		}
	}
}

func TestAnEncodingThatIsNamedIsTaken(t *testing.T) {
	t.Parallel()
	gbk := encoded(t, simplifiedchinese.GBK, "a\n路灯\n")
	if rows, _, err := read(t, gbk, GB18030); err != nil || !reflect.DeepEqual(rows, []string{"路灯"}) {
		t.Errorf("%q, %v", rows, err)
	}
	var fault *FileError
	if _, _, err := read(t, gbk, UTF8); !errors.As(err, &fault) || fault.Issue.Code != CodeNotUTF8 {
		t.Errorf("%v", err)
	}
	for name, want := range map[string]Encoding{"utf-8": UTF8, "GBK": GB18030, "gb2312": GB18030, "GB18030": GB18030, "utf-16le": UTF16LE, "UTF-16BE": UTF16BE, "auto": "", "": "", "latin1": ""} {
		if got, ok := ParseEncoding(name); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", name, got, ok)
		}
	}
}

// FuzzEncoding: what is told to be an encoding is decoded by it without a loss, and what GB18030 wrote is told from UTF-8 or is the same.
func FuzzEncoding(f *testing.F) {
	for _, seed := range []string{"", "路灯", "㐂𠮷", "a,b\n1,2\n", "\xc2\xb7\xb5\xc6", "\xff\xfea\x00", "\x81\x30\x81\x30", "\x80"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var seen sniffer
		seen.Write(body)
		e, err := detect(bytes.NewReader(body), &seen)
		var fault *FileError
		switch {
		case errors.As(err, &fault):
			return
		case err != nil:
			t.Fatal(err)
		case e == UTF16LE || e == UTF16BE:
			return // halves of characters become U+FFFD, which checks of cells refuse
		}
		text, err := io.ReadAll(decoded(bytes.NewReader(body), e))
		if err != nil {
			t.Fatal(err)
		}
		if e == UTF8 && !bytes.Equal(text, body) {
			t.Errorf("%q became %q", body, text)
		}
		noCharacter := func(r rune) bool { return r == '\ufffd' || r >= 0xe000 && r <= 0xe765 } // or one that the library knows no code for
		if e == GB18030 && !bytes.ContainsFunc(text, noCharacter) {
			again, err := simplifiedchinese.GB18030.NewEncoder().Bytes(text)
			if back, backErr := simplifiedchinese.GB18030.NewDecoder().Bytes(again); err != nil || backErr != nil || !bytes.Equal(back, text) {
				t.Errorf("%q became %q and then %q, %v, %v", body, text, back, err, backErr)
			}
		}
	})
}

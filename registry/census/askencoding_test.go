package census

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzAskEncoding: of whatever bytes a question is made that can be shown and stored, with a proposal among its options.
func FuzzAskEncoding(f *testing.F) {
	for _, seed := range []string{"", "a\n", "\xff\n路灯\n\xc2\xb7\xb5\xc6\n", "\x81", "\x00\x00\n\x00", "a\x00\xff\x00\n", strings.Repeat("\xff", 300), strings.Repeat("路", 100) + "\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		q, err := askEncoding(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if len(q.Evidence) < 1 || len(q.Evidence) > 1+3*linesOfAKind || q.Check(q.Proposal) != nil || q.Check(AnswerRefuse) != nil {
			t.Errorf("%+v", q)
		}
		for _, e := range q.Evidence {
			for _, text := range []string{e.ZH, e.EN} {
				if !utf8.ValidString(text) || strings.ContainsRune(text, 0) || len(text) > 2000 {
					t.Errorf("%d bytes: %q", len(text), text)
				}
			}
		}
	})
}

func TestTextsAreCountedInBoundedMemoryTheMostFrequentKept(t *testing.T) {
	t.Parallel()
	k := texts{map[string]*openText{}}
	for i := range int64(20 * maxTexts) {
		row := &Row{Line: i + 2}
		k.add("状态"+strings.Repeat("x", int(i%100))+string(rune('一'+i)), "ObjState", row)
		if i%50 == 0 {
			k.add("常见", "ObjState", row)
			k.add("常见", "ObjState", row) // twice in one row is one row
		}
	}
	for _, text := range []string{"", "a=b", "a\nb", "\x1b[2J", strings.Repeat("长", 50)} {
		k.add(text, "ObjState", &Row{Line: 1})
		if k.open[text] != nil {
			t.Errorf("%q is asked about", text)
		}
	}
	if most := k.mostFrequent(); len(most) > maxTexts || most[0].text != "常见" || most[0].rows != 20*maxTexts/50 {
		t.Errorf("%d texts, %+v", len(most), most[0])
	}
}

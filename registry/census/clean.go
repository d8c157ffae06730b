package census

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// plain reports whether normal would return the text as it is, for texts that are mostly so: ASCII without spaces, and no apostrophe first.
func plain(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return false
		}
	}
	return text == "" || text[0] != '\''
}

// normal is a text after NFKC without what nobody sees (import traps 9 and 10): format characters such as U+200B, U+FEFF and the soft hyphen,
// and the apostrophe that makes a spreadsheet keep a number as text. Spaces go from the ends, and from within too when spaces is set.
// What it returns it would not change again.
func normal(text string, spaces bool) string {
	for {
		next := strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Cf, r) || spaces && unicode.IsSpace(r) {
				return -1
			}
			return r
		}, text)
		next = strings.TrimRightFunc(strings.TrimLeftFunc(next, func(r rune) bool {
			return unicode.IsSpace(r) || r == '\'' || r == '’' || r == '‘'
		}), unicode.IsSpace)
		next = norm.NFKC.String(next)
		if next == text {
			return next
		}
		text = next // what NFKC made of it may begin with a space
	}
}

package photo

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Named is what the name of a file says.
type Named struct {
	Codes  []string // of components; more than one says nothing
	Number int      // which photo of the component it is, 0 where that is not said
}

// NameOf reads a path with slashes: 4205020118000001.jpg, 4205020118000001_2.JPG, 路灯4205020118000001(3).png, or a folder that is named by the
// code with photos of any name in it. A code is 16 digits, 17 in the 2026 edition, with no digit beside them; full-width digits count as digits.
func NameOf(name string) Named {
	base := path.Base(name)
	stem := plainDigits(strings.TrimSuffix(base, path.Ext(base)))
	codes, rest := codesIn(stem)
	if len(codes) == 0 {
		codes, _ = codesIn(plainDigits(path.Base(path.Dir(name))))
		rest = stem
	}
	if len(codes) == 0 {
		return Named{}
	}
	return Named{Codes: codes, Number: firstNumber(rest)}
}

// codesIn are the different codes in a text, and what follows the first.
func codesIn(text string) (codes []string, rest string) {
	for at := 0; at < len(text); {
		run := digitsAt(text[at:])
		if run == 0 {
			at++
			continue
		}
		code := text[at : at+run]
		at += run
		if (run != 16 && run != 17) || code[0] == '0' { // no division begins with 0
			continue
		}
		if len(codes) == 0 {
			rest = text[at:]
		}
		if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes, rest
}

// digitsAt is how many digits a text begins with.
func digitsAt(text string) int {
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	return n
}

// firstNumber is the first number in a text that is not too long to be one.
func firstNumber(text string) int {
	for at := 0; at < len(text); at++ {
		if run := digitsAt(text[at:]); run > 0 {
			if n, err := strconv.Atoi(text[at : at+run]); err == nil && run <= 9 {
				return n
			}
			at += run
		}
	}
	return 0
}

// plainDigits makes full-width digits plain ones.
func plainDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' {
			return r - '０' + '0'
		}
		return r
	}, text)
}

// NamesIn are the photos that a cell names, in order: separated by ; , 、 | or line ends, wide or narrow. Words for nothing name none.
func NamesIn(cell string) []string {
	var names []string
	for name := range strings.FieldsFuncSeq(cell, func(r rune) bool { return strings.ContainsRune(";；,，、|\r\n\t", r) }) {
		name = strings.TrimFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r == '"' || r == '“' || r == '”' })
		if name != "" && !slices.Contains([]string{"无", "空", "/", "-", "—", "——", "暂无", "没有"}, name) {
			names = append(names, name)
		}
	}
	return names
}

// nameKey is a file's name as it is compared: without case, its path with slashes alone.
func nameKey(name string) string {
	return strings.ToLower(strings.ReplaceAll(plainDigits(strings.TrimSpace(name)), `\`, "/"))
}

// looksLikePhoto tells by the ending whether somebody meant a file to be a photo.
func looksLikePhoto(name string) bool {
	return slices.Contains([]string{".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".heic", ".heif", ".gif", ".bmp", ".tif", ".tiff"}, strings.ToLower(path.Ext(name)))
}

// isClutter knows what systems put beside files by themselves.
func isClutter(name string) bool {
	base := path.Base(name)
	return strings.HasPrefix(base, "._") || strings.HasPrefix(name, "__MACOSX/") || strings.Contains(name, "/__MACOSX/") ||
		slices.Contains([]string{"thumbs.db", "desktop.ini", ".ds_store", ".nomedia", ".picasa.ini"}, strings.ToLower(base))
}

package census

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

// gbDecoder is the decoder of GB18030, which knows no user-defined characters (自造字), and gives these the code points of the private use area that
// GB18030-2005 has for them. What a crew drew in a font of its own is then told from what was damaged (import traps 1 and 8).
type gbDecoder struct{ transform.Transformer }

func newGBDecoder() gbDecoder { return gbDecoder{simplifiedchinese.GB18030.NewDecoder()} }

// Transform decodes twice where characters were replaced: the decoder stops for want of room where the next replacement would go, and so says which bytes it
// is for. A private code point takes as many bytes in UTF-8 as U+FFFD.
func (d gbDecoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	nDst, nSrc, err = d.Transformer.Transform(dst, src, atEOF)
	const replacement = "\ufffd"
	for out := dst[:nDst]; ; out = out[len(replacement):] {
		sound := bytes.Index(out, []byte(replacement))
		if sound < 0 {
			return nDst, nSrc, err
		}
		_, n, _ := d.Transformer.Transform(out[:sound], src, atEOF)
		out, src = out[sound:], src[n:]
		if r, ok := userDefined(src); ok {
			utf8.EncodeRune(out, r)
			src = src[2:]
			continue
		}
		_, n, _ = d.Transformer.Transform(out[:len(replacement)], src, atEOF)
		src = src[n:]
	}
}

// userDefined is the code point of the user-defined character at the beginning of b. There are three areas, which follow each other in Unicode: AAA1–AFFE from
// U+E000 and F8A1–FEFE from U+E234, of 94 characters a row, and A140–A7A0 from U+E4C6, of 96 without 7F. One of them does not come here: A3A0 is written for a wide space, as which
// the library reads it.
func userDefined(b []byte) (rune, bool) {
	if len(b) < 2 {
		return 0, false
	}
	row, cell := rune(b[0]), rune(b[1])
	switch {
	case cell >= 0xa1 && cell <= 0xfe && row >= 0xaa && row <= 0xaf:
		return 0xe000 + (row-0xaa)*94 + cell - 0xa1, true
	case cell >= 0xa1 && cell <= 0xfe && row >= 0xf8 && row <= 0xfe:
		return 0xe234 + (row-0xf8)*94 + cell - 0xa1, true
	case row >= 0xa1 && row <= 0xa7 && cell >= 0x40 && cell < 0x7f:
		return 0xe4c6 + (row-0xa1)*96 + cell - 0x40, true
	case row >= 0xa1 && row <= 0xa7 && cell > 0x7f && cell <= 0xa0:
		return 0xe4c6 + (row-0xa1)*96 + cell - 0x41, true
	}
	return 0, false
}

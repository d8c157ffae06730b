package geojson

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// value is a cursor over one JSON text that is held whole. Nesting is bounded before it is made, by scanner.value.
//
// Members are taken apart here and not by encoding/json, which takes {"a":1,"A":2} and {"a":1,"a":2} in silence and makes
// U+FFFD of half a surrogate pair.
type value struct {
	text []byte
	at   int
}

// skip passes over one value and checks its grammar (RFC 8259).
func (v *value) skip() error {
	v.space()
	switch c := v.next(); {
	case c == '{':
		return v.object(func(string) error { return v.skip() })
	case c == '[':
		return v.array(v.skip)
	case c == '"':
		return v.skipString()
	case c == '-' || c >= '0' && c <= '9':
		_, err := v.number()
		return err
	}
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(v.text[v.at:], []byte(word)) {
			v.at += len(word)
			return nil
		}
	}
	return v.bad()
}

// raw passes over one value and returns its text.
func (v *value) raw() ([]byte, error) {
	v.space()
	start := v.at
	if err := v.skip(); err != nil {
		return nil, err
	}
	return v.text[start:v.at], nil
}

// object calls member for each name with the cursor at its value, which member must pass. A name that occurs twice is an
// error, however its letters are escaped.
func (v *value) object(member func(name string) error) error {
	if !v.take('{') {
		return v.bad()
	}
	if v.take('}') {
		return nil
	}
	seen := make(map[string]struct{}, 8)
	for {
		v.space()
		name, err := v.string()
		if err != nil {
			return err
		}
		if _, twice := seen[name]; twice {
			return faultf(FaultDuplicate, "the member %q occurs twice in one object", "对象中成员 %q 重复出现", name)
		}
		seen[name] = struct{}{}
		if !v.take(':') {
			return v.bad()
		}
		if err := member(name); err != nil {
			return err
		}
		if v.take('}') {
			return nil
		}
		if !v.take(',') {
			return v.bad()
		}
	}
}

// array calls element with the cursor before each element, which element must pass.
func (v *value) array(element func() error) error {
	if !v.take('[') {
		return v.bad()
	}
	if v.take(']') {
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if v.take(']') {
			return nil
		}
		if !v.take(',') {
			return v.bad()
		}
	}
}

// string reads one string and undoes its escapes.
func (v *value) string() (string, error) {
	start := v.at
	if err := v.skipString(); err != nil {
		return "", err
	}
	text := v.text[start:v.at]
	if bytes.IndexByte(text, '\\') < 0 {
		return string(text[1 : len(text)-1]), nil
	}
	var s string
	if err := json.Unmarshal(text, &s); err != nil {
		return "", v.bad()
	}
	return s, nil
}

// skipString checks escapes, and that each half of a surrogate pair has its other half: PostgreSQL refuses such text, and
// replacing it would change what the file says.
func (v *value) skipString() error {
	if v.next() != '"' {
		return v.bad()
	}
	for v.at++; ; v.at++ {
		switch c := v.next(); {
		case c == '"':
			v.at++
			return nil
		case c < ' ': // also the end of the text
			return v.bad()
		case c == '\\':
			v.at++
			if err := v.escape(); err != nil {
				return err
			}
		}
	}
}

// escape checks what follows a backslash and stays on its last byte.
func (v *value) escape() error {
	c := v.next()
	if c != 'u' {
		if bytes.IndexByte([]byte(`"\/bfnrt`), c) < 0 {
			return v.bad()
		}
		return nil
	}
	unit, ok := v.hex(v.at + 1)
	if !ok || unit >= 0xdc00 && unit <= 0xdfff {
		return v.bad()
	}
	v.at += 4
	if unit < 0xd800 || unit > 0xdbff {
		return nil
	}
	low, ok := v.hex(v.at + 3)
	if !ok || low < 0xdc00 || low > 0xdfff || v.text[v.at+1] != '\\' || v.text[v.at+2] != 'u' {
		return v.bad()
	}
	v.at += 6
	return nil
}

func (v *value) hex(at int) (unit int, ok bool) {
	if at+4 > len(v.text) {
		return 0, false
	}
	for _, c := range v.text[at : at+4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		unit = unit<<4 | int(c)
	}
	return unit, true
}

// number passes over one number and returns its text.
func (v *value) number() ([]byte, error) {
	start := v.at
	if v.next() == '-' {
		v.at++
	}
	if v.next() == '0' {
		v.at++
	} else if !v.digits() {
		return nil, v.bad()
	}
	if v.next() == '.' {
		if v.at++; !v.digits() {
			return nil, v.bad()
		}
	}
	if v.next()|0x20 == 'e' {
		v.at++
		if c := v.next(); c == '+' || c == '-' {
			v.at++
		}
		if !v.digits() {
			return nil, v.bad()
		}
	}
	return v.text[start:v.at], nil
}

func (v *value) digits() bool {
	start := v.at
	for c := v.next(); c >= '0' && c <= '9'; c = v.next() {
		v.at++
	}
	return v.at > start
}

func (v *value) space() {
	for c := v.next(); c == ' ' || c == '\t' || c == '\r' || c == '\n'; c = v.next() {
		v.at++
	}
}

// take passes over white space and then c, if it is c.
func (v *value) take(c byte) bool {
	v.space()
	if v.next() != c {
		return false
	}
	v.at++
	return true
}

// next is the byte under the cursor, or 0, which JSON has nowhere, after the last.
func (v *value) next() byte {
	if v.at < len(v.text) {
		return v.text[v.at]
	}
	return 0
}

func (v *value) bad() error {
	return faultf(FaultJSON, "not JSON at byte %d of the value", "该值第 %d 字节处不是合法的 JSON", v.at)
}

func checkUTF8(text []byte) error {
	if !utf8.Valid(text) {
		return fault(FaultJSON, "the text is not UTF-8", "文本不是 UTF-8 编码")
	}
	return nil
}

package workbook

import (
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// numberFormat is what a cell's format makes of a number.
type numberFormat byte

const (
	plain numberFormat = iota
	date               // a day, perhaps with its time
	clock              // a time of day
)

// maxFormats bounds the cell formats of a book; Excel has 65,490.
const maxFormats = 1 << 17

// readFormats reads styles.xml: what the cell formats make of numbers, by their index.
func readFormats(m *markup) ([]numberFormat, error) {
	custom := map[int]numberFormat{}
	var formats []numberFormat
	within := false // cellXfs
	for {
		kind, err := m.next()
		if err == io.EOF {
			return formats, nil
		}
		if err != nil {
			return nil, err
		}
		switch name := string(m.name); {
		case name == "cellXfs":
			within = kind == opened
		case name == "numFmt" && kind == opened && len(custom) < maxFormats:
			code, err := m.attributeText("formatCode")
			if err != nil {
				return nil, err
			}
			if id, err := strconv.Atoi(string(m.attribute("numFmtId"))); err == nil {
				custom[id] = formatOf(code)
			}
		case name == "xf" && kind == opened && within && len(formats) < maxFormats:
			id, _ := strconv.Atoi(string(m.attribute("numFmtId"))) // none is 0, General
			format, ok := custom[id]
			if !ok {
				format = builtIn(id)
			}
			formats = append(formats, format)
		}
	}
}

// builtIn are the formats that have a number only, those of Chinese Excel included (ISO/IEC 29500-1, 18.8.30).
func builtIn(id int) numberFormat {
	switch {
	case id >= 14 && id <= 17, id == 22, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id == 57, id == 58:
		return date
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id >= 45 && id <= 47, id == 55, id == 56:
		return clock
	}
	return plain
}

// formatOf judges a format's code by its first section: a day where it has a year, a day or a month alone, a time where it has hours or seconds.
func formatOf(code string) numberFormat {
	var letters strings.Builder
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case ';':
			i = len(code)
		case '"':
			i += quoted(code[i+1:], '"')
		case '[':
			inner, _, _ := strings.Cut(code[i+1:], "]")
			if strings.Trim(strings.ToLower(inner), "hms") == "" {
				letters.WriteString(inner) // hours past the day
			}
			i += quoted(code[i+1:], ']')
		case '\\', '_', '*':
			i++
		default:
			letters.WriteByte(c)
		}
	}
	text := strings.ToLower(letters.String())
	if strings.HasPrefix(text, "general") {
		return plain
	}
	text = strings.NewReplacer("am/pm", "", "a/p", "").Replace(text)
	switch {
	case strings.ContainsAny(text, "yd"):
		return date
	case strings.ContainsAny(text, "hs"):
		return clock
	case strings.Contains(text, "m"):
		return date
	}
	return plain
}

// quoted is how far it is to the end of what was opened, the end included.
func quoted(rest string, end byte) int {
	if i := strings.IndexByte(rest, end); i >= 0 {
		return i + 1
	}
	return len(rest)
}

// Date writes a serial number as 2006-01-02, or 2006-01-02 15:04:05 when it has a time, by the book's calendar: days from 1900, in which
// 1900-02-29 is counted though there was none, or from 1904. Not for the years before 1900-03-01 nor after 9999.
func (b *Book) Date(serial float64) (string, bool) {
	day := math.Floor(serial)
	first := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if b.from1904 {
		first = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if !(serial >= 0 && day < 2_958_466) || !b.from1904 && day <= 60 {
		return "", false
	}
	seconds := int(math.Round((serial - day) * 86400))
	at := first.AddDate(0, 0, int(day)).Add(time.Duration(seconds) * time.Second)
	if at.Year() > 9999 {
		return "", false
	}
	if seconds%86400 == 0 {
		return at.Format(time.DateOnly), true
	}
	return at.Format(time.DateTime), true
}

// decimal writes a number with all its digits and no exponent. What is no number stays as it is.
func decimal(text []byte) string {
	if digitsOnly(text) {
		return string(text)
	}
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		return string(text)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// digitsOnly holds for what is written out already: digits, at most 15 of them after a point because of what rounding leaves behind, with no zero
// at the end.
func digitsOnly(text []byte) bool {
	point, digits := false, text
	if len(digits) > 0 && digits[0] == '-' {
		digits = digits[1:]
	}
	for _, c := range digits {
		switch {
		case c == '.' && !point:
			point = true
		case c < '0' || c > '9':
			return false
		}
	}
	if n := len(digits); point {
		return n <= 16 && digits[n-1] >= '1' && digits[n-1] <= '9' && digits[0] != '.'
	}
	return len(digits) > 0 && len(digits) < 300
}

package census

import (
	"strconv"
	"strings"
	"time"
)

// dateForm is how a date was written.
type dateForm int

const (
	noDate        dateForm = iota
	standardDate           // 2011-12-31 or 20111231
	otherDate              // 2011/12/31, 2011.1.5, 2011年12月31日, with or without a time of day
	serialDate             // 41275: the days that Excel counts from the end of 1899
	monthDate              // 2011-12, 2011年12月
	shortYearDate          // 11-12-31: in which century, and is it the year that comes first?
)

// parseDate reads a date in the forms that crews deliver (import trap 14); without a day it is the first of the month. Where the form leaves
// open which day is meant (201212, 2012.1, 12/31/2012, a time with its zone) it is no date.
func parseDate(text string) (time.Time, dateForm) {
	switch {
	case len(text) == 10 && text[4] == '-' && text[7] == '-':
		if day, ok := dayOf(text[:4], text[5:7], text[8:]); ok {
			return day, standardDate
		}
	case len(text) == 8 && allDigits(text):
		if day, ok := dayOf(text[:4], text[4:6], text[6:]); ok {
			return day, standardDate
		}
		return time.Time{}, noDate
	case len(text) == 14 && allDigits(text):
		if day, ok := dayOf(text[:4], text[4:6], text[6:8]); ok {
			return day, otherDate
		}
		return time.Time{}, noDate
	}
	if day, ok := serial(text); ok {
		return day, serialDate
	}
	return dateInParts(text)
}

// The serials of days from 1990, before which there was nothing to survey, to 2100.
const (
	firstSerial = 32874
	lastSerial  = 73050
)

// serial reads Excel's count of days; behind a point stands the time of day.
func serial(text string) (time.Time, bool) {
	days, fraction, _ := strings.Cut(text, ".")
	if len(days) != 5 || !allDigits(days) || fraction != "" && !allDigits(fraction) {
		return time.Time{}, false
	}
	n, _ := strconv.Atoi(days) // digits
	return time.Date(1899, 12, 30+n, 0, 0, 0, 0, time.UTC), n >= firstSerial && n <= lastSerial
}

// dateInParts reads numbers with something between them.
func dateInParts(text string) (time.Time, dateForm) {
	year, rest := leadingNumber(text)
	between, rest := mark(rest, "年")
	month, rest := leadingNumber(rest)
	after, rest := mark(rest, "月")
	day, rest := leadingNumber(rest)
	_, rest = mark(rest, "日", "号")
	inWords := between == "年" && after == "月"
	if len(month) == 0 || len(month) > 2 || between == "" || !inWords && after != "" && after != between {
		return time.Time{}, noDate
	}
	switch {
	case len(year) == 2 && len(day) > 0 && len(day) <= 2:
		return time.Time{}, shortYearDate
	case len(year) != 4 || len(day) > 2:
		return time.Time{}, noDate
	case day == "" && rest == "" && (between == "年" || after == "" && !(between == "." && len(month) == 1)):
		if first, ok := dayOf(year, month, "1"); ok {
			return first, monthDate
		}
	case day != "" && after != "" && timeOfDay(rest):
		if day, ok := dayOf(year, month, day); ok {
			return day, otherDate
		}
	}
	return time.Time{}, noDate
}

// leadingNumber takes the digits at the beginning of a text, and the spaces before and after them.
func leadingNumber(text string) (digits, rest string) {
	text = strings.TrimLeft(text, " ")
	end := 0
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	return text[:end], text[end:]
}

// mark takes what stands between two numbers: one of the words, or a point, stroke or slash.
func mark(text string, words ...string) (mark, rest string) {
	trimmed := strings.TrimLeft(text, " ")
	for _, word := range words {
		if rest, ok := strings.CutPrefix(trimmed, word); ok {
			return word, rest
		}
	}
	if trimmed != "" && strings.IndexByte("-./", trimmed[0]) >= 0 {
		return trimmed[:1], trimmed[1:]
	}
	return "", text
}

// timeOfDay reports whether nothing or a time of day follows a date. With a zone it could be another day here.
func timeOfDay(text string) bool {
	if text == "" {
		return true
	}
	if text[0] != ' ' && text[0] != 'T' {
		return false
	}
	text = strings.TrimSpace(text[1:])
	hours, rest, found := strings.Cut(text, ":")
	return found && len(hours) <= 2 && allDigits(hours) && strings.Trim(rest, "0123456789:.") == "" && rest != ""
}

// dayOf is the day of three numbers, if the calendar has it.
func dayOf(year, month, day string) (time.Time, bool) {
	if !allDigits(year) || !allDigits(month) || !allDigits(day) {
		return time.Time{}, false
	}
	y, _ := strconv.Atoi(year) // digits
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return t, t.Year() == y && int(t.Month()) == m && t.Day() == d
}

// allDigits reports whether the text is digits 0 to 9 and at least one.
func allDigits(text string) bool { return digits(text, 1, len(text)) }

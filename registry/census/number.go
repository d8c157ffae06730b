package census

import (
	"math"
	"strconv"
	"strings"
)

// parseNumber takes finite decimals only: ParseFloat would also take hexadecimal and Inf.
func parseNumber(s string) (float64, bool) {
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, false
		}
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil && !math.IsInf(v, 0)
}

// withoutThousands takes the commas out of 3,398,021.5 (import trap 20).
func withoutThousands(text string) (string, bool) {
	whole, _, _ := strings.Cut(text, ".")
	groups := strings.Split(strings.TrimLeft(whole, "+-"), ",")
	if len(groups) < 2 || len(groups[0]) > 3 || !allDigits(groups[0]) {
		return "", false
	}
	for _, group := range groups[1:] {
		if len(group) != 3 || !allDigits(group) {
			return "", false
		}
	}
	plain := strings.ReplaceAll(whole, ",", "") + text[len(whole):]
	_, ok := parseNumber(plain)
	return plain, ok
}

// decimalComma reports whether the text is a number with a comma where the point should be.
func decimalComma(text string) bool {
	if strings.Count(text, ",") != 1 {
		return false
	}
	_, ok := parseNumber(strings.Replace(text, ",", ".", 1))
	return ok
}

// parseDegrees reads degrees, minutes and seconds (import trap 36): 111°17′25.6″ with the marks that keyboards and fonts give, 111:17:25.6,
// 111度17分25.6秒; with E, N, 东经 or 北纬 beside them. Only the last part has decimals. The result is rounded to 1e-10 degrees, a hundredth of a
// millimetre, so that it is the number that a person would write.
func parseDegrees(text string) (float64, bool) {
	text = marks(text)
	for _, side := range []string{"东经", "北纬", "E", "N"} {
		if rest, ok := strings.CutPrefix(text, side); ok {
			text = rest
			break
		}
		if rest, ok := strings.CutSuffix(text, side); ok {
			text = rest
			break
		}
	}
	var parts []string
	if strings.Contains(text, ":") {
		if parts = strings.Split(text, ":"); len(parts) == 1 || len(parts) > 3 {
			return 0, false
		}
	} else {
		for _, m := range []string{"°", "'", "\""} {
			part, rest, found := strings.Cut(text, m)
			if !found {
				break
			}
			parts, text = append(parts, part), rest
		}
		if text != "" || len(parts) == 0 {
			return 0, false
		}
	}
	sum, unit := 0.0, 1.0
	for i, part := range parts {
		whole, fraction, point := strings.Cut(part, ".")
		if !allDigits(whole) || len(whole) > 3 || point && (!allDigits(fraction) || i < len(parts)-1) {
			return 0, false
		}
		v, err := strconv.ParseFloat(part, 64)
		if err != nil || i > 0 && v >= 60 {
			return 0, false
		}
		sum += v / unit
		unit *= 60
	}
	return math.Round(sum*1e10) / 1e10, true
}

// marks writes the marks of degrees, minutes and seconds in one way and leaves spaces out. It goes before NFKC, which would make letters
// and accents of some.
func marks(text string) string {
	text = strings.Map(func(r rune) rune {
		switch r {
		case 'º', '˚', '度':
			return '°'
		case '′', '’', '‘', '´', 'ˊ', '`', '＇', '分':
			return '\''
		case '″', '”', '“', '˝', '〃', '＂', '秒':
			return '"'
		case '：':
			return ':'
		}
		return r
	}, text)
	return strings.ReplaceAll(normal(text, true), "''", "\"")
}

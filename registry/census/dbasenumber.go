package census

import (
	"strconv"
	"strings"
)

// writtenNumber is a number of a dBASE table as people write it: 5.83000000000e+001, as ArcGIS writes floats, is 58.3. One that does not say all digits before its
// point stays as it stands, 3.41181e+009 (import trap 6): what is missing is not known to be zeros. Stars are where a number had no room, or none was.
func writtenNumber(text string) string {
	if text = strings.TrimSpace(text); strings.Trim(text, "*") == "" {
		return ""
	}
	at := strings.IndexAny(text, "eE")
	if at < 0 {
		return text
	}
	digits, sign := text[:at], ""
	if strings.HasPrefix(digits, "-") {
		digits, sign = digits[1:], "-"
	}
	whole, part, _ := strings.Cut(digits, ".")
	power, err := strconv.Atoi(text[at+1:])
	if err != nil || !allDigits(whole) || part != "" && !allDigits(part) || power > len(part) || power < -longestPower {
		return text
	}
	if power >= 0 {
		whole, part = whole+part[:power], part[power:]
	} else {
		whole = strings.Repeat("0", -power) + whole
		whole, part = whole[:len(whole)+power], whole[len(whole)+power:]+part
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if part = strings.TrimRight(part, "0"); part != "" {
		whole += "." + part
	}
	if whole == "0" {
		return whole
	}
	return sign + whole
}

// longestPower is that of the smallest number of a field.
const longestPower = 330

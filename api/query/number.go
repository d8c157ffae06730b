package query

import "strconv"

// parseNumber reads a finite decimal number such as 111.28, -.5 or 1e2. The words and the hexadecimal forms that Go reads too
// (NaN, Inf, 0x1p-2) are not numbers here.
func parseNumber(text string) (float64, bool) {
	for i := range len(text) {
		switch c := text[i]; {
		case '0' <= c && c <= '9', c == '.', c == '-', c == '+', c == 'e', c == 'E':
		default:
			return 0, false
		}
	}
	v, err := strconv.ParseFloat(text, 64) // its error covers what is beyond the range of float64
	return v, err == nil
}

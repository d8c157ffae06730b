package query

import (
	"fmt"
	"strconv"
	"strings"
)

// The size of a page of features.
const (
	DefaultLimit = 100
	MaxLimit     = 10_000
)

// Limit reads the parameter limit, DefaultLimit when absent. More than MaxLimit is MaxLimit, as OGC API - Features lets a server
// do; what is not a whole number above 0 is refused.
func (p Parameters) Limit() (int, error) {
	text, given := p["limit"]
	if !given {
		return DefaultLimit, nil
	}
	return ParseLimit(text)
}

// ParseLimit reads a page size; see [Parameters.Limit].
func ParseLimit(text string) (int, error) {
	digits := text != "" && strings.Trim(text, "0123456789") == ""
	n, err := strconv.Atoi(text)
	switch {
	case !digits, n == 0 && err == nil:
		return 0, invalid(field("limit", text,
			fmt.Sprintf("应为 1 到 %d 的整数", MaxLimit), fmt.Sprintf("write a whole number from 1 to %d", MaxLimit)))
	case err != nil: // too large for an int
		return MaxLimit, nil
	}
	return min(n, MaxLimit), nil
}

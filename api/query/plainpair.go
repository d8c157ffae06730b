package query

import (
	"encoding/binary"
	"math/bits"
	"strconv"

	"github.com/paulmach/orb"
)

// plainPair reads [x, y] and the separator after it from the beginning of text, blanks allowed, both numbers plain decimals. It returns
// how many bytes that took, or -1 where text does not begin so: be it wrong, written otherwise or not whole. Where the separator is a
// line feed, nothing else may be one.
func plainPair(text []byte, separator byte) (pair orb.Point, end int) {
	at := past(text, 0, '[', separator)
	pair[0], at = plainDecimal(text, at, separator)
	at = past(text, at, ',', separator)
	pair[1], at = plainDecimal(text, at, separator)
	at = past(text, at, ']', separator)
	return pair, past(text, at, separator, separator)
}

// past is the place after a mark that only blanks precede, -1 where it does not follow or at is -1.
func past(text []byte, at int, mark, separator byte) int {
	if at = skip(text, at, separator); uint(at) < uint(len(text)) && text[at] == mark {
		return at + 1
	}
	return -1
}

// skip is the place of the next byte that is not blank, at most len(text). A separator is not blank.
func skip(text []byte, at int, separator byte) int {
	for uint(at) < uint(len(text)) && text[at] <= ' ' {
		if c := text[at]; c == separator || c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			break
		}
		at++
	}
	return at
}

const (
	plainDigits = 19      // as many always fit into 64 bits
	exactDigits = 1 << 53 // float64 has every whole number up to here
)

// powers are those of ten that float64 has exactly and plainDecimal needs.
var powers = [plainDigits + 1]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}

// plainDecimal reads a number of RFC 8259 without an exponent, of at most 19 digits, and returns the place after it; -1 where none stands
// there or it may go on behind the text. Both parts of digits/10^n are exact up to 2^53, so that one division rounds as
// strconv.ParseFloat does (Clinger, "How to read floating point numbers accurately", 1990); strconv reads what is longer.
func plainDecimal(text []byte, at int, separator byte) (v float64, end int) {
	if at = skip(text, at, separator); at < 0 {
		return 0, -1
	}
	start := at
	if at < len(text) && text[at] == '-' {
		at++
	}
	first := at
	digits, at := readDigits(text, at, 0)
	whole, decimals := at-first, 0
	if whole == 0 || whole > 1 && text[first] == '0' {
		return 0, -1
	}
	if at < len(text) && text[at] == '.' {
		at++
		point := at
		digits, at = readDigits(text, at, digits)
		if decimals = at - point; decimals == 0 {
			return 0, -1
		}
	}
	if whole+decimals > plainDigits || at == len(text) || text[at]|0x20 == 'e' {
		return 0, -1
	}
	if digits > exactDigits {
		v, err := strconv.ParseFloat(string(text[start:at]), 64)
		if err != nil {
			return 0, -1
		}
		return v, at
	}
	v = float64(digits) / powers[decimals]
	if text[start] == '-' {
		v = -v
	}
	return v, at
}

// readDigits appends the digits from a place on to a number, which wraps when they are too many, and returns the place after them.
func readDigits(text []byte, at int, digits uint64) (uint64, int) {
	for at+8 <= len(text) {
		value, n := eightDigits(binary.LittleEndian.Uint64(text[at:]))
		digits = digits*wholePowers[n] + value
		if at += n; n < 8 {
			return digits, at
		}
	}
	for at < len(text) && text[at]-'0' < 10 {
		digits = digits*10 + uint64(text[at]-'0')
		at++
	}
	return digits, at
}

// eightDigits is the number that the first n of eight characters make, as many as are digits; the first is the lowest byte. Sums of two,
// four and eight digits are made side by side in one word.
func eightDigits(text uint64) (value uint64, n int) {
	const zeros, ones = 0x3030303030303030, 0x0101010101010101
	text ^= zeros // a digit is now 0 to 9, and no other byte is
	other := (text + 0x76*ones | text) & (0x80 * ones)
	n = bits.TrailingZeros64(other) / 8
	if n < 8 {
		text <<= 8 * (8 - n) // zeros before the digits
	}
	if n == 0 {
		return 0, 0
	}
	text = text*10 + text>>8
	const pairs = 0x000000ff000000ff
	return (text&pairs*(100+1_000_000<<32) + text>>16&pairs*(1+10_000<<32)) >> 32, n
}

// wholePowers are the powers of ten of eight digits and less.
var wholePowers = [9]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}

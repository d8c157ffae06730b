package query

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"strings"
	"unicode/utf8"

	"citygrid/registry"
)

// A cursor is base64url without padding of: the version, with a mark where it stands for the page before; the checksum of the query it belongs to
// (4 bytes); the keys of a feature, each behind its length; and the checksum of all that (4 bytes). It hides nothing and protects from accidents only:
// what it can say are values of a feature, which any reader may ask for.
const (
	cursorVersion = 2
	cursorBefore  = 0x80 // of the first byte
	cursorFrame   = 1 + 4 + 4
	cursorMost    = (maxOrder + 1) * (2 + registry.OrderPrefix*utf8.UTFMax) // bytes of the keys
)

// EncodeCursor makes the cursor of the page behind the feature with some keys, or before it. The query is the text of everything that selects and
// orders features, without limit: a client may change the page size between pages.
func EncodeCursor(keys registry.Keys, before bool, query string) string {
	first := byte(cursorVersion)
	if before {
		first |= cursorBefore
	}
	b := binary.BigEndian.AppendUint32([]byte{first}, crc32.ChecksumIEEE([]byte(query)))
	for _, key := range keys {
		b = binary.AppendUvarint(b, uint64(len(key)))
		b = append(b, key...)
	}
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	return base64.RawURLEncoding.EncodeToString(b)
}

// DecodeCursor gives the keys that the page begins behind, or ends before. It refuses a cursor that is damaged or that was made for another query.
func DecodeCursor(text, query string) (keys registry.Keys, before bool, err error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") || // base64 passes over line ends, strict or not
		len(b) <= cursorFrame || len(b) > cursorFrame+cursorMost || b[0]&^cursorBefore != cursorVersion ||
		binary.BigEndian.Uint32(b[len(b)-4:]) != crc32.ChecksumIEEE(b[:len(b)-4]) {
		return nil, false, damagedCursor(text)
	}
	if binary.BigEndian.Uint32(b[1:5]) != crc32.ChecksumIEEE([]byte(query)) {
		return nil, false, invalid(field("cursor", text,
			"该游标属于另一个查询：翻页时除 limit 外不要更改任何参数",
			"the cursor belongs to another query: while paging change no parameter but limit"))
	}
	for rest := b[5 : len(b)-4]; len(rest) > 0; {
		size, n := binary.Uvarint(rest)
		if n <= 0 || size > uint64(len(rest)-n) || n > 1 && rest[n-1] == 0 || !utf8.Valid(rest[n:n+int(size)]) {
			return nil, false, damagedCursor(text)
		}
		keys, rest = append(keys, string(rest[n:n+int(size)])), rest[n+int(size):]
	}
	return keys, b[0]&cursorBefore != 0, nil
}

func damagedCursor(text string) error {
	return invalid(field("cursor", text,
		"游标已损坏：请原样使用上一页 next 链接中的值，或去掉该参数从第一页开始",
		"the cursor is damaged: take it unchanged from the next link of the page before, or leave it out to start again"))
}

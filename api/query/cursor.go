package query

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"strings"
)

// A cursor is base64url without padding of: the version, the checksum of the query it belongs to (4 bytes), the last code of the
// page before, and the checksum of all that (4 bytes). It hides nothing and protects from accidents only: what it can say is a
// code, which any reader may ask for.
const (
	cursorVersion = 1
	cursorMost    = 64 // bytes of a code in a cursor
	cursorFrame   = 1 + 4 + 4
)

// EncodeCursor makes the cursor of the page that follows the code after. The query is the canonical text of everything that
// selects and orders features, without limit: a client may change the page size between pages.
func EncodeCursor(after, query string) string {
	b := make([]byte, 0, cursorFrame+len(after))
	b = append(b, cursorVersion)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE([]byte(query)))
	b = append(b, after...)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	return base64.RawURLEncoding.EncodeToString(b)
}

// DecodeCursor gives the code that the page begins after. It refuses a cursor that is damaged or that was made for another query.
func DecodeCursor(text, query string) (string, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") || // base64 passes over line ends, strict or not
		len(b) <= cursorFrame || len(b) > cursorFrame+cursorMost || b[0] != cursorVersion ||
		binary.BigEndian.Uint32(b[len(b)-4:]) != crc32.ChecksumIEEE(b[:len(b)-4]) {
		return "", invalid(field("cursor", text,
			"游标已损坏：请原样使用上一页 next 链接中的值，或去掉该参数从第一页开始",
			"the cursor is damaged: take it unchanged from the next link of the page before, or leave it out to start again"))
	}
	if binary.BigEndian.Uint32(b[1:5]) != crc32.ChecksumIEEE([]byte(query)) {
		return "", invalid(field("cursor", text,
			"该游标属于另一个查询：翻页时除 limit 外不要更改任何参数",
			"the cursor belongs to another query: while paging change no parameter but limit"))
	}
	return string(b[5 : len(b)-4]), nil
}

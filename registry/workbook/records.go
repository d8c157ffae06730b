package workbook

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf16"
)

// The records of a workbook of Excel 97 to 2003 ([MS-XLS], 2.3) that are looked at.
const (
	recordFormula    = 0x0006
	recordEnd        = 0x000a
	record1904       = 0x0022
	recordPassword   = 0x002f
	recordContinue   = 0x003c
	recordSheet      = 0x0085
	recordManyRK     = 0x00bd
	recordRichText   = 0x00d6
	recordXF         = 0x00e0
	recordMerges     = 0x00e5
	recordTexts      = 0x00fc
	recordSharedText = 0x00fd
	recordNumber     = 0x0203
	recordText       = 0x0204
	recordBoolError  = 0x0205
	recordResult     = 0x0207 // the text that a formula gave
	recordRow        = 0x0208
	recordRK         = 0x027e
	recordFormat     = 0x041e
	recordBegin      = 0x0809
)

var errRecord = errors.New("a record is too short")

// records reads records one by one: a type, a length, so many bytes.
type records struct {
	in     *bufio.Reader
	kind   uint16
	body   []byte // of the record, or what is left of it; it holds until the next
	buffer []byte
}

func recordsAt(r io.ReaderAt, at, size int64) *records {
	return &records{in: bufio.NewReaderSize(io.NewSectionReader(r, at, size-at), 64<<10), buffer: make([]byte, 1<<16)}
}

// next reads the next record.
func (r *records) next() error {
	var head [4]byte
	if _, err := io.ReadFull(r.in, head[:]); err != nil {
		return ended(err)
	}
	r.kind = binary.LittleEndian.Uint16(head[:])
	r.body = r.buffer[:binary.LittleEndian.Uint16(head[2:])]
	_, err := io.ReadFull(r.in, r.body)
	return ended(err)
}

// more reads the record that goes on with what the last one began.
func (r *records) more() error {
	if err := r.next(); err != nil {
		return err
	}
	if r.kind != recordContinue {
		return errRecord
	}
	return nil
}

// short is the number at a place of the record; 0 past its end, which need has excluded.
func (r *records) short(at int) int { return int(binary.LittleEndian.Uint16(r.body[at:])) }

func (r *records) long(at int) uint32 { return binary.LittleEndian.Uint32(r.body[at:]) }

func (r *records) need(n int) error {
	if len(r.body) < n {
		return errRecord
	}
	return nil
}

// The marks of a text.
const (
	wideText     = 1 // two bytes a character, else the lower one alone
	extendedText = 4
	richText     = 8
)

// text takes a text off the record and those that go on with it (2.5.293, 2.5.294): the number of characters, in so many bytes, marks, and the characters. What
// says how they look or are pronounced is passed over.
func (r *records) text(lengthBytes int, units []uint16) ([]uint16, error) {
	if len(r.body) == 0 {
		if err := r.more(); err != nil {
			return units, err
		}
	}
	if err := r.need(lengthBytes + 1); err != nil {
		return units, err
	}
	count := int(r.body[0])
	if lengthBytes == 2 {
		count = r.short(0)
	}
	marks := r.body[lengthBytes]
	r.body = r.body[lengthBytes+1:]
	beside := 0
	if marks&richText != 0 {
		if err := r.need(2); err != nil {
			return units, err
		}
		beside = 4 * r.short(0)
		r.body = r.body[2:]
	}
	if marks&extendedText != 0 {
		if err := r.need(4); err != nil {
			return units, err
		}
		if n := r.long(0); n < 1<<24 {
			beside += int(n)
		} else {
			return units, errRecord
		}
		r.body = r.body[4:]
	}
	for count > 0 {
		if len(r.body) == 0 { // the marks are said again
			if err := r.more(); err != nil {
				return units, err
			}
			if err := r.need(1); err != nil {
				return units, err
			}
			marks, r.body = r.body[0], r.body[1:]
		}
		if marks&wideText == 0 {
			n := min(count, len(r.body))
			for _, c := range r.body[:n] {
				units = append(units, uint16(c))
			}
			count, r.body = count-n, r.body[n:]
			continue
		}
		n := min(count, len(r.body)/2)
		if n == 0 {
			return units, errRecord
		}
		for i := range n {
			units = append(units, binary.LittleEndian.Uint16(r.body[2*i:]))
		}
		count, r.body = count-n, r.body[2*n:]
	}
	return units, r.pass(beside)
}

// pass goes past bytes of the record and those that go on with it.
func (r *records) pass(n int) error {
	for n > len(r.body) {
		n -= len(r.body)
		if err := r.more(); err != nil {
			return err
		}
	}
	r.body = r.body[n:]
	return nil
}

// utf8Of is a text in UTF-8.
func utf8Of(units []uint16) string { return string(utf16.Decode(units)) }

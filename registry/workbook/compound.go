package workbook

import (
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf16"
)

// compound is an OLE compound file ([MS-CFB]): streams in chains of sectors, of which a table (FAT) says what follows what, and a directory names them. Streams of
// less than 4096 bytes lie in smaller sectors within another stream.
type compound struct {
	file      io.ReaderAt
	shift     uint // a sector is 1<<shift bytes
	table     []uint32
	small     io.ReaderAt
	smallTo   int64 // streams below this are in small
	smalls    []uint32
	directory []entry
}

// entry is one of a directory.
type entry struct {
	name               string
	kind               byte // 1 storage, 2 stream, 5 root
	left, right, child uint32
	start              uint32
	size               int64
}

const (
	compoundMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
	smallShift    = 6
	endOfChain    = 0xfffffffe
	noSector      = 0xffffffff
)

var errCompound = errors.New("the compound file contradicts itself")

// openCompound reads the tables of a compound file.
func openCompound(file io.ReaderAt, size int64) (*compound, error) {
	head := make([]byte, 512)
	if err := readFull(file, head, 0); err != nil {
		return nil, err
	}
	number := func(at int) uint32 { return binary.LittleEndian.Uint32(head[at:]) }
	c := &compound{file: file, shift: uint(binary.LittleEndian.Uint16(head[30:])), smallTo: int64(number(56))}
	if c.shift != 9 && c.shift != 12 || binary.LittleEndian.Uint16(head[32:]) != smallShift || c.smallTo != 4096 {
		return nil, errCompound
	}
	most := size>>c.shift + 1 // sectors
	if err := c.readTable(head, most); err != nil {
		return nil, err
	}
	listed, err := c.chain(number(48), c.table)
	if err != nil {
		return nil, err
	}
	if err := c.readDirectory(&stream{c.file, listed, c.shift, 1, int64(len(listed)) << c.shift}); err != nil {
		return nil, err
	}
	smalls, err := c.chain(number(60), c.table)
	if err != nil {
		return nil, err
	}
	if c.smalls, err = numbers(&stream{c.file, smalls, c.shift, 1, int64(len(smalls)) << c.shift}); err != nil {
		return nil, err
	}
	root := c.directory[0]
	within, err := c.chain(root.start, c.table)
	c.small = &stream{c.file, within, c.shift, 1, min(root.size, int64(len(within))<<c.shift)}
	return c, err
}

// readTable reads the FAT. Its first 109 sectors are named in the head, the others in a chain of sectors (DIFAT).
func (c *compound) readTable(head []byte, most int64) error {
	var sectors []uint32
	list, next := head[76:], binary.LittleEndian.Uint32(head[68:])
	for i := int64(0); ; i++ {
		for ; len(list) >= 4; list = list[4:] {
			if n := binary.LittleEndian.Uint32(list); n != noSector {
				sectors = append(sectors, n)
			}
		}
		if next >= endOfChain {
			break
		}
		if i > most || int64(len(sectors)) > most {
			return errCompound
		}
		list = make([]byte, 1<<c.shift)
		if err := readFull(c.file, list, (int64(next)+1)<<c.shift); err != nil {
			return err
		}
		next = binary.LittleEndian.Uint32(list[len(list)-4:])
		list = list[:len(list)-4]
	}
	if int64(len(sectors)) > most {
		return errCompound
	}
	var err error
	c.table, err = numbers(&stream{c.file, sectors, c.shift, 1, int64(len(sectors)) << c.shift})
	return err
}

// numbers are those of a table.
func numbers(s *stream) ([]uint32, error) {
	list := make([]uint32, 0, s.size/4)
	sector := make([]byte, 1<<s.shift)
	for at := int64(0); at < s.size; at += int64(len(sector)) {
		if err := readFull(s, sector, at); err != nil {
			return nil, err
		}
		for i := 0; i < len(sector); i += 4 {
			list = append(list, binary.LittleEndian.Uint32(sector[i:]))
		}
	}
	return list, nil
}

// chain are the sectors that follow each other from one on.
func (c *compound) chain(from uint32, table []uint32) (sectors []uint32, err error) {
	for n := from; n < endOfChain; n = table[n] {
		if int64(n) >= int64(len(table)) || len(sectors) > len(table) {
			return nil, errCompound
		}
		sectors = append(sectors, n)
	}
	return sectors, nil
}

func (c *compound) readDirectory(s *stream) error {
	raw := make([]byte, 128)
	for at := int64(0); at < s.size; at += int64(len(raw)) {
		if len(c.directory) > maxParts {
			return errCompound
		}
		if err := readFull(s, raw, at); err != nil {
			return err
		}
		number := func(at int) uint32 { return binary.LittleEndian.Uint32(raw[at:]) }
		var name []uint16
		for i := 0; i+2 < min(int(binary.LittleEndian.Uint16(raw[64:])), 64); i += 2 { // it ends with a zero
			name = append(name, binary.LittleEndian.Uint16(raw[i:]))
		}
		c.directory = append(c.directory, entry{
			name: string(utf16.Decode(name)), kind: raw[66], left: number(68), right: number(72), child: number(76), start: number(116), size: int64(number(120)),
		})
	}
	if len(c.directory) == 0 || c.directory[0].kind != 5 {
		return errCompound
	}
	return nil
}

// stream opens the stream of a name that stands in the root, not in what is embedded; nil when there is none.
func (c *compound) stream(name string) (*stream, error) {
	open := []uint32{c.directory[0].child}
	for seen := 0; len(open) > 0; seen++ {
		n := open[len(open)-1]
		open = open[:len(open)-1]
		if n == noSector {
			continue
		}
		if int64(n) >= int64(len(c.directory)) || seen > 2*len(c.directory) {
			return nil, errCompound
		}
		e := c.directory[n]
		if e.kind == 2 && e.name == name {
			return c.open(e)
		}
		open = append(open, e.left, e.right)
	}
	return nil, nil
}

func (c *compound) open(e entry) (*stream, error) {
	s := &stream{c.file, nil, c.shift, 1, e.size}
	table := c.table
	if e.size < c.smallTo {
		s = &stream{c.small, nil, smallShift, 0, e.size}
		table = c.smalls
	}
	var err error
	if s.sectors, err = c.chain(e.start, table); err == nil && int64(len(s.sectors))<<s.shift < e.size {
		err = errCompound
	}
	return s, err
}

// stream is one: sectors of a file before which stand so many others.
type stream struct {
	file    io.ReaderAt
	sectors []uint32
	shift   uint
	before  int64
	size    int64
}

// ReadAt implements io.ReaderAt.
func (s *stream) ReadAt(p []byte, at int64) (n int, err error) {
	for n < len(p) && at < s.size {
		i := at >> s.shift
		end := i + 1 // of the sectors that lie side by side
		for wanted := at + int64(len(p)-n); end<<s.shift < wanted && end < int64(len(s.sectors)) && s.sectors[end] == s.sectors[end-1]+1; {
			end++
		}
		part := p[n:min(int64(len(p)), int64(n)+min(end<<s.shift, s.size)-at)]
		if err := readFull(s.file, part, (int64(s.sectors[i])+s.before)<<s.shift+at&(1<<s.shift-1)); err != nil {
			return n, err
		}
		n, at = n+len(part), at+int64(len(part))
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// readFull reads all of p; a file that ends before is cut.
func readFull(r io.ReaderAt, p []byte, at int64) error {
	n, err := r.ReadAt(p, at)
	if n == len(p) {
		return nil
	}
	if err == nil || err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

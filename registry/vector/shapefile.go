package vector

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
)

// numbersAsTexts makes the columns of numbers of a table that was laid down columns of text: GDAL reads a number as a float and writes it with fewer digits, or more,
// than it had, and a code is its digits (import trap 6).
func (s *Source) numbersAsTexts() error {
	f, err := os.OpenFile(s.part(".dbf"), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	for at := int64(32); ; at += 32 {
		var field [32]byte
		if _, err := f.ReadAt(field[:], at); err != nil || field[0] == 0x0d {
			return nil // what is wrong with the table is told when its texts are read
		}
		number := field[11] == 'N' || field[11] == 'F'
		if s.numbers = append(s.numbers, number); !number {
			continue
		}
		if _, err := f.WriteAt([]byte{'C'}, at+11); err != nil {
			return err
		}
		if _, err := f.WriteAt([]byte{0}, at+17); err != nil { // decimals
			return err
		}
	}
}

// Number reports whether a column is one of a Shapefile's numbers, whose values come as they are written.
func (s Source) Number(column int) bool { return column < len(s.numbers) && s.numbers[column] }

// sameCounts refuses a Shapefile whose parts are of two exports (import trap 43): as many shapes as records, deleted ones among them.
func (s *Source) sameCounts() error {
	shapes, err := s.shapes()
	if err != nil {
		return err
	}
	f, err := os.Open(s.part(".dbf"))
	if err != nil {
		return err
	}
	defer f.Close()
	var head [8]byte
	if _, err := io.ReadFull(f, head[:]); err != nil {
		return damaged(s.Name+".dbf", "the table has no header")
	}
	if records := int64(binary.LittleEndian.Uint32(head[4:])); shapes != records {
		return &Fault{
			ProblemDamaged, fmt.Sprintf("%.80[1]s.shp 有 %[2]d 个图形，而 %.80[1]s.dbf 有 %[3]d 条记录：不是同一次导出的文件，图形与属性对不上；请重新导出整套文件", s.Name, shapes, records),
			fmt.Sprintf("%.80[1]s.shp has %[2]d shapes and %.80[1]s.dbf %[3]d records: they are of two exports and do not belong together; export the whole set again", s.Name, shapes, records),
		}
	}
	return nil
}

// shapes is how many there are: by the index of eight bytes a shape, or else counted.
func (s *Source) shapes() (int64, error) {
	const head = 100
	if info, err := os.Stat(s.part(".shx")); err == nil && info.Size() > head {
		return (info.Size() - head) / 8, nil
	}
	f, err := os.Open(s.path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 256<<10)
	if _, err := in.Discard(head); err != nil {
		return 0, damaged(s.Name+".shp", "the file has no header")
	}
	for n := int64(0); ; n++ {
		var record [8]byte // its number, and its length in words of two bytes
		if _, err := io.ReadFull(in, record[:]); err == io.EOF {
			return n, nil
		} else if err != nil {
			return 0, damaged(s.Name+".shp", "a record is cut")
		}
		length := int64(binary.BigEndian.Uint32(record[4:])) * 2
		if skipped, err := io.CopyN(io.Discard, in, length); err != nil || skipped < length {
			return 0, damaged(s.Name+".shp", "a record is longer than the file")
		}
	}
}

package workbook

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// The limits. What is read of a book (sheets, shared texts, formats) is looked at in sum, before any of it is; pictures are never read.
const (
	MaxUnpacked = 1 << 30 // bytes
	MaxRatio    = 100     // unpacked to packed, of a part that unpacks to more than freeBytes
	maxParts    = 10_000
	maxSheets   = 1_000
	freeBytes   = 16 << 20
	maxList     = 4 << 20 // bytes of the list of parts
)

// Book is an open workbook. It belongs to one goroutine.
type Book struct {
	Sheets   []Sheet
	source   *source
	parts    map[string]*zip.File // by lower-case name
	texts    *texts
	formats  []numberFormat
	from1904 bool
	old      io.ReaderAt // the stream of an .xls
	oldSize  int64
}

// Sheet is one sheet with cells, in the order of the book.
type Sheet struct {
	Name   string
	Hidden bool
	part   *zip.File
	at     int64 // in the stream of an .xls
}

// Open reads what stands beside the sheets. r is at any place; the book reads from it as long as it is used. A file that is no workbook,
// or one past the limits, is a [*Fault].
func Open(r io.ReadSeeker) (*Book, error) {
	size, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, fmt.Errorf("open workbook: %w", err)
	}
	at, ok := r.(io.ReaderAt)
	if !ok {
		at = seeking{r}
	}
	b := &Book{source: &source{r: at}, parts: map[string]*zip.File{}}
	if err := b.open(size); err != nil {
		return nil, b.fault("zip", err)
	}
	return b, nil
}

func (b *Book) open(size int64) error {
	b.source.left = -1
	head := make([]byte, len(compoundMagic))
	if n, err := b.source.ReadAt(head, 0); err != nil && err != io.EOF {
		return err
	} else if string(head[:n]) == compoundMagic {
		return b.fault("Workbook", b.openOld(size))
	}
	if f, err := kindOf(b.source, size); f != nil || err != nil {
		return either(f, err)
	}
	b.source.left = maxList
	list, err := zip.NewReader(b.source, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		if errors.Is(err, errSpent) {
			return tooManyParts()
		}
		return err
	}
	b.source.left = -1
	if len(list.File) > maxParts {
		return tooManyParts()
	}
	for _, f := range list.File {
		b.parts[strings.ToLower(strings.TrimPrefix(f.Name, "/"))] = f
	}
	if err := b.checkKind(); err != nil {
		return err
	}
	if err := b.readWorkbook(); err != nil {
		return err
	}
	return b.readShared()
}

func tooManyParts() *Fault {
	return tooLarge(fmt.Sprintf("the workbook has more than %d parts", maxParts), fmt.Sprintf("工作簿的内部文件超过 %d 个", maxParts))
}

func tooManySheets() *Fault {
	return tooLarge(fmt.Sprintf("the workbook has more than %d sheets", maxSheets), fmt.Sprintf("工作簿超过 %d 张工作表", maxSheets))
}

// checkLimits looks at the sizes that the zip states. No part can give more than it states: the zip reader sees to that.
func (b *Book) checkLimits(parts ...*zip.File) error {
	var sum uint64
	for _, f := range parts {
		if f == nil {
			continue
		}
		if f.UncompressedSize64 > freeBytes && f.UncompressedSize64/MaxRatio > f.CompressedSize64 {
			return tooLarge(fmt.Sprintf("%.60s unpacks to more than %d times its size, as no sheet does", f.Name, MaxRatio),
				fmt.Sprintf("%.60s 解压后超过压缩大小的 %d 倍，不是正常的工作表", f.Name, MaxRatio))
		}
		if sum += f.UncompressedSize64; f.UncompressedSize64 > MaxUnpacked || sum > MaxUnpacked {
			return tooLarge(fmt.Sprintf("the workbook unpacks to more than %d MiB", MaxUnpacked>>20), fmt.Sprintf("工作簿解压后超过 %d MiB", MaxUnpacked>>20))
		}
	}
	return nil
}

// readWorkbook reads the list of sheets and finds their parts.
func (b *Book) readWorkbook() error {
	main := b.mainPart()
	if main == nil {
		return damaged("workbook.xml")
	}
	targets, err := b.relations(main.Name)
	if err != nil {
		return err
	}
	return b.read(main, func(m *markup) error {
		for {
			kind, err := m.next()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			switch name := string(m.name); {
			case kind == opened && name == "workbookPr":
				b.from1904 = truth(m.attribute("date1904"))
			case kind == opened && name == "sheet":
				part := b.part(targets[string(m.attribute("id"))])
				if part == nil {
					continue // a chart or a macro sheet
				}
				title, err := m.attributeText("name")
				if err != nil {
					return err
				}
				if err := checkText([]byte(title)); err != nil {
					return err
				}
				state := string(m.attribute("state"))
				if len(b.Sheets) == maxSheets {
					return tooManySheets()
				}
				b.Sheets = append(b.Sheets, Sheet{Name: title, Hidden: state == "hidden" || state == "veryHidden", part: part})
			}
		}
	})
}

// readShared reads what the cells of all sheets refer to.
func (b *Book) readShared() error {
	folder := path.Dir(b.mainPart().Name)
	shared, styles := b.part(folder+"/sharedStrings.xml"), b.part(folder+"/styles.xml")
	parts := []*zip.File{shared, styles}
	for _, s := range b.Sheets {
		parts = append(parts, s.part)
	}
	if err := b.checkLimits(parts...); err != nil {
		return err
	}
	b.texts = &texts{}
	if shared != nil {
		if err := b.read(shared, func(m *markup) (err error) { b.texts, err = readTexts(m); return err }); err != nil {
			return err
		}
	}
	if styles == nil {
		return nil
	}
	return b.read(styles, func(m *markup) (err error) { b.formats, err = readFormats(m); return err })
}

// mainPart is workbook.xml, wherever the package says that it is.
func (b *Book) mainPart() *zip.File {
	targets, err := b.relations("")
	if err == nil {
		for _, target := range targets {
			if f := b.part(target); f != nil && strings.HasSuffix(strings.ToLower(target), "workbook.xml") {
				return f
			}
		}
	}
	return b.part("xl/workbook.xml")
}

// relations are the parts that a part refers to as a sheet or a book, by their ids.
func (b *Book) relations(of string) (map[string]string, error) {
	targets := map[string]string{}
	f := b.part(path.Join(path.Dir(of), "_rels", path.Base("/"+of)+".rels"))
	if of == "" {
		f = b.part("_rels/.rels")
	}
	if f == nil {
		return targets, nil
	}
	err := b.read(f, func(m *markup) error {
		for {
			kind, err := m.next()
			if err == io.EOF || len(targets) > maxParts {
				return nil
			}
			if err != nil {
				return err
			}
			if kind != opened || string(m.name) != "Relationship" {
				continue
			}
			target, err := m.attributeText("Target")
			if err != nil {
				return err
			}
			switch path.Base(string(m.attribute("Type"))) {
			case "worksheet", "officeDocument":
				if !strings.HasPrefix(target, "/") {
					target = path.Join(path.Dir(of), target)
				}
				targets[string(m.attribute("Id"))] = target
			}
		}
	})
	return targets, err
}

func (b *Book) part(name string) *zip.File {
	return b.parts[strings.ToLower(strings.TrimPrefix(name, "/"))]
}

// read gives a part to what reads it.
func (b *Book) read(f *zip.File, with func(*markup) error) error {
	if err := b.checkLimits(f); err != nil {
		return err
	}
	in, err := f.Open()
	if err != nil {
		return b.fault(f.Name, err)
	}
	defer in.Close()
	return b.fault(f.Name, with(newMarkup(in)))
}

// fault tells a damaged part from a stream that failed.
func (b *Book) fault(part string, err error) error {
	var known *Fault
	switch {
	case err == nil:
		return nil
	case b.source.err != nil:
		return fmt.Errorf("read workbook: %w", b.source.err)
	case errors.As(err, &known):
		return known
	}
	return damaged(part)
}

func truth(value []byte) bool { return string(value) == "1" || string(value) == "true" }

func either(f *Fault, err error) error {
	if err != nil {
		return err
	}
	return f
}

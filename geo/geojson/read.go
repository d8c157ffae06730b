package geojson

import (
	"errors"
	"io"
	"iter"

	"citygrid/geo"
)

// Read goes over the features of a FeatureCollection, or the one of a document that is a single Feature, in their order.
// It holds one feature at a time, of at most lim.FeatureBytes.
//
// A feature that cannot be taken comes as a [*FeatureError] beside an otherwise empty Feature with its Index, Line, Offset
// and End, and reading goes on. A [*DocumentError] ends the sequence; the caller then has part of the document only. Such
// are text that is not JSON between the features, a member of the document that occurs twice, a "crs" member of the old
// specification that names anything but WGS 84 in degrees (also when it stands after the features), and an end that
// comes too early. The caller may stop at any time; r has then been read further than the last feature.
func Read(r io.Reader, lim geo.Limits) iter.Seq2[Feature, error] {
	return func(yield func(Feature, error) bool) { walk(newScanner(r, lim.OrDefault()), yield) }
}

// ReadText is [Read] of a document that is in memory, such as one line of many.
func ReadText(text []byte, lim geo.Limits) iter.Seq2[Feature, error] {
	return func(yield func(Feature, error) bool) {
		walk(&scanner{buffer: text, err: io.EOF, lim: lim.OrDefault()}, yield)
	}
}

func walk(s *scanner, yield func(Feature, error) bool) {
	d := document{scanner: s, yield: yield}
	if err := d.read(); err != nil && !errors.Is(err, errStopped) {
		yield(Feature{}, &DocumentError{Line: d.line(), Offset: d.offset(), Err: err})
	}
}

// errStopped unwinds when the caller wants no more.
var errStopped = errors.New("stopped")

// document is the outermost object while it is read.
type document struct {
	*scanner
	yield    func(Feature, error) bool
	kind     string // the value of "type", once read
	count    int    // features read
	listed   bool   // "features" was read
	whole    []byte // the members without the features: the object itself if it proves to be a Feature
	features []byte // room for one feature, used again
}

func (d *document) read() error {
	if err := d.skipMark(); err != nil {
		return unexpectedEnd(err)
	}
	if _, err := d.expect("{"); err != nil {
		return err
	}
	line, offset := d.line(), d.offset()-1
	if err := d.members(); err != nil {
		return err
	}
	end := d.offset()
	if c, err := d.peek(); err == nil {
		return faultf(FaultJSON, "found %q after the end of the document", "文件结束后还有内容 %q", c)
	} else if !errors.Is(err, io.EOF) {
		return unexpectedEnd(err)
	}
	switch {
	case d.kind == "FeatureCollection" && d.listed:
		return nil
	case d.kind == "FeatureCollection":
		return fault(FaultMember, "the FeatureCollection has no features", "FeatureCollection 缺少 features")
	case d.kind == "Feature" && !d.listed:
		return d.deliver(d.whole, Feature{Line: line, Offset: offset, End: end}, nil)
	}
	return d.wrongType()
}

// members reads the outermost object after its opening bracket. Each member but the features is kept in whole, which is
// bounded as one feature is.
func (d *document) members() error {
	d.whole = append(d.whole, '{')
	if c, err := d.peek(); err == nil && c == '}' {
		_, err = d.expect("}")
		return err
	}
	seen := map[string]bool{}
	for {
		name, err := d.name()
		if err != nil {
			return err
		}
		if seen[name] {
			return faultf(FaultDuplicate, "the member %q occurs twice in the document", "文件中成员 %q 重复出现", name)
		}
		seen[name] = true
		if _, err := d.expect(":"); err != nil {
			return err
		}
		if name == "features" {
			err = d.list()
		} else {
			err = d.member(name)
		}
		if err != nil {
			return err
		}
		c, err := d.expect(",}")
		if err != nil {
			return err
		}
		if c == '}' {
			d.whole = append(d.whole, '}')
			return nil
		}
	}
}

func (d *document) name() (string, error) {
	if c, err := d.peek(); err != nil || c != '"' {
		_, err = d.expect(`"`)
		return "", err
	}
	text, _, err := d.value(nil, d.lim.FeatureBytes, 0)
	if err != nil {
		return "", err
	}
	if err := checkUTF8(text); err != nil {
		return "", err
	}
	v := value{text: text}
	return v.string()
}

// member keeps one member and looks at those that say what the document is.
func (d *document) member(name string) error {
	if len(d.whole) > 1 {
		d.whole = append(d.whole, ',')
	}
	d.whole = append(AppendString(d.whole, name), ':')
	start := len(d.whole)
	whole, _, err := d.value(d.whole, d.lim.FeatureBytes-start, d.lim.Depth-1)
	if err != nil {
		return err
	}
	d.whole = whole
	v := value{text: whole[start:]}
	if err := checkUTF8(v.text); err != nil {
		return err
	}
	if err := v.whole(); err != nil {
		return err
	}
	switch v.at = 0; name {
	case "type":
		if v.next() != '"' {
			return fault(FaultMember, "the type of the document is not a string", "文件的 type 不是字符串")
		}
		d.kind, err = v.string()
		return err
	case "crs":
		return v.crs()
	}
	return nil
}

// list reads the features.
func (d *document) list() error {
	if d.kind != "" && d.kind != "FeatureCollection" {
		return d.wrongType()
	}
	d.listed = true
	if _, err := d.expect("["); err != nil {
		return err
	}
	if c, err := d.peek(); err == nil && c == ']' {
		_, err = d.expect("]")
		return err
	}
	for {
		if _, err := d.peek(); err != nil {
			return unexpectedEnd(err)
		}
		at := Feature{Line: d.line(), Offset: d.offset()}
		text, lost, err := d.value(d.features[:0], d.lim.FeatureBytes, d.lim.Depth-2)
		if lost {
			return err
		}
		d.features, at.End = text, d.offset()
		if err := d.deliver(text, at, err); err != nil {
			return err
		}
		c, err := d.expect(",]")
		if err != nil || c == ']' {
			return err
		}
	}
}

// deliver hands one feature to the caller, or the reason why there is none.
func (d *document) deliver(text []byte, at Feature, err error) error {
	at.Index = d.count
	d.count++
	f := at
	if err == nil {
		err = f.parse(text, d.lim)
	}
	if err != nil {
		f, err = at, &FeatureError{Index: at.Index, Line: at.Line, Offset: at.Offset, Err: err}
	}
	if !d.yield(f, err) {
		return errStopped
	}
	return nil
}

func (d *document) wrongType() error {
	return faultf(FaultType, "the document is of type %q, not FeatureCollection or Feature", "文件的 type 为 %q，应为 FeatureCollection 或 Feature", d.kind)
}

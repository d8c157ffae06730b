package postgis

import (
	"encoding/binary"
	"time"

	"citygrid/registry"
	"citygrid/registry/census"
)

// The binary format of COPY (PostgreSQL manual, "COPY", section "Binary Format"), made by hand: nothing is looked up or boxed a
// value, so the rate is that of the server.

// stageColumns is how many columns sqlStageCopyColumns names.
const stageColumns = 22

func appendCopyHeader(dst []byte) []byte {
	dst = append(dst, "PGCOPY\n\xff\r\n\x00"...)
	dst = binary.BigEndian.AppendUint32(dst, 0)  // flags
	return binary.BigEndian.AppendUint32(dst, 0) // length of the header's extension
}

func appendCopyEnd(dst []byte) []byte { return binary.BigEndian.AppendUint16(dst, 0xffff) }

// appendCopyRow appends a staged row in the order of sqlStageCopyColumns.
func appendCopyRow(dst []byte, batch census.BatchID, r *census.StagedRow) []byte {
	dst = binary.BigEndian.AppendUint16(dst, stageColumns)
	dst = appendCopyBytes(dst, batch[:])
	dst = binary.BigEndian.AppendUint32(dst, 8)
	dst = binary.BigEndian.AppendUint64(dst, uint64(r.Line))
	dst = appendCopyText(dst, r.Code.String())
	dst = appendCopyText(dst, r.Code.Edition())
	dst = appendCopyText(dst, r.Code.Subclass())
	dst = appendCopyText(dst, r.Name)
	for _, d := range [...]registry.Dept{r.Supervisor, r.Owner, r.Maintainer} {
		dst = appendCopyText(dst, d.Code)
		dst = appendCopyText(dst, d.Name)
	}
	dst = appendCopyText(dst, r.Grid)
	dst = appendCopyTexts(dst, r.GridsAlso)
	dst = appendCopyText(dst, r.StatedGrid)
	dst = appendCopyText(dst, r.State)
	dst = appendCopyDate(dst, r.FirstSurveyed)
	dst = appendCopyDate(dst, r.ChangedOn)
	dst = appendCopyText(dst, r.DataSource)
	dst = appendCopyText(dst, r.Note)
	dst = appendCopyJSON(dst, r.Extra)
	return appendCopyBytes(dst, r.Geometry)
}

func appendCopyText[Text ~string](dst []byte, s Text) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(s)))
	return append(dst, s...)
}

func appendCopyBytes(dst, b []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(b)))
	return append(dst, b...)
}

func appendCopyNull(dst []byte) []byte { return binary.BigEndian.AppendUint32(dst, 0xffffffff) }

const (
	textOID        = 25 // pg_type
	arrayLowerFrom = 1
)

// appendCopyTexts appends text[]: dimensions, whether it has nulls, the element's type, then length and lower bound of each
// dimension. An empty array has no dimensions.
func appendCopyTexts(dst []byte, list []string) []byte {
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0) // the size, set below
	dimensions := uint32(min(1, len(list)))
	for _, word := range [...]uint32{dimensions, 0, textOID} {
		dst = binary.BigEndian.AppendUint32(dst, word)
	}
	if dimensions > 0 {
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(list)))
		dst = binary.BigEndian.AppendUint32(dst, arrayLowerFrom)
	}
	for _, s := range list {
		dst = appendCopyText(dst, s)
	}
	binary.BigEndian.PutUint32(dst[start:], uint32(len(dst)-start-4))
	return dst
}

// epochDays is PostgreSQL's day 0, 2000-01-01, in days since 1970-01-01.
const epochDays = 10957

// appendCopyDate appends a date, null for the zero time.
func appendCopyDate(dst []byte, t time.Time) []byte {
	if t.IsZero() {
		return appendCopyNull(dst)
	}
	seconds := t.Unix()
	days := seconds / 86400
	if seconds%86400 < 0 {
		days--
	}
	dst = binary.BigEndian.AppendUint32(dst, 4)
	return binary.BigEndian.AppendUint32(dst, uint32(int32(days-epochDays)))
}

// appendCopyJSON appends jsonb, whose binary form is a version, 1, and the text; null for nil.
func appendCopyJSON(dst []byte, doc []byte) []byte {
	if doc == nil {
		return appendCopyNull(dst)
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(doc)+1))
	return append(append(dst, 1), doc...)
}

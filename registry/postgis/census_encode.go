package postgis

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"citygrid/registry/census"
)

// Staged rows travel as the binary format of COPY (PostgreSQL 15, COPY, Binary Format), written as they come: pgx's CopyFrom would box each value and
// choose an encoding for it anew.

const (
	copyHeader  = "PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00"
	copyTrailer = "\xff\xff"
	copyNull    = 0xffffffff
)

// sqlStageCopy names the columns in the order in which appendStaged writes them.
const sqlStageCopy = `
copy import_stage (
    row, number, code, edition, subclass, name, dept1_code, dept1_name, dept2_code, dept2_name, dept3_code, dept3_name, grid, grids_also, stated_grid,
    state, first_surveyed, changed_on, data_source, note, extra, given, geom, kept, blank, digest)
from stdin binary`

const stageColumns = 26

// appendStaged appends a row, which is the number-th of its batch. The last column is a digest of the columns after the row's numbers: half a SHA-256, so that it stays the same in later
// versions as long as the columns do, and nobody makes two rows with one.
func appendStaged(b []byte, number int64, r *census.StagedRow) []byte {
	b = binary.BigEndian.AppendUint16(b, stageColumns)
	b = binary.BigEndian.AppendUint64(appendLength(b, 8), uint64(r.Line))
	b = binary.BigEndian.AppendUint64(appendLength(b, 8), uint64(number))
	content := len(b)
	for _, text := range [...]string{
		r.Code.String(), string(r.Code.Edition()), string(r.Code.Subclass()), r.Name, string(r.Supervisor.Code), r.Supervisor.Name,
		string(r.Owner.Code), r.Owner.Name, string(r.Maintainer.Code), r.Maintainer.Name, r.Grid,
	} {
		b = appendText(b, text)
	}
	b = appendText(appendTexts(b, r.GridsAlso), r.StatedGrid)
	b = appendText(b, string(r.State))
	b = appendDay(appendDay(b, r.FirstSurveyed), r.ChangedOn)
	b = appendText(appendText(b, r.DataSource), r.Note)
	b = appendJSON(appendJSON(b, r.Extra), r.Extra)
	b = append(appendLength(b, len(r.Geometry)), r.Geometry...)
	b = binary.BigEndian.AppendUint32(appendLength(b, 4), uint32(r.Kept))
	b = appendTexts(b, r.Blank)
	digest := sha256.Sum256(b[content:])
	return append(appendLength(b, 16), digest[:16]...)
}

func appendLength(b []byte, n int) []byte { return binary.BigEndian.AppendUint32(b, uint32(n)) }

func appendText(b []byte, text string) []byte { return append(appendLength(b, len(text)), text...) }

// appendTexts is a text[], whose lower bound is 1.
func appendTexts(b []byte, list []string) []byte {
	const text = 25 // the type's number
	at := len(b)
	b = appendLength(b, 0)
	dimensions := uint32(min(len(list), 1))
	b = binary.BigEndian.AppendUint32(b, dimensions)
	b = binary.BigEndian.AppendUint32(b, 0) // no nulls
	b = binary.BigEndian.AppendUint32(b, text)
	if dimensions > 0 {
		b = binary.BigEndian.AppendUint32(b, uint32(len(list)))
		b = binary.BigEndian.AppendUint32(b, 1)
		for _, t := range list {
			b = appendText(b, t)
		}
	}
	binary.BigEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	return b
}

// appendDay is a date, null where there is none: days from the first of 2000.
func appendDay(b []byte, day time.Time) []byte {
	if day.IsZero() {
		return binary.BigEndian.AppendUint32(b, copyNull)
	}
	const seconds, from = 24 * 60 * 60, 10957
	return binary.BigEndian.AppendUint32(appendLength(b, 4), uint32(int32(floorDiv(day.Unix(), seconds)-from)))
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// appendJSON is a jsonb in its version 1, null where there is none.
func appendJSON(b []byte, text []byte) []byte {
	if text == nil {
		return binary.BigEndian.AppendUint32(b, copyNull)
	}
	return append(append(appendLength(b, len(text)+1), 1), text...)
}

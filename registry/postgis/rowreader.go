package postgis

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// rowReader reads rows of sqlComponentColumns from the wire, for answers in which reading the columns one by one through their
// types would take longer than finding the rows. Neighbouring rows have most texts in common: a text that the row before had too is
// not made anew.
type rowReader struct {
	types *pgtype.Map
	last  [componentWidth]string
}

// componentWidth is how many columns sqlComponentColumns has.
const componentWidth = 20

// wire is how PostgreSQL sends each column, as the connection asks it to: text, which is its own bytes, or binary.
func newRowReader(types *pgtype.Map, columns []pgconn.FieldDescription) (*rowReader, error) {
	for i, c := range columns {
		want := int16(pgtype.TextFormatCode)
		switch c.DataTypeOID {
		case pgtype.TextOID, pgtype.JSONBOID:
		default:
			want = pgtype.BinaryFormatCode
		}
		if c.Format != want {
			return nil, fmt.Errorf("column %d, %s, came in format %d", i, c.Name, c.Format)
		}
	}
	return &rowReader{types: types}, nil
}

// component reads the first columns of a row. What it makes does not refer to the row, which the next one overwrites; the bytes of a geometry go where
// c had one.
func (r *rowReader) component(c *registry.Component, row [][]byte) (err error) {
	c.ID = int64(binary.BigEndian.Uint64(row[0]))
	c.Name = r.text(row, 3)
	c.Supervisor = registry.Dept{Code: registry.UnitCode(r.text(row, 4)), Name: r.text(row, 5)}
	c.Owner = registry.Dept{Code: registry.UnitCode(r.text(row, 6)), Name: r.text(row, 7)}
	c.Maintainer = registry.Dept{Code: registry.UnitCode(r.text(row, 8)), Name: r.text(row, 9)}
	c.Grid = r.text(row, 10)
	if err := r.texts(&c.GridsAlso, row[11]); err != nil {
		return err
	}
	c.StatedGrid = r.text(row, 12)
	c.State = registry.State(r.text(row, 13))
	if c.FirstSurveyed, err = r.date(row[14]); err != nil {
		return err
	}
	if c.ChangedOn, err = r.date(row[15]); err != nil {
		return err
	}
	c.DataSource, c.Note = r.text(row, 16), r.text(row, 17)
	c.Extra = nil
	if row[18] != nil {
		c.Extra = json.RawMessage(r.text(row, 18))
	}
	c.Geometry = append(c.Geometry[:0], row[19]...)
	c.Code, err = catalog.ParseComponentCode(catalog.Edition(r.text(row, 2)), r.text(row, 1))
	return err
}

func (r *rowReader) text(row [][]byte, column int) string {
	if string(row[column]) != r.last[column] {
		r.last[column] = string(row[column])
	}
	return r.last[column]
}

// texts reads an array; an empty one has no dimensions and no more than 12 bytes.
func (r *rowReader) texts(dst *[]string, value []byte) error {
	*dst = []string{}
	if len(value) <= 12 {
		return nil
	}
	return r.types.Scan(pgtype.TextArrayOID, pgtype.BinaryFormatCode, value, dst)
}

// date reads days since the year 2000; null is the zero time.
func (r *rowReader) date(value []byte) (time.Time, error) {
	if value == nil {
		return time.Time{}, nil
	}
	days := int32(binary.BigEndian.Uint32(value))
	if days == math.MaxInt32 || days == math.MinInt32 {
		return time.Time{}, fmt.Errorf("a date is infinite")
	}
	return time.Date(2000, 1, 1+int(days), 0, 0, 0, 0, time.UTC), nil
}

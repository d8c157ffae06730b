package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/xuri/excelize/v2"

	"citygrid/registry/census"
)

// askWorkbook compares the import of a workbook with a reader that does nothing but read one.
func (d *delivery) askWorkbook(ctx context.Context) (outcome, error) {
	rows := d.size.workbook
	if err := writeWorkbook(d.first, d.workbook, rows); err != nil {
		return outcome{}, err
	}
	perSecond := func(do func() error) (float64, error) {
		began := time.Now()
		err := do()
		return float64(rows) / time.Since(began).Seconds(), err
	}
	return comparison{
		what: fmt.Sprintf("A workbook into an empty registry, %s rows", number(float64(rows))), unit: "rows/s", more: true, cold: true, ways: []way{
			{name: "CityGrid, import", round: func(ctx context.Context) (float64, error) {
				if err := d.copyDatabase(ctx, emptyRegistry, roundRegistry); err != nil {
					return 0, err
				}
				return perSecond(func() error { return take(ctx, d.cluster.URL(roundRegistry), d.workbook, true) })
			}},
			{name: "excelize's streaming reader", wanted: 0.5, round: func(context.Context) (float64, error) {
				return perSecond(func() error { return readWithExcelize(d.workbook, rows) })
			}},
			{name: "CityGrid's reader", round: func(context.Context) (float64, error) {
				return perSecond(func() error { return readWithCityGrid(d.workbook, rows) })
			}},
		},
	}.run(ctx, d.size.imports)
}

// writeWorkbook makes a workbook of the first rows of a CSV file. Every cell is text, as in the template that crews fill in.
func writeWorkbook(from, to string, rows int) error {
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("write a workbook: %w", err)
	}
	defer in.Close()
	book := excelize.NewFile()
	defer book.Close()
	out, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		return fmt.Errorf("write a workbook: %w", err)
	}
	records := csv.NewReader(in)
	for n := 1; n <= rows+1; n++ {
		record, err := records.Read()
		if err != nil {
			return fmt.Errorf("write a workbook: %w", err)
		}
		cells := make([]any, len(record))
		for i, text := range record {
			cells[i] = text
		}
		if err := out.SetRow(fmt.Sprintf("A%d", n), cells); err != nil {
			return fmt.Errorf("write a workbook: %w", err)
		}
	}
	if err := errors.Join(out.Flush(), book.SaveAs(to)); err != nil {
		return fmt.Errorf("write a workbook: %w", err)
	}
	return nil
}

func readWithExcelize(name string, want int) error {
	book, err := excelize.OpenFile(name)
	if err != nil {
		return fmt.Errorf("excelize: %w", err)
	}
	defer book.Close()
	rows, err := book.Rows("Sheet1")
	if err != nil {
		return fmt.Errorf("excelize: %w", err)
	}
	defer rows.Close()
	n := -1 // the header
	for ; rows.Next(); n++ {
		if _, err := rows.Columns(); err != nil {
			return fmt.Errorf("excelize: %w", err)
		}
	}
	return errors.Join(rows.Error(), allRead("excelize", n, want))
}

func readWithCityGrid(name string, want int) error {
	in, err := os.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	rows, err := census.NewXLSX(in)
	if err != nil {
		return err
	}
	n := 0
	for _, err := range rows.Rows() {
		if err != nil {
			return err
		}
		n++
	}
	return allRead("CityGrid", n, want)
}

func allRead(who string, n, want int) error {
	if n != want {
		return fmt.Errorf("%s read %d rows, there are %d", who, n, want)
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"citygrid/registry"
)

// comers is how many components come and go while others walk through the collection.
const comers = 1_000

// walked is what a walk through a collection has seen.
type walked struct {
	pages, features int
	stayed          int   // of those that were there all the while
	repeated        int   // seen before, or out of order
	came, went      int64 // components meanwhile, each time counted
	took            time.Duration
}

// askWalk walks through all the components while a survey file comes in and is taken back, over and over.
func (l *lab) askWalk(ctx context.Context, c *city, ours *site, s *section) error {
	l.say("features: the whole collection")
	file := filepath.Join(l.dir, "comers.csv")
	coming, err := c.drawComers(ctx, file)
	if err != nil {
		return err
	}
	walking, stop := context.WithCancel(ctx)
	churned := make(chan error, 1)
	var w walked
	go func() {
		err := c.churn(ctx, walking.Done(), file, &w)
		churned <- err
	}()
	err = w.walk(ctx, ours, coming, l.size.walk)
	stop()
	if err := errors.Join(err, <-churned); err != nil {
		return err
	}
	lost := c.drawn.Components - w.stayed
	s.tables = append(s.tables, table{
		title:  fmt.Sprintf("The whole collection, %s a page, while others come and go", number(float64(l.size.walk))),
		header: []string{"pages", "features", "s", "components that came", "that went", "lost of those that stayed", "repeated"},
		rows: [][]string{{
			number(float64(w.pages)), number(float64(w.features)), number(w.took.Seconds()), number(float64(w.came)), number(float64(w.went)),
			number(float64(lost)), number(float64(w.repeated)),
		}},
	})
	for _, v := range []struct {
		what string
		n    int
	}{{"lost", lost}, {"repeated", w.repeated}} {
		s.verdicts = append(s.verdicts, verdict{"Features " + v.what + " by a walk while others come and go", "0", strconv.Itoa(v.n), v.n == 0})
	}
	return nil
}

// walk follows the links from the first page to the last. Codes that begin as those of coming do not count as staying.
func (w *walked) walk(ctx context.Context, at *site, coming map[string]bool, limit int) error {
	began, last := time.Now(), ""
	for path := address(itemsPath, "limit", strconv.Itoa(limit)); path != ""; w.pages++ {
		p, _, err := at.page(ctx, path)
		if err != nil {
			return err
		}
		for _, f := range p.Features {
			code := f.Properties.Code
			switch {
			case code <= last:
				w.repeated++
			case !coming[code]:
				w.stayed++
			}
			last = max(last, code)
		}
		w.features += len(p.Features)
		if path, err = p.next(); err != nil {
			return err
		}
	}
	w.took = time.Since(began)
	return nil
}

// churn brings a survey file in and takes it back until it is stopped, and leaves the registry as it was.
func (c *city) churn(ctx context.Context, stopped <-chan struct{}, file string, w *walked) error {
	for {
		survey, batch, err := stage(ctx, c.store, file)
		if err != nil {
			return err
		}
		if _, _, err := survey.Promote(ctx, batch); err != nil {
			return err
		}
		w.came += batch.Good
		undone, err := c.store.UndoBatch(ctx, registry.Act{Actor: "bench", Reason: "they go again", At: time.Now()}, batch.ID)
		if err != nil {
			return err
		}
		w.went += int64(undone.Withdrawn)
		select {
		case <-stopped:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		default:
		}
	}
}

// drawComers writes a survey file of components beside such as are there, all over the order of codes. It returns their codes.
func (c *city) drawComers(ctx context.Context, file string) (codes map[string]bool, err error) {
	conn, err := c.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	rows, err := conn.Query(ctx, sqlComers, comers)
	if err != nil {
		return nil, fmt.Errorf("draw components: %w", err)
	}
	codes = map[string]bool{}
	var table strings.Builder
	table.WriteString("ObjID,ObjState,ORDate,Lon,Lat\n")
	for rows.Next() {
		var code string
		var lon, lat float64
		if err := rows.Scan(&code, &lon, &lat); err != nil {
			return nil, fmt.Errorf("draw components: %w", err)
		}
		codes[code] = true
		fmt.Fprintf(&table, "%s,完好,2026-03-01,%s,%s\n", code, degrees(lon), degrees(lat))
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("draw components: %w", err)
	}
	if err := os.WriteFile(file, []byte(table.String()), 0o600); err != nil {
		return nil, fmt.Errorf("draw components: %w", err)
	}
	return codes, nil
}

// sqlComers gives components numbers behind all that are there, 900000 and on of each sub-class of each district.
const sqlComers = `
select left(code, 10) || (900000 + row_number() over (partition by left(code, 10) order by code))::text, st_x(geom), st_y(geom)
from component where st_geometrytype(geom) = 'ST_Point' order by md5(code) limit $1`

package query

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"citygrid/registry"
)

// MaxOffset is how many features may be passed over by a number.
const MaxOffset = 100_000

// Items is a question for one page of a collection's features.
type Items struct {
	registry.Selection
	registry.Page
	System     System
	Properties []string // that are wanted; nil: all
	Decimals   int      // of positions

	of    Collection
	given Parameters
}

// ItemsParameters are the query parameters of Items, beside the names of properties.
func ItemsParameters() []string {
	return []string{"bbox", "bbox-crs", "crs", "limit", "cursor", "offset", "datetime", "sortby", "properties", "skipGeometry", "precision", "count", "f"}
}

// Items reads what is asked of a collection. A cursor belongs to all of that but the size of the page.
func (p Parameters) Items(ctx context.Context, places *registry.Registry, of Collection) (Items, error) {
	q := Items{of: of, given: p}
	var err error
	if err = p.shape(&q, of); err != nil {
		return Items{}, err
	}
	if q.Bounds, q.Within, err = p.area(ctx, places, of); err != nil {
		return Items{}, err
	}
	if q.Equal, err = p.selected(of); err != nil {
		return Items{}, err
	}
	during, err := p.during()
	if err != nil {
		return Items{}, err
	}
	if of.Timed { // what has no time of its own is selected at any, as OGC API - Features 7.15.4 asks
		q.During = during
	}
	if q.Order, err = p.order(of); err != nil {
		return Items{}, err
	}
	if q.Limit, err = p.Limit(); err != nil {
		return Items{}, err
	}
	if q.Count, err = p.count(); err != nil {
		return Items{}, err
	}
	return q, p.place(&q)
}

// Shape reads how one feature is wanted.
func (p Parameters) Shape(of Collection) (Items, error) {
	q := Items{of: of, given: p}
	return q, p.shape(&q, of)
}

func (p Parameters) shape(q *Items, of Collection) (err error) {
	if q.System, err = p.served("crs", of); err != nil {
		return err
	}
	if q.System.Number != 0 && !q.System.Degrees {
		q.SRID = q.System.Number
	}
	if q.Properties, err = p.chosen(of); err != nil {
		return err
	}
	if q.NoGeometry, err = p.Flag("skipGeometry"); err != nil {
		return err
	}
	q.Decimals, err = p.precision(q.System)
	return err
}

// precision reads the parameter precision; without it positions have a centimetre, or a millimetre where they are metres.
func (p Parameters) precision(s System) (int, error) {
	const most = 7
	text, given := p["precision"]
	switch {
	case !given && s.Degrees:
		return most, nil
	case !given:
		return 3, nil
	case len(text) == 1 && text[0] >= '0' && text[0] <= '0'+most:
		return int(text[0] - '0'), nil
	}
	return 0, invalid(field("precision", text, "应为 0 到 7 的小数位数", "write the number of decimals, 0 to 7"))
}

// place reads where the page begins: behind a cursor, or a number of features later.
func (p Parameters) place(q *Items) error {
	cursor, given := p["cursor"]
	offset, counted := p["offset"]
	switch {
	case given && counted:
		return invalid(field("offset", offset, "offset 与 cursor 不能同时使用", "give offset or cursor, not both"))
	case given:
		var err error
		q.After, q.Before, err = DecodeCursor(cursor, q.selection())
		if err == nil && !q.holds(q.After) {
			return damagedCursor(cursor)
		}
		return err
	case counted:
		n, err := strconv.ParseUint(offset, 10, 32)
		if err != nil || n > MaxOffset {
			return invalid(field("offset", offset, fmt.Sprintf("应为 0 到 %d 的整数；更远的页请用 next 链接", MaxOffset),
				fmt.Sprintf("write a whole number from 0 to %d; farther pages are reached by the link next", MaxOffset)))
		}
		q.Offset = int(n)
	}
	return nil
}

// holds reports whether keys can be those of a feature in the order that was asked for: anybody can make a cursor. Numbers it writes as the store reads
// them: of one that is too small for a float the store would say so.
func (q Items) holds(keys registry.Keys) bool {
	order := q.Order
	if !slices.ContainsFunc(order, func(o registry.Order) bool { return o.Property == registry.CodeProperty }) {
		order = append(slices.Clone(order), registry.Order{Property: registry.CodeProperty})
	}
	if len(keys) != len(order) {
		return false
	}
	for i, o := range order {
		p, _ := q.of.named(o.Property, true)
		value, err := p.Parse(keys[i])
		switch p.Type {
		case registry.DateProperty:
			if keys[i] != registry.NoDateKey && (err != nil || value == "") {
				return false
			}
		case registry.NumberProperty:
			if err != nil || value == "" {
				return false
			}
			keys[i] = value
		default: // what an enumeration had once may still be there
			if err != nil && p.Enum == nil || strings.ContainsRune(keys[i], 0) {
				return false
			}
		}
	}
	return true
}

// First reports whether the page is the first one.
func (q Items) First() bool { return q.After == nil && q.Offset == 0 }

// Query is the query string that asks for this page again, empty where nothing was given.
func (q Items) Query() string { return q.given.Canonical() }

// As is the query string that asks for this page in another format.
func (q Items) As(format string) string {
	values := q.given.values("f")
	values.Set("f", format)
	return values.Encode()
}

// Next is the query string of the page behind the feature with these keys.
func (q Items) Next(last registry.Keys) string { return q.beside(last, false) }

// Previous is the query string of the page before the feature with these keys.
func (q Items) Previous(first registry.Keys) string { return q.beside(first, true) }

func (q Items) beside(keys registry.Keys, before bool) string {
	values := q.given.values("cursor", "limit", "offset")
	values.Set("cursor", EncodeCursor(keys, before, q.selection()))
	values.Set("limit", strconv.Itoa(q.Limit))
	return values.Encode()
}

// selection is what a cursor is bound to: all that selects and orders, not how features are shown. A box counts as the numbers that were read: clients write 30.71 as 30.710 too.
func (q Items) selection() string {
	return fmt.Sprint(q.of.ID, "?", q.Bounds, q.Within, q.Equal, q.During, q.Order)
}

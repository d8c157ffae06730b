package query

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/paulmach/orb"
)

// Items is a question for one page of a collection's features.
type Items struct {
	Bounds []orb.Bound // any of these; nil: everywhere
	Limit  int
	After  string // only codes above this one

	collection string
	given      Parameters
}

// Items reads bbox, limit, cursor and datetime. The features of this registry have no time of their own, so that a valid datetime
// selects them all, as OGC API - Features 7.15.4 asks.
func (p Parameters) Items(collection string) (Items, error) {
	q := Items{collection: collection, given: p}
	var err error
	if q.Bounds, err = p.BBox(); err != nil {
		return Items{}, err
	}
	if q.Limit, err = p.Limit(); err != nil {
		return Items{}, err
	}
	if err := p.checkDatetime(); err != nil {
		return Items{}, err
	}
	if text, given := p["cursor"]; given {
		if q.After, err = DecodeCursor(text, q.selection()); err != nil {
			return Items{}, err
		}
	}
	return q, nil
}

// Query is the query string that asks for this page again, empty where nothing was given.
func (q Items) Query() string { return q.given.Canonical() }

// Next is the query string of the page that follows the code after.
func (q Items) Next(after string) string {
	values := url.Values{"cursor": {EncodeCursor(after, q.selection())}, "limit": {strconv.Itoa(q.Limit)}}
	for name, value := range q.given {
		if name != "cursor" && name != "limit" {
			values.Set(name, value)
		}
	}
	return values.Encode()
}

// selection is what a cursor is bound to: everything but the place in the list and the size of the page. The box counts as the numbers
// that were read: clients write 30.71 as 30.710 too.
func (q Items) selection() string {
	return fmt.Sprint(q.collection, "?", q.given.Canonical("cursor", "limit", "bbox"), q.Bounds)
}

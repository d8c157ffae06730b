package postgis

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5/pgtype"

	"citygrid/registry"
)

// ends watches the rows of a page go by.
type ends struct {
	page        registry.Page
	count       int
	first, last registry.Keys
}

func newEnds(p registry.Page) *ends { return &ends{page: p} }

// room reports whether the page has room for one more row. The row that has none tells that there is more, and nothing else.
func (e *ends) room() bool {
	if e.count++; e.count > e.page.Limit {
		return false
	}
	return true
}

// add takes a row's code and its keys, as PostgreSQL sends an array of texts; null in the order of codes.
func (e *ends) add(types *pgtype.Map, code string, keys []byte) error {
	if keys == nil {
		e.take(code, nil)
		return nil
	}
	var at registry.Keys
	if err := types.Scan(pgtype.TextArrayOID, pgtype.BinaryFormatCode, keys, (*[]string)(&at)); err != nil {
		return fmt.Errorf("keys of %s: %w", code, err)
	}
	e.take(code, at)
	return nil
}

func (e *ends) take(code string, at registry.Keys) {
	if at == nil {
		at = registry.Keys{code}
	}
	if e.first == nil {
		e.first = at
	}
	e.last = at
}

// part tells what was seen. The rows of a page before came the other way round.
func (e *ends) part() registry.Part {
	p := registry.Part{More: e.count > e.page.Limit, First: e.first, Last: e.last}
	if e.page.Before {
		p.First, p.Last = e.last, e.first
	}
	return p
}

// all reports whether the rows that went by end with the last of the selection, and how many it then has: nobody needs to count.
func (e *ends) all() (n int64, known bool) {
	p := e.page
	counts := p.Count == registry.CountCheap || p.Count == registry.CountExact
	fromFirst := p.After == nil && !p.Before && (p.Offset == 0 || e.count > 0)
	return int64(p.Offset + e.count), counts && fromFirst && e.count <= p.Limit
}

// cheapCount is how many rows are counted without being asked to.
const cheapCount = 100_000

// counted remembers how many features selections have, while the revision of their collection stands: who walks the pages of one asks on each.
type counted struct {
	mu       sync.Mutex
	revision int64
	of       map[string]count
}

type count struct {
	n         int64
	estimated bool
}

// mostCounted bounds what is remembered.
const mostCounted = 1000

func (c *counted) get(revision int64, key string) (count, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.revision != revision {
		return count{}, false
	}
	n, ok := c.of[key]
	return n, ok
}

func (c *counted) put(revision int64, key string, n count) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil || c.revision != revision || len(c.of) == mostCounted {
		c.revision, c.of = revision, map[string]count{}
	}
	c.of[key] = n
}

// matched counts the rows that from selects, of a collection, unless that is known.
func (s *Store) matched(ctx context.Context, collection string, how registry.Count, from func(*statement) error) (n int64, estimated bool, err error) {
	all, err := s.HeardRevisions(ctx)
	if err != nil {
		return 0, false, err
	}
	b := &statement{}
	if err := from(b); err != nil {
		return 0, false, err
	}
	key := fmt.Sprint(how, b.text.String(), b.args)
	if known, ok := s.counted[collection].get(all[collection], key); ok {
		return known.n, known.estimated, nil
	}
	if n, estimated, err = s.count(ctx, how, from); err == nil {
		s.counted[collection].put(all[collection], key, count{n, estimated})
	}
	return n, estimated, err
}

// count counts the rows that from selects: as PostgreSQL guesses where that was asked for, or where they are too many.
func (s *Store) count(ctx context.Context, how registry.Count, from func(*statement) error) (n int64, estimated bool, err error) {
	if how != registry.CountEstimated {
		b := &statement{}
		b.add("select count(*)")
		if how == registry.CountCheap {
			b.add(" from (select")
		}
		if err := from(b); err != nil {
			return 0, false, err
		}
		if how == registry.CountCheap {
			b.add(" limit ", b.bind(cheapCount+1, "int"), ") as x")
		}
		if err := b.one(ctx, s.pool, &n); err != nil {
			return 0, false, interpret("count", err)
		}
		if how == registry.CountExact || n <= cheapCount {
			return n, false, nil
		}
	}
	b := &statement{}
	b.add("explain (format json) select")
	if err := from(b); err != nil {
		return 0, false, err
	}
	var text []byte
	if err := b.one(ctx, s.pool, &text); err != nil {
		return 0, false, interpret("estimate", err)
	}
	var plan []struct {
		Plan struct {
			Rows int64 `json:"Plan Rows"`
		}
	}
	if err := json.Unmarshal(text, &plan); err != nil || len(plan) != 1 {
		return 0, false, interpret("estimate", fmt.Errorf("a plan of %d parts: %w", len(plan), err))
	}
	return max(plan[0].Plan.Rows, n), true, nil
}

package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestOGCPaging walks all pages, forward, back and while rows come and go.
func TestOGCPaging(t *testing.T) {
	t.Parallel()
	s := newSuite(t, 900)
	long := strings.Repeat("井", 70) // more characters than an order looks at
	s.change(`update component set note = case when id % 3 = 0 then '' when id % 3 = 1 then $1 || (id % 2) else '说明' end,
		changed_on = case when id % 4 = 0 then null else date '2021-01-01' + (id % 5)::int end, first_surveyed = nullif(first_surveyed, '2020-01-01')`, long)
	t.Run("EachFeatureOnceInEveryOrder", func(t *testing.T) {
		for _, order := range orders {
			s := s.in(t)
			items := "/collections/components/items?sortby=" + order
			whole := codes(t, s.get(items+"&limit=10000").ok())
			for _, limit := range []int{10, 97, 450} {
				pages := s.walk(fmt.Sprint(items, "&limit=", limit))
				equal(t, slices.Concat(pages...), whole)
			}
		}
	})
	t.Run("AndBack", func(t *testing.T) { s.in(t).back() })
	t.Run("OffsetBeside", func(t *testing.T) { s.in(t).offsets() })
	t.Run("AllConditionsTogetherAreTheirIntersection", func(t *testing.T) { s.in(t).together() })
	t.Run("NoneLostAndNoneTwiceWhileRowsComeAndGo", func(t *testing.T) {
		for i, order := range orders {
			s.in(t).walkWhileRowsComeAndGo(order, 1000*i)
		}
	})
}

// orders have ties, features that lack the property, texts that are alike in all that counts, and both ways.
var orders = []string{"code", "-code", "note", "-note,changed_on", "changed_on,-name,class", "-first_surveyed,note,grid,-state"}

func (s *suite) change(query string, values ...any) {
	s.t.Helper()
	if _, err := s.db.Exec(s.t.Context(), query, values...); err != nil {
		s.t.Fatal(err)
	}
}

// walk gives the codes of each page, from one on to the last.
func (s *suite) walk(target string) (pages [][]string) {
	s.t.Helper()
	for target != "" {
		page := s.get(target).ok()
		pages = append(pages, codes(s.t, page))
		target = linked(s.t, page, "next")
	}
	return pages
}

func (s *suite) back() {
	for _, order := range orders {
		target := "/collections/components/items?limit=100&sortby=" + order
		var forward, backward [][]string
		for last := target; last != ""; {
			page := s.get(last).ok()
			forward = append(forward, codes(s.t, page))
			if target, last = last, linked(s.t, page, "next"); len(forward) == 1 && linked(s.t, page, "prev") != "" {
				s.t.Errorf("%s: the first page has one before it", order)
			}
		}
		for target != "" {
			page := s.get(target).ok()
			backward = append(backward, codes(s.t, page))
			if again := linked(s.t, page, "next"); len(backward) == 2 {
				equal(s.t, codes(s.t, s.get(again).ok()), forward[len(forward)-1])
			}
			target = linked(s.t, page, "prev")
		}
		slices.Reverse(backward)
		equal(s.t, backward, forward)
	}
}

func (s *suite) offsets() {
	whole := codes(s.t, s.get("/collections/components/items?limit=10000&sortby=note").ok())
	for _, offset := range []int{0, 1, 500, len(whole) - 1, len(whole), 100_000} {
		page := s.get(fmt.Sprint("/collections/components/items?limit=20&sortby=note&offset=", offset)).ok()
		from := min(offset, len(whole))
		equal(s.t, codes(s.t, page), append([]string{}, whole[from:min(from+20, len(whole))]...))
		equal(s.t, at(s.t, page, "numberMatched"), float64(len(whole)))
		if next := linked(s.t, page, "next"); next != "" {
			equal(s.t, codes(s.t, s.get(next).ok()), whole[from+20:min(from+40, len(whole))])
		}
		if prev := linked(s.t, page, "prev"); (prev != "") != (offset > 0 && offset < len(whole)) {
			s.t.Errorf("offset %d has prev %q", offset, prev)
		} else if prev != "" {
			equal(s.t, codes(s.t, s.get(prev).ok()), whole[max(0, from-20):from])
		}
	}
	for _, wrong := range []string{"-1", "x", "100001", "", "1.0", "99999999999999999999"} {
		s.refused("/collections/components/items?offset="+wrong, "offset")
	}
	next := linked(s.t, s.get("/collections/components/items?limit=5").ok(), "next")
	s.refused(next+"&offset=1", "offset")
}

func (s *suite) together() {
	parts := []string{"bbox=111.2859,30.7061,111.2921,30.7093", "datetime=2021-01-02/2021-01-03", "note=%E8%AF%B4%E6%98%8E"}
	var want []string
	for i, part := range parts {
		one := codes(s.t, s.get("/collections/components/items?limit=10000&"+part).ok())
		if i == 0 {
			want = one
		}
		want = slices.DeleteFunc(want, func(code string) bool { return !slices.Contains(one, code) })
	}
	page := s.features("/collections/components/items?limit=10&" + strings.Join(parts, "&"))
	got := codes(s.t, s.get("/collections/components/items?limit=10000&"+strings.Join(parts, "&")).ok())
	if equal(s.t, got, want); len(want) < 3 || at(s.t, page, "numberMatched") != float64(len(want)) {
		s.t.Errorf("%d of %v", len(want), at(s.t, page, "numberMatched"))
	}
}

// walkWhileRowsComeAndGo puts rows in and takes rows out between the pages, before them and behind.
// Codes that are put in are made from numbers from one on, and never used again.
func (s *suite) walkWhileRowsComeAndGo(order string, number int) {
	t := s.t
	const add = `insert into component (code, edition, subclass, name, state, note, changed_on, first_surveyed, geom, batch_id, change_id)
		select '4205020118' || (($1::int * 3 + i) * 7919 % 899999 + 100000), edition, subclass, name, state, note, changed_on, first_surveyed, geom, batch_id, change_id
		from generate_series(0, 2) as i, lateral (select * from component where code like '4205020118%' order by md5(code || $1::int * 3 + i) limit 1) as like_this`
	const remove = `with gone as (select id from component where code ~ '^4205020118.*[3-7]$' order by random() limit 2),
		aliases as (delete from component_code where component_id in (select id from gone)) delete from component where id in (select id from gone)`
	before := codes(t, s.get("/collections/components/items?limit=10000&sortby="+order).ok())
	var seen []string
	for target := "/collections/components/items?limit=20&sortby=" + order; target != ""; {
		page := s.get(target).ok()
		seen = append(seen, codes(t, page)...)
		target = linked(t, page, "next")
		s.change(add, number)
		number++
		s.change(remove)
	}
	after := codes(t, s.get("/collections/components/items?limit=10000&sortby="+order).ok())
	slices.Sort(after)
	sorted := slices.Sorted(slices.Values(seen))
	if twice := len(sorted) - len(slices.Compact(slices.Clone(sorted))); twice > 0 {
		t.Errorf("%s: %d features came twice", order, twice)
	}
	stayed := 0
	for _, code := range before {
		if _, stays := slices.BinarySearch(after, code); !stays {
			continue
		}
		stayed++
		if _, came := slices.BinarySearch(sorted, code); !came {
			t.Errorf("%s: %s was lost", order, code)
		}
	}
	if stayed < 300 || stayed == len(before) {
		t.Errorf("%s: %d of %d stayed", order, stayed, len(before))
	}
}

package query

import (
	"strings"
	"time"

	"citygrid/registry"
)

// during reads the parameter datetime: an instant, or an interval whose ends are instants or open. It takes what map clients send: dates, a date
// followed by a bare T, and the years 0000 and 9999 as open ends. Of an instant the day counts, as it is written there.
func (p Parameters) during() (during registry.Interval, err error) {
	text, given := p["datetime"]
	if !given {
		return during, nil
	}
	refusal := invalid(field("datetime", text,
		"应为 RFC 3339 时刻或区间，如 2026-01-31T08:00:00Z、2026-01-01/2026-12-31、../2026-12-31",
		"write an RFC 3339 instant or interval: 2026-01-31T08:00:00Z, 2026-01-01/2026-12-31, ../2026-12-31"))
	ends := strings.Split(text, "/")
	if len(ends) > 2 {
		return during, refusal
	}
	var at [2]time.Time
	var bounded [2]bool
	for i, end := range ends {
		if len(ends) == 2 && (end == "" || end == "..") {
			continue
		}
		t, ok := parseInstant(end)
		if !ok {
			return during, refusal
		}
		at[i], bounded[i] = t, t.Year() != 0 && t.Year() != 9999
	}
	if bounded[0] && bounded[1] && at[1].Before(at[0]) {
		return during, invalid(field("datetime", text, "区间的起点晚于终点：请交换两端", "the interval ends before it begins: exchange its ends"))
	}
	if len(ends) == 1 {
		at[1], bounded[1] = at[0], bounded[0]
	}
	if bounded[0] {
		during.From = dayOf(at[0])
	}
	if bounded[1] {
		during.To = dayOf(at[1])
	}
	return during, nil
}

func dayOf(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func parseInstant(text string) (time.Time, bool) {
	for _, layout := range [...]string{time.RFC3339, time.DateOnly, "2006-01-02T"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

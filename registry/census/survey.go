package census

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"citygrid/registry"
)

// survey reads state, dates, source and remarks.
func (in *inspection) survey(c *registry.Component) {
	c.DataSource, c.Note = in.cell(dataSource), in.cell(note)
	c.State = registry.State(in.word(objState))
	if c.State == "" {
		in.missing(objState)
	} else if !slices.Contains(registry.States(), c.State) {
		list := stateList()
		in.fail(objState, CodeUnknownState, "状态只能是："+list, "the state is one of "+list)
	}
	c.FirstSurveyed = in.date(orDate)
	if in.word(orDate) == "" {
		in.missing(orDate)
	}
	c.ChangedOn = in.date(chDate)
	if !c.FirstSurveyed.IsZero() && !c.ChangedOn.IsZero() && c.ChangedOn.Before(c.FirstSurveyed) {
		in.warn(chDate, CodeDatesReversed,
			fmt.Sprintf("变更日期早于初始日期 %s", c.FirstSurveyed.Format(time.DateOnly)),
			fmt.Sprintf("the change is before the first survey, %s", c.FirstSurveyed.Format(time.DateOnly)))
	}
}

func stateList() string {
	var words []string
	for _, s := range registry.States() {
		words = append(words, string(s))
	}
	return strings.Join(words, "、")
}

// date reads 2006-01-02 or 20060102; zero for an empty cell and for one that was reported.
func (in *inspection) date(a attribute) time.Time {
	text := in.word(a)
	if text == "" {
		return time.Time{}
	}
	layout := time.DateOnly
	if len(text) == len("20060102") {
		layout = "20060102"
	}
	day, err := time.Parse(layout, text)
	switch {
	case err != nil:
		in.fail(a, CodeBadDate, "日期应写作 2011-12-31 或 20111231", "write the date as 2011-12-31 or 20111231")
	case day.Format(time.DateOnly) > in.today:
		in.fail(a, CodeFutureDate, "日期晚于今天（"+in.today+"）", "the date is after today, "+in.today)
	default:
		return day
	}
	return time.Time{}
}

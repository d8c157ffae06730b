package census

import (
	"fmt"
	"strings"
	"time"

	"citygrid/registry"
)

// survey reads state, dates, source and remarks.
func (in *inspection) survey(c *registry.Component) {
	in.follow()
	c.DataSource, c.Note = in.cell(dataSource), in.cell(note)
	c.State = in.state()
	var given bool
	if c.FirstSurveyed, given = in.date(orDate); !given {
		if c.FirstSurveyed = in.surveyedAbove(); c.FirstSurveyed.IsZero() {
			c.FirstSurveyed = in.surveyedForAll()
		}
		if c.FirstSurveyed.IsZero() {
			in.missing(orDate)
		}
	}
	in.lead(c)
	c.ChangedOn, _ = in.date(chDate)
	if !c.FirstSurveyed.IsZero() && !c.ChangedOn.IsZero() && c.ChangedOn.Before(c.FirstSurveyed) {
		in.warn(chDate, CodeDatesReversed,
			fmt.Sprintf("变更日期早于初始日期 %s", c.FirstSurveyed.Format(time.DateOnly)),
			fmt.Sprintf("the change is before the first survey, %s", c.FirstSurveyed.Format(time.DateOnly)))
	}
}

// state reads the state, also in other words for it.
func (in *inspection) state() registry.State {
	if s, ok := stateOf(in.cell(objState)); ok && string(s) == in.cell(objState) {
		return s
	}
	text := in.word(objState)
	if text == "" || ditto(text) {
		if s := in.stateAbove(); s != "" {
			return s
		}
		if s := in.stateForAll(); s != "" {
			return s
		}
		in.missing(objState)
		return ""
	}
	s, ok := stateOf(text)
	switch {
	case !ok:
		if s, ok := in.answeredState(text); ok {
			return s
		}
		zh, en := in.slipped(objState, text)
		if zh == "" {
			zh, en = likeState(text)
			in.askState(text)
		}
		list := stateList()
		in.fail(objState, CodeUnknownState, "状态只能是："+list+zh, "the state is one of "+list+en)
	case string(s) != text:
		in.fix(objState, CodeStateWord, string(s))
	}
	return s
}

// stateOf knows the standard's states and what crews write for them (import trap 45). What could mean two of them is not here.
func stateOf(text string) (registry.State, bool) {
	switch text {
	case "完好", "正常", "良好", "完整", "完好无损", "正常使用", "在用":
		return registry.Intact, true
	case "破损", "损坏", "损毁", "破坏", "已破损", "已损坏":
		return registry.Damaged, true
	case "丢失", "缺失", "遗失", "被盗", "已丢失":
		return registry.Missing, true
	case "废弃", "报废", "已废弃", "已报废":
		return registry.Abandoned, true
	case "移除", "拆除", "已移除", "已拆除":
		return registry.Removed, true
	}
	return "", false
}

// likeState proposes the one state that shares a character with a text, to be appended to a message.
func likeState(text string) (zh, en string) {
	like := statesLike(text)
	if len(like) != 1 {
		return "", ""
	}
	return "；是否为“" + string(like[0]) + "”？", "; did you mean " + string(like[0]) + "?"
}

// statesLike are the states that share a character with a text.
func statesLike(text string) []registry.State {
	var like []registry.State
	for _, s := range registry.States() {
		if strings.ContainsAny(text, string(s)) {
			like = append(like, s)
		}
	}
	return like
}

func stateList() string {
	var words []string
	for _, s := range registry.States() {
		words = append(words, string(s))
	}
	return strings.Join(words, "、")
}

// date reads a date, zero for an empty cell and for one that was reported, and whether the cell says anything.
func (in *inspection) date(a attribute) (day time.Time, given bool) {
	text := in.word(a)
	if text == "" || a == orDate && ditto(text) {
		return time.Time{}, false
	}
	day, form := parseDate(text)
	switch {
	case form == shortYearDate:
		in.fail(a, CodeShortYear, "年份只有两位，无法确定；请写作 2011-12-31", "the year has two digits and could be another; write the date as 2011-12-31")
	case form == noDate:
		zh, en := in.slipped(a, text)
		in.fail(a, CodeBadDate, "日期应写作 2011-12-31 或 20111231"+zh, "write the date as 2011-12-31 or 20111231"+en)
	case day.After(in.today):
		today := in.today.Format(time.DateOnly)
		in.fail(a, CodeFutureDate, "日期晚于今天（"+today+"）", "the date is after today, "+today)
	case form == standardDate:
		return day, true
	default:
		in.dateTaken(a, form, day.Format(time.DateOnly))
		return day, true
	}
	return time.Time{}, true
}

// dateTaken says how a date was read that was written in a form of its own.
func (in *inspection) dateTaken(a attribute, form dateForm, day string) {
	switch form {
	case monthDate:
		in.warnInstead(a, CodeDateMonth, day, "日期没有写明日，按当月第一天计："+day, "the date names no day; the first of the month is taken, "+day)
	case serialDate:
		in.fix(a, CodeDateSerial, day)
	default:
		in.fix(a, CodeDateForm, day)
	}
}

package catalog

import (
	"fmt"
	"strconv"
	"strings"
)

// LimitUnit is the clock that a time limit runs by. The calendar of working
// time is the city's configuration, not the standard's.
type LimitUnit string

// The units of a time limit.
const (
	UrgentHour  LimitUnit = "urgent_hour"  // 紧急工作时: one hour, nights and holidays count
	UrgentDay   LimitUnit = "urgent_day"   // 紧急工作日: 24 hours, nights and holidays count
	WorkingHour LimitUnit = "working_hour" // 工作时: one hour inside working time
	WorkingDay  LimitUnit = "working_day"  // 工作日: eight hours inside working time
	CalendarDay LimitUnit = "calendar_day" // 自然日: 24 hours
)

// Limit is the time that a unit has to deal with a case, from dispatch to
// handing back.
type Limit struct {
	Value  int // 1 to 999
	Unit   LimitUnit
	Season string // when it applies: "" always, 种植季节 in the planting season
	Note   string // what the time is for: "" to finish, 制止 to stop the offence
}

const (
	mostLimit      = 999
	plantingSeason = "种植季节"
	noteStop       = "制止"
)

// limitWords are the words that may follow the number. Bare 小时 and 天 stand
// for working time in the workbooks that use them.
func limitWords() []limitWord {
	return []limitWord{
		{"紧急工作时", UrgentHour},
		{"紧急工作日", UrgentDay},
		{"工作时", WorkingHour},
		{"工作日", WorkingDay},
		{"自然日", CalendarDay},
		{"小时", WorkingHour},
		{"天", WorkingDay},
	}
}

type limitWord struct {
	text string
	unit LimitUnit
}

// ParseLimit reads a time limit as rule tables write it: a whole number and a
// unit, perhaps the planting season before and the verb 制止 after, trailing
// slashes and spaces: "2紧急工作时", "种植季节15工作日", "1紧急工作时制止 /". Any
// other text is a *[CodeError]: a guessed deadline is worse than none.
func ParseLimit(text string) (Limit, error) {
	rest := strings.TrimLeft(text, " \u3000")
	rest = strings.TrimRight(rest, " \u3000/")
	var limit Limit
	if tail, ok := strings.CutPrefix(rest, plantingSeason); ok {
		limit.Season, rest = plantingSeason, tail
	}
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	value, err := strconv.Atoi(rest[:digits])
	if err != nil || value < 1 || value > mostLimit || rest[0] == '0' {
		return Limit{}, badLimit(text, Text{
			ZH: fmt.Sprintf("应有1到%d的整数", mostLimit),
			EN: fmt.Sprintf("needs a whole number from 1 to %d", mostLimit),
		})
	}
	limit.Value, rest = value, rest[digits:]
	for _, word := range limitWords() {
		tail, ok := strings.CutPrefix(rest, word.text)
		if ok && (tail == "" || tail == noteStop) {
			limit.Unit, limit.Note = word.unit, tail
			return limit, nil
		}
	}
	return Limit{}, badLimit(text, Text{ZH: "时限单位不认识", EN: "the unit of time is unknown"})
}

// String writes the limit in the standard's words; [ParseLimit] reads it back.
func (l Limit) String() string {
	return fmt.Sprintf("%s%d%s%s", l.Season, l.Value, l.Unit.Name().ZH, l.Note)
}

// Name returns the unit in both languages, empty for an unknown unit.
func (u LimitUnit) Name() Text {
	switch u {
	case UrgentHour:
		return Text{ZH: "紧急工作时", EN: "urgent hour"}
	case UrgentDay:
		return Text{ZH: "紧急工作日", EN: "urgent day"}
	case WorkingHour:
		return Text{ZH: "工作时", EN: "working hour"}
	case WorkingDay:
		return Text{ZH: "工作日", EN: "working day"}
	case CalendarDay:
		return Text{ZH: "自然日", EN: "calendar day"}
	}
	return Text{}
}

func badLimit(text string, reason Text) *CodeError {
	return &CodeError{
		What: Text{ZH: "处置时限", EN: "time limit"}, Value: text, Rule: RuleWord, Reason: reason,
		Cure: Text{
			ZH: "请写成“数字+单位”，如2紧急工作时、4工作时、1工作日、3自然日",
			EN: "write number and unit: 2紧急工作时, 4工作时, 1工作日, 3自然日",
		},
	}
}

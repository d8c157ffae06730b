package catalog_test

import (
	"strings"
	"testing"

	"citygrid/registry/catalog"
)

func TestLimitTextsOfTheRuleTables(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]catalog.Limit{
		"2紧急工作时":      {Value: 2, Unit: catalog.UrgentHour},
		"4工作时":        {Value: 4, Unit: catalog.WorkingHour},
		"4小时":         {Value: 4, Unit: catalog.WorkingHour},
		"1工作日":        {Value: 1, Unit: catalog.WorkingDay},
		"1天":          {Value: 1, Unit: catalog.WorkingDay},
		"3自然日":        {Value: 3, Unit: catalog.CalendarDay},
		"2紧急工作日":      {Value: 2, Unit: catalog.UrgentDay},
		"1紧急工作时制止":    {Value: 1, Unit: catalog.UrgentHour, Note: "制止"},
		"种植季节15工作日":   {Value: 15, Unit: catalog.WorkingDay, Season: "种植季节"},
		"7工作日/":       {Value: 7, Unit: catalog.WorkingDay},
		" 7工作日 / /  ": {Value: 7, Unit: catalog.WorkingDay},
		"　7工作日　":      {Value: 7, Unit: catalog.WorkingDay}, // ideographic spaces
		"999工作日":      {Value: 999, Unit: catalog.WorkingDay},
	} {
		got, err := catalog.ParseLimit(text)
		if err != nil || got != want {
			t.Errorf("%q: got %+v, %v, want %+v", text, got, err, want)
		}
	}
}

func TestUnknownLimitTextIsAnErrorAndNotOneDay(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " ", "/", "工作日", "一工作日", "工作日1", "0工作日", "02工作日", "-1工作日", "1000工作日",
		"99999999999999999999工作日", "1.5工作日", "2", "2周", "2 工作日", "２工作日", "立即", "冬季15工作日",
		"种植季节", "2工作日内", "2工作日制止制止", "1工作日/2工作日", "2紧急", "2h",
	} {
		got, err := catalog.ParseLimit(text)
		wantRule(t, text, err, catalog.RuleWord)
		if got != (catalog.Limit{}) {
			t.Errorf("%q was read as %s beside the error", text, got)
		}
	}
}

func TestLimitIsWrittenInTheStandardsWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"4小时": "4工作时", "1天": "1工作日", "7工作日 /": "7工作日",
		"1紧急工作时制止": "1紧急工作时制止", "种植季节15工作日": "种植季节15工作日",
		"2紧急工作日": "2紧急工作日", "3自然日": "3自然日",
	} {
		limit, err := catalog.ParseLimit(text)
		if err != nil || limit.String() != want {
			t.Errorf("%q is written %q, %v, want %q", text, limit, err, want)
		}
	}
}

func TestEveryLimitUnitHasItsOwnNameInBothLanguages(t *testing.T) {
	t.Parallel()
	seen := map[catalog.Text]bool{{}: true}
	for _, unit := range []catalog.LimitUnit{
		catalog.UrgentHour, catalog.UrgentDay, catalog.WorkingHour, catalog.WorkingDay, catalog.CalendarDay,
	} {
		name := unit.Name()
		if seen[name] || name.EN != strings.ReplaceAll(string(unit), "_", " ") {
			t.Errorf("%s is named %+v", unit, name)
		}
		seen[name] = true
	}
	if name := catalog.LimitUnit("week").Name(); name != (catalog.Text{}) {
		t.Errorf("an unknown unit is named %+v", name)
	}
}

func FuzzLimitText(f *testing.F) {
	for _, seed := range []string{
		"2紧急工作时", "4工作时", "4小时", "1工作日", "1天", "2紧急工作日", "1紧急工作时制止",
		"种植季节15工作日", "3自然日 / ", "999999999999999999999天", "种植季节", "\xff1天", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		limit, err := catalog.ParseLimit(text)
		if err != nil {
			codeError(t, err)
			return
		}
		if limit.Value < 1 || limit.Value > 999 {
			t.Errorf("%q was read as %+v", text, limit)
		}
		again, err := catalog.ParseLimit(limit.String())
		if err != nil || again != limit {
			t.Errorf("%q is written %q, which reads as %+v, %v", text, limit, again, err)
		}
	})
}

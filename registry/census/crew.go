package census

import (
	"maps"
	"strings"
	"time"
	"unicode/utf8"

	"citygrid/registry"
)

// Crew is what was said about the files of a survey crew, so that nobody has to say it again about the next: answers to their questions, and how
// they are read.
type Crew struct {
	Name      string
	Said      map[string]Said // by the key of a question, or of an option below
	UpdatedAt time.Time
}

// Said is one thing that is remembered of a crew.
type Said struct {
	Value string    `json:"value"`
	At    time.Time `json:"at"`
	Actor string    `json:"actor"`
}

// The keys of what is remembered and answers no question.
const (
	SaidColumn = "option.column." // and a column's name: its attribute, as in File.Columns
	SaidCRS    = "option.crs"     // the coordinate system
	SaidSheets = "option.sheets"  // the names of sheets or layers, each on its line
)

const longestCrew = 80 // bytes of a name

// CheckCrew says what is wrong with the name of a crew: Invalid for one that is empty, longer than 80 bytes or not printable.
func CheckCrew(name string) error {
	if name == "" || len(name) > longestCrew || !utf8.ValidString(name) || !printable(name) || strings.TrimSpace(name) != name {
		return registry.InvalidField("profile", name, "队名不能为空，最多 80 字节，不含控制字符", "a crew's name has 1 to 80 bytes, all printable, and no space at its ends")
	}
	return nil
}

// Applied is f with what is remembered, where f itself does not say otherwise. A remembered encoding answers the question about it: text that is what it
// seems to be is read so whatever the crew sent before (import trap 3). A remembered reading of positions holds for a file that does not contradict it; that is
// asked about again, and where f itself declares a system, that holds alone.
func (c Crew) Applied(f File) (File, error) {
	answers, columns, declared := map[string]string{}, map[string]string{}, f.CRSName() != ""
	for key, said := range c.Said {
		column, isColumn := strings.CutPrefix(key, SaidColumn)
		switch {
		case isColumn:
			columns[column] = said.Value
		case key == SaidSheets && len(f.Sheets) == 0:
			f.Sheets = strings.Split(said.Value, "\n")
		case key == SaidCRS && f.CRSName() == "":
			var err error
			if f.CRS, f.Grid, err = ParseCRS(said.Value); err != nil {
				return f, err
			}
		case key == SaidCRS, key == SaidSheets:
		case key == KeyPosition && !declared:
			answers[keyUsual] = said.Value
		case key == KeyPosition:
		default:
			answers[key] = said.Value
		}
	}
	maps.Copy(answers, f.Answers)
	maps.Copy(columns, f.Columns)
	f.Answers, f.Columns = answers, columns
	return f, nil
}

// Saying is what f says itself, before [Crew.Applied], and is worth remembering when its file was staged: of its answers those that were applied. That
// everything is refused is said of one file only.
func (f File) Saying(applied []Answer, at time.Time, actor string) map[string]Said {
	all := map[string]Said{}
	say := func(key, value string) { all[key] = Said{Value: value, At: at, Actor: actor} }
	for _, a := range applied {
		if _, given := f.Answers[a.Key]; given || a.Key == KeyPosition && f.Answers[keyUsual] != "" {
			say(a.Key, a.Value)
		}
	}
	for column, name := range f.Columns {
		say(SaidColumn+column, name)
	}
	if name := f.CRSName(); name != "" {
		say(SaidCRS, name)
	}
	if len(f.Sheets) > 0 {
		say(SaidSheets, strings.Join(f.Sheets, "\n"))
	}
	if f.Encoding != "" {
		say(KeyEncoding, string(f.Encoding))
	}
	return all
}

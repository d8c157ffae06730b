package catalog

// Crosswalk relates the codes of one thing in the three editions. It is a
// relation, not a function: pole 0117 of 2007 became five sub-classes in 2013,
// and a code that is missing in an edition is "". Nothing here may be used to
// rewrite a code without a person's choice where more than one row answers.
type Crosswalk struct {
	Kind       Kind
	Code2007   SubclassCode
	Code2013   SubclassCode
	Code2026   SubclassCode
	Name2026ZH string // for a sub-class that 2026 dropped, its last name
	Relation   Relation
	Note       string
	Confidence string
}

// Code returns the row's code in an edition, "" when the edition has none.
func (c Crosswalk) Code(e Edition) SubclassCode {
	switch e {
	case Edition2007:
		return c.Code2007
	case Edition2013:
		return c.Code2013
	case Edition2026:
		return c.Code2026
	}
	return ""
}

// Relation says what became of a sub-class between the editions.
type Relation string

// The relations between the editions.
const (
	RelationSame       Relation = "same"       // same class and number throughout
	RelationRenumbered Relation = "renumbered" // same thing, another number
	RelationSplit      Relation = "split"      // several sub-classes took its place
	RelationNew        Relation = "new"        // came in with a later edition
	RelationDropped    Relation = "dropped"    // event left out, or merged into a component defect
	RelationNone2026   Relation = "none_2026"  // component without a number in 2026
	RelationLocal      Relation = "local"      // another city's extension until 2026 took it up
)

// ParseRelation reads one of the relations.
func ParseRelation(text string) (Relation, error) {
	switch r := Relation(text); r {
	case RelationSame, RelationRenumbered, RelationSplit, RelationNew,
		RelationDropped, RelationNone2026, RelationLocal:
		return r, nil
	}
	return "", badWord(Text{ZH: "对照关系", EN: "relation"}, text,
		"same, renumbered, split, new, dropped, none_2026, local")
}

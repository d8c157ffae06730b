package catalog

// Kind tells components, which stand, from events, which happen. Both number
// their classes from 01, so a sub-class code means nothing without its kind.
type Kind string

// The two kinds of thing that the standards number.
const (
	KindComponent Kind = "component" // 部件
	KindEvent     Kind = "event"     // 事件, "matter" (事项) in the 2026 edition
)

// Kinds returns both kinds, components first.
func Kinds() []Kind { return []Kind{KindComponent, KindEvent} }

// ParseKind reads "component" or "event".
func ParseKind(text string) (Kind, error) {
	switch k := Kind(text); k {
	case KindComponent, KindEvent:
		return k, nil
	}
	return "", &CodeError{
		What:   Text{ZH: "类型", EN: "kind"},
		Value:  text,
		Rule:   RuleWord,
		Reason: Text{ZH: "没有这个类型", EN: "no such kind"},
		Cure:   Text{ZH: "部件写 component，事件写 event", EN: `write "component" or "event"`},
	}
}

// Name returns the kind in both languages.
func (k Kind) Name() Text {
	switch k {
	case KindComponent:
		return Text{ZH: "部件", EN: "component"}
	case KindEvent:
		return Text{ZH: "事件", EN: "event"}
	}
	return Text{}
}

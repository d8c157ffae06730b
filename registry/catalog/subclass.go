package catalog

// Class is a main class (大类) of an edition's components or events.
type Class struct {
	Edition Edition
	Kind    Kind
	Code    ClassCode
	NameZH  string
	NameEN  string
}

// Subclass is a sub-class (小类): the finest sort of component or event that
// the standard names.
type Subclass struct {
	Edition    Edition
	Kind       Kind
	Class      ClassCode
	Code       SubclassCode
	NameZH     string
	NameEN     string
	Geometry   Geometry // usual, not required: one sub-class may be surveyed in two geometries
	Accuracy   Accuracy
	Source     string // where the code and name were read
	Confidence string // how sure that reading is, in words
}

// Geometry is the usual shape of a component in the survey.
type Geometry string

// The shapes of components. Events have none of their own.
const (
	GeometryNone    Geometry = ""
	GeometryPoint   Geometry = "point"
	GeometryLine    Geometry = "line"
	GeometryPolygon Geometry = "polygon"
)

// ParseGeometry reads "point", "line" or "polygon", or "" for events.
func ParseGeometry(text string) (Geometry, error) {
	switch g := Geometry(text); g {
	case GeometryNone, GeometryPoint, GeometryLine, GeometryPolygon:
		return g, nil
	}
	return "", badWord(Text{ZH: "几何类型", EN: "geometry"}, text, "point, line, polygon")
}

// Accuracy is the class of a component's positional accuracy, by the mean error
// of its position. Events have none.
type Accuracy string

// The accuracy classes.
const (
	AccuracyNone Accuracy = ""
	AccuracyA    Accuracy = "A" // 0.5 m, clear position or edge: covers, poles, signs, trees
	AccuracyB    Accuracy = "B" // 1 m, fairly clear: small buildings, green space, bridges
	AccuracyC    Accuracy = "C" // 10 m, only roughly placed: basements, civil-defence works
)

// ParseAccuracy reads "A", "B" or "C", or "" for events.
func ParseAccuracy(text string) (Accuracy, error) {
	switch a := Accuracy(text); a {
	case AccuracyNone, AccuracyA, AccuracyB, AccuracyC:
		return a, nil
	}
	return "", badWord(Text{ZH: "定位精度", EN: "accuracy class"}, text, "A, B, C")
}

// badWord reports a text that is none of the words a field takes.
func badWord(what Text, value, words string) *CodeError {
	return &CodeError{
		What: what, Value: value, Rule: RuleWord,
		Reason: Text{ZH: "没有这个取值", EN: "no such value"},
		Cure:   Text{ZH: "请用其中之一：" + words, EN: "use one of " + words},
	}
}

package catalog

// ClassCode is the two digits of a class (大类), 01 to 99. Class 21 is the
// usual place for a city's own extensions under CJ/T 214-2007.
type ClassCode string

// SubclassCode is a class and a number within it (小类): four digits in the
// 2007 and 2013 editions, five in the 2026 edition. It means nothing without
// its edition and kind.
type SubclassCode string

// ParseClassCode reads two digits, not 00. Its error is a *[CodeError].
func ParseClassCode(text string) (ClassCode, error) {
	what := Text{ZH: "大类代码", EN: "class code"}
	if bad := checkDigits(what, text, classDigits); bad != nil {
		return "", bad
	}
	if text == "00" {
		return "", numberZero(what, text, text, Text{ZH: "大类", EN: "class"})
	}
	return ClassCode(text), nil
}

// ParseSubclassCode reads a sub-class code of the edition's length. Class 00
// and number 00 are errors; whether the sub-class exists is for [Catalog] to
// say. Its error is a *[CodeError].
func ParseSubclassCode(e Edition, text string) (SubclassCode, error) {
	what := Text{ZH: "小类代码", EN: "sub-class code"}
	digits := e.SubclassDigits()
	if digits == 0 {
		return "", unknownEdition(e)
	}
	if bad := checkDigits(what, text, digits); bad != nil {
		return "", bad.orEdition(Edition.SubclassDigits)
	}
	if bad := checkSubclass(what, text, text); bad != nil {
		return "", bad
	}
	return SubclassCode(text), nil
}

// String returns the code as text.
func (c ClassCode) String() string { return string(c) }

// String returns the code as text.
func (c SubclassCode) String() string { return string(c) }

// Class returns the class that the sub-class is in.
func (c SubclassCode) Class() ClassCode { return ClassCode(head(string(c), classDigits)) }

// checkSubclass reports a class or number of zero in the sub-class part of a
// longer code.
func checkSubclass(what Text, value, subclass string) *CodeError {
	class, number := subclass[:classDigits], subclass[classDigits:]
	if class == "00" {
		return numberZero(what, value, class, Text{ZH: "大类", EN: "class"})
	}
	if isZero(number) {
		return numberZero(what, value, number, Text{ZH: "小类", EN: "sub-class"})
	}
	return nil
}

func isZero(digits string) bool {
	for i := range len(digits) {
		if digits[i] != '0' {
			return false
		}
	}
	return true
}

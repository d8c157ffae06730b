package registry

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"citygrid/registry/catalog"
)

// ErrorKind says what sort of failure an Error is; the API maps each kind to one HTTP status.
type ErrorKind uint8

// The kinds of failure. Internal is the zero value: what nobody classified is ours to mend.
const (
	Internal ErrorKind = iota
	Invalid
	NotFound
	Conflict
	Unauthenticated
	Forbidden
	TooLarge
	Unavailable
)

// CodeBusy is the code of a Conflict with a change that runs at the same time: trying again may help.
const CodeBusy = "busy"

// CodeStorageFull is the code of an Unavailable for want of room on a disk: it helps to make room.
const CodeStorageFull = "storage_full"

// Text is a message in the two languages of the product.
type Text = catalog.Text

// Field is a fault in one named input: a parameter, a column, a JSON pointer.
type Field struct {
	Name    string // as the caller wrote it
	Value   string // what was given, shortened to 200 bytes
	Message Text   // what is wrong and what would be right
}

// Error is a failure that a caller may see. Code is stable and meant for programs ("unknown_unit"); Message is for people.
type Error struct {
	Kind    ErrorKind
	Code    string
	Message Text
	Fields  []Field
	Err     error // the cause, for logs only; never shown
}

// Error implements error with the code and the English message, followed by the cause.
func (e *Error) Error() string {
	s := e.Code + ": " + e.Message.EN
	for _, f := range e.Fields {
		s += fmt.Sprintf("; %s=%q: %s", f.Name, f.Value, f.Message.EN)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of the first Error in err's chain, or Internal.
func KindOf(err error) ErrorKind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// NewError makes an Error of a kind with a stable code and a message in Chinese and English.
func NewError(kind ErrorKind, code, zh, en string) *Error {
	return &Error{Kind: kind, Code: code, Message: Text{ZH: zh, EN: en}}
}

// InvalidField makes an Invalid error about one named input.
func InvalidField(name, value, zh, en string) *Error {
	return &Error{
		Kind:    Invalid,
		Code:    "invalid_parameter",
		Message: Text{ZH: "参数不正确：" + name, EN: "invalid parameter " + name},
		Fields:  []Field{{Name: name, Value: shorten(value), Message: Text{ZH: zh, EN: en}}},
	}
}

// shorten keeps at most maxValueBytes, cut between characters, and says that more was given.
func shorten(value string) string {
	if len(value) <= maxValueBytes {
		return value
	}
	end := maxValueBytes
	for end > maxValueBytes-utf8.UTFMax && !utf8.RuneStart(value[end]) {
		end--
	}
	return value[:end] + "…"
}

// maxValueBytes is how much of a refused value is given back.
const maxValueBytes = 200

package census

import (
	"strings"
	"unicode/utf8"

	"citygrid/registry/catalog"
)

// Severity says whether a row with an Issue is taken.
type Severity string

// The severities. A row with an Error is not staged.
const (
	Error   Severity = "error"
	Warning Severity = "warning" // taken as it stands, and to be looked at
	Fixed   Severity = "fixed"   // taken, with Issue.Instead in place of what was found
)

// Issue says what is wrong with one cell, one row (Column is empty) or the file (Row is 0 too, unless the place is known).
type Issue struct {
	Sheet  string // as Row.Sheet
	Row    int64  // as Row.Line
	Column string // as the file writes it
	Code   string // one of the Code constants
	Value  string // as found, cut to 200 bytes
	// Instead is what was taken instead, cut as Value: of Fixed, and of a Warning about something put right that could be otherwise. Of an Error with
	// CodeMissingValue it is a proposal, which was not taken: the code that a row without one could have.
	Instead  string
	Severity Severity
	Message  catalog.Text // what is wrong and what would be right

	numbering numbering // in which a code is proposed, of a row without one
}

// The codes of issues. They are stable: reports group by them.
const (
	// Of the file.
	CodeNotUTF8         = "not_utf8"
	CodeUnknownEncoding = "unknown_encoding"
	CodeNoHeader        = "no_header"
	CodeMissingColumn   = "missing_column"
	CodeAmbiguousColumn = "ambiguous_column"
	CodeTooManyColumns  = "too_many_columns"
	CodeTooManyRows     = "too_many_rows"
	CodeOpenQuote       = "open_quote"
	CodeRecordTooLong   = "record_too_long"
	CodeBadDocument     = "bad_document"
	CodeRaggedRow       = "ragged_row" // from here on: of a row
	CodeBadQuote        = "bad_quote"
	CodeBadFeature      = "bad_feature"
	CodeCellTooLong     = "cell_too_long"
	CodeDamagedText     = "damaged_text"
	CodeMissingValue    = "missing_value"
	CodeBadCode         = "bad_code"
	CodeUnknownSubclass = "unknown_subclass"
	CodeNameDiffers     = "name_differs"
	CodeDigitsLost      = "digits_lost"
	CodeLookalike       = "lookalike"
	CodeGUID            = "guid"
	CodeZerosLost       = "zeros_lost"
	CodeUnknownUnit     = "unknown_unit"
	CodeUnknownUnitName = "unknown_unit_name"
	CodeUnitNameDiffers = "unit_name_differs"
	CodeUnknownState    = "unknown_state"
	CodeBadDate         = "bad_date"
	CodeShortYear       = "two_digit_year"
	CodeDateMonth       = "date_without_day"
	CodeFutureDate      = "future_date"
	CodeDatesReversed   = "dates_reversed"
	CodeBadNumber       = "bad_number"
	CodeDecimalComma    = "decimal_comma"
	CodeNoPosition      = "no_position"
	CodeSwappedAxes     = "swapped_axes"
	CodeOutsideExtent   = "outside_extent"
	CodeBadGeometry     = "bad_geometry"
	CodeGeometryKind    = "geometry_kind"
	CodeOutsideAllCells = "outside_all_cells"
	CodeGridDiffers     = "grid_differs"
	CodeDivisionDiffers = "division_differs"
	CodeDuplicate       = "duplicate"
	CodeRepeatedRow     = "repeated_row"
	CodeNearDuplicate   = "near_duplicate"
	CodeShiftedRows     = "shifted_rows"
	CodeFullWidth       = "full_width" // from here on: what is Fixed
	CodeInvisible       = "invisible_characters"
	CodeDecimals        = "code_with_decimals"
	CodeDateForm        = "date_form"
	CodeDateSerial      = "date_serial"
	CodeThousands       = "thousands_commas"
	CodeDegrees         = "degrees_minutes_seconds"
	CodeSinglePart      = "single_part"
	CodeMeasures        = "measures"
	CodeSentinel        = "sentinel"
	CodeUnitByName      = "unit_by_name"
	CodeStateWord       = "state_word"
	CodeAnswered        = "answered"
)

// FileError is a fault for which reading a file ends. The batch is rejected and the Issue stands in its report.
type FileError struct{ Issue Issue }

// Error implements error with the code and the English message.
func (e *FileError) Error() string { return e.Issue.Code + ": " + e.Issue.Message.EN }

func fileError(line int64, code, value, zh, en string) *FileError {
	return &FileError{Issue{Row: line, Code: code, Value: cut(value), Severity: Error, Message: catalog.Text{ZH: zh, EN: en}}}
}

// longestValue is how much of a cell an Issue repeats, in bytes.
const longestValue = 200

// cut copies a cell, so that an issue does not hold the record it came from, without what is past the limit and what PostgreSQL
// cannot keep in a text. It does not cut a character.
func cut(value string) string {
	value = visible(value)
	if len(value) > longestValue {
		end := longestValue
		for end > 0 && !utf8.RuneStart(value[end]) {
			end--
		}
		value = value[:end] + "…"
	}
	return strings.Clone(value)
}

// visible shows NUL as a sign of its own: PostgreSQL keeps none in a text.
func visible(text string) string { return strings.ReplaceAll(text, "\x00", "␀") }

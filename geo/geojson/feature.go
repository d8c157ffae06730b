package geojson

import (
	"encoding/json"
	"fmt"

	geom "github.com/twpayne/go-geom"
)

// Feature is one feature of a document (RFC 7946, section 3.2).
type Feature struct {
	Index      int      // which feature of the document it is, from 0
	Line       int64    // the line of the document on which it starts, from 1
	Offset     int64    // the byte of the document at which it starts, from 0
	End        int64    // the byte after its last
	ID         string   // a number is kept as it is written; empty when there is none
	Properties []Member // in the order of the document
	Geometry   geom.T   // checked, with SRID 4326; nil when the document says null
}

// Member is a name with its value as JSON text, valid and UTF-8.
type Member struct {
	Name  string
	Value json.RawMessage
}

// Property is the value of the named property.
func (f *Feature) Property(name string) (json.RawMessage, bool) {
	for _, m := range f.Properties {
		if m.Name == name {
			return m.Value, true
		}
	}
	return nil, false
}

// FeatureError says why one feature was passed over. Reading goes on with the next.
type FeatureError struct {
	Index  int   // which feature of the document, from 0
	Line   int64 // the line on which it starts, from 1
	Offset int64 // the byte at which it starts, from 0
	Err    error // a *Fault or a *geo.ShapeError
}

// Error counts features from 1, as people do.
func (e *FeatureError) Error() string {
	return fmt.Sprintf("geojson: feature %d on line %d: %v", e.Index+1, e.Line, e.Err)
}

// Unwrap gives the cause.
func (e *FeatureError) Unwrap() error { return e.Err }

// DocumentError says why a document could not be read further. It ends the sequence: what was read before it is
// incomplete.
type DocumentError struct {
	Line   int64 // from 1
	Offset int64 // in bytes, from 0
	Err    error // a *Fault, or what the reader underneath said
}

// Error says where, then what.
func (e *DocumentError) Error() string {
	return fmt.Sprintf("geojson: line %d, byte %d: %v", e.Line, e.Offset, e.Err)
}

// Unwrap gives the cause.
func (e *DocumentError) Unwrap() error { return e.Err }

// Fault is a stable code with a message in English and in Chinese.
type Fault struct {
	Code string
	EN   string
	ZH   string
}

// The codes of a [Fault].
const (
	FaultJSON      = "json"             // not JSON as RFC 8259 has it, or not UTF-8
	FaultDuplicate = "duplicate_member" // a name twice in one object
	FaultBytes     = "too_many_bytes"   // a feature larger than Limits.FeatureBytes
	FaultDepth     = "too_deep"         // nested deeper than Limits.Depth
	FaultType      = "type"             // not the GeoJSON type expected here
	FaultMember    = "member"           // a member missing or of the wrong type
	FaultPosition  = "position"         // not exactly 2 or 3 finite numbers
	FaultCRS       = "crs"              // declared in another coordinate system
)

// Error is the English message.
func (f *Fault) Error() string { return f.EN }

func fault(code, en, zh string) *Fault { return &Fault{Code: code, EN: en, ZH: zh} }

// faultf puts the same arguments into both messages.
func faultf(code, en, zh string, args ...any) *Fault {
	return fault(code, fmt.Sprintf(en, args...), fmt.Sprintf(zh, args...))
}

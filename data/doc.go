// Package data embeds the published code tables.
//
// catalog/ holds the component and event lists of the three editions, the
// crosswalk between them, and filing standards for CJ/T 214-2007. yichang/ holds
// one city's choice from the 2007 list: the reference city of the tests and of
// the demonstration.
//
// The standards themselves are sold, not published, so every row says where it
// was read (source) and how sure that is (confidence). "seen" stands in a public
// document, "from memory" and "inferred" were completed by rule, and "proposal"
// is our own choice in the manner of city handbooks. A city that adopts a row
// marked otherwise than seen should compare it with its own copy of the
// standard. Filing standards marked seen are those of Yuncheng (运城), reworded.
//
// The tables are UTF-8 without byte-order mark, with a header line. Codes are
// text, and keep their leading zeros only as long as nobody saves them from a
// spreadsheet.
package data

import "embed"

//go:embed catalog/*.csv yichang/*.csv
var tables embed.FS

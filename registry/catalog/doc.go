// Package catalog parses and explains the standards' codes, classes and filing
// standards, by edition.
//
// Digital urban management (数字城管) numbers what stands in a city
// (components, 部件) and what goes wrong in it (events, 事件). Three
// generations of the numbering are in use, and the same four digits mean
// different things in them: component 0114 is an ownerless manhole cover in
// CJ/T 214-2007 and a garden manhole cover in GB/T 30428.2-2013. So every class
// and sub-class here is read together with its [Edition], and a [ComponentCode]
// carries the edition by which it was read.
//
// Codes are text. Parsers are strict: they take what the standard prints and
// nothing else, and a *[CodeError] says in Chinese and English what is wrong and
// what to do. Look-alikes (O for 0, full-width digits) are named in the message
// and never replaced in silence, because a replaced digit is another lamp post.
//
// A [Catalog] is immutable and safe for concurrent use.
package catalog

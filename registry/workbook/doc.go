// Package workbook reads the cells of an Excel workbook (.xlsx, ISO/IEC 29500; .xls of Excel 97 to 2003, [MS-XLS]) as a stream, within limits.
//
// A [Book] holds the list of sheets, the shared texts and which formats are dates; rows go by one at a time. A number is given with its
// exact digits, a date by the calendar of the book, a formula by the value that was stored for it. Nothing is calculated, no link is followed and
// no macro is run.
package workbook

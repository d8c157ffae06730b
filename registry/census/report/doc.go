// Package report writes what a survey crew gets back for its file: what was wrong with it, cell by cell, as JSON, CSV or a workbook with red
// cells, and the refused rows in the crew's own format, to be mended and sent again.
package report

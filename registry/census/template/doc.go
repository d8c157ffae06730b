// Package template writes the workbook that a survey crew fills in.
package template

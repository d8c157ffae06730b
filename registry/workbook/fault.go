package workbook

import (
	"errors"
	"fmt"
)

// Problem says what is wrong with a file.
type Problem string

// The problems of a file.
const (
	ProblemKind      Problem = "not_a_workbook" // it is something else
	ProblemEncrypted Problem = "encrypted"
	ProblemTruncated Problem = "truncated" // or damaged
	ProblemTooLarge  Problem = "too_large" // past a limit when unpacked
)

// Fault is why a file cannot be read as a workbook, and the cure, in Chinese and English.
type Fault struct {
	Problem Problem
	ZH, EN  string
}

// Error implements error in English.
func (f *Fault) Error() string { return "workbook: " + f.EN }

func kind(zh, en string) *Fault {
	return &Fault{ProblemKind, "文件实际上是" + zh, "the file is really " + en}
}

func damaged(part string) *Fault {
	return &Fault{
		ProblemTruncated, fmt.Sprintf("工作簿不完整或已损坏（%.60s）；请重新复制文件，或在 Excel 中打开后另存为 .xlsx", part),
		fmt.Sprintf("the workbook is cut short or damaged (%.60s); copy it again, or open it in Excel and save it as .xlsx", part),
	}
}

func tooLarge(what string, zh string) *Fault {
	return &Fault{ProblemTooLarge, zh + "；请按区或类别分成几个文件，或另存为 CSV", what + "; divide it by district or class, or save it as CSV"}
}

var errTooLong = errors.New("a tag or text is too long")

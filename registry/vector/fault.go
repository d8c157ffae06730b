package vector

import "fmt"

// Problem says what is wrong with a file.
type Problem string

// The problems of a file.
const (
	ProblemNoGDAL     Problem = "no_gdal" // the program that reads it is not installed
	ProblemKind       Problem = "not_a_map_file"
	ProblemIncomplete Problem = "incomplete_set" // a file of the set is not there
	ProblemDamaged    Problem = "damaged"
	ProblemTooLarge   Problem = "too_large"
	ProblemTooLong    Problem = "too_long" // reading it took longer than it may
)

// Fault is why a file cannot be read, and the cure, in Chinese and English.
type Fault struct {
	Problem Problem
	ZH, EN  string
}

// Error implements error in English.
func (f *Fault) Error() string { return "vector: " + f.EN }

// NoGDAL says that GDAL is not installed.
func NoGDAL() *Fault {
	return &Fault{
		ProblemNoGDAL, "读取此格式需要 GDAL；请由管理员安装：apt-get install gdal-bin",
		"GDAL reads this format and is not installed: the operator installs it with apt-get install gdal-bin",
	}
}

func damaged(name, why string) *Fault {
	return &Fault{
		ProblemDamaged, fmt.Sprintf("%.80s 不完整或已损坏（GDAL：%.200s）；请重新复制或重新导出", name, why),
		fmt.Sprintf("%.80s is cut short or damaged (GDAL says: %.200s); copy or export it again", name, why),
	}
}

func tooLarge(zh, en string) *Fault { return &Fault{ProblemTooLarge, zh, en} }

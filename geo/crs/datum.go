package crs

import "fmt"

// datum is a geodetic datum (大地基准) that nothing published ties to CGCS2000, with the numbers that EPSG gives to systems on it.
type datum struct {
	name, zh string
	numbers  [][2]System // from, to
}

// oldDatums are those of the national systems before CGCS2000: geographic systems, and zones of 3 and 6 degrees with and without prefix.
var oldDatums = [...]datum{
	{"Beijing 1954", "1954 北京坐标系", [][2]System{{4214, 4214}, {2401, 2442}, {21413, 21423}, {21453, 21463}, {21473, 21483}}},
	{"New Beijing (Beijing 1954 adjusted)", "新 1954 北京坐标系", [][2]System{{4555, 4555}, {4568, 4589}, {4652, 4656}, {4766, 4800}, {4812, 4812}, {4822, 4822}}},
	{"Xian 1980", "1980 西安坐标系", [][2]System{{4610, 4610}, {2327, 2390}}},
}

// oldDatum is the old national datum that s is on, nil for every other system.
func (s System) oldDatum() *datum {
	for i := range oldDatums {
		for _, numbers := range oldDatums[i].numbers {
			if numbers[0] <= s && s <= numbers[1] {
				return &oldDatums[i]
			}
		}
	}
	return nil
}

// DatumError says that no transformation leads from a system's datum to today's, so that positions would come out wrong by tens or
// hundreds of metres without anybody noticing. Its text is English; [DatumError.ZH] is Chinese.
type DatumError struct {
	System System
	Datum  string // English; "" where only PROJ knows it
	zh     string
}

// Error names the datum and the cure.
func (e *DatumError) Error() string {
	if e.Datum == "" {
		return fmt.Sprintf("PROJ has no transformation from the datum of %v at this place and would leave out the shift, which may be hundreds of metres: "+
			"convert the positions to CGCS2000 (EPSG:4490) first", e.System)
	}
	return fmt.Sprintf("%v is on the datum %s, from which no transformation is published: the positions would be wrong by tens of metres; "+
		"convert them to CGCS2000 (EPSG:4490 or a zone of it) first, with the parameters of the survey bureau", e.System, e.Datum)
}

// ZH is the text of Error in Chinese.
func (e *DatumError) ZH() string {
	if e.Datum == "" {
		return fmt.Sprintf("PROJ 在此处没有 %v 所用基准的转换参数，直接转换会漏掉可达数百米的偏移：请先转换为 CGCS2000（EPSG:4490）", e.System)
	}
	return fmt.Sprintf("%v 采用%s，没有公开的转换参数，直接转换会差数十米：请先用测绘部门提供的参数转换为 CGCS2000（EPSG:4490 或其分带）", e.System, e.zh)
}

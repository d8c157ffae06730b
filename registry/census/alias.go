package census

import (
	"slices"
	"strings"
)

// The order in which names are believed when several columns of a file mean one attribute. Within one rank nobody can say which is meant.
const (
	byStandard = iota // the short name of CJ/T 214-2007
	byAlias           // a Chinese name, or a short name of GB/T 47678.5-2026
	byLevel           // the last level of a name of two levels
	byHint            // 东 and 北, or a code that says not of what
	byAxis            // X and Y, which are east and north, or north and east where a declared system has them so
)

// attributeOf finds the attribute that a column's name means, and how sure that is. Names are compared after NFKC, without case, spaces
// and what stands in brackets. Of a name of two levels, as merged header cells give it ("坐标/X"), the last counts where the whole means nothing.
func attributeOf(column string) (attribute, int) {
	key := withoutOrdinal(columnKey(column))
	if a, rank := meaning(key); a != extension {
		return a, rank
	}
	key = withoutBrackets(key)
	if a, rank := meaning(key); a != extension {
		return a, rank
	}
	upper, last, levels := cutLast(key, "/")
	if !levels {
		return extension, 0
	}
	if a, rank := meaning(strings.ReplaceAll(upper+last, "/", "")); a != extension {
		return a, rank // 主管部门/代码
	}
	if a, rank := meaning(last); a != extension && last != "名称" && last != "编码" { // these are of what the level above names
		return a, max(rank, byLevel)
	}
	return extension, 0
}

// meaning looks a name up that columnKey made comparable.
func meaning(key string) (attribute, int) {
	for a := range attributes {
		if len(key) == len(a.columnName()) && key == lower(a.columnName()) {
			return a, byStandard
		}
	}
	if a := aliasOf(key); a != extension {
		return a, byAlias
	}
	if a := hintOf(key); a != extension {
		return a, byHint
	}
	if a := axisOf(key); a != extension {
		return a, byAxis
	}
	return extension, 0
}

// aliasOf knows the attributes by their aliases.
func aliasOf(key string) attribute {
	for a := range attributes {
		if slices.Contains(a.aliases(), key) {
			return a
		}
	}
	return extension
}

// aliases are an attribute's Chinese names, as the standards and survey crews write them, and its short names of GB/T 47678.5-2026, table 2.
func (a attribute) aliases() []string {
	switch a {
	case objID:
		return []string{"标识码", "部件标识码", "管理部件标识码", "部件标识编码", "标识编码", "部件编码", "部件代码", "glbjbsm"}
	case objName:
		return []string{"部件名称", "管理部件名称", "名称", "部件小类名称", "小类名称", "glbjmc"}
	case deptCode1:
		return []string{"主管部门代码", "主管部门编码", "主管单位代码", "主管单位编码", "zgbmdm"}
	case deptName1:
		return []string{"主管部门名称", "主管部门", "主管单位名称", "主管单位", "zgbmmc"}
	case deptCode2:
		return []string{"权属单位代码", "权属单位编码", "产权单位代码", "产权单位编码", "qsdwdm"}
	case deptName2:
		return []string{"权属单位名称", "权属单位", "产权单位名称", "产权单位", "qsdwmc"}
	case deptCode3:
		return []string{"养护单位代码", "养护单位编码", "维护单位代码", "维护单位编码", "管养单位代码", "管养单位编码", "yhdwdm"}
	case deptName3:
		return []string{"养护单位名称", "养护单位", "维护单位名称", "维护单位", "管养单位名称", "管养单位", "yhdwmc"}
	case bgID:
		return []string{"所在单元网格", "所在单元网格标识码", "所在单元网格代码", "所在单元网格编码", "单元网格", "单元网格标识码", "单元网格代码", "单元网格编码",
			"所属单元网格", "所在网格", "所属网格", "网格代码", "网格编码", "bgcode", "szdywgbsm"}
	case objState:
		return []string{"部件状态", "状态", "管理部件状态", "使用状态", "glbjzt"}
	case orDate:
		return []string{"初始日期", "初始时间", "普查日期", "普查时间", "调查日期", "采集日期", "csrq"}
	case chDate:
		return []string{"变更日期", "变更时间", "变动日期", "bgrq"}
	case dataSource:
		return []string{"数据来源", "资料来源", "sjly"}
	case note:
		return []string{"备注", "备注信息", "bz"}
	case lon:
		return []string{"经度", "东经", "经度坐标", "longitude", "lng"}
	case lat:
		return []string{"纬度", "北纬", "纬度坐标", "latitude"}
	case height:
		return []string{"高程", "海拔", "海拔高", "海拔高度", "标高", "elevation", "altitude"}
	}
	return nil
}

// hintOf knows names that mean an attribute only where no better name does. 横坐标 is east to surveyors and to everybody else, whichever letter it has;
// POINT_X is what ArcGIS calls the easting.
func hintOf(key string) attribute {
	switch key {
	case "编码":
		return objID
	case "pointx", "point_x", "东", "东坐标", "横坐标", "e", "e坐标", "easting":
		return lon
	case "pointy", "point_y", "北", "北坐标", "纵坐标", "n", "n坐标", "northing":
		return lat
	case "z", "z坐标", "坐标z", "pointz":
		return height
	}
	return extension
}

// axisOf knows the letters. X and Y are east and north here, as in every drawing program; where a crew means the surveyor's X, which is north, the
// check of each position finds the axes swapped, unless the file's system says which they are: see [mapping.turned].
func axisOf(key string) attribute {
	switch key {
	case "x", "x坐标", "坐标x":
		return lon
	case "y", "y坐标", "坐标y":
		return lat
	}
	return extension
}

// columnKey is a column's name as it is compared.
func columnKey(column string) string {
	if !plain(column) {
		column = normal(column, true)
	}
	return strings.Trim(lower(column), "*:") // marks of a column that must be filled
}

// withoutBrackets takes out what stands in brackets, mostly a unit: "经度(°)". NFKC has made the full-width ones ASCII.
func withoutBrackets(key string) string {
	for _, pair := range [...][2]string{{"(", ")"}, {"[", "]"}, {"【", "】"}, {"〔", "〕"}} {
		before, rest, opened := strings.Cut(key, pair[0])
		_, after, closed := strings.Cut(rest, pair[1])
		if opened && closed {
			key = before + after
		}
	}
	return key
}

// cutLast is strings.Cut at the last separator.
func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

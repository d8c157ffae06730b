package template

import "citygrid/registry/catalog"

// column is one column of a crew's table. Its name is the standard's short one.
type column struct {
	name     string
	zh       string
	required bool
	help     catalog.Text
	example  string
	width    float64
}

// title is the name with the Chinese one in brackets: the importer reads what stands before them.
func (c column) title() string { return c.name + "（" + c.zh + "）" }

// columns are the attributes of CJ/T 214-2007 and the position, in the standard's order.
func columns() []column {
	return []column{
		{"ObjID", "标识码", true, catalog.Text{ZH: "区划 6 位、小类、顺序号 6 位，全为数字", EN: "6 digits of division, the sub-class, 6 of sequence; digits only"}, "", 20},
		{"ObjName", "名称", false, catalog.Text{ZH: "小类的标准名称；留空则按标识码填", EN: "the standard name of the sub-class; left empty it is taken from the code"}, "", 18},
		{"DeptCode1", "主管部门代码", false, catalog.Text{ZH: "已登记单位的代码", EN: "the code of a registered unit"}, "U01", 14},
		{"DeptName1", "主管部门名称", false, catalog.Text{ZH: "与代码对应", EN: "as the code says"}, "市城市管理局", 18},
		{"DeptCode2", "权属单位代码", false, catalog.Text{ZH: "已登记单位的代码", EN: "the code of a registered unit"}, "", 14},
		{"DeptName2", "权属单位名称", false, catalog.Text{ZH: "与代码对应", EN: "as the code says"}, "", 18},
		{"DeptCode3", "养护单位代码", false, catalog.Text{ZH: "已登记单位的代码", EN: "the code of a registered unit"}, "", 14},
		{"DeptName3", "养护单位名称", false, catalog.Text{ZH: "与代码对应", EN: "as the code says"}, "", 18},
		{"BGID", "所在单元网格", false, catalog.Text{ZH: "可留空，由坐标计算", EN: "may be left empty: it is computed from the position"}, "", 18},
		{"ObjState", "状态", true, catalog.Text{ZH: "从列表中选", EN: "one of the list"}, "完好", 10},
		{"ORDate", "初始日期", true, catalog.Text{ZH: "写作 2011-12-31", EN: "written 2011-12-31"}, "2011-12-31", 12},
		{"CHDate", "变更日期", false, catalog.Text{ZH: "写作 2011-12-31；未变更则留空", EN: "written 2011-12-31; empty when nothing has changed"}, "", 12},
		{"DataSource", "数据来源", false, catalog.Text{ZH: "如 实测、航片", EN: "survey, aerial image"}, "实测", 12},
		{"Note", "备注", false, catalog.Text{ZH: "任意文字", EN: "anything"}, "", 24},
		{"Lon", "经度", true, catalog.Text{ZH: "WGS 84/CGCS2000，十进制度", EN: "WGS 84 or CGCS2000, decimal degrees"}, "111.2867", 14},
		{"Lat", "纬度", true, catalog.Text{ZH: "WGS 84/CGCS2000，十进制度", EN: "WGS 84 or CGCS2000, decimal degrees"}, "30.7012", 14},
		{"Height", "高程", false, catalog.Text{ZH: "米，可留空", EN: "metres; may be left empty"}, "58.5", 10},
	}
}

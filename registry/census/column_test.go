package census

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"citygrid/registry"
)

func TestColumnNamesOfCrewsMeanTheStandardsAttributes(t *testing.T) {
	t.Parallel()
	for want, names := range map[attribute][]string{
		objID:      {"ObjID", "标识码", "部件标识码", "GLBJBSM", " 标 识 码 ", "标识码*", "部件/标识码", "基本信息/标识码", "编码", "标识码（16位）"},
		objName:    {"部件名称", "名称", "小类名称"},
		deptCode1:  {"主管部门代码", "主管部门/代码", "主管部门编码", "ｄｅｐｔｃｏｄｅ１"},
		deptName1:  {"主管部门名称", "主管部门", "主管部门/名称"},
		deptCode2:  {"权属单位代码", "产权单位代码"},
		deptName2:  {"权属单位名称", "权属单位"},
		deptCode3:  {"养护单位代码", "基本信息/养护单位代码"},
		deptName3:  {"养护单位名称"},
		bgID:       {"所在单元网格", "BGCode", "SZDYWGBSM", "单元网格代码"},
		objState:   {"部件状态", "状态", "状态（完好/破损/丢失）", "普查/状态"},
		orDate:     {"初始日期", "普查日期", "初始时间"},
		chDate:     {"变更日期"},
		dataSource: {"数据来源"},
		note:       {"备注", "备\u200b注", "\ufeff备注"},
		lon:        {"经度", "经度(°)", "经度（度）", "X", "坐标/X", "Longitude", "lng", "PointX", "东坐标", "坐标／Ｘ"},
		lat:        {"纬度", "纬度[°]", "Y", "坐标/Y(度)", "北"},
		height:     {"高程", "高程(m)", "Z"},
		extension:  {"材质", "产权人/名称", "序号", "高度", "所有人", "", "/", "经度误差", "ObjID2", "H", "单位/编码", "产权人/名称 ", "(", "()"},
	} {
		for _, name := range names {
			if got, _ := attributeOf(name); got != want {
				t.Errorf("%q means %d, want %d", name, got, want)
			}
		}
	}
}

func TestEachAttributeIsKnownByItsNameInBothLanguages(t *testing.T) {
	t.Parallel()
	for a := range attributes {
		if got, rank := attributeOf(a.columnName()); got != a || rank != byStandard {
			t.Errorf("%s means %d, rank %d", a.columnName(), got, rank)
		}
		if got, rank := attributeOf(a.columnNameZH()); got != a || rank != byAlias {
			t.Errorf("%s means %d, rank %d", a.columnNameZH(), got, rank)
		}
	}
}

func TestStandardNameGoesBeforeAliasesAndThoseBeforeHints(t *testing.T) {
	t.Parallel()
	m := newMapping([]string{"X", "经度", "标识码", "ObjID", "编码", "Y"}, nil)
	if len(m.clashes) != 0 || m.column(objID) != "ObjID" || m.column(lon) != "经度" || m.column(lat) != "Y" || !reflect.DeepEqual(m.rest, []int{0, 2, 4}) {
		t.Errorf("got %+v", m)
	}
}

func TestTwoColumnsOfOneMeaningAreAmbiguousUntilOneIsChosen(t *testing.T) {
	t.Parallel()
	columns := []string{"标识码", "部件编码", "状态", "普查日期", "经度", "纬度"}
	issues := checkHeader(newMapping(columns, nil))
	if len(issues) != 1 || issues[0].Code != CodeAmbiguousColumn || issues[0].Severity != Error || issues[0].Value != "标识码, 部件编码" ||
		!strings.Contains(issues[0].Message.EN, "--column '标识码=ObjID'") || !strings.Contains(issues[0].Message.ZH, "--column '部件编码='") {
		t.Errorf("got %+v", issues)
	}
	for _, columnsChosen := range []map[string]string{{"标识码": "ObjID"}, {"部件编码": ""}, {"部件编码": "", "标识码": "标识码"}, {" 标识码": "objid", "没有的列": "Note"}} {
		chosen, err := choose(columnsChosen, nil)
		if err != nil {
			t.Fatal(err)
		}
		m := newMapping(columns, chosen)
		if issues := checkHeader(m); issues != nil || m.column(objID) != "标识码" || !reflect.DeepEqual(m.rest, []int{1}) {
			t.Errorf("%v: %+v, %+v", columnsChosen, m, issues)
		}
	}
}

func TestColumnIsChosenForAnAttributeThatExists(t *testing.T) {
	t.Parallel()
	err := CheckColumns(map[string]string{"列": "Colour"})
	var known *registry.Error
	if !errors.As(err, &known) || known.Kind != registry.Invalid || !strings.Contains(err.Error(), "Colour") {
		t.Errorf("got %v", err)
	}
	if err := CheckColumns(map[string]string{"列": "ObjState", "x": "", "甲": "权属单位名称"}); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestReportSaysWhichColumnsWereRecognised(t *testing.T) {
	t.Parallel()
	columns := []string{"标识码", "ObjState", "普查日期", "经度", "纬度", "材质", "甲"}
	chosen, err := choose(map[string]string{"甲": "Note", "乙": "Note"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, text := range newMapping(columns, chosen).recognised("", chosen) {
		got = append(got, text.EN)
	}
	want := []string{"标识码 → ObjID", "普查日期 → ORDate", "甲 → Note", "经度 → Lon", "纬度 → Lat", "there is no column 乙", "kept as extension attributes (1): 材质"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q", got)
	}
	if found := newMapping([]string{"ObjID", "ObjState"}, nil).recognised("", nil); found != nil {
		t.Errorf("standard names: %v", found)
	}
}

func TestFeaturesWithOtherColumnsAreMappedAnew(t *testing.T) {
	t.Parallel()
	k := testChecker(t)
	if _, issues := k.check(lamp()); issues != nil {
		t.Fatal(issues)
	}
	row := lamp()
	for i, column := range row.Columns {
		if column == "ObjID" {
			row.Columns[i] = "标识码"
		}
	}
	if got, issues := k.check(row); issues != nil || got.Code.IsZero() {
		t.Errorf("got %+v, %v", got, issues)
	}
	row = lamp("部件状态", "完好", "状态", "破损")
	for i, column := range row.Columns {
		if column == "ObjState" {
			row.Columns[i] = "现状"
		}
	}
	if _, issues := k.check(row); !reflect.DeepEqual(brief(t, issues), []string{"状态 ambiguous_column error"}) && !reflect.DeepEqual(brief(t, issues), []string{"部件状态 ambiguous_column error"}) {
		t.Errorf("got %v", issues)
	}
}

// TestTheHeaderOfTheTemplateIsRead: a name with the Chinese one in brackets is the name.
func TestTheHeaderOfTheTemplateIsRead(t *testing.T) {
	t.Parallel()
	for a := range attributes {
		title := a.columnName() + "（" + a.columnNameZH() + "）"
		if got, rank := attributeOf(title); got != a || rank != byStandard {
			t.Errorf("%s is attribute %d by rank %d, want %d", title, got, rank, a)
		}
	}
}

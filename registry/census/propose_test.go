package census

import (
	"strings"
	"testing"
	"time"

	"citygrid/registry/catalog"
)

func TestTrap23WhatIsMissingForAProposalIsSaid(t *testing.T) {
	t.Parallel()
	class := catalog.Class{Edition: catalog.Edition2007, Kind: catalog.KindComponent, Code: "01", NameZH: "公用设施"}
	var subclasses []catalog.Subclass
	for code, name := range map[catalog.SubclassCode]string{"0118": "路灯", "0119": "灯杆", "0120": "灯杆", "0121": "井盖"} {
		subclasses = append(subclasses, catalog.Subclass{
			Edition: catalog.Edition2007, Kind: catalog.KindComponent, Class: "01", Code: code, NameZH: name, Geometry: catalog.GeometryPoint,
		})
	}
	lists, err := catalog.New([]catalog.Class{class}, subclasses, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	k := testChecker(t)
	k = newChecker(Config{
		Catalogue: lists, Edition: catalog.Edition2007, Subclasses: []catalog.SubclassCode{"0118", "0119", "0120"}, // without 0121
		Extent: k.extent, Cells: k.cells, Clock: func() time.Time { return time.Date(2012, 1, 1, 8, 0, 0, 0, time.UTC) },
	}, nil)
	const needs = "; for a proposal the row needs "
	for name, c := range map[string]struct {
		changed []string
		en, zh  string
		of      numbering
	}{
		"nothing":           {nil, "ObjID is empty and must not be", "必须填写", numbering{"420502", "0118"}},
		"another division":  {[]string{"Lon", "111.295", "Lat", "30.715"}, "ObjID is empty and must not be", "必须填写", numbering{"420503", "0118"}},
		"no name":           {[]string{"ObjName", " "}, needs + "the name of its sub-class in ObjName", "还缺ObjName 列中的小类名称", numbering{}},
		"an unknown name":   {[]string{"ObjName", "景观灯"}, needs + "the name of a sub-class of the city's catalogue, which has no 景观灯", "没有“景观灯”", numbering{}},
		"not of the city":   {[]string{"ObjName", "井盖"}, needs + "the name of a sub-class of the city's catalogue, which has no 井盖", "没有“井盖”", numbering{}},
		"a name of two":     {[]string{"ObjName", "灯杆"}, needs + "one sub-class, while several are named 灯杆", "有多个小类名为“灯杆”", numbering{}},
		"no position":       {[]string{"Lon", ""}, needs + "a position in a grid cell", "还缺单元网格内的坐标", numbering{}},
		"outside all cells": {[]string{"Lon", "111.305"}, needs + "a position in a grid cell", "还缺单元网格内的坐标", numbering{}},
		"neither":           {[]string{"Lon", "0", "Lat", "0", "ObjName", ""}, needs + "the name of its sub-class in ObjName and a position in a grid cell", "小类名称、单元网格内的坐标", numbering{}},
	} {
		_, issues := k.check(lamp(append(c.changed, "ObjID", "", "DeptCode1", "", "DeptName1", "")...))
		if len(issues) == 0 || issues[0].Code != CodeMissingValue || issues[0].numbering != c.of ||
			!strings.HasSuffix(issues[0].Message.EN, c.en) || !strings.Contains(issues[0].Message.ZH, c.zh) {
			t.Errorf("%s: %+v", name, issues)
		}
	}
	_, issues := k.check(lamp("ObjID", "4.20502E+15"))
	if issues[0].numbering != (numbering{}) || strings.Contains(issues[0].Message.EN, "proposal") {
		t.Errorf("a code whose digits are lost: %+v", issues)
	}
}

package catalog_test

import (
	"errors"
	"fmt"

	"citygrid/registry/catalog"
)

func ExampleParseComponentCode() {
	code, err := catalog.ParseComponentCode(catalog.Edition2007, "4205020103000017")
	fmt.Println(code.Division(), code.Subclass(), code.Sequence(), err)

	_, err = catalog.ParseComponentCode(catalog.Edition2007, "42O5020103000017")
	var bad *catalog.CodeError
	if errors.As(err, &bad) {
		fmt.Println(bad.Rule, bad.Cure.ZH)
	}
	// Output:
	// 420502 0103 17 <nil>
	// digits 是否应为4205020103000017？请核对后改正
}

func ExampleNewComponentCode() {
	code, err := catalog.NewComponentCode(catalog.Edition2026, "420502", "01003", 18)
	fmt.Println(code, err)
	// Output: 42050201003000018 <nil>
}

func ExampleParseEventCode() {
	code, err := catalog.ParseEventCode(catalog.Edition2007, "4205020102")
	fmt.Println(code.Division(), code.Subclass(), err)
	// Output: 420502 0102 <nil>
}

func ExampleParseGridCode() {
	grid, err := catalog.ParseGridCode("420502002005003")
	fmt.Println(grid.Division(), grid.Street(), grid.Community(), grid.Sequence(), err)
	// Output: 420502 420502002 420502002005 3 <nil>
}

func ExampleParseGridCodeVariant() {
	grid, err := catalog.ParseGridCodeVariant("1408020012005003", 16)
	fmt.Println(grid.Street(), grid.Community(), err)
	// Output: 1408020012 1408020012005 <nil>
}

func ExampleParseSubclassCode() {
	_, err := catalog.ParseSubclassCode(catalog.Edition2007, "01018")
	fmt.Println(err)
	// Output: sub-class code "01018": has 5 digits, needs 4; check the source; format code columns as text, or a spreadsheet drops leading zeros and last digits; the length fits GB/T 47678.5-2026
}

func ExampleParseClassCode() {
	class, err := catalog.ParseClassCode("21")
	fmt.Println(class, err)
	// Output: 21 <nil>
}

func ExampleParseCommunityCode() {
	community, err := catalog.ParseCommunityCode("420502002005")
	fmt.Println(community.Division(), community.Street(), err)
	// Output: 420502 420502002 <nil>
}

func ExampleParseLimit() {
	for _, text := range []string{"2紧急工作时", "4小时", "种植季节15工作日", "尽快"} {
		limit, err := catalog.ParseLimit(text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(limit, limit.Unit)
	}
	// Output:
	// 2紧急工作时 urgent_hour
	// 4工作时 working_hour
	// 种植季节15工作日 working_day
	// time limit "尽快": needs a whole number from 1 to 999; write number and unit: 2紧急工作时, 4工作时, 1工作日, 3自然日
}

func ExampleParseEdition() {
	edition, err := catalog.ParseEdition("cjt214-2007")
	fmt.Println(edition.Title(), edition.ComponentDigits(), err)
	// Output: CJ/T 214-2007 16 <nil>
}

func ExampleNew() {
	lists, err := catalog.New(
		[]catalog.Class{{Edition: catalog.Edition2007, Kind: catalog.KindComponent, Code: "01", NameZH: "公用设施"}},
		[]catalog.Subclass{{Edition: catalog.Edition2007, Kind: catalog.KindComponent, Class: "01", Code: "0118", NameZH: "路灯"}},
		nil, nil,
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	lamp, _ := lists.Subclass(catalog.Edition2007, catalog.KindComponent, "0118")
	_, ok := lists.Subclass(catalog.Edition2013, catalog.KindComponent, "0118")
	fmt.Println(lamp.NameZH, ok)
	// Output: 路灯 false
}

package data_test

import (
	"fmt"

	"citygrid/data"
	"citygrid/registry/catalog"
)

func ExampleCatalog() {
	lists, err := data.Catalog()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, standard := range lists.FilingStandards(catalog.Edition2007, catalog.KindComponent, "0118")[:2] {
		fmt.Println(standard.ID, standard.ConditionZH, standard.Limit, standard.ResponsibleUnitType.NameZH())
	}
	// Output:
	// C0118-1 灯杆倾斜、倒地或折断 1工作日 路灯
	// C0118-2 灯体缺损或线头外露 1工作日 路灯
}

func ExampleYichang() {
	city, err := data.Yichang()
	if err != nil {
		fmt.Println(err)
		return
	}
	total := 0
	for _, entry := range city.Entries {
		total += entry.Items
	}
	fmt.Println(len(city.Entries), len(city.Units), total, city.Edition.Title())
	// Output: 78 14 11393 CJ/T 214-2007
}

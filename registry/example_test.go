package registry_test

import (
	"fmt"
	"time"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// Exposed refuse lies in the riverside area, for which a rule names the sanitation office.
func ExampleNewRulebook() {
	book := registry.NewRulebook(
		[]registry.Unit{{Code: "U01", Name: "市环境卫生管理处"}, {Code: "D420502", Name: "西陵区处理中心"}},
		[]registry.Responsibility{
			{Area: "M01", Kind: "event", Subject: "0102", Role: registry.Competent, Unit: "U01"},
			{Area: "420502", Kind: registry.Any, Subject: registry.Any, Role: registry.Territory, Unit: "D420502"},
		})
	answer := book.Answer(
		[]registry.Within{
			{AreaRef: registry.AreaRef{Code: "M01", Name: "江边"}, Level: registry.LevelManaged},
			{AreaRef: registry.AreaRef{Code: "420502", Name: "西陵区"}, Level: registry.LevelDistrict},
		},
		registry.Subject{Kind: catalog.KindEvent, Subclass: "0102"},
		time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))
	fmt.Println(answer.Unit.Name, "–", answer.Because.EN)
	for _, c := range answer.PassedOver {
		fmt.Println("not", c.Unit.Name, "–", c.Because.EN)
	}
	// Output:
	// 市环境卫生管理处 – rule of the managed area 江边 (M01): event, subclass 0102, role competent
	// not 西陵区处理中心 – the territory answers only where no rule does
}

func ExampleInvalidField() {
	err := registry.InvalidField("lat", "91", "纬度须在 -90 到 90 之间", "the latitude must be within -90 and 90")
	fmt.Println(err)
	fmt.Println(err.Message.ZH, "–", err.Fields[0].Message.ZH)
	// Output:
	// invalid_parameter: invalid parameter lat; lat="91": the latitude must be within -90 and 90
	// 参数不正确：lat – 纬度须在 -90 到 90 之间
}

func ExampleNewError() {
	err := fmt.Errorf("read batch: %w", registry.NewError(registry.NotFound, "not_found", "没有这条记录", "there is no such record"))
	fmt.Println(err, registry.KindOf(err) == registry.NotFound)
	// Output: read batch: not_found: there is no such record true
}

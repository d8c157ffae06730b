package profile

import (
	"context"
	"fmt"
)

// CodeOtherEdition is the fault of a folder whose edition is not that of the components in the registry.
const CodeOtherEdition = "other_edition"

// checkEdition refuses another edition than that of the components in the registry: the same digits mean other things there, so
// that needs an act of its own that gives every component its code in the new edition.
func (d *Folder) checkEdition(ctx context.Context, c Change, f *faults) error {
	n, err := c.ComponentsOfOtherEditions(ctx, d.City.Edition)
	if err != nil || n == 0 {
		return err
	}
	f.add(cityFile, 0, "edition", string(d.City.Edition), CodeOtherEdition,
		fmt.Sprintf("登记库中有 %d 个部件按其他版本编码；不能仅通过 city.json 更换版本", n),
		fmt.Sprintf("the registry holds %d components coded by another edition; city.json alone cannot change the edition", n))
	return nil
}

// Package profile loads a whole city from a folder: areas, units, responsibilities, staff, catalogue choice, components.
//
// The folder's format is docs/profile-folder.md. Apply reads all of it, checks all of it, and makes the store equal to it in one
// transaction or not at all; what is wrong is listed with file, row and cure. A folder that says what the store already holds
// changes nothing.
//
//	report, err := profile.Apply(ctx, profile.Config{
//		Store: postgis.ProfileStore{Store: store}, Lists: lists, Clock: time.Now, Actor: "admin",
//	}, os.DirFS("yichang"))
//	var refused *profile.RejectedError
//	if errors.As(err, &refused) {
//		for _, fault := range refused.Faults {
//			fmt.Println(fault) // units.csv:6 parent "U99": 没有这个单位 / there is no such unit [unknown_unit]
//		}
//	}
//
// Checks come in steps, each over the whole folder: the files, then the references between them, then the component files, then
// the shapes. A step that finds an error is the last: what it lists is complete, what a later one would find is not yet there.
package profile

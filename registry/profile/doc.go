// Package profile loads a whole city from a folder: areas, units, responsibilities, staff, catalogue choice, components.
//
// The folder's format is docs/profile-folder.md. Apply reads all of it, checks all of it, and makes the store equal to it in one
// transaction or not at all; what is wrong is listed with file, row and cure. A folder that says what the store already holds
// changes nothing.
package profile

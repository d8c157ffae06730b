// Package imports tries to spoil an import of survey files: it kills the program and the database in the middle, loses answers, fills the disk.
//
// It is tests alone. `make torture WHAT=imports` strikes at every database call of an import; as part of `make test` a few are drawn.
package imports

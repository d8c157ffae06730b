// Package registry holds components, areas, units and responsibilities, and the rules every change must pass.
//
// It is the vocabulary of the program: the types that travel between the survey file, the store, the locator and the API, the
// failures that a caller may see, and the two rules that decide an answer: which cell a point belongs to (the covering cell with
// the bytewise lowest code) and which unit answers (Rulebook). How rows are kept is the business of registry/postgis, how
// points are found that of registry/locator.
package registry

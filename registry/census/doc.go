// Package census takes a survey file to the store: read, check, stage, promote, report.
//
// A [Reader] turns a file into [Row] values. The check compares each row with what the city has (its catalogue, units, extent and
// grid), computes the grid cell from the geometry, and says everything that is wrong with the row as [Issue] values. Good rows go
// to the batch's own staging table while the file is still being read; then the checks that need the whole file follow: codes that
// occur twice, polygons that cross themselves. Only then does promotion make the batch visible, in one transaction, with the old
// image of each changed component kept. A process that dies before that has changed nothing: the same file is sent again.
//
// What survey crews deliver is known to be faulty in certain ways, and each check says in both languages what is wrong and what
// would be right. Nothing is repaired in silence: a value is taken as written, taken as what it can only mean and listed as [Fixed], or refused.
package census

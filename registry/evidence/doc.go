// Package evidence weighs in which way the positions of a file were meant: every reading (system, order of the axes, packed degrees) is tried on
// a sample of all rows, by how many come to lie in the city and how far those that are known stand from where they are known to be. It judges nothing
// silently: what it finds is put before whoever sent the file.
package evidence

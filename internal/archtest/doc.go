// Package archtest holds the program to its shape: who may import whom, what only cmd may call, and how long a file may be.
//
// It has tests only. The table of packages in it is the one in ARCHITECTURE.md; a new package needs a line in both.
package archtest

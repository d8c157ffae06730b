// Package intake takes survey files that are sent to a running server through the census, in the background.
//
// A file is first written to a private folder, whole, while its bytes are counted and hashed; then it is recorded, and from there on it is
// not lost: whatever ends the process, the next one goes on with it under the same id. A few are checked at once, the others wait, and
// when too many wait no more are taken. What the sender wants accepted is promoted as soon as it is checked; else it stays staged, for at
// most a day, until somebody commits it or discards it. What a file leaves open waits as long for answers, and the file is read again with
// them. The file is removed when its fate is settled, or, when something was found in it, a day later: reports show it cell by cell.
//
// Every step is the census's own: a file sent here becomes what the command would have made of it.
package intake

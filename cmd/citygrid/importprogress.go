package main

import (
	"io"
	"os"

	"citygrid/registry/census"
)

// importProgress shows how far the import of a file is.
type importProgress struct {
	bar  *progress
	name string
	file *os.File
	dry  bool
}

// show says which step an import is at, and of the reading how much is done and how long the rest will take: by bytes, of formats that are read from
// front to back.
func (p *importProgress) show(at census.Progress) {
	var behind, size int64
	step := "checking " + printable(p.name) + " / 检查"
	switch {
	case at.State == census.Received:
		if behind, _ = p.file.Seek(0, io.SeekCurrent); behind > 0 {
			size = sizeOf(p.file)
		}
	case at.State == census.Checked:
		step = "comparing the rows of " + printable(p.name) + " with each other / 核对各行"
	case at.State == census.Staged && p.dry:
		step = "comparing " + printable(p.name) + " with the registry / 与库中比对"
	case at.State == census.Staged:
		step = "taking " + printable(p.name) + " into the registry / 入库"
	default:
		return // it is over
	}
	if p.bar.moving {
		p.bar.showPart(step, at.Read, "rows", behind, size)
	} else {
		p.bar.show(step, at.Read, "rows")
	}
}

package main

import (
	"fmt"
	"os"
	"path/filepath"

	"citygrid/registry"
)

// output is a file that appears under its name when it is whole, or something that is written as it is: standard output, a pipe, a device.
type output struct {
	*os.File
	name string // "" where there is nothing to rename
}

// createOutput makes the file that keep will give its name. Empty means standard output. It refuses the name of the file that is read.
func createOutput(name string, in *os.File) (*output, error) {
	if name == "" {
		return &output{File: os.Stdout}, nil
	}
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target // it is the file that is replaced, not the link to it
	}
	there, err := os.Stat(name)
	if read, readErr := in.Stat(); err == nil && readErr == nil && os.SameFile(there, read) {
		return nil, registry.InvalidField("--out", name, "输出文件就是输入文件：请另取文件名", "this is the file that is read: choose another name")
	}
	flags, target := os.O_WRONLY|os.O_CREATE|os.O_TRUNC, fmt.Sprintf("%s.%d.part", name, os.Getpid())
	o := &output{name: name}
	if err == nil && !there.Mode().IsRegular() {
		flags, target, o.name = os.O_WRONLY, name, ""
	}
	if o.File, err = os.OpenFile(target, flags, 0o666); err != nil {
		return nil, registry.InvalidField("--out", name, "无法写入："+err.Error(), "cannot be written: "+err.Error())
	}
	return o, nil
}

// keep ends the file and gives it its name, in place of one that had it.
func (o *output) keep() error {
	if o.File == os.Stdout {
		return nil
	}
	written := o.File.Name()
	if err := o.Close(); err != nil {
		return fmt.Errorf("write %s: %w", o.name, err)
	}
	if o.name == "" {
		return nil
	}
	if err := os.Rename(written, o.name); err != nil {
		return fmt.Errorf("write %s: %w", o.name, err)
	}
	o.name = ""
	return nil
}

// discard removes what was not kept.
func (o *output) discard() {
	if o.name == "" {
		return
	}
	o.Close()
	os.Remove(o.File.Name())
}

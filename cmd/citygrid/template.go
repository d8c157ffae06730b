package main

import (
	"fmt"
	"io"
	"os"

	"citygrid/data"
	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census/template"
)

type templateCommand struct {
	Out     string              `short:"o" required:"" placeholder:"FILE.xlsx" help:"The workbook to write."`
	Class   []catalog.ClassCode `placeholder:"01" help:"Only these classes of components (大类), by their codes; all without it."`
	Edition string              `default:"${edition}" enum:"${editions}" help:"The standard by which components are coded: ${enum}."`
	Force   bool                `help:"Write over a file that exists."`
}

// Run writes the workbook; it needs no database.
func (c templateCommand) Run() error {
	lists, err := data.Catalog()
	if err != nil {
		return err
	}
	if _, err := os.Stat(c.Out); err == nil && !c.Force {
		return registry.InvalidField("--out", c.Out, "文件已存在；请改名，或用 --force 覆盖", "the file exists: name another, or write over it with --force")
	}
	if err := writeWhole(c.Out, func(w io.Writer) error {
		return template.Write(w, lists, catalog.Edition(c.Edition), c.Class)
	}); err != nil {
		return err
	}
	fmt.Printf("%s: %s / 已写入\n", c.Out, catalog.Edition(c.Edition).Title())
	return nil
}

// editionNames are the editions for the command line.
func editionNames() string {
	names := ""
	for i, e := range catalog.Editions() {
		if i > 0 {
			names += ","
		}
		names += string(e)
	}
	return names
}

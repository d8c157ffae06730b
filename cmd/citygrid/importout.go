package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"citygrid/registry"
	"citygrid/registry/census"
	crew "citygrid/registry/census/report"
)

// importOutputs are what an import writes for the crew.
type importOutputs struct {
	Report  string `placeholder:"PATH" help:"Write what was found: .json, .csv (for spreadsheets) or .xlsx (the rows, faulty cells red). Of several files each gets its own: PATH with the file's name before the ending."`
	Rejects string `placeholder:"PATH" help:"Where --accept good puts the refused rows of a file, in its own format, to be mended and imported (default: FILE.rejects.csv beside the report, else beside the file). Several files as with --report."`
	Force   bool   `help:"Write over a report or a reject file that exists."`
}

// papers are the paths of what is written for one file.
type papers struct{ report, rejects, changes string }

// plan names what is written for each of the files, and refuses it before anything is read when it would write over something.
func (o importOutputs) plan(files []string, accept census.Accept, changes string) ([]papers, error) {
	all := make([]papers, len(files))
	taken := map[string]bool{}
	for i, file := range files {
		p := &all[i]
		if o.Report != "" {
			p.report = pathFor(o.Report, file, len(files))
			switch ext := strings.ToLower(filepath.Ext(p.report)); ext {
			case ".json", ".csv", ".xlsx":
			default:
				return nil, registry.InvalidField("--report", o.Report, "报告的扩展名应为 .json、.csv 或 .xlsx", "a report ends with .json, .csv or .xlsx")
			}
		}
		if accept == census.AcceptGood {
			p.rejects = o.rejectsFor(file, p.report, len(files))
		} else if o.Rejects != "" {
			return nil, registry.InvalidField("--rejects", o.Rejects,
				"只有 --accept good 的导入（非试运行）才会有被剔除的行；否则文件整体不入库", "only an import with --accept good, and no dry run, leaves rows behind; without it a file with errors is refused whole")
		}
		if changes != "" {
			p.changes = pathFor(changes, file, len(files))
		}
		for _, path := range []string{p.report, p.rejects, p.changes} {
			if path == "" {
				continue
			}
			if taken[filepath.Clean(path)] {
				return nil, registry.InvalidField("file", file, "两个输出文件会同名："+path+"；请分开导入", "two outputs would have one name, "+path+": import the files one by one")
			}
			taken[filepath.Clean(path)] = true
			if err := o.free(path, files); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// rejectsFor keeps the file's ending, which tells its format when the mended rows are imported.
func (o importOutputs) rejectsFor(file, reportPath string, files int) string {
	if o.Rejects != "" {
		return pathFor(o.Rejects, file, files)
	}
	name, ext := split(filepath.Base(file))
	switch format, _ := census.FormatOf(file); format { // what is written anew
	case census.FormatMaps:
		ext = ".gpkg"
	case census.FormatXLSX:
		ext = ".xlsx"
	}
	return filepath.Join(filepath.Dir(cmp.Or(reportPath, file)), name+".rejects"+ext)
}

// pathFor is the path as it was given for one file, and with the file's name before its ending for several.
func pathFor(path, file string, files int) string {
	if files == 1 {
		return path
	}
	stem, ext := split(path)
	name, _ := split(filepath.Base(file))
	return stem + "." + name + ext
}

func split(path string) (stem, ext string) {
	ext = filepath.Ext(path)
	return strings.TrimSuffix(path, ext), ext
}

// free refuses a path that exists, unless it may be written over; an imported file never is.
func (o importOutputs) free(path string, files []string) error {
	there, err := os.Stat(path)
	if err != nil {
		return writable(path)
	}
	for _, file := range files {
		if in, err := os.Stat(file); err == nil && os.SameFile(in, there) {
			return registry.InvalidField("file", path, "输出会覆盖要导入的文件", "the output would write over a file that is imported")
		}
	}
	if there.IsDir() {
		return registry.InvalidField("file", path, "这是一个文件夹；请写明文件名", "this is a folder: name a file in it")
	}
	if o.Force {
		return writable(path)
	}
	return registry.InvalidField("file", path, "文件已存在；请改名，或用 --force 覆盖", "the file exists: name another, or write over it with --force")
}

// writable tries whether a file can be made beside a path: a promoted file whose refused rows cannot be written is half done.
func writable(path string) error {
	trial, err := os.CreateTemp(filepath.Dir(path), ".citygrid.*")
	if err != nil {
		why := err
		if inner := errors.Unwrap(err); inner != nil {
			why = inner // without the name of the trial
		}
		return registry.InvalidField("file", path, fmt.Sprintf("不能在此文件夹写入（%v）；请建好文件夹，或用 --report、--rejects 指定别处", why),
			fmt.Sprintf("nothing can be written in this folder (%v): make it, or name another with --report and --rejects", why))
	}
	trial.Close()
	return os.Remove(trial.Name())
}

// write makes the papers of an import and says where they are. The file is read again. When one cannot be written the other still is.
func (p papers) write(ctx context.Context, name string, f census.File, r census.Report) error {
	err := errors.Join(p.writeReport(ctx, name, f, r), p.writeRejects(ctx, name, f, r))
	if err != nil && r.Batch.State == census.Promoted {
		return fmt.Errorf("%w\n%s is imported all the same: import it again with other paths, which changes nothing, and writes them / 文件已入库；请另指定路径再次导入，不会重复写入，只补写报告和未接受的行",
			err, printable(name))
	}
	return err
}

func (p papers) writeReport(ctx context.Context, name string, f census.File, r census.Report) error {
	if p.report != "" {
		if err := writeWhole(p.report, func(w io.Writer) error { return writeReport(ctx, w, p.report, f, r) }); err != nil {
			return fmt.Errorf("report on %s: %w", printable(name), err)
		}
		fmt.Printf("  report / 报告: %s\n", printable(p.report))
	}
	return nil
}

func (p papers) writeRejects(ctx context.Context, name string, f census.File, r census.Report) error {
	if p.rejects == "" || r.Batch.State != census.Promoted || len(r.Rejected) == 0 {
		return nil
	}
	var rows int64
	err := writeWhole(p.rejects, func(w io.Writer) (err error) {
		if _, err = f.Body.Seek(0, io.SeekStart); err == nil {
			rows, err = crew.WriteRejects(ctx, w, f, r)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("rejects of %s: %w", printable(name), err)
	}
	fmt.Printf("  %d refused rows are in %s: mend and import it / 未接受的行已写入，改正后再导入\n", rows, printable(p.rejects))
	return nil
}

func writeReport(ctx context.Context, w io.Writer, path string, f census.File, r census.Report) error {
	if _, err := f.Body.Seek(0, io.SeekStart); err != nil {
		return err
	}
	content, err := crew.ContentOf(ctx, r, f)
	if err != nil {
		return err
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".json":
		return content.WriteJSON(ctx, w)
	case ".csv":
		return content.WriteCSV(ctx, w)
	}
	if _, err := f.Body.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return content.WriteWorkbook(ctx, w, f)
}

// printTotals says how many errors and warnings of each code there are; what was fixed is said by column.
func printTotals(r census.Report) {
	for _, t := range crew.Summarise(r).Totals {
		if t.Severity == census.Fixed {
			continue
		}
		fmt.Printf("  %6d  %s %s\n", t.Count, t.Severity, t.Code)
	}
}

// writeWhole has a file written beside path and gives it that name when it is complete: what stands at path is never half a file.
func writeWhole(path string, write func(io.Writer) error) (err error) {
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			temporary.Close()
			os.Remove(temporary.Name())
		}
	}()
	if err := write(temporary); err != nil {
		return err
	}
	if err := temporary.Chmod(0o644); err != nil {
		return err
	}
	if err := temporary.Close(); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}

package photo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"citygrid/registry"
)

// Archive is a zip archive as it is sent.
type Archive struct {
	Name   string
	Actor  string
	DryRun bool
	Body   io.Reader
}

// The limits of an Archive.
const (
	MaxArchive       int64 = 256 << 20 // bytes
	maxArchiveTotal  int64 = 1 << 30   // bytes of the photos in it
	maxArchiveIssues       = 10_000    // that its answer lists
)

// TakeArchive takes an archive in that is sent, as Take does. It lies in a file without a name meanwhile, of which nothing is left however the process ends. An
// error of Body is returned as it is; Invalid for nothing, TooLarge beyond MaxArchive.
func (r *Room) TakeArchive(ctx context.Context, a Archive) (Report, error) {
	f, err := r.nameless()
	if err != nil {
		return Report{}, stored(err)
	}
	defer f.Close()
	size, err := io.Copy(onDisk{f}, io.LimitReader(a.Body, MaxArchive+1))
	switch {
	case err != nil:
		return Report{}, err
	case size == 0:
		return Report{}, registry.InvalidField("body", "", "文件为空", "the file is empty")
	case size > MaxArchive:
		return Report{}, registry.NewError(registry.TooLarge, "file_too_large",
			fmt.Sprintf("压缩包过大，上限为 %d MiB；请分批提交，或用命令 citygrid photos", MaxArchive>>20), fmt.Sprintf("the archive is larger than %d MiB: send it in parts, or use the command citygrid photos", MaxArchive>>20))
	}
	source, err := OpenZip(ctx, a.Name, f, size)
	if err != nil {
		return Report{}, err
	}
	report, err := r.Take(ctx, Delivery{Source: source, Actor: a.Actor, DryRun: a.DryRun, MaxTotal: maxArchiveTotal})
	report.Issues = report.Issues[:min(maxArchiveIssues, len(report.Issues))]
	return report, errors.Join(err, source.Close())
}

// nameless is a new file that is gone when it is closed.
func (r *Room) nameless() (*os.File, error) {
	if r.config.Temp != "" {
		if err := os.MkdirAll(r.config.Temp, 0o700); err != nil {
			return nil, err
		}
	}
	f, err := os.CreateTemp(r.config.Temp, "citygrid-photos-")
	if err != nil {
		return nil, err
	}
	return f, os.Remove(f.Name())
}

// onDisk marks errors of the disk, as opposed to those of the sender.
type onDisk struct{ io.Writer }

func (w onDisk) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	return n, stored(err)
}

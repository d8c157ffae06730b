package census

import (
	"context"
	"fmt"
	"io"
)

// Open reads a survey file once more, as Stage does, for what is made of it afterwards: a report, a list of what was refused. It
// returns f with the Format that it is and the Encoding that was told from it. Its errors are those of [Census.Stage] for a file that cannot be read.
func Open(ctx context.Context, f File) (Reader, File, error) {
	head, err := headOf(f.Body)
	if err != nil {
		return nil, f, err
	}
	f.Format = formatIn(f.Format, head)
	if f.Format == FormatCSV && f.Encoding == "" {
		var seen sniffer
		if _, err := io.Copy(&seen, f.Body); err != nil {
			return nil, f, fmt.Errorf("read: %w", err)
		}
		if _, err := f.Body.Seek(0, io.SeekStart); err != nil {
			return nil, f, fmt.Errorf("read again: %w", err)
		}
		if err := f.encode(&seen); err != nil {
			return nil, f, err
		}
	}
	reader, _, err := open(ctx, &f, nil)
	if m, ok := reader.(*MapFile); ok {
		m.skipped = f.Answers
	}
	return reader, f, err
}

package census

import (
	"context"
	"errors"
	"slices"
	"strings"

	"citygrid/registry/catalog"
)

// run is the staging of one file.
type run struct {
	config   Config
	checker  *checker
	staging  Staging
	batch    Batch
	issues   []Issue // of each severity the first MaxIssues
	errors   int64
	warnings int64
	fixed    int64
	unstaged []NamedLine // bad rows whose code can be read
	doubles  []int64     // staged rows that the checks of the whole file take out
	near     *nearness

	recognised []catalog.Text
	totals     map[Total]int64 // without Count
	rejected   []int64         // lines of bad rows
	fixes      fixes
	questions  []Question
	tried      []TriedReading
	sheet      string            // of the row before
	table      bool              // one header is for all rows, and no reader has told what is no component
	codes      map[string]string // by sheet: the column of the components' codes, as the file names it
}

// progressRows is how many rows go by between two calls of Config.Progress.
const progressRows = 10_000

// take reads, checks and stages, and settles what becomes of the batch.
func (r *run) take(ctx context.Context, f File, seen *sniffer) error {
	err := r.rows(ctx, f, seen)
	var file *FileError
	switch {
	case errors.As(err, &file):
		r.report(file.Issue)
		if r.checker.asked.text != nil {
			r.questions = []Question{*r.checker.asked.text}
			return r.wait(ctx)
		}
		return r.reject(ctx, ReasonFile)
	case err != nil:
		return err
	case r.errors > 0 && r.batch.Read == 0 && r.ask():
		return r.wait(ctx)
	case r.errors > 0 && r.batch.Read == 0:
		return r.reject(ctx, ReasonFile) // the header's issues
	}
	r.batch.State = Checked
	if err := r.staging.Save(ctx, r.batch); err != nil {
		return err
	}
	r.progress()
	r.report(r.checker.shifts.issues()...)
	r.report(r.checker.guidsTold()...)
	if err := r.askPosition(ctx); errors.As(err, &file) {
		r.report(file.Issue)
		return r.reject(ctx, ReasonFile)
	} else if err != nil {
		return err
	}
	if err := r.checkWhole(ctx); err != nil {
		return err
	}
	if err := r.propose(ctx); err != nil {
		return err
	}
	if r.ask() {
		return r.wait(ctx)
	}
	switch {
	case r.batch.Bad > 0 && (r.config.Accept == AcceptAll || r.batch.Good == 0):
		return r.reject(ctx, ReasonRows)
	case r.batch.Good == 0:
		return r.reject(ctx, ReasonEmpty)
	}
	if err := r.staging.TakeOver(ctx); err != nil {
		return err
	}
	if err := r.staging.SetAside(ctx, r.config.Edition, r.unstaged); err != nil {
		return err
	}
	r.batch.State = Staged
	return r.finish(ctx)
}

// rows stages the good rows.
func (r *run) rows(ctx context.Context, f File, seen *sniffer) error {
	reader, how, err := open(ctx, &f, seen)
	r.recognised = append(r.recognised, how...)
	if f.lossy {
		r.checker.asked.answer(KeyEncoding)
	}
	if given := f.Answers[KeyEncoding]; errors.As(err, &unknownEncoding{}) && given == "" && !r.checker.asked.refused {
		var failed error
		if r.checker.asked.text, failed = askEncoding(f.Body); failed != nil {
			return failed
		}
	}
	if err == nil {
		err = systemOf(reader, f)
	}
	if err != nil {
		return err
	}
	if f.CRSName() != "" && !r.checker.told {
		r.recognised = append(r.recognised, systemRecognised(f))
	}
	if f.KeepBlank {
		r.recognised = append(r.recognised, catalog.Text{ZH: "空单元格保留原值", EN: "empty cells keep what stands in the registry"})
	}
	if x, ok := reader.(*XLSX); ok {
		x.ask = !r.checker.asked.refused
	}
	if told, ok := reader.(interface{ recognised() []catalog.Text }); ok {
		defer func() { r.recognised = append(r.recognised, told.recognised()...) }() // a workbook's sheets are known when they are read
	}
	if columns := reader.Columns(); columns != nil {
		r.table = true
		r.checker.columns = r.checker.mapped(columns, nil)
		if issues := checkHeader(r.checker.columns); len(issues) > 0 {
			r.report(issues...)
			return r.unclear(reader)
		}
	}
	for row, err := range reader.Rows() {
		if err != nil {
			return err
		}
		if err := r.row(ctx, &row); err != nil {
			return err
		}
	}
	if err := r.checker.asked.unfitting(); err != nil {
		return err
	}
	return r.staging.Flush(ctx)
}

// unclear looks at the first rows below a header of which the columns are to be asked about.
func (r *run) unclear(reader Reader) error {
	m := r.checker.columns
	if err := m.wrongAnswer(r.checker.chosen); err != nil || r.checker.asked.refused {
		return err
	}
	rows := 0
	for row, err := range reader.Rows() {
		if err != nil {
			return err
		}
		r.checker.sample(m, &row)
		if rows++; rows == sampleRows {
			break
		}
	}
	return nil
}

func (r *run) row(ctx context.Context, row *Row) error {
	if row.Sample {
		if !r.checker.columns.fits(row.Columns) {
			r.checker.columns = r.checker.mapped(row.Columns, nil)
		}
		r.checker.sample(r.checker.columns, row)
		return nil
	}
	if row.Note {
		r.report(row.Issues...)
		return nil
	}
	if r.table {
		if issues, none := r.checker.noComponent(row); none {
			r.report(issues...)
			return nil
		}
	}
	if row.drawn != nil && r.checker.leavesOut(row.drawn) {
		return nil
	}
	r.batch.Read++
	if r.batch.Read%progressRows == 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		r.progress()
	}
	staged, issues := r.checker.check(row)
	if r.checker.asked.wrong != nil {
		return r.checker.asked.wrong
	}
	if m := r.checker.columns; m != nil && (r.batch.Read == 1 || row.Sheet != r.sheet) {
		r.sheet = strings.Clone(row.Sheet)
		r.codes[r.sheet] = strings.Clone(m.column(objID))
		r.recognised = append(r.recognised, m.recognised(r.sheet, r.checker.chosen)...)
	}
	r.report(issues...)
	staged.Line = r.batch.numbered(row)
	if hasError(issues) {
		r.batch.Bad++
		r.rejected = append(r.rejected, staged.Line)
		if code := staged.Code.String(); code != "" {
			r.unstaged = append(r.unstaged, NamedLine{strings.Clone(code), staged.Line})
		} else {
			r.batch.Unnamed++
		}
		return nil
	}
	r.batch.Good++
	r.near.add(&staged)
	return r.staging.Add(ctx, staged)
}

// codeColumn is the column in which the file names the component of a row.
func (r *run) codeColumn(line int64) string {
	sheet, _ := r.batch.Place(line)
	return r.codes[sheet]
}

// report counts every issue and keeps those that kept may choose from.
func (r *run) report(issues ...Issue) {
	for _, i := range issues {
		r.totals[Total{Code: i.Code, Severity: i.Severity}]++
		count := map[Severity]*int64{Error: &r.errors, Warning: &r.warnings, Fixed: &r.fixed}[i.Severity]
		if i.Severity == Fixed {
			r.fixes.add(i)
		}
		if *count++; *count <= int64(r.config.MaxIssues) {
			if i.Sheet == "" {
				i.Sheet, i.Row = r.batch.Place(i.Row)
			}
			i.Column, i.Message.ZH, i.Message.EN = visible(i.Column), visible(i.Message.ZH), visible(i.Message.EN) // they quote cells
			r.issues = append(r.issues, i)
		}
	}
}

// kept are at most MaxIssues of the issues: errors before warnings, because they say why a file was refused, these before what was fixed, and
// of each severity the first found.
func (r *run) kept() []Issue {
	room := int64(r.config.MaxIssues)
	left := map[Severity]int64{}
	for _, s := range []struct {
		severity Severity
		found    int64
	}{{Error, r.errors}, {Warning, r.warnings}, {Fixed, r.fixed}} {
		left[s.severity] = min(room, s.found)
		room -= left[s.severity]
	}
	return slices.DeleteFunc(slices.Clone(r.issues), func(i Issue) bool {
		left[i.Severity]--
		return left[i.Severity] < 0
	})
}

// ask gathers the questions, and reports whether there are any.
func (r *run) ask() bool {
	r.questions = append(r.questions, r.checker.questionsOfColumns()...)
	r.questions = append(r.questions, r.checker.questionsOfBlanks()...)
	r.questions = append(r.questions, r.checker.questionsOfSilence()...)
	r.questions = append(r.questions, r.checker.questionsOfDrawings(MaxQuestions-len(r.questions))...)
	r.questions = append(r.questions, r.checker.questionsOfTexts(MaxQuestions-len(r.questions))...)
	return len(r.questions) > 0
}

// wait leaves the file for its answers.
func (r *run) wait(ctx context.Context) error {
	r.batch.State, r.batch.FinishedAt = NeedsAnswers, r.config.Clock()
	return r.finish(ctx)
}

func (r *run) reject(ctx context.Context, reason string) error {
	r.batch.State, r.batch.Reason, r.batch.FinishedAt = Rejected, reason, r.config.Clock()
	return r.finish(ctx)
}

func (r *run) finish(ctx context.Context) error {
	if answered := r.checker.asked.applied(); len(r.questions)+len(answered) > 0 {
		if err := r.staging.Ask(ctx, r.questions, answered); err != nil {
			return err
		}
	}
	if err := r.staging.Finish(ctx, r.batch, r.kept()); err != nil {
		return err
	}
	r.progress()
	return nil
}

func (r *run) progress() {
	r.config.Progress(Progress{Batch: r.batch.ID, State: r.batch.State, Read: r.batch.Read, Bad: r.batch.Bad})
}

func hasError(issues []Issue) bool {
	for _, i := range issues {
		if i.Severity == Error {
			return true
		}
	}
	return false
}

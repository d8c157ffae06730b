package intake

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"citygrid/registry"
	"citygrid/registry/census"
)

// CodeNoOption is the code of an answer that is none of its question's options.
const CodeNoOption = "no_option"

// Questions is what is open about a file, and what was answered.
type Questions struct {
	Open    []census.Question
	Given   map[string]string // by who sent the file, or who answered
	Applied []census.Answer   // when it was read last
}

// Questions are those of an import; NotFound when there is none.
func (d *Desk) Questions(ctx context.Context, id census.BatchID) (Questions, error) {
	i, err := d.Import(ctx, id)
	if err != nil {
		return Questions{}, err
	}
	var q Questions
	if i.Upload != nil {
		q.Given = i.Upload.Answers
	}
	q.Open, q.Applied, err = d.config.Store.Questions(ctx, id)
	if registry.KindOf(err) == registry.NotFound { // not read yet
		err = nil
	}
	return q, err
}

// Answer has a file read again with answers, beside those that were given before. Keys that it does not ask about are kept: they may be asked when these are
// answered. Conflict when no question is open; Invalid, with the code CodeNoOption, for a value that is no option of its question.
func (d *Desk) Answer(ctx context.Context, id census.BatchID, answers map[string]string) (Import, error) {
	j := newJob(Upload{ID: id})
	if err := d.claim(j); err != nil {
		return Import{}, err
	}
	if err := d.answer(ctx, j, answers); err != nil {
		d.release(j)
		return Import{}, err
	}
	if err := d.push(j); err != nil { // the answers are kept, and with them the file waits
		d.release(j)
		d.config.Log.Warn("an answered upload waits for the next look / 已答复的文件稍后处理", "import", id.String(), "err", err)
	}
	return d.Import(ctx, id)
}

// answer keeps the answers and makes j the work with them. Nobody else works on the file meanwhile: j holds its place.
func (d *Desk) answer(ctx context.Context, j *job, answers map[string]string) error {
	b, err := d.config.Store.Batch(ctx, j.upload.ID)
	if err != nil {
		if _, sent := d.config.Store.Upload(ctx, j.upload.ID); sent == nil && registry.KindOf(err) == registry.NotFound {
			return notAsked(Queued) // it waits to be read
		}
		return err
	}
	u, err := d.config.Store.Upload(ctx, j.upload.ID)
	switch {
	case registry.KindOf(err) == registry.NotFound, err == nil && (b.State != census.NeedsAnswers || !u.Kept):
		return notAsked(State(b.State))
	case err != nil:
		return err
	}
	open, _, err := d.config.Store.Questions(ctx, j.upload.ID)
	if err != nil {
		return err
	}
	for _, q := range open {
		if value, given := answers[q.Key]; given {
			if err := q.Check(value); err != nil {
				var known *registry.Error
				if errors.As(err, &known) {
					known.Code = CodeNoOption
				}
				return err
			}
		}
	}
	all := map[string]string{}
	maps.Copy(all, u.Answers)
	maps.Copy(all, answers)
	if len(all) > mostAnswers {
		return registry.InvalidField("answers", fmt.Sprint(len(all)),
			fmt.Sprintf("一个文件最多 %d 个答案", mostAnswers), fmt.Sprintf("a file has at most %d answers", mostAnswers))
	}
	if err := d.config.Store.SaveAnswers(ctx, u.ID, all); err != nil {
		return err
	}
	u.Answers = all
	d.mu.Lock()
	defer d.mu.Unlock()
	j.upload = u
	return nil
}

// mostAnswers is how many answers are kept of a file.
const mostAnswers = 5000

func notAsked(s State) error {
	return registry.NewError(registry.Conflict, "no_questions",
		fmt.Sprintf("该批次没有待答的问题（状态：%s）", s), fmt.Sprintf("this import leaves no question open that can be answered here: it is %s", s))
}

package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"citygrid/registry/census"
)

// summary writes 汇总: what became of the file, how many issues of each code, and the issues that no row shows.
func (b *workbook) summary() error {
	if _, err := b.file.NewSheet(sheetSummary); err != nil {
		return err
	}
	out, err := b.file.NewStreamWriter(sheetSummary)
	if err != nil {
		return err
	}
	if err := out.SetColWidth(1, 5, 28); err != nil {
		return err
	}
	row := 0
	for _, line := range b.lines() {
		row++
		cells := make([]any, len(line.cells))
		for i, v := range line.cells {
			if cells[i] = v; line.heading || i == 0 {
				cells[i] = excelize.Cell{StyleID: b.styles.heading, Value: v}
			}
		}
		if err := out.SetRow(fmt.Sprintf("A%d", row), cells); err != nil {
			return err
		}
	}
	return out.Flush()
}

// line is one row of 汇总. Its first cell is a heading, or all are.
type line struct {
	heading bool
	cells   []any
}

func (b *workbook) lines() []line {
	s := b.content.Summary
	lines := []line{
		{cells: []any{"文件 File", s.File}},
		{cells: []any{"批次 Batch", s.Batch.ID}},
		{cells: []any{"结果 State", stateWords(s.Batch)}},
		{cells: []any{"行数 Rows", s.Batch.Rows}},
		{cells: []any{"合格 Good", s.Batch.Good}},
		{cells: []any{"有误 Bad", s.Batch.Bad}},
		{cells: []any{"新增 Created", s.Batch.Created}},
		{cells: []any{"更新 Updated", s.Batch.Updated}},
		{cells: []any{"未变 Unchanged", s.Batch.Unchanged}},
		{cells: []any{"错误 Errors", s.Errors}},
		{cells: []any{"提醒 Warnings", s.Warnings}},
		{cells: []any{"已改 Fixed", s.Fixed}},
	}
	for _, how := range s.Recognised {
		lines = append(lines, line{cells: []any{"识别 Recognised", how.ZH, how.EN}})
	}
	for _, p := range s.Positions {
		heading, text := "坐标 Position", p.Text()
		if p.Taken {
			heading = "坐标读法 Position, as read"
		}
		lines = append(lines, line{cells: []any{heading, text.ZH, text.EN}})
	}
	for _, q := range s.Questions {
		lines = append(lines, line{cells: []any{"待答 Question", q.Text.ZH, q.Text.EN, q.Key}})
	}
	if s.LeftOut > 0 {
		lines = append(lines, line{cells: []any{"未列出 Left out", s.LeftOut, "这些问题只计数，未逐条列出 / issues that are counted and not listed"}})
	}
	if b.skipped > 0 {
		lines = append(lines, line{cells: []any{"未重复 Not repeated", b.skipped,
			"文件较大，只列有问题的行 / the file is long: only the rows with issues are shown"}})
	}
	lines = append(lines, line{}, line{true, []any{"代码 Code", "程度 Severity", "数量 Count"}})
	for _, t := range s.Totals {
		lines = append(lines, line{cells: []any{t.Code, severityWord(t.Severity), t.Count}})
	}
	if len(b.byRow) > 0 {
		lines = append(lines, line{}, line{true, []any{"未在数据行中 Of no row", "工作表 Sheet", "行 Row", "列名 Column", "程度 Severity", "说明 Message", "Message"}})
		for _, at := range slices.SortedFunc(maps.Keys(b.byRow), func(a, b place) int { return cmp.Or(strings.Compare(a.sheet, b.sheet), cmp.Compare(a.row, b.row)) }) {
			for _, i := range b.byRow[at] {
				lines = append(lines, line{cells: []any{i.Code, at.sheet, at.row, i.Column, severityWord(i.Severity), i.Message.ZH, i.Message.EN}})
			}
		}
	}
	return lines
}

func stateWords(b Batch) string {
	switch b.State {
	case census.Promoted:
		return "已入库 promoted"
	case census.Rejected:
		return "未接受 rejected: " + b.Reason
	case census.Staged:
		return "待提交 staged"
	case census.NeedsAnswers:
		return "待答复 needs_answers"
	}
	return string(b.State)
}

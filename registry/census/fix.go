package census

import (
	"cmp"
	"slices"

	"citygrid/registry/catalog"
)

// FixedCount is how many cells of one column were put right in one way.
type FixedCount struct {
	Sheet, Column, Code string // as in Issue
	Cells               int64
	Value, Instead      string // of the first
	Message             catalog.Text
}

// fix says that a cell is taken as something else than what was written.
func (in *inspection) fix(a attribute, code, instead string) {
	if in.refused(a) {
		return
	}
	in.issues = append(in.issues, Issue{
		Sheet: in.row.Sheet, Row: in.row.Line, Column: in.columns.column(a), Code: code, Value: cut(in.cell(a)), Instead: cut(instead),
		Severity: Fixed, Message: fixText(code),
	})
}

// fixText says in a few words what was done.
func fixText(code string) catalog.Text {
	switch code {
	case CodeFullWidth:
		return catalog.Text{ZH: "全角字符按半角读取", EN: "full-width characters read as the usual ones"}
	case CodeInvisible:
		return catalog.Text{ZH: "去掉了不可见字符或空格", EN: "invisible characters or spaces left out"}
	case CodeDecimals:
		return catalog.Text{ZH: "去掉了编码末尾的小数“.0”", EN: "decimals .0 of a code left out"}
	case CodeDateForm:
		return catalog.Text{ZH: "日期写法已统一", EN: "dates written in another way"}
	case CodeDateSerial:
		return catalog.Text{ZH: "表格软件的日期序号已换算为日期", EN: "a spreadsheet's number of the day read as its date"}
	case CodeThousands:
		return catalog.Text{ZH: "去掉了千位分隔符", EN: "thousands commas left out"}
	case CodeDegrees:
		return catalog.Text{ZH: "度分秒已换算为十进制度", EN: "degrees, minutes and seconds read as degrees"}
	case CodeSentinel:
		return catalog.Text{ZH: "表示“没有”的文字按空单元格处理", EN: "words for nothing taken as empty cells"}
	case CodeAnswered:
		return catalog.Text{ZH: "按对问题的答复读取", EN: "read as was answered"}
	case CodeSinglePart:
		return catalog.Text{ZH: "只有一个部分的多部分几何按单个读取", EN: "shapes of several parts that have one part only taken as that part"}
	case CodeClosedLine:
		return catalog.Text{ZH: "图形中的闭合线按其围成的面读取", EN: "closed lines of a drawing taken for the polygons that they bound"}
	case CodeMeasures:
		return catalog.Text{ZH: "去掉了图形中的 M 值", EN: "measures (M values) of shapes left out"}
	case CodeUnitByName:
		return catalog.Text{ZH: "按单位名称补上了单位代码", EN: "unit codes filled in by the unit's name"}
	}
	return catalog.Text{ZH: "状态用语已改为标准用语", EN: "state words read as the standard's"} // CodeStateWord
}

// fixes counts what was fixed.
type fixes struct {
	counts []FixedCount
	at     map[FixedCount]int // by sheet, column and code
}

// maxFixedCounts bounds the ways that are told apart: features may name their columns as they like.
const maxFixedCounts = 1000

func (f *fixes) add(i Issue) {
	key := FixedCount{Sheet: i.Sheet, Column: i.Column, Code: i.Code}
	at, known := f.at[key]
	if !known {
		if len(f.counts) == maxFixedCounts {
			return
		}
		if f.at == nil {
			f.at = map[FixedCount]int{}
		}
		at = len(f.counts)
		f.at[key] = at
		key.Value, key.Instead, key.Message = i.Value, i.Instead, i.Message
		f.counts = append(f.counts, key)
	}
	f.counts[at].Cells++
}

// largestFirst are the counts.
func (f *fixes) largestFirst() []FixedCount {
	counts := slices.Clone(f.counts)
	slices.SortStableFunc(counts, func(a, b FixedCount) int { return cmp.Compare(b.Cells, a.Cells) })
	return counts
}

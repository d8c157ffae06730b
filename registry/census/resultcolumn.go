package census

// The columns that the workbook of a report adds to the crew's own. They are no attribute: a workbook that was mended is taken as it is.
const (
	ColumnLine   = "校验行号"
	ColumnResult = "校验结果"
)

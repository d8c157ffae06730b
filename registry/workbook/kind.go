package workbook

import (
	"bytes"
	"io"
	"strings"
)

// kindOf says what a file is that does not begin as a zip does; nil for one that does.
func kindOf(r io.ReaderAt, size int64) (*Fault, error) {
	head := make([]byte, min(size, 4096))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, err
	}
	text := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n"))
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return nil, nil
	case len(head) == 0:
		return &Fault{ProblemTruncated, "文件为空；请重新复制", "the file is empty; copy it again"}, nil
	case bytes.HasPrefix(text, []byte("<?xml")) && bytes.Contains(text, []byte("urn:schemas-microsoft-com:office:spreadsheet")):
		return kind("“XML 电子表格 2003”；请在 Excel 中打开后另存为 .xlsx", "an \"XML Spreadsheet 2003\"; open it in Excel and save it as .xlsx"), nil
	case bytes.HasPrefix(text, []byte("<")):
		return kind("网页（HTML）或其他 XML，许多系统把网页表格存成 .xls 或 .xlsx；请在 Excel 中打开后另存为 .xlsx",
			"a web page (HTML) or other XML, which many systems save as .xls or .xlsx; open it in Excel and save it as .xlsx"), nil
	case bytes.HasPrefix(head, []byte("Rar!")), bytes.HasPrefix(head, []byte("7z\xbc\xaf")), bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return kind("压缩包；请解压后提交其中的文件", "an archive; unpack it and send what is in it"), nil
	case bytes.HasPrefix(head, []byte("%PDF")):
		return kind("PDF；请提交电子表格", "a PDF; send the spreadsheet"), nil
	}
	return damaged("zip"), nil
}

// checkKind says what a zip is that is no workbook without macros.
func (b *Book) checkKind() error {
	switch {
	case b.has("xl/vbaproject.bin"), b.has("xl/macrosheets/"):
		return kind("含宏的工作簿（.xlsm）；请另存为不含宏的“Excel 工作簿（.xlsx）”", "a workbook with macros (.xlsm); save it as \"Excel Workbook (.xlsx)\", without them")
	case b.has("xl/workbook.bin"):
		return kind("二进制工作簿（.xlsb）；请另存为 .xlsx", "a binary workbook (.xlsb); save it as .xlsx")
	case b.mainPart() != nil:
		return nil
	case b.has("word/"):
		return kind("Word 文档；请把表格复制到 Excel 后另存为 .xlsx", "a Word document; copy its table into Excel and save it as .xlsx")
	case b.has("mimetype") && b.has("content.xml"):
		return kind("OpenDocument 表格（.ods）；请另存为 .xlsx", "an OpenDocument spreadsheet (.ods); save it as .xlsx")
	}
	return kind("普通压缩包（.zip）；请解压后提交其中的文件", "a zip archive; unpack it and send what is in it")
}

// has reports whether there is a part of that name, or one in that folder.
func (b *Book) has(name string) bool {
	if b.part(name) != nil {
		return true
	}
	for part := range b.parts {
		if strings.HasSuffix(name, "/") && strings.HasPrefix(part, name) {
			return true
		}
	}
	return false
}

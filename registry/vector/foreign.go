package vector

import (
	"bytes"
	"path"
	"strings"
)

// Foreign reports whether a file begins as one of a kind that crews send and nothing here reads.
func Foreign(head []byte) bool { return foreignOf(head) != nil }

// ForeignName reports whether a name is that of such a file.
func ForeignName(name string) bool { return foreignNamed(path.Ext(name)) != nil }

// foreignOf says by a file's first bytes what it is and what to send instead; nil where that is not known.
func foreignOf(head []byte) *Fault {
	switch {
	case bytes.HasPrefix(head, []byte("AC10")):
		return foreignNamed(".dwg")
	case bytes.HasPrefix(head, []byte("AutoCAD Binary DXF")):
		return &Fault{
			ProblemKind, "二进制 DXF 不能读取；请在 CAD 中另存为 ASCII 格式的 DXF", "a binary DXF is not read: save the drawing as DXF in ASCII",
		}
	case bytes.HasPrefix(head, []byte("\x00\x01\x00\x00Standard Jet DB")), bytes.HasPrefix(head, []byte("\x00\x01\x00\x00Standard ACE DB")):
		return foreignNamed(".mdb")
	case bytes.HasPrefix(head, []byte("Rar!\x1a\x07")):
		return foreignNamed(".rar")
	case bytes.HasPrefix(head, []byte("7z\xbc\xaf\x27\x1c")):
		return foreignNamed(".7z")
	}
	return nil
}

// foreignNamed is foreignOf by an extension.
func foreignNamed(ext string) *Fault {
	switch strings.ToLower(ext) {
	case ".dwg":
		return &Fault{
			ProblemKind, "DWG 图形不能读取；请在 CAD 中另存为 DXF（ASCII 格式，保留图块属性和扩展数据）后提交",
			"a DWG drawing is not read: save it as DXF (in ASCII, with the attributes of blocks and the extended data) and send that",
		}
	case ".mdb", ".accdb":
		return &Fault{
			ProblemKind, "个人地理数据库和 Access 数据库（.mdb）不能读取；请导出为文件地理数据库（.gdb 文件夹压缩为 zip）、GeoPackage 或 CSV 后提交",
			"a personal geodatabase or Access database (.mdb) is not read: export it as a file geodatabase (the .gdb folder as a zip archive), GeoPackage or CSV",
		}
	case ".rar", ".7z":
		return &Fault{
			ProblemKind, "RAR、7z 压缩包不能读取；请解开后重新压缩为 zip，或直接提交其中的文件", "RAR and 7z archives are not read: unpack it, and pack what is in it as zip, or send the files themselves",
		}
	}
	return nil
}

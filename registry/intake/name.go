package intake

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"citygrid/registry"
)

// longestName is how long the name of a file may be, in bytes, as in most file systems.
const longestName = 255

// CleanName is a sender's name of a file without folders before it, of any system. It refuses what no file is called.
func CleanName(name string) (string, error) {
	base := name[strings.LastIndexAny(name, `/\`)+1:]
	if base == "" || base == "." || base == ".." || len(base) > longestName || !utf8.ValidString(base) || strings.ContainsFunc(base, unicode.IsControl) {
		return "", registry.InvalidField("name", name,
			"请给出文件名（不超过 255 字节，不含控制字符），例如 name=路灯.csv", "give the file's name, at most 255 bytes without control characters, such as name=lamps.csv")
	}
	return base, nil
}

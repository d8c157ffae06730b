package vector

import (
	"context"
	"fmt"
	"regexp"
	"strings"
)

// harmless holds for what a GeoPackage may define: SQLite writes the words before the first name so itself. A table of a module is one of an index; others
// read whatever file they name.
var harmless = regexp.MustCompile("^CREATE (?:TABLE|INDEX|UNIQUE INDEX|TRIGGER|VIEW) " +
	"|^CREATE VIRTUAL TABLE (?:\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|`[^`]*`|\\[[^\\]]*\\]|[\\pL\\pN_$]+)[ \t\r\n]+(?i:USING)[ \t\r\n]+(?i:rtree|rtree_i32|fts3|fts4|fts5)[ \t\r\n]*(?:\\(|$)")

// checkSchema refuses a GeoPackage with tables that are the programs of others. What its views call is held to what is harmless by SQLite.
func (t *Tool) checkSchema(ctx context.Context, s Source) error {
	if s.Kind != GeoPackage {
		return nil
	}
	for r, err := range t.records(ctx, s, append(s.arguments(), "-sql", "select sql from sqlite_master where sql is not null")) {
		if err != nil {
			return err
		}
		if len(r.Values) == 1 && harmless.MatchString(r.Values[0]) {
			continue
		}
		statement := strings.ToValidUTF8(fmt.Sprintf("%.100s", strings.Join(r.Values, " ")), "?")
		return &Fault{
			ProblemKind, fmt.Sprintf("%.80s 中有虚拟表（%s），它们读取其他文件，不被接受；请只导出部件图层", s.Name, statement),
			fmt.Sprintf("%.80s has virtual tables (%s), which read other files and are not taken: export the layers of components alone", s.Name, statement),
		}
	}
	return nil
}

package census

import (
	"context"
	"fmt"
	"strings"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// namesOf are the sub-classes by their standard names, "" where two have one name.
func namesOf(subclasses map[catalog.SubclassCode]catalog.Subclass) map[string]catalog.SubclassCode {
	names := make(map[string]catalog.SubclassCode, len(subclasses))
	for code, s := range subclasses {
		if _, twice := names[s.NameZH]; twice {
			code = ""
		}
		names[s.NameZH] = code
	}
	return names
}

// numbering is that in which components are counted from 1. The zero value is none.
type numbering struct {
	division catalog.DivisionCode
	subclass catalog.SubclassCode
}

// unnumbered says in the issue of a row without code in which numbering the row is, or what is missing to know (import trap 23): the division is that of
// its grid cell, the sub-class that of its name. The number follows when every row was read.
func (in *inspection) unnumbered(is *Issue, c *registry.Component) {
	name := strings.TrimSpace(c.Name)
	subclass, known := in.names[name]
	division, err := catalog.ParseDivisionCode(string(catalog.GridCode(c.Grid).Division()))
	var zh, en []string
	switch column := in.columns.column(objName); {
	case name == "":
		zh, en = append(zh, column+" 列中的小类名称"), append(en, "the name of its sub-class in "+column)
	case !known:
		zh = append(zh, fmt.Sprintf("本市目录中的小类名称（没有“%.60s”）", name))
		en = append(en, fmt.Sprintf("the name of a sub-class of the city's catalogue, which has no %.60s", name))
	case subclass == "":
		zh = append(zh, fmt.Sprintf("唯一的小类（有多个小类名为“%.60s”）", name))
		en = append(en, fmt.Sprintf("one sub-class, while several are named %.60s", name))
	}
	switch {
	case c.Grid == "":
		zh, en = append(zh, "单元网格内的坐标"), append(en, "a position in a grid cell")
	case err != nil:
		zh = append(zh, "编码以区划开头的单元网格（"+c.Grid+" 不是）")
		en = append(en, "a grid cell whose code begins with a division, as "+c.Grid+" does not")
	}
	if len(zh) > 0 {
		is.Message.ZH += "；若要建议编码，还缺" + strings.Join(zh, "、")
		is.Message.EN += "; for a proposal the row needs " + strings.Join(en, " and ")
		return
	}
	is.numbering = numbering{division, subclass}
}

// propose completes the issues of rows without code that are kept with the next numbers above all that were ever given and all that the file has. It numbers
// nothing: the row stays refused until its crew writes the code into the file, so that no two imports take one number. While it is asked where positions
// are, divisions are in doubt, and nothing is proposed.
func (r *run) propose(ctx context.Context) error {
	next := map[numbering]int{}
	for _, is := range r.issues {
		if is.numbering != (numbering{}) {
			next[is.numbering] = 1
		}
	}
	if len(next) == 0 || len(r.questions) > 0 {
		return nil
	}
	if err := r.follow(ctx, next); err != nil {
		return err
	}
	for i := range r.issues {
		is := &r.issues[i]
		of := is.numbering
		if of == (numbering{}) {
			continue
		}
		code, err := catalog.NewComponentCode(r.config.Edition, of.division, of.subclass, next[of])
		if err != nil {
			is.Message.ZH += fmt.Sprintf("；区划 %s、小类 %s 的顺序号已用到最大，无法建议编码", of.division, of.subclass)
			is.Message.EN += fmt.Sprintf("; no code can be proposed: the numbers of division %s and sub-class %s are used up to the last", of.division, of.subclass)
			continue
		}
		next[of]++
		is.Instead = code.String()
		is.Message.ZH += fmt.Sprintf("；建议编码 %s，目前无人使用，但不预留：写入文件后再导入，此行方可入库", code)
		is.Message.EN += fmt.Sprintf("; %s is proposed, free as of now and not reserved: write it into the file and import that, and the row is taken", code)
	}
	return nil
}

// follow sets each numbering to the number after the highest that is known.
func (r *run) follow(ctx context.Context, next map[numbering]int) error {
	var prefixes []string
	for of := range next {
		prefixes = append(prefixes, string(of.division)+string(of.subclass))
	}
	known, err := r.staging.HighestCodes(ctx, r.config.Edition, prefixes)
	if err != nil {
		return err
	}
	for _, code := range known {
		if err := r.after(next, code); err != nil {
			return err
		}
	}
	for _, u := range r.unstaged {
		if err := r.after(next, u.Code); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) after(next map[numbering]int, text string) error {
	code, err := catalog.ParseComponentCode(r.config.Edition, text)
	if err != nil {
		return fmt.Errorf("propose a code: %w", err)
	}
	of := numbering{code.Division(), code.Subclass()}
	if n, concerned := next[of]; concerned {
		next[of] = max(n, code.Sequence()+1)
	}
	return nil
}

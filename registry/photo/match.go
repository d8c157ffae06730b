package photo

import (
	"fmt"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"

	"citygrid/registry"
	"citygrid/registry/census"
)

// Naming is a row of a survey file that names photos.
type Naming struct {
	Sheet string
	Row   int64
	Code  string   // of the component, as the row has it
	Names []string // see NamesIn
}

// NamingOf gathers what the rows of a survey file name, from its column of photos. TooLarge when that is more than anybody delivers.
func NamingOf(values iter.Seq2[census.NamedValue, error]) ([]Naming, error) {
	var all []Naming
	named := 0
	for v, err := range values {
		if err != nil {
			return nil, err
		}
		names := NamesIn(v.Value)
		if len(names) == 0 {
			continue
		}
		if named += len(names); named > mostNamed {
			return nil, registry.NewError(registry.TooLarge, "too_many_photos",
				fmt.Sprintf("普查文件写了超过 %d 个照片名；请分批提交", mostNamed), fmt.Sprintf("the survey file names more than %d photos: send it in parts", mostNamed))
		}
		all = append(all, Naming{v.Sheet, v.Row, v.Code, names})
	}
	return all, nil
}

// target is a component that a file shows.
type target struct {
	code     string
	position int
}

// matching finds out which file shows which component.
type matching struct {
	report  *Report
	files   []file
	targets map[int][]target // by file
	refused map[int]bool     // files of which it was told why nothing is shown by them
}

// match goes by the rows, and by the names of the files.
func match(files []file, naming []Naming, r *Report) *matching {
	m := &matching{report: r, files: files, targets: map[int][]target{}, refused: map[int]bool{}}
	if len(naming) > 0 {
		m.byRows(naming)
	}
	for i, f := range files {
		if f.bad == nil {
			m.byName(i, f)
		}
	}
	return m
}

// byRows looks for what rows name.
func (m *matching) byRows(naming []Naming) {
	index := map[string][]int{}
	for i, f := range m.files {
		key := nameKey(f.name)
		base := path.Base(key)
		index[base] = append(index[base], i)
		if stem := strings.TrimSuffix(base, path.Ext(base)); stem != base {
			index[stem] = append(index[stem], i)
		}
	}
	for _, row := range naming {
		names := row.Names
		if len(names) > maxNamed {
			m.row(row, "", CodeTooMany, census.Error, fmt.Sprintf("一个单元格写了 %d 个照片名，只看前 %d 个", len(names), maxNamed),
				fmt.Sprintf("the cell names %d photos, of which the first %d are looked at", len(names), maxNamed))
			names = names[:maxNamed]
		}
		if row.Code == "" {
			m.nameless(index, row, names)
			continue
		}
		for n, name := range names {
			switch found := m.find(index, name); len(found) {
			case 0:
				m.row(row, name, CodeMissing, census.Error, "提交的照片中没有这个文件；请补交，或改正表中的文件名", "there is no such file among the photos: send it, or mend the name in the table")
			case 1:
				m.targets[found[0]] = append(m.targets[found[0]], target{row.Code, n + 1})
			default:
				for _, i := range found {
					m.refused[i] = true
				}
				m.row(row, name, CodeAmbiguous, census.Error,
					fmt.Sprintf("有 %d 个同名文件（如 %.80s、%.80s）；请在表中写明文件夹，例如 文件夹/%.60s", len(found), m.files[found[0]].name, m.files[found[1]].name, name),
					fmt.Sprintf("there are %d files of this name (%.80s, %.80s): write the folder too, such as folder/%.60s", len(found), m.files[found[0]].name, m.files[found[1]].name, name))
			}
		}
	}
	m.shared(naming)
}

// nameless tells of a row that names photos and not its component.
func (m *matching) nameless(index map[string][]int, row Naming, names []string) {
	for _, name := range names {
		for _, i := range m.find(index, name) {
			m.refused[i] = true
		}
		m.row(row, name, CodeUnknown, census.Error, "该行写了照片，但没有标识码；请补上标识码", "the row names the photo, and has no code of a component: fill that in")
	}
}

// find are the files that a name may mean: those whose path ends with it, and among those the whole names before the stems.
func (m *matching) find(index map[string][]int, name string) []int {
	key := strings.TrimPrefix(nameKey(name), "./")
	found := index[path.Base(key)]
	if len(found) < 2 && !strings.Contains(key, "/") {
		return found
	}
	ends := func(i int) bool {
		whole := "/" + nameKey(m.files[i].name)
		return strings.HasSuffix(whole, "/"+key) || strings.HasSuffix(strings.TrimSuffix(whole, path.Ext(whole)), "/"+key)
	}
	if fit := slices.DeleteFunc(slices.Clone(found), func(i int) bool { return !ends(i) }); len(fit) > 0 || len(found) > 1 {
		return fit
	}
	return found // another folder than there: D:\普查\IMG_2041.JPG
}

// shared tells of photos that several components share.
func (m *matching) shared(naming []Naming) {
	rows := map[string]Naming{}
	for _, row := range naming {
		if _, known := rows[row.Code]; !known {
			rows[row.Code] = row
		}
	}
	for _, i := range slices.Sorted(maps.Keys(m.targets)) {
		var codes, places []string
		for _, t := range m.targets[i] {
			if !slices.Contains(codes, t.code) {
				codes, places = append(codes, t.code), append(places, rowName(rows[t.code].Sheet, rows[t.code].Row))
			}
		}
		if len(codes) < 2 {
			continue
		}
		const most = 5
		list := strings.Join(places[:min(most, len(places))], ", ")
		if len(places) > most {
			list += " …"
		}
		m.report.report(Issue{File: m.files[i].name, Code: codes[0], Problem: CodeShared, Severity: census.Warning},
			fmt.Sprintf("%d 行写了同一张照片（第 %s 行），已分别挂接；请核对是否填重", len(codes), list),
			fmt.Sprintf("%d rows name the same photo (rows %s); it is taken for each: check whether that is meant", len(codes), list))
	}
}

// byName takes a file for the component whose code its name has.
func (m *matching) byName(i int, f file) {
	named := NameOf(f.name)
	switch {
	case len(named.Codes) > 1 && len(m.targets[i]) == 0:
		m.refused[i] = true
		m.report.report(Issue{File: f.name, Problem: CodeUnclear, Severity: census.Error}, "文件名含有不止一个标识码；请只保留所属部件的标识码",
			"the name has more than one code: leave the code of its component alone")
	case len(named.Codes) == 1 && !slices.ContainsFunc(m.targets[i], func(t target) bool { return t.code == named.Codes[0] }):
		m.targets[i] = append(m.targets[i], target{named.Codes[0], named.Number})
	}
}

// orphans tells which files nothing names.
func (m *matching) orphans() {
	for i, f := range m.files {
		switch {
		case f.bad != nil:
			m.report.bad(f, f.bad)
		case len(m.targets[i]) > 0 || m.refused[i]:
		case !looksLikePhoto(f.name):
			m.report.Passed++
		default:
			m.report.report(Issue{File: f.name, Problem: CodeNoComponent, Severity: census.Error},
				"找不到所属部件：文件名中没有标识码，普查文件也没有写它；请以标识码命名（如 4205020118000001_1.jpg），或在普查文件的照片列写上文件名",
				"no component is named: put the code into the file's name (such as 4205020118000001_1.jpg), or the file's name into the survey file's column of photos")
		}
	}
}

func (m *matching) row(row Naming, name, problem string, severity census.Severity, zh, en string) {
	m.report.report(Issue{File: name, Sheet: row.Sheet, Row: row.Row, Code: row.Code, Problem: problem, Severity: severity}, zh, en)
}

// codes are all that are named.
func (m *matching) codes() []string {
	all := map[string]bool{}
	for _, targets := range m.targets {
		for _, t := range targets {
			all[t.code] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

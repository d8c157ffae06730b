package main

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestQuestionsAreAnsweredAsTheyArePrinted(t *testing.T) {
	t.Parallel()
	url, dir := surveyed(t)
	points := filepath.Join(dir, "points.csv")
	p := citygrid(t, url, "import", points)
	p.want(t, exitOpen, "状态“好”是哪一种？ / Which state is meant by 好?", "1 rows, first in row 4", "1 questions are open", "--answer '*=refuse'")
	printed := regexp.MustCompile(`--answer '(state\.好=完好)'  .*← likely`).FindStringSubmatch(p.out.String())
	if printed == nil {
		t.Fatalf("no answer is proposed:\n%s", p.out.String())
	}
	citygrid(t, url, "batches").want(t, 0, "needs_answers")
	citygrid(t, url, "import", points, "--answer", "state.好=很好").want(t, exitRefused, "state.好=很好", "完好, 破损", "没有这个选项")
	citygrid(t, url, "import", points, "--answer", "state.好").want(t, exitUsage, "KEY=VALUE")
	citygrid(t, url, "import", points, "--answer", "*=yes").want(t, exitUsage, "refuse")
	citygrid(t, url, "import", points, "--dry-run").want(t, exitOpen, "Which state is meant by 好?")
	citygrid(t, url, "import", points, "--answer", printed[1]).want(t, 0, "0 created, 0 updated, 10 unchanged", "as answered: state.好 = 完好 (1 rows)")
	citygrid(t, url, "import", points, "--answer", "*=refuse").want(t, exitRefused, "unknown_state")
}

func TestAQuotedAnswerIsOneWordOfAShell(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"unit.市政处=U03", "unit.a'b $(echo c)=\"x\"", "'", ""} {
		out, err := exec.Command("sh", "-c", "printf %s "+quoted(text)).Output()
		if err != nil || string(out) != text {
			t.Errorf("%q became %q, %v", text, strings.TrimSpace(string(out)), err)
		}
	}
}

// The whole way of a crew whose files name nothing as the standard does: asked once, answered as printed, never asked again.
func TestACrewIsAskedOnce(t *testing.T) {
	t.Parallel()
	url, dir := surveyed(t)
	crews := strings.NewReplacer("ObjID", "灯杆号", ",Note,", ",备注,", "LocateDSC", "备注", ",完好,", ",好好的,").Replace(textOf(t, filepath.Join(dir, "more.csv")))
	file := func(name string) string {
		path := filepath.Join(dir, name)
		put(t, path, crews)
		return path
	}
	first := file("first.csv")
	args := []string{"import", first, "--profile", "三队"}
	answers := regexp.MustCompile(`(?m)^  --answer '(\S+)'  .*← likely`)
	for range 3 { // the columns first, then what stands in them
		p := citygrid(t, url, args...)
		if p.code(t) == 0 {
			break
		}
		if p.ProcessState.ExitCode() != exitOpen {
			t.Fatalf("%s%s", p.out.String(), p.err.String())
		}
		for _, found := range answers.FindAllStringSubmatch(p.out.String(), -1) {
			args = append(args, "--answer", found[1])
		}
		if strings.Contains(p.out.String(), "column.Note=备注#2") {
			args = append(args, "--answer", "column.Note=备注")
		}
	}
	if want := "import " + first + " --profile 三队 --answer column.ObjID=灯杆号 --answer column.Note=备注 --answer state.好好的=完好"; strings.Join(args, " ") != want {
		t.Errorf("got  %q\nwant %q", strings.Join(args, " "), want)
	}
	citygrid(t, url, "crews").want(t, 0, "3  ", "三队")
	citygrid(t, url, "--actor", "ling", "import", file("second.csv"), "--profile", "三队").want(t, 0, "10 unchanged", "remembered from 20", "state.好好的 = 完好", "column.ObjID = 灯杆号")
	citygrid(t, url, "import", file("third.csv")).want(t, exitOpen, "column.ObjID")
	citygrid(t, url, "crews", "show", "三队").want(t, 0, "column.Note", "备注", "state.好好的")
	citygrid(t, url, "crews", "forget", "三队", "state.好好的").want(t, 0)
	citygrid(t, url, "import", file("fourth.csv"), "--profile", "三队").want(t, exitOpen, "Which state is meant by 好好的?")
	citygrid(t, url, "import", file("fourth.csv"), "--profile", "三队", "--answer", "column.ObjID=杆号").want(t, exitRefused, "column.ObjID=杆号", "灯杆号", "crews forget '三队' KEY")
	citygrid(t, url, "crews", "forget", "三队").want(t, 0)
	citygrid(t, url, "crews", "show", "三队").want(t, exitRefused, "nothing of this is remembered")
	citygrid(t, url, "crews").want(t, 0, "import with --profile NAME")
	citygrid(t, url, "import", first, "--profile", " ").want(t, exitUsage, "all printable")
}

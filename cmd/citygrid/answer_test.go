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

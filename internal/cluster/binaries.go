package cluster

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// debianRoot holds one folder per installed major version of PostgreSQL.
const debianRoot = "/usr/lib/postgresql"

// debianMajor is the version named in the install line when none is there to ask: that of Debian 12.
const debianMajor = "15"

// MissingError says that PostgreSQL or PostGIS is not installed, and how to install it.
type MissingError struct {
	What  string // what was looked for
	Where string // where it was looked for
	Major string // major version of PostgreSQL that is wanted
}

// Error names the missing part and the install line, in English and Chinese.
func (e *MissingError) Error() string {
	return fmt.Sprintf("cluster: %s not found in %s; install with: apt-get install -y postgresql-%[3]s postgresql-%[3]s-postgis-3"+
		" / 未找到 %[1]s（%[2]s），请执行：apt-get install -y postgresql-%[3]s postgresql-%[3]s-postgis-3", e.What, e.Where, e.Major)
}

// binaries is one installed PostgreSQL.
type binaries struct {
	dir     string
	version string // as "15.18"
}

func (b binaries) path(program string) string { return filepath.Join(b.dir, program) }

var versionLine = regexp.MustCompile(`\(PostgreSQL\) ((\d+)[.\w]*)`)

// findBinaries looks in dir, or, when that is empty, in Debian's folder of the given major version, or, when that is empty too, in
// the newest of Debian's folders. PostGIS is part of what must be there.
func findBinaries(ctx context.Context, dir, major string) (binaries, error) {
	if dir == "" {
		dir = debianDir(major)
	}
	wanted := major
	if wanted == "" {
		wanted = debianMajor
	}
	for _, program := range []string{"postgres", "initdb", "pg_controldata", "pg_config"} {
		if info, err := os.Stat(filepath.Join(dir, program)); err != nil || info.IsDir() {
			return binaries{}, &MissingError{What: "PostgreSQL (" + program + ")", Where: dir, Major: wanted}
		}
	}
	out, err := output(ctx, filepath.Join(dir, "postgres"), "--version")
	match := versionLine.FindStringSubmatch(out)
	if err != nil || match == nil {
		return binaries{}, fmt.Errorf("cluster: %s/postgres does not tell its version: %q: %w", dir, out, err)
	}
	if major != "" && match[2] != major {
		return binaries{}, fmt.Errorf("cluster: the data folder was made by PostgreSQL %s, but %s is version %s", major, dir, match[1])
	}
	share, err := output(ctx, filepath.Join(dir, "pg_config"), "--sharedir")
	if err != nil {
		return binaries{}, fmt.Errorf("cluster: %s/pg_config: %w", dir, err)
	}
	if _, err := os.Stat(filepath.Join(share, "extension", "postgis.control")); err != nil {
		return binaries{}, &MissingError{What: "PostGIS (postgis.control)", Where: filepath.Join(share, "extension"), Major: match[2]}
	}
	return binaries{dir: dir, version: match[1]}, nil
}

// debianDir returns the program folder of a major version, or of the newest one that has a server.
func debianDir(major string) string {
	if major != "" {
		return filepath.Join(debianRoot, major, "bin")
	}
	found, _ := filepath.Glob(filepath.Join(debianRoot, "*", "bin", "postgres")) // the pattern is constant and well formed
	number := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path)))) // a folder that is no number sorts first
		return n
	}
	sort.Slice(found, func(i, j int) bool { return number(found[i]) > number(found[j]) })
	if len(found) == 0 {
		return filepath.Join(debianRoot, debianMajor, "bin")
	}
	return filepath.Dir(found[0])
}

// dataVersion is the major version that made a data folder, "" when there is none.
func dataVersion(data string) string {
	text, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// output runs a program that answers a question about itself.
func output(ctx context.Context, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = "/", environment()
	out, err := cmd.Output()
	return string(bytes.TrimSpace(out)), err
}

// environment is all that PostgreSQL's programs get to see: PGPORT, PGDATA, LC_ALL and TZ of the caller would change what they do.
func environment() []string {
	return []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
}

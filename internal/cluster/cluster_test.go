package cluster

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"
)

// childDir makes the test binary a process that starts a cluster in the folder it names (or a throwaway one), says so, and hangs.
const childDir = "CITYGRID_CLUSTER_TEST_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		var c interface{ URL(string) string }
		var err error
		if dir == "throwaway" {
			c, err = StartThrowaway(context.Background(), Config{})
		} else {
			c, err = Start(context.Background(), Config{Dir: dir})
		}
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(c.URL("postgres"))
		select {}
	}
	os.Exit(m.Run())
}

func TestFirstStartMakesAPrivateDurableDatabase(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	c := mustStart(t, dir)
	if c.Recovery() != Fresh {
		t.Errorf("Recovery = %s", c.Recovery())
	}
	got := map[string]string{}
	rows, err := connect(t, c.URL("postgres")).Query(t.Context(), `select name, setting from pg_settings
		where name in ('listen_addresses','data_checksums','fsync','full_page_writes','synchronous_commit','jit','TimeZone','log_timezone',
		'server_encoding','lc_collate','max_connections','client_connection_check_interval','unix_socket_permissions','random_page_cost')`)
	if err != nil {
		t.Fatal(err)
	}
	var name, value string
	if _, err := pgx.ForEachRow(rows, []any{&name, &value}, func() error { got[name] = value; return nil }); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"listen_addresses": "", "data_checksums": "on", "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on",
		"jit": "off", "TimeZone": "UTC", "log_timezone": "UTC", "server_encoding": "UTF8", "lc_collate": "C", "max_connections": "50",
		"client_connection_check_interval": "2000", "unix_socket_permissions": "0700", "random_page_cost": "1.1"}
	if !maps.Equal(got, want) {
		t.Errorf("settings\n got %v\nwant %v", got, want)
	}
	for _, folder := range []string{"pg", "run"} {
		info, err := os.Stat(filepath.Join(dir, folder))
		if err != nil || info.Mode().Perm() != 0o700 || int(info.Sys().(*syscall.Stat_t).Uid) != c.account.uid {
			t.Errorf("%s: %v, %v; want 0700 and owner %d", folder, info.Mode(), err, c.account.uid)
		}
	}
	if pid := postmaster(t, dir); must(unix.Getsid(pid))(t) != pid {
		t.Error("the server is in our session: Ctrl-C would reach it")
	}
}

func TestEnsureDatabaseIsIdempotentAndSafeForManyCallers(t *testing.T) {
	t.Parallel()
	c := mustStart(t, newDir(t))
	const callers = 4
	errs := make(chan error, callers)
	for range callers {
		go func() { errs <- c.EnsureDatabase(t.Context(), `we"ird 城`) }()
	}
	for range callers {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	var covers bool
	err := connect(t, c.URL(`we"ird 城`)).QueryRow(t.Context(), `select st_covers(st_makeenvelope(0,0,2,2), st_point(1,1))`).Scan(&covers)
	if err != nil || !covers {
		t.Errorf("PostGIS does not answer: %v, %v", covers, err)
	}
}

func TestSecondStartOnAFolderInUseIsRefusedWithTheOwnersNumber(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	mustStart(t, dir)
	_, err := Start(t.Context(), Config{Dir: dir})
	var busy *BusyError
	if !errors.As(err, &busy) || *busy != (BusyError{Dir: dir, PID: os.Getpid()}) {
		t.Fatalf("got %v", err)
	}
	for _, part := range []string{strconv.Itoa(os.Getpid()), "--data", "请先停止该进程"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in the message: %s", part, err)
		}
	}
}

func TestStopAndStartIsClean(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	c := mustStart(t, dir)
	write(t, c.URL("postgres"), 7)
	for range 2 { // the second Stop has nothing to do
		if err := c.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if left := processesOf(filepath.Join(dir, "pg")); len(left) != 0 {
		t.Fatalf("processes left: %v", left)
	}
	c = mustStart(t, dir)
	if c.Recovery() != Clean || count(t, c.URL("postgres")) != 7 {
		t.Errorf("Recovery = %s, %d rows; want clean, 7", c.Recovery(), count(t, c.URL("postgres")))
	}
}

func TestStopWithoutPatienceStillEndsTheServer(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	c := mustStart(t, dir)
	write(t, c.URL("postgres"), 3)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Stop(over); err != nil {
		t.Fatal(err)
	}
	if c = mustStart(t, dir); count(t, c.URL("postgres")) != 3 {
		t.Errorf("%d rows after an immediate stop, want 3", count(t, c.URL("postgres")))
	}
}

func TestKilledServerRecoversWhatWasCommittedAndNothingElse(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	child, url := startChild(t, dir)
	write(t, url, 1000)
	open, err := connect(t, url).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open.Exec(t.Context(), `insert into kept select generate_series(1, 500)`); err != nil {
		t.Fatal(err)
	}
	kill(t, child)
	for _, pid := range processesOf(filepath.Join(dir, "pg")) {
		_ = syscall.Kill(pid, syscall.SIGKILL) // children die while we go through the list
	}
	c := mustStart(t, dir)
	if c.Recovery() != Recovered || count(t, c.URL("postgres")) != 1000 {
		t.Errorf("Recovery = %s, %d rows; want recovered, 1000", c.Recovery(), count(t, c.URL("postgres")))
	}
}

func TestServerLeftByAKilledProcessIsAdopted(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	child, url := startChild(t, dir)
	write(t, url, 5)
	pid := postmaster(t, dir)
	kill(t, child)
	c := mustStart(t, dir)
	if c.Recovery() != Adopted || postmaster(t, dir) != pid || count(t, c.URL("postgres")) != 5 {
		t.Errorf("Recovery = %s, server %d (was %d)", c.Recovery(), postmaster(t, dir), pid)
	}
	if err := c.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c = mustStart(t, dir); c.Recovery() != Clean {
		t.Errorf("after the adopted server was stopped: Recovery = %s", c.Recovery())
	}
}

// A busy backend outlives its killed postmaster and keeps the shared memory that the next one needs.
func TestServerThatDiesIsStartedAgainEvenWithABusyBackendLeft(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	c := mustStart(t, dir)
	write(t, c.URL("postgres"), 2)
	busy := connect(t, c.URL("postgres"))
	go busy.Exec(context.Background(), `select count(*) from generate_series(1, 100000000000) n, generate_series(1, 2)`)
	for len(processesOf(filepath.Join(dir, "pg"))) < 7 { // postmaster, 5 helpers, and at least one backend
		time.Sleep(pollInterval)
	}
	old := postmaster(t, dir)
	if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	deadline, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for serves(old, filepath.Join(dir, "pg")) || ping(deadline, c.URL("postgres")) != nil {
		if deadline.Err() != nil {
			t.Fatal("the server did not come back")
		}
		time.Sleep(pollInterval)
	}
	if postmaster(t, dir) == old || count(t, c.URL("postgres")) != 2 {
		t.Error("not a new server with the same rows")
	}
}

// newDir returns a folder that the server's account can reach, which t.TempDir is not for root.
func newDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(fastDir(), "citygrid-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func mustStart(t *testing.T, dir string) *Cluster {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := Start(ctx, Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Stop(context.Background()) })
	return c
}

// startChild starts a cluster in another process and returns that process and the cluster's address.
func startChild(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childDir+"="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { child.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "postgres://") {
		t.Fatalf("child: %q, %v", line, err)
	}
	return child, strings.TrimSpace(line)
}

func kill(t *testing.T, child *exec.Cmd) {
	t.Helper()
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	child.Wait()
}

func postmaster(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "pg", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return must(strconv.Atoi(line))(t)
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		conn.Close(ctx)
	})
	return conn
}

func write(t *testing.T, url string, rows int) {
	t.Helper()
	if _, err := connect(t, url).Exec(t.Context(), fmt.Sprintf(`create table kept as select n from generate_series(1, %d) n`, rows)); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, url string) (rows int) {
	t.Helper()
	if err := connect(t, url).QueryRow(t.Context(), `select count(*) from kept`).Scan(&rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

func must[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

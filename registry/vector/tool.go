package vector

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Tool is an installed ogr2ogr. It is safe for concurrent use.
type Tool struct {
	program string
	limiter string // prlimit of util-linux
	skip    string // the drivers that are not used
	// isolated says that children have a network namespace of their own, in which there is nothing.
	isolated bool
}

// The drivers that are used. All others are switched off: some read other files than the one they are given, or fetch from the network, whatever the
// file's name (a virtual dataset is recognised by its text).
var drivers = []string{"ESRI Shapefile", "MapInfo File", "LIBKML", "GPKG", "OpenFileGDB", "DXF", "FlatGeobuf", "PGDUMP", "CSV"}

// The limits of a child process.
const (
	memoryBytes = 4 << 30
	fileBytes   = 1 << 30 // of each file that it writes: an index that it restores
	cpuTime     = 20 * time.Minute
)

// Find looks for ogr2ogr in the search path and asks it for its drivers. Its error is a [*Fault] when GDAL is not installed.
func Find(ctx context.Context) (*Tool, error) {
	program, err := exec.LookPath("ogr2ogr")
	if err != nil {
		return nil, NoGDAL()
	}
	limiter, err := exec.LookPath("prlimit")
	if err != nil {
		return nil, fmt.Errorf("find prlimit: %w", err)
	}
	t := &Tool{program: program, limiter: limiter, isolated: true}
	listed, err := t.output(ctx, "/", "--formats")
	if refused := syscall.Errno(0); errors.As(err, &refused) { // a container that may not make namespaces, or no more of them
		t.isolated = false
		listed, err = t.output(ctx, "/", "--formats")
	}
	if err != nil {
		return nil, fmt.Errorf("list the drivers of GDAL: %w", err)
	}
	t.skip = others(listed)
	return t, nil
}

// Isolated reports whether the system lets children have no network. Where it does not they still have no driver that uses it.
func (t *Tool) Isolated() bool { return t.isolated }

// others are the drivers of "--formats" that are not used, as OGR_SKIP wants them.
func others(listed []byte) string {
	var skip []string
	for line := range strings.Lines(string(listed)) {
		name, _, ok := strings.Cut(strings.TrimSpace(line), " -")
		if ok && !slices.Contains(drivers, name) {
			skip = append(skip, name)
		}
	}
	return strings.Join(skip, ",")
}

// command is ogr2ogr with arguments, in a folder that is all it needs to see.
func (t *Tool) command(ctx context.Context, folder string, args ...string) *exec.Cmd {
	limits := []string{
		"--as=" + strconv.Itoa(memoryBytes), "--fsize=" + strconv.Itoa(fileBytes), "--core=0", "--nofile=256",
		"--cpu=" + strconv.Itoa(int(cpuTime.Seconds())), "--", t.program,
	}
	c := exec.CommandContext(ctx, t.limiter, append(limits, args...)...)
	c.Dir = folder
	c.Env = []string{
		"LC_ALL=C.UTF-8", "HOME=" + folder, "CPL_TMPDIR=" + folder, "OGR_SKIP=" + t.skip, "GDAL_SKIP=" + t.skip,
		"GDAL_PAM_ENABLED=NO", "PROJ_NETWORK=OFF", "PG_USE_COPY=YES", "SHAPE_RESTORE_SHX=YES", "DXF_MERGE_BLOCK_GEOMETRIES=NO",
	}
	uid, gid := user(folder)
	c.WaitDelay = 5 * time.Second
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if t.isolated {
		c.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET
		c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
		c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}}
		c.SysProcAttr.GidMappingsEnableSetgroups = uid != os.Getuid()
	}
	if uid != os.Getuid() {
		c.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)} // and no other groups
	}
	return c
}

// user is as whom children run: the user "nobody" where this process may choose and that user can reach the folder, else as this process.
func user(folder string) (user, group int) {
	const nobody = 65534
	if os.Getuid() == 0 && reachable(folder) {
		return nobody, nobody
	}
	return os.Getuid(), os.Getgid()
}

// reachable reports whether every user may pass through the folders above one.
func reachable(folder string) bool {
	for folder != filepath.Dir(folder) {
		folder = filepath.Dir(folder)
		if info, err := os.Stat(folder); err != nil || info.Mode()&1 == 0 {
			return false
		}
	}
	return true
}

// lend gives a folder, and what is in it, to the user as whom files are read.
func lend(folder string) error {
	uid, gid := user(folder)
	return filepath.WalkDir(folder, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(name, uid, gid)
	})
}

// output is what a run prints that has little to say.
func (t *Tool) output(ctx context.Context, folder string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, cpuTime)
	defer cancel()
	c := t.command(ctx, folder, args...)
	var out, said bounded
	c.Stdout, c.Stderr = &out, &said
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, said.String())
	}
	return out.Bytes(), nil
}

// bounded keeps the first bytes of what is written to it.
type bounded struct{ bytes.Buffer }

const boundedBytes = 64 << 10

func (b *bounded) Write(p []byte) (int, error) {
	b.Buffer.Write(p[:min(len(p), boundedBytes-b.Len())]) // never fails
	return len(p), nil
}

// ReadFrom hides that of the buffer, which has no bound.
func (b *bounded) ReadFrom(r io.Reader) (int64, error) { return io.Copy(struct{ io.Writer }{b}, r) }

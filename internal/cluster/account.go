package cluster

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is who runs the server: ourselves, or, since PostgreSQL refuses to run as root, a system account.
type account struct {
	name     string
	uid, gid int
	switched bool // we are root, and the server is not
}

// accountFor returns the current account, or the named one when the current one is root.
func accountFor(name string) (account, error) {
	if os.Geteuid() != 0 {
		return account{name: strconv.Itoa(os.Geteuid()), uid: os.Geteuid(), gid: os.Getegid()}, nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		return account{}, fmt.Errorf("cluster: PostgreSQL does not run as root, and the account %q to run it is missing (Debian's postgresql-common makes it)"+
			" / PostgreSQL 不能以 root 运行，且系统账户 %q 不存在: %w", name, name, err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return account{}, fmt.Errorf("cluster: account %s: uid %q: %w", name, u.Uid, err)
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return account{}, fmt.Errorf("cluster: account %s: gid %q: %w", name, u.Gid, err)
	}
	return account{name: name, uid: uid, gid: gid, switched: true}, nil
}

// command prepares a program to run as the account, in the given folder, out of reach of the terminal's Ctrl-C.
func (a account) command(ctx context.Context, dir, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = dir, environment()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if a.switched {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return cmd
}

// own gives a file or folder to the account.
func (a account) own(path string) error {
	if !a.switched {
		return nil
	}
	return os.Lchown(path, a.uid, a.gid)
}

// UnreachableError says that the account that runs the server cannot enter a folder above the data.
type UnreachableError struct {
	Dir    string // the data folder
	Folder string // the first folder on the way that is closed
	User   string // the account
}

// Error names the closed folder and the cure, in English and Chinese.
func (e *UnreachableError) Error() string {
	return fmt.Sprintf("cluster: PostgreSQL runs as %q, which may not enter %s, so it cannot use %s; choose a data folder elsewhere: --data /var/lib/citygrid"+
		" / 运行 PostgreSQL 的账户 %[1]q 无权进入 %[2]s，无法使用数据目录 %[3]s，请改用其他目录：--data /var/lib/citygrid", e.User, e.Folder, e.Dir)
}

// checkReach tries, as the account, to stand in dir. Trying is the only test that knows about access lists and security modules.
func (a account) checkReach(bin binaries, dir string) error {
	if !a.switched || a.canEnter(bin, dir) {
		return nil
	}
	closed := dir
	for parent := dir; parent != "/"; {
		parent = filepath.Dir(parent)
		if a.canEnter(bin, parent) {
			break
		}
		closed = parent
	}
	return &UnreachableError{Dir: dir, Folder: closed, User: a.name}
}

func (a account) canEnter(bin binaries, dir string) bool {
	return a.command(context.Background(), dir, bin.path("postgres"), "--version").Run() == nil
}

// Package cluster runs a private PostgreSQL with PostGIS: the embedded default and the test database.
//
// A cluster lives in one data folder and listens on a Unix socket only, in a folder that nobody but its own account can enter;
// inside that folder it trusts every caller. One process at a time owns a data folder. What an earlier process left behind, be it
// a clean shutdown, a crash or a server still running after a kill -9, is found at [Start], dealt with, and reported by
// [Cluster.Recovery].
//
// Linux only: it reads /proc to tell its own server from a reused process number.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Recovery says in what state Start found the data folder.
type Recovery string

const (
	// Fresh means that there was no database: it was created.
	Fresh Recovery = "fresh"
	// Clean means that the last run ended in an orderly shutdown.
	Clean Recovery = "clean"
	// Adopted means that a server left running by a killed process was taken over as it was.
	Adopted Recovery = "adopted"
	// Recovered means that the server itself had been killed and replayed its log; committed data is intact.
	Recovered Recovery = "recovered"
)

const (
	fastGrace      = 20 * time.Second // a fast shutdown writes a checkpoint: up to max_wal_size of dirty pages
	immediateGrace = 10 * time.Second // an immediate one only has to collect its children, which it kills itself after 5 s
	restartDelay   = 2 * time.Second  // between the unexpected end of the server and its restart; doubles while it fails

	maxRestartDelay = time.Minute
)

// Config says where a cluster lives and as whom it runs.
type Config struct {
	Dir    string       // data folder, created if absent; required, but see StartThrowaway
	Log    *slog.Logger // nil: silent
	BinDir string       // folder of postgres and initdb; "": Debian's, of the version that made the data, else the newest
	User   string       // system account for the server when this process is root, who may not run it; "": "postgres"
	// SharedBuffers is the server's own cache as PostgreSQL writes it, such as "1GB"; "": 256 MB, of a throwaway 64 MB.
	SharedBuffers string
}

// Validate reports what is missing from the configuration.
func (c Config) Validate() error {
	if c.Dir == "" {
		return errors.New("cluster: Config.Dir is empty")
	}
	return nil
}

func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.User == "" {
		c.User = "postgres"
	}
	return c
}

// Cluster is a running private server. Its methods may be called from several goroutines.
type Cluster struct {
	log     *slog.Logger
	bin     binaries
	account account
	folder  folder
	manner
	recovery Recovery

	mu       sync.Mutex
	server   *server
	stopping chan struct{} // closed by the first Stop
	watched  chan struct{} // closed when nothing restarts the server any more
	stopOnce sync.Once
	stopErr  error
}

// Start creates the database in cfg.Dir if there is none, starts the server, or adopts one that a killed process left behind, and
// returns when it answers queries. Crash recovery can take minutes: ctx bounds the wait.
//
// Errors that a person can cure are [*MissingError], [*BusyError], [*FolderError] and [*UnreachableError].
func Start(ctx context.Context, cfg Config) (*Cluster, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return start(ctx, cfg.withDefaults(), manner{settings: durable()})
}

// manner is how a cluster is run, as opposed to where.
type manner struct {
	settings []setting
	tied     bool        // the server dies with this process
	lock     *folderLock // of the data folder, if the caller has it already
}

func start(ctx context.Context, cfg Config, m manner) (*Cluster, error) {
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("cluster: data folder: %w", err)
	}
	account, err := accountFor(cfg.User)
	if err != nil {
		return nil, err
	}
	bin, err := findBinaries(ctx, cfg.BinDir, dataVersion(filepath.Join(dir, "pg")))
	if err != nil {
		return nil, err
	}
	folder, err := openFolder(dir, account, bin)
	if err != nil {
		return nil, err
	}
	if cfg.SharedBuffers != "" { // the last of two lines holds
		m.settings = append(m.settings, setting{"shared_buffers", cfg.SharedBuffers})
	}
	if m.lock == nil {
		if m.lock, err = lockFolder(folder.dir); err != nil {
			return nil, err
		}
	}
	c := &Cluster{
		log: cfg.Log, bin: bin, account: account, folder: folder, manner: m,
		stopping: make(chan struct{}), watched: make(chan struct{}),
	}
	if err := c.bringUp(ctx); err != nil {
		// Only our own attempt is ended: a server that was found running stays for the next start to adopt.
		if c.server != nil && c.recovery != Adopted {
			_ = c.server.shutDown(context.WithoutCancel(ctx), 0)
		}
		c.lock.release()
		return nil, err
	}
	go c.watch()
	c.log.Info("database ready / 数据库已就绪", "state", string(c.recovery), "dir", dir, "postgres", bin.version)
	return c, nil
}

// bringUp takes the data folder from whatever state it is in to a server that answers.
func (c *Cluster) bringUp(ctx context.Context) error {
	adopted, err := c.adopt(ctx)
	if err != nil || adopted {
		return err
	}
	c.recovery, err = c.prepare(ctx)
	if err != nil {
		return err
	}
	if c.recovery == Recovered {
		c.log.Warn("the database was not shut down: recovering from its log / 数据库上次未正常关闭，正在按日志恢复", "dir", c.folder.dir)
	}
	if err := c.launch(); err != nil {
		return err
	}
	return c.server.awaitReady(ctx, c.URL("postgres"))
}

// adopt takes over a server that runs on our data folder although nobody holds the lock.
func (c *Cluster) adopt(ctx context.Context) (bool, error) {
	orphan, socket := findServer(c.folder.data)
	if orphan == nil {
		return false, nil
	}
	if socket == "" {
		return false, fmt.Errorf("cluster: a server without a socket folder runs on %s (process %d): stop it first / 请先停止占用该数据目录的数据库进程 %d",
			c.folder.data, orphan.pid, orphan.pid)
	}
	own := c.folder.socket
	c.folder.socket = socket
	c.server, c.recovery = orphan, Adopted
	err := orphan.awaitReady(ctx, c.URL("postgres"))
	if errors.Is(err, errServerEnded) { // it was on its way out when we found it
		c.folder.socket, c.server, c.recovery = own, nil, ""
		return false, nil
	}
	if err == nil {
		c.log.Warn("adopted the server of a killed process / 已接管上次被强制结束后遗留的数据库进程", "pid", orphan.pid)
	}
	return true, err
}

// launch starts the server as our child; it does not wait for it to answer.
func (c *Cluster) launch() error {
	if err := c.folder.writeSettings(c.account, c.settings); err != nil {
		return err
	}
	dropReusedPID(filepath.Join(c.folder.data, "postmaster.pid"), c.folder.data)
	dropReusedPID(filepath.Join(c.folder.socket, socketFile+".lock"), c.folder.data)
	s, err := startServer(c.bin, c.account, c.folder, c.tied)
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.server = s
	c.mu.Unlock()
	return nil
}

// watch starts the server again when it ends by itself: after an out-of-memory kill, or when recovery had failed on a full disk.
func (c *Cluster) watch() {
	defer close(c.watched)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		<-c.stopping
		cancel()
	}()
	for delay := restartDelay; ; delay = min(2*delay, maxRestartDelay) {
		c.mu.Lock()
		s := c.server
		c.mu.Unlock()
		select {
		case <-c.stopping:
			return
		case <-s.ended:
		}
		c.log.Error("database server ended by itself, starting it again / 数据库进程意外退出，正在重新启动", "pid", s.pid, "in", delay, "log", s.lastWords())
		select {
		case <-c.stopping:
			return
		case <-time.After(delay):
		}
		clearStragglers(c.folder.data, c.stopping)
		if err := c.launch(); err != nil {
			c.log.Error("database server does not start / 数据库进程无法启动", "err", err)
			continue
		}
		if c.server.awaitReady(ctx, c.URL("postgres")) == nil {
			c.log.Info("database ready again / 数据库已恢复")
			delay = restartDelay / 2 // doubled by the loop
		}
	}
}

// Recovery says in what state Start found the data folder.
func (c *Cluster) Recovery() Recovery { return c.recovery }

// Stop shuts the server down and gives the data folder free. Open transactions are rolled back. It waits for a clean shutdown
// until ctx ends or for 20 s, then ends the server at once, which costs the next start a crash recovery but no data. Later calls
// return the result of the first.
func (c *Cluster) Stop(ctx context.Context) error {
	c.stopOnce.Do(func() {
		close(c.stopping)
		<-c.watched
		c.mu.Lock()
		defer c.mu.Unlock()
		c.stopErr = c.server.shutDown(ctx, fastGrace)
		if filepath.Dir(c.folder.socket) != c.folder.dir {
			_ = os.Remove(c.folder.socket) // empty by now; if not, the next start can use it all the same
		}
		c.lock.release()
		c.log.Info("database stopped / 数据库已停止", "dir", c.folder.dir)
	})
	return c.stopErr
}

// Command citygrid keeps a city's registry of components, areas and units and answers for any point of it.
//
// It is the only place that knows every package of the program, the environment, the clock and the exit code.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"os/user"
	"path/filepath"
	"syscall"
	"time"
	_ "time/tzdata" // the city's day must not depend on what the machine has installed

	"github.com/alecthomas/kong"

	"citygrid/internal/cluster"
	"citygrid/migrations"
	"citygrid/registry"
	"citygrid/registry/catalog"
)

// version is set by the linker for releases.
var version = "0.1.0-dev"

// Exit codes, the same for every command.
const (
	exitRefused = 1  // the input, the folder or the question was refused; what is wrong was printed
	exitPartly  = 2  // accepted with rejects
	exitOpen    = 3  // not accepted: questions are open, and were printed
	exitFailed  = 70 // the program or its database failed
	exitUsage   = 64 // wrong use
)

// command is the whole command line.
type command struct {
	Data  string `help:"Data folder of the private database (default ${data}); with DATABASE_URL only a drawn city, files sent for import and photos are kept there." placeholder:"DIR"`
	Actor string `help:"Who is named in the change log (default: the account that runs the command)." placeholder:"NAME"`
	Zone  string `help:"Time zone of the city, by which rules begin and end." default:"Asia/Shanghai"`

	Serve    serveCommand       `cmd:"" help:"Serve the registry over HTTP; starts the database, applies migrations, loads a city if asked."`
	Migrate  migrateCommand     `cmd:"" help:"Bring the database schema up to this program's version."`
	Synth    synthCommand       `cmd:"" help:"Write a synthetic city as a profile folder."`
	Profile  profileCommand     `cmd:"" help:"Work with city folders."`
	Import   importCommand      `cmd:"" help:"Bring component census files into the registry."`
	Template templateCommand    `cmd:"" help:"Write the workbook that a survey crew fills in: a sheet for each class of components, every column text."`
	Photos   photosCommand      `cmd:"" help:"Take photos of components in: from a folder or a zip archive, named by code or by a column of the survey file."`
	Batches  batchesCommand     `cmd:"" help:"List the census files that came in, or show one."`
	Crews    crewsCommand       `cmd:"" help:"List what is remembered of survey crews and their files, show it, forget it."`
	Grid     gridCommand        `cmd:"" help:"Store the coordinate systems of the city's own (地方坐标系), by their four parameters."`
	Undo     undoCommand        `cmd:"" help:"Take a promoted census file back."`
	Missing  missingCommand     `cmd:"" name:"remove-missing" help:"List what a census file lacks of its declared scope, or remove it: as another person than who imported it."`
	Sweep    sweepPhotosCommand `cmd:"" name:"sweep-photos" help:"Remove the bytes of photos that no component has: those of batches that were taken back, and what an interrupted run left."`
	Locate   locateCommand      `cmd:"" help:"Say where a point is, and who answers for what stands or happens there."`
	Key      keyCommand         `cmd:"" help:"Create, list and revoke API keys."`
	Version  versionCommand     `cmd:"" help:"Print the version."`
}

const description = `CityGrid keeps a city's registry: what stands in its streets (components 部件), what goes wrong there (events 事件), by which
standard a case is filed, and which grid cell, community, street, district and unit answer for any point.

Without DATABASE_URL the program runs its own PostgreSQL with PostGIS below the data folder. With it, it uses that server and starts
no process; MIGRATE_DATABASE_URL may name the same database by the role that owns the schema.

First steps:
  citygrid serve --city yichang            everything at once: database, synthetic Yichang, http://127.0.0.1:8080
  citygrid locate 111.2846 30.7012 --kind event --subclass 0102
  citygrid synth yichang --out yichang     write the folder, look at it, change it …
  citygrid profile apply yichang           … and apply what differs

Exit codes: 0 done, 1 refused, 2 accepted with rejects, 3 questions open, 64 wrong use, 70 failed.`

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once; the next start mends what that leaves
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	var c command
	parser := kong.Must(&c, kong.Name("citygrid"), kong.Description(description), kong.UsageOnError(),
		kong.Vars{"data": defaultDataFolder(), "edition": string(catalog.Edition2007), "editions": editionNames(), "share": shareDefault()}, kong.BindTo(ctx, (*context.Context)(nil)))
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(os.Stderr, "citygrid: %v\nTry citygrid --help. / 用法见 citygrid --help\n", err)
		return exitUsage
	}
	e := &environment{data: cmp.Or(c.Data, defaultDataFolder()), actor: cmp.Or(c.Actor, account()), log: log}
	if e.zone, err = time.LoadLocation(c.Zone); err != nil {
		fmt.Fprintf(os.Stderr, "citygrid: --zone %q is not a time zone, write Asia/Shanghai / 不是有效的时区\n", c.Zone)
		return exitUsage
	}
	e.now = func() time.Time { return time.Now().In(e.zone) } // "today" is the city's day everywhere
	err = parsed.Run(e)
	if err != nil && ctx.Err() != nil {
		fmt.Fprintln(os.Stderr, "citygrid: interrupted, nothing half-done remains / 已中断，未留下未完成的更改")
		return exitFailed
	}
	return report(err)
}

// report prints an error for a person and turns it into the exit code.
func report(err error) int {
	var exit exitError
	var known *registry.Error
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return int(exit)
	case errors.As(err, &known) && known.Kind != registry.Internal && known.Kind != registry.Unavailable:
		fmt.Fprintf(os.Stderr, "citygrid: %s / %s\n", known.Message.EN, known.Message.ZH)
		for _, f := range known.Fields {
			fmt.Fprintf(os.Stderr, "  %s %q: %s / %s\n", f.Name, f.Value, f.Message.EN, f.Message.ZH)
		}
		return exitRefused
	}
	if known != nil && known.Kind == registry.Unavailable {
		err = fmt.Errorf("%w / %s", err, known.Message.ZH)
	}
	fmt.Fprintln(os.Stderr, "citygrid:", err)
	if curable(err) {
		return exitRefused
	}
	return exitFailed
}

// curable reports whether the caller can mend what is wrong with the data folder or the machine; the error says how.
func curable(err error) bool {
	var busy *cluster.BusyError
	var missing *cluster.MissingError
	var unreachable *cluster.UnreachableError
	var folder *cluster.FolderError
	var noPostGIS *migrations.NoPostGISError
	return errors.As(err, &busy) || errors.As(err, &missing) || errors.As(err, &unreachable) ||
		errors.As(err, &folder) || errors.As(err, &noPostGIS)
}

// exitError ends the program with a code after everything was said.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// environment is what every command gets from main.
type environment struct {
	data  string
	actor string
	zone  *time.Location
	log   *slog.Logger
	now   func() time.Time
}

// defaultDataFolder is a folder that the database's own account can enter: root's home is closed to it.
func defaultDataFolder() string {
	if os.Geteuid() == 0 {
		return "/var/lib/citygrid"
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "citygrid")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return filepath.Join(os.TempDir(), "citygrid")
	}
	return filepath.Join(home, ".local", "share", "citygrid")
}

// account is the name of the account that runs the program.
func account() string {
	u, err := user.Current()
	if err != nil {
		return fmt.Sprintf("uid %d", os.Geteuid())
	}
	return u.Username
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run() error {
	fmt.Println("citygrid", version)
	return nil
}

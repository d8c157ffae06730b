package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"citygrid/api"
	"citygrid/api/console"
	"citygrid/data"
	"citygrid/geo/crs"
	"citygrid/registry"
	"citygrid/registry/intake"
	"citygrid/registry/locator"
	"citygrid/registry/nearby"
	"citygrid/registry/photo"
	"citygrid/registry/postgis"
)

type serveCommand struct {
	Listen string   `default:"127.0.0.1:8080" help:"Address to listen on; port 0 takes a free one."`
	Base   string   `placeholder:"URL" help:"Address that clients use, when it is not http://LISTEN (behind a proxy)."`
	Public bool     `help:"Allow an address beyond this machine. Put TLS in front of it: the program itself speaks plain HTTP."`
	City   string   `enum:"yichang," default:"" help:"Load this synthetic city when the registry is empty: yichang."`
	Seed   uint64   `default:"1" help:"Seed of the synthetic city."`
	Origin []string `placeholder:"URL" help:"Origin whose pages may read the API (CORS); may be repeated."`

	CRS []string `placeholder:"NAME" help:"Coordinate system in which features are served too, such as EPSG:32649; may be repeated. WGS 84, CGCS2000, EPSG:3857 and the city's zones of CGCS2000 always are."`

	VerifyEvery time.Duration `default:"10m" placeholder:"TIME" help:"How often what is kept in memory is compared with the database, such as 10m."`
}

// stopGrace is what requests in flight get when the program is told to stop.
const stopGrace = 10 * time.Second

// Run serves until it is told to stop.
func (c serveCommand) Run(ctx context.Context, e *environment) error {
	started := e.now()
	if err := c.check(); err != nil {
		return err
	}
	// The port first: when it is taken, nothing else need be started to say so.
	listener, err := c.listen(ctx)
	if err != nil {
		return err
	}
	defer listener.Close()
	d, err := e.connectDatabase(ctx, false)
	if err != nil {
		return err
	}
	defer d.close(ctx, e)
	places, finder := locator.New(d.store, e.now, e.zone), nearby.New(d.store)
	var ready atomic.Bool
	desk, err := e.desk(ctx, d.store)
	if err != nil {
		return err
	}
	photos, err := e.photoRoom(d.store)
	if err != nil {
		return err
	}
	var systems atomic.Pointer[[]registry.System]
	handler, err := c.handler(e, d.store, places, finder, desk, photos, ready.Load, &systems, listener.Addr())
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	over := make(chan error, 1)
	go func() {
		over <- serve(ctx, e, api.NewHTTPServer(handler, e.log, e.now), listener)
		stop()
	}()
	if err = c.bringUp(ctx, e, d, places, listener.Addr()); err != nil {
		stop()
	} else if err = c.lookUp(ctx, d.store, &systems); err != nil {
		stop()
	} else if ctx.Err() == nil {
		defer follow(ctx, e, d.store, places, finder, desk, c.VerifyEvery)()
		ready.Store(true)
		fmt.Printf("\nCityGrid is ready after %.1f s / 已就绪\n  map  地图  %[2]s/map\n  survey files  普查文件  %[2]s/imports\n  API  接口  %[2]s/\n  e.g. 例如  curl '%[2]s/locate?lon=111.2846&lat=30.7012&kind=event&subclass=0102'\nCtrl-C stops it. / 按 Ctrl-C 停止。\n\n",
			e.now().Sub(started).Seconds(), c.base(listener.Addr()))
	}
	return cmp.Or(<-over, err)
}

// follow keeps locator and finder in step with the store, by announcements and regular looks, and proves them now and then, and has the desk
// work, until it is stopped.
func follow(ctx context.Context, e *environment, store *postgis.Store, places *locator.Locator, finder *nearby.Finder, desk *intake.Desk, verifyEvery time.Duration) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	looks, glances, proofs := time.NewTicker(locator.RefreshEvery), time.NewTicker(locator.RefreshEvery), time.NewTicker(verifyEvery)
	var all sync.WaitGroup
	all.Go(func() { places.Follow(ctx, looks.C, e.log) })
	all.Go(func() { desk.Run(ctx) })
	all.Go(func() { finder.Follow(ctx, glances.C, e.log) })
	wake := func() {
		places.Wake()
		finder.Wake()
	}
	all.Go(func() {
		store.Listen(ctx, wake, func(err error) {
			e.log.Warn("changes are not announced for now, only looked for / 暂时收不到变更通知，改为定时查询", "every", locator.RefreshEvery, "err", err)
		})
	})
	all.Go(func() {
		verify(ctx, proofs.C, e.log,
			kept{"locator", places},
			kept{"components", finder},
		)
	})
	return func() {
		cancel()
		looks.Stop()
		glances.Stop()
		proofs.Stop()
		all.Wait()
	}
}

// serve answers requests until ctx ends, then lets those in flight finish.
func serve(ctx context.Context, e *environment, server *http.Server, listener net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	e.log.Info("stopping, requests in flight may finish / 正在停止，等待进行中的请求", "grace", stopGrace)
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		e.log.Warn("requests cut off / 部分请求被中断", "err", err)
		return server.Close()
	}
	return nil
}

// check refuses flags that the server would refuse once everything else is running.
func (c serveCommand) check() error {
	if c.VerifyEvery < time.Second {
		return registry.InvalidField("--verify-every", c.VerifyEvery.String(), "须不少于 1 秒，例如 10m", "must be at least a second, such as 10m")
	}
	if c.Base != "" && api.CheckBaseURL(c.Base) != nil {
		return registry.InvalidField("--base", c.Base,
			"须写作 http://主机 或 https://主机，可带路径，例如 https://grid.example.cn/v1", "write http://host or https://host, with or without a path, such as https://grid.example.cn/v1")
	}
	for _, origin := range c.Origin {
		if api.CheckOrigin(origin) != nil {
			return registry.InvalidField("--origin", origin,
				"须写作 http://主机 或 https://主机，后面不带任何内容，不能用通配符；可多次给出，例如 https://map.example.cn",
				"write http://host or https://host, nothing after it and no wildcard; give it once for each, such as https://map.example.cn")
		}
	}
	return nil
}

func (c serveCommand) listen(ctx context.Context) (net.Listener, error) {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return nil, registry.InvalidField("--listen", c.Listen, "须写作 地址:端口，例如 127.0.0.1:8080", "write host:port, such as 127.0.0.1:8080")
	}
	if ip := net.ParseIP(host); !c.Public && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, registry.InvalidField("--listen", c.Listen,
			"该地址可从本机以外访问；确需如此请加 --public，并在前面配置 TLS 代理", "this address is reachable from other machines; if you mean it add --public, with TLS in front")
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return nil, registry.InvalidField("--listen", c.Listen,
			"无法监听："+err.Error()+"；端口被占用时请先停止占用者，或用 --listen 127.0.0.1:0 另选端口",
			"cannot listen: "+err.Error()+"; when the port is taken stop its owner, or choose another with --listen 127.0.0.1:0")
	}
	return listener, nil
}

// base is the address that links are made of.
func (c serveCommand) base(at net.Addr) string {
	if c.Base != "" {
		return c.Base
	}
	return "http://" + at.String()
}

// loadCity draws and applies the synthetic city when the registry is empty. What a kill left half-done is done again from the
// beginning: the folder is written whole or not at all, and so is the registry.
func (c serveCommand) loadCity(ctx context.Context, e *environment, store *postgis.Store) error {
	_, err := store.City(ctx, registry.Scope{All: true})
	if c.City == "" || err == nil {
		return nil
	}
	if registry.KindOf(err) != registry.NotFound {
		return err
	}
	dir := filepath.Join(e.data, "cities", c.City)
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return fmt.Errorf("load city: %w", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "city.json")); errors.Is(err, fs.ErrNotExist) {
		if _, err := e.synthesise(ctx, synthCommand{City: c.City, Out: dir, Seed: c.Seed}); err != nil {
			return err
		}
	}
	return e.applyProfile(ctx, store, os.DirFS(dir), e.actor)
}

func (c serveCommand) handler(e *environment, store *postgis.Store, places *locator.Locator, finder *nearby.Finder, desk *intake.Desk, photos *photo.Room, ready func() bool, systems *atomic.Pointer[[]registry.System], at net.Addr) (http.Handler, error) {
	return api.New(api.Config{
		Registry: registry.New(store, places).WithFinder(finder), Keys: store, OpenReading: true, BaseURL: c.base(at), Version: version,
		Imports: desk, Photos: photos, Console: console.Files(), CORSOrigins: c.Origin, Log: e.log, Now: e.now,
		Systems: func() []registry.System {
			if found := systems.Load(); found != nil {
				return *found
			}
			return nil
		},
		Health: func(ctx context.Context) []api.Health { return health(ctx, store, places) },
		Ready:  ready, Collectors: slices.Concat(locatorMetrics(places.Stats), finderMetrics(finder.Stats), importMetrics(desk.Stats)),
	})
}

// lookUp finds the coordinate systems in which features are served too.
func (c serveCommand) lookUp(ctx context.Context, store *postgis.Store, into *atomic.Pointer[[]registry.System]) error {
	var found []registry.System
	for _, name := range c.CRS {
		system, err := crs.Parse(name)
		if err != nil {
			return refusedSystem(name, err)
		}
		of, err := store.System(ctx, system)
		if err != nil {
			return refusedSystem(name, err)
		}
		found = append(found, of)
	}
	into.Store(&found)
	return nil
}

// desk takes survey files into a folder of the data folder.
func (e *environment) desk(ctx context.Context, store *postgis.Store) (*intake.Desk, error) {
	lists, err := data.Catalog()
	if err != nil {
		return nil, err
	}
	maps, err := mapsTool(ctx)
	if err != nil {
		return nil, err
	}
	return intake.New(intake.Config{
		Store: store, Catalogue: lists, Dir: filepath.Join(e.data, "uploads"), Clock: e.now, Log: e.log, Maps: maps,
	})
}

// health is what /readyz reports. A locator that has fallen behind still answers: it says by how much.
func health(ctx context.Context, store *postgis.Store, places *locator.Locator) []api.Health {
	database, answers := api.Health{Name: "database", OK: true}, api.Health{Name: "locator", Detail: "no city was loaded yet"}
	if err := store.Ping(ctx); err != nil {
		database.OK, database.Detail = false, "the database does not answer"
	}
	if revision := places.Revision(); revision > 0 {
		answers.OK, answers.Detail = true, fmt.Sprintf("revision %d, stale_seconds %.0f", revision, places.StaleSeconds())
		if at := places.Stats().DifferedAt; !at.IsZero() {
			answers.Detail += ", differed from the database and was mended at " + at.Format(time.RFC3339)
		}
	}
	return []api.Health{database, answers}
}

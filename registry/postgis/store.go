// Package postgis keeps the registry in PostgreSQL with PostGIS.
//
// A file holds one noun of the registry: what it offers first, its SQL last. SQL is constant text; literals are always bound and
// the few identifiers that vary come from constants. Reads go through Store, writes through Change, which is one transaction
// and one revision.
package postgis

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"citygrid/registry"
	"citygrid/registry/census"
)

// Config says how to reach the database.
type Config struct {
	URL string // of a migrated database
	// MaxConns bounds the connections that answer requests; 0 means 8.
	MaxConns int32
	// RequestTimeout is a little above the longest request budget; statements of requests end with it. 0 means 6 s.
	RequestTimeout time.Duration
	// ImportTimeout bounds one statement of an import or a profile, or of reading what is kept in memory; 0 means 35 min.
	ImportTimeout time.Duration
}

// Validate refuses what cannot work.
func (c Config) Validate() error {
	if c.URL == "" {
		return errors.New("postgis config: URL is empty")
	}
	if c.MaxConns < 0 || c.RequestTimeout < 0 || c.ImportTimeout < 0 {
		return errors.New("postgis config: limits must not be negative")
	}
	return nil
}

// Store is the registry in one database. It is safe for concurrent use.
type Store struct {
	pool    *pgxpool.Pool // answers requests
	imports *pgxpool.Pool // stages and changes: long statements, never in the way of requests
	memory  *pgxpool.Pool // reads all there is of something, for who keeps it in memory: never behind an import
	open    *vigil        // over the batches of this Store

	heard     hearing // of changes
	revisions atomic.Pointer[knownRevisions]
	counted   map[string]*counted // by collection

	// What needs a look at every row, of everything.
	components *remembered[componentSummary]
	areas      *remembered[areaSummaries]
}

const (
	defaultConns   = 8
	importConns    = 2
	memoryConns    = 2 // a refresh and a comparison, or what two keep
	connectTimeout = 3 * time.Second
	importMemory   = "64MB"                 // of one sort or hash table: a million rows are joined in one go
	pingTimeout    = 300 * time.Millisecond // a frozen peer costs this much, not the whole request
	lockTimeout    = "10000"                // milliseconds that a statement waits for a lock
)

// Open connects to a migrated database. It does not fail when the database is away: requests do, with kind Unavailable,
// until it is back.
func Open(ctx context.Context, c Config) (*Store, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	request, imports := c.RequestTimeout, c.ImportTimeout
	if request == 0 {
		request = 6 * time.Second
	}
	if imports == 0 {
		imports = 35 * time.Minute
	}
	conns := c.MaxConns
	if conns == 0 {
		conns = defaultConns
	}
	s := &Store{
		counted:    map[string]*counted{registry.CollectionComponents: {}, registry.CollectionAreas: {}},
		components: newRemembered[componentSummary](), areas: newRemembered[areaSummaries](),
	}
	var err error
	if s.pool, err = openPool(ctx, c.URL, conns, request); err != nil {
		return nil, err
	}
	if s.imports, err = openPool(ctx, c.URL, importConns, imports, setting{"work_mem", importMemory}); err != nil {
		s.pool.Close()
		return nil, err
	}
	if s.memory, err = openPool(ctx, c.URL, memoryConns, imports); err != nil {
		s.pool.Close()
		s.imports.Close()
		return nil, err
	}
	alive, err := openPool(ctx, c.URL, 1, request)
	if err != nil {
		s.pool.Close()
		s.imports.Close()
		s.memory.Close()
		return nil, err
	}
	s.open = &vigil{pool: alive, batches: map[census.BatchID]bool{}}
	return s, nil
}

// Close gives all connections back and waits for those in use. Batches that are neither promoted nor rejected are left behind.
func (s *Store) Close() {
	s.open.close()
	s.pool.Close()
	s.imports.Close()
	s.memory.Close()
}

// Ping asks the database for a sign of life; its error is of kind Unavailable.
func (s *Store) Ping(ctx context.Context) error {
	return interpret("ping", s.pool.Ping(ctx))
}

// setting is a server's setting for the sessions of a pool.
type setting struct{ name, value string }

func openPool(ctx context.Context, url string, conns int32, statement time.Duration, more ...setting) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		// The parser's error may quote the address, password included.
		return nil, errors.New("open store: the database address is not a PostgreSQL URL")
	}
	cfg.MaxConns = conns
	cfg.MaxConnLifetime = 30 * time.Minute
	cfg.MaxConnLifetimeJitter = 5 * time.Minute
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.PingTimeout = pingTimeout
	cfg.ConnConfig.ConnectTimeout = connectTimeout
	for name, value := range map[string]string{
		"application_name":                    "citygrid",
		"timezone":                            "UTC",
		"search_path":                         "public",
		"statement_timeout":                   fmt.Sprint(statement.Milliseconds()),
		"lock_timeout":                        lockTimeout,
		"idle_in_transaction_session_timeout": "60000",
	} {
		cfg.ConnConfig.RuntimeParams[name] = value
	}
	for _, m := range more {
		cfg.ConnConfig.RuntimeParams[m.name] = m.value
	}
	cfg.AfterConnect = registerGeometry
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	return pool, nil
}

// registerGeometry teaches a connection that PostGIS geometry travels as EWKB bytes, in results, parameters and COPY alike. It also has the session load
// PostGIS, in a query, before there is anything to cancel: when a COPY is the first to load it, a cancelled one ends the whole server now and then
// (the signal handler of PostGIS 3.3 then makes the C library allocate memory, perhaps while it allocates).
func registerGeometry(ctx context.Context, conn *pgx.Conn) error {
	var oid uint32
	if err := conn.QueryRow(ctx, sqlGeometryOID).Scan(&oid); err != nil {
		return fmt.Errorf("look up PostGIS's geometry type: %w", err)
	}
	conn.TypeMap().RegisterType(&pgtype.Type{Name: "geometry", OID: oid, Codec: pgtype.ByteaCodec{}})
	return nil
}

const sqlGeometryOID = `select 'geometry'::regtype::oid where st_makepoint(0, 0) is not null`

// collect runs a query and gathers its rows with scan.
func collect[T any](ctx context.Context, q querier, op string, scan pgx.RowToFunc[T], sql string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, interpret(op, err)
	}
	out, err := pgx.CollectRows(rows, scan)
	return out, interpret(op, err)
}

// querier is a pool, a connection or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

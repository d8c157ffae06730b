package postgis_test

import (
	"testing"

	"citygrid/internal/dbtest"
	"citygrid/registry/postgis"
)

// A COPY that loads PostGIS and is cancelled takes the server with it, about once in a hundred times; here is only seen that no COPY has to.
func TestASessionHasLoadedPostGISBeforeItsFirstStatement(t *testing.T) {
	t.Parallel()
	db := dbtest.Pool(t)
	store, err := postgis.Open(t.Context(), postgis.Config{URL: db.Config().ConnString()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	if err := store.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	var sessions, loaded int
	if err := db.QueryRow(t.Context(), `
		select count(*), count(*) filter (where pg_read_file('/proc/' || pid || '/maps', 0, 1000000) like '%/postgis-3%')
		from pg_stat_activity where datname = current_database() and application_name = 'citygrid'`).Scan(&sessions, &loaded); err != nil {
		t.Fatal(err)
	}
	if sessions == 0 || loaded != sessions {
		t.Errorf("%d of %d sessions have", loaded, sessions)
	}
}

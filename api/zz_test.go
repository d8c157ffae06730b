package api_test

import (
	"citygrid/api"
	"citygrid/registry"
	"citygrid/registry/locator"
	"citygrid/registry/postgis"
	"github.com/jackc/pgx/v5/pgxpool"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"
)

func BenchmarkZZ(b *testing.B) {
	url := os.Getenv("ZZ")
	store, err := postgis.Open(b.Context(), postgis.Config{URL: url})
	if err != nil {
		b.Fatal(err)
	}
	places := locator.New(store, clock, time.UTC)
	if _, err := places.Refresh(b.Context()); err != nil {
		b.Fatal(err)
	}
	heard := make(chan bool, 10)
	go store.Listen(b.Context(), func() {
		select {
		case heard <- true:
		default:
		}
	}, func(error) {})
	<-heard
	s, err := api.New(api.Config{Registry: registry.New(store, places), OpenReading: true, BaseURL: base, Version: "t", Now: clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		b.Fatal(err)
	}
	pool, err := pgxpool.New(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	const target = "/collections/components/items?limit=1000&bbox=111.27,30.69,111.29,30.71"
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			w := httptest.NewRecorder()
			s.ServeHTTP(w, httptest.NewRequest("GET", target, nil))
			if w.Code != 200 {
				b.Fatal(w.Body.String())
			}
		}
	})
	var tag string
	b.Run("304", func(b *testing.B) {
		for b.Loop() {
			w := httptest.NewRecorder()
			r := httptest.NewRequest("GET", target, nil)
			if tag != "" {
				r.Header.Set("If-None-Match", tag)
			}
			s.ServeHTTP(w, r)
			tag = w.Header().Get("ETag")
		}
	})
	b.Run("healthz", func(b *testing.B) {
		for b.Loop() {
			w := httptest.NewRecorder()
			s.ServeHTTP(w, httptest.NewRequest("GET", "/healthz", nil))
		}
	})
	b.Run("postgis", func(b *testing.B) {
		for b.Loop() {
			var text []byte
			err := pool.QueryRow(b.Context(), `select json_build_object('type','FeatureCollection','features',coalesce(json_agg(st_asgeojson(t.*)::json),'[]')) from (
 select code, name, left(subclass,2) as class, subclass, edition, state, grid, grids_also, stated_grid, dept1_code, dept1_name, dept2_code, dept2_name, dept3_code, dept3_name, first_surveyed, changed_on, data_source, note, extra, geom
 from component where geom && st_makeenvelope(111.27,30.69,111.29,30.71,4326) and state <> '移除' order by code limit 1000) t`).Scan(&text)
			if err != nil {
				b.Fatal(err)
			}
			w := httptest.NewRecorder()
			w.Write(text)
		}
	})
	_ = http.StatusOK
}

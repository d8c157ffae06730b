package api_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"github.com/paulmach/orb"

	"citygrid/api"
	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/locator"
)

// faulty is the real store with one fault.
type faulty struct {
	registry.Store
	units func(context.Context) error // before each read of the units
}

func (f faulty) Units(ctx context.Context, s registry.Scope) ([]registry.Unit, error) {
	if err := f.units(ctx); err != nil {
		return nil, err
	}
	return f.Store.Units(ctx, s)
}

// newFaultySite serves the city from a store whose units have a fault.
func newFaultySite(t *testing.T, fault func(context.Context) error, change ...func(*api.Config)) *site {
	t.Helper()
	s := newSite(t)
	places := locator.New(s.store, clock, time.UTC)
	s.config.Registry = registry.New(faulty{s.store, fault}, places)
	for _, c := range change {
		c(&s.config)
	}
	server, err := api.New(s.config)
	if err != nil {
		t.Fatal(err)
	}
	s.server = server
	return s
}

func TestHeadIsGetWithoutABody(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	server := httptest.NewServer(s.server)
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	for _, target := range []string{"/", "/collections/components/items", "/locate?lon=111.285&lat=30.705", "/locate?lon=0&lat=0", "/map"} {
		get, err := client.Get(server.URL + target)
		if err != nil {
			t.Fatal(err)
		}
		get.Body.Close()
		head, err := client.Head(server.URL + target)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(head.Body)
		if err != nil || len(body) != 0 || head.StatusCode != get.StatusCode || head.Header.Get("Content-Type") != get.Header.Get("Content-Type") ||
			head.ContentLength != get.ContentLength {
			t.Errorf("%s: %d %q %s (GET: %d), %v", target, head.StatusCode, body, head.Header, get.StatusCode, err)
		}
	}
}

func TestOptionsAndWrongMethodsListTheRightOnes(t *testing.T) {
	t.Parallel()
	s := emptySite(t)
	for target, want := range map[string]string{
		"/collections/components/items": "GET, HEAD, OPTIONS", "/locate": "GET, HEAD, OPTIONS, POST",
	} {
		for method, status := range map[string]int{http.MethodOptions: 204, http.MethodDelete: 405, "BREW": 405} {
			got := s.do(method, target, "")
			allow := strings.Join(slices.Sorted(slices.Values(strings.Split(got.Header.Get("Allow"), ", "))), ", ")
			if got.Status != status || allow != want {
				t.Errorf("%s %s: %d, Allow: %s", method, target, got.Status, allow)
			}
		}
	}
}

func TestLargeAnswerIsCompressedAsTheClientLikesItBest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	plain := s.get("/collections/components/items")
	for header, want := range map[string]string{
		"gzip": "gzip", "br, gzip;q=0.5": "br", "GZIP": "gzip", "gzip;q=0": "", "gzip; q=0.0": "", "br": "br", "zstd": "zstd", "": "", "identity": "",
		"gzip, deflate, br, zstd": "zstd", "gzip, deflate, br": "br", "*": "zstd", "*, zstd;q=0": "br", "deflate": "", "gzip;q=0.5, identity": "", "gzip;q=x": "",
	} {
		got := s.get("/collections/components/items", "Accept-Encoding: "+header)
		var text io.Reader = strings.NewReader(got.Body)
		var err error
		switch want {
		case "gzip":
			text, err = gzip.NewReader(text)
		case "br":
			text = brotli.NewReader(text)
		case "zstd":
			text, err = zstd.NewReader(text)
		}
		if err != nil {
			t.Errorf("%q: %v", header, err)
			continue
		}
		body, err := io.ReadAll(text)
		if err != nil || string(body) != plain.Body || got.Header.Get("Content-Encoding") != want || want != "" && len(got.Body) > len(plain.Body)/2 {
			t.Errorf("%q: %d of %d bytes, %v, %s", header, len(got.Body), len(plain.Body), err, got.Header)
		}
		if vary := got.Header.Values("Vary"); !slices.Equal(vary, []string{"Accept", "Authorization", "Accept-Encoding"}) {
			t.Errorf("%q: %q", header, vary)
		}
	}
}

func TestFailureIsToldInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	s := emptySite(t)
	for header, want := range map[string]string{
		"": "no such resource", "en": "no such resource", "zh": "没有这个资源", "zh-CN,zh;q=0.9,en;q=0.8": "没有这个资源",
		"en-GB, zh;q=0.5": "no such resource", "fr": "no such resource", "%%%": "no such resource", "zh-Hant": "没有这个资源",
	} {
		got := s.get("/nothing", "Accept-Language: "+header)
		detail, _ := at(t, parse(t, got.Body), "detail").(string)
		if !strings.HasPrefix(detail, want) || got.Header.Get("Vary") != "Accept-Language" || got.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%q: %s, %s", header, detail, got.Header)
		}
	}
}

func TestAnswerSaysWhatOfTheRequestItDependsOn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for target, want := range map[string][]string{
		"/":                                  {"Accept", "Accept-Encoding"},
		"/city":                              {"Authorization", "Accept-Encoding"},
		"/whats-here?lon=111.285&lat=30.705": {"Authorization", "Accept-Language", "Accept-Encoding"},
		"/locate?lon=0&lat=0":                {"Authorization", "Accept-Language"},
	} {
		if got := s.get(target).Header.Values("Vary"); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", target, got, want)
		}
	}
}

func TestStreamThatFailsBeforeItsFirstByteIsAProblem(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	placer := &vanishing{}
	s.config.Registry = registry.New(s.store, placer)
	server, err := api.New(s.config)
	if err != nil {
		t.Fatal(err)
	}
	s.server = server
	if got := s.do(http.MethodPost, "/locate?detail=true", "[[1,2]]"); got.Status != http.StatusServiceUnavailable {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	live := httptest.NewServer(server)
	defer live.Close()
	placer.good = 1000
	answer, err := http.Post(live.URL+"/locate?detail=true", "application/json", strings.NewReader("["+strings.Repeat("[1,2],", 2000)+"[1,2]]"))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, err := io.ReadAll(answer.Body); err == nil {
		t.Errorf("half an answer passes for a whole one: %d bytes", len(text))
	}
}

// vanishing places points until it has done so a number of times, then it is away.
type vanishing struct{ good int }

func (v *vanishing) Place(p orb.Point, _ registry.Subject) (registry.Placement, error) {
	if v.good--; v.good < 0 {
		return registry.Placement{}, registry.NewError(registry.Unavailable, "away", "不可用", "away")
	}
	return registry.Placement{Point: p}, nil
}

func (v *vanishing) Uses(catalog.Kind, catalog.SubclassCode) (bool, error) { return true, nil }

func (v *vanishing) Served() (registry.City, []catalog.Class, error) {
	return registry.City{}, nil, nil
}

func (v *vanishing) Hold() (registry.Places, error) { return v, nil }

func (v *vanishing) Cell(orb.Point) (string, bool) { return "420502001001001", true }

func (v *vanishing) Revision() int64 { return 1 }

func (v *vanishing) AppendCodes(dst []byte, points []orb.Point, between string) []byte {
	codes := make([]string, len(points))
	for i := range codes {
		codes[i] = `"420502001001001"`
	}
	return append(dst, strings.Join(codes, between)...)
}

func TestProblemDocumentIsWhole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	equal(t, parse(t, s.get("/locate?lon=30.705&lat=111.285", "X-Request-Id: r-1").Body), map[string]any{
		"type": "urn:citygrid:problem:invalid_parameter", "title": "Bad Request", "status": float64(400), "code": "invalid_parameter",
		"detail": "invalid parameter lat (lat: lat 111.285 is not within [-90, 90]; latitude and longitude look swapped: write longitude first)",
		"errors": []any{map[string]any{
			"parameter": "lat", "value": "111.285",
			"detail": "lat 111.285 is not within [-90, 90]; latitude and longitude look swapped: write longitude first",
		}},
		"request_id": "r-1",
	})
	equal(t, parse(t, s.get("/locate?lon=111.27&lat=30.705", "X-Request-Id: r-2", "Accept-Language: zh").Body), map[string]any{
		"type": "urn:citygrid:problem:outside_all_cells", "title": "未找到", "status": float64(404), "code": "outside_all_cells",
		"detail":     "该点不在任何单元网格内；最近的网格是 420502001001001，距离 958.0 米",
		"request_id": "r-2", "nearest_cell": "420502001001001", "distance_m": 957.97,
	})
}

func TestPanicCostsOneRequestAndSaysNothingOfTheInside(t *testing.T) {
	t.Parallel()
	s := newFaultySite(t, func(context.Context) error { panic("secret inside") })
	got := s.get("/units")
	problem := parse(t, got.Body)
	if got.Status != http.StatusInternalServerError || strings.Contains(got.Body, "secret") ||
		!strings.Contains(at(t, problem, "detail").(string), at(t, problem, "request_id").(string)) {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if log := s.log.String(); !strings.Contains(log, "secret inside") || !strings.Contains(log, at(t, problem, "request_id").(string)) {
		t.Errorf("the log does not tell: %s", log)
	}
	if got := s.get("/metrics"); !strings.Contains(got.Body, "citygrid_http_panics_total 1") {
		t.Error("the panic was not counted")
	}
	if got := s.get("/city"); got.Status != http.StatusOK {
		t.Errorf("afterwards: %d", got.Status)
	}
}

func TestFailureOfTheStoreSaysNothingOfTheInside(t *testing.T) {
	t.Parallel()
	away := registry.NewError(registry.Unavailable, "database_away", "数据库不可用", "the database is away")
	away.Err = errors.New("dial 10.0.0.7: secret")
	for want, fault := range map[int]error{503: away, 500: errors.New("secret")} {
		s := newFaultySite(t, func(context.Context) error { return fault })
		got := s.get("/units")
		if got.Status != want || strings.Contains(got.Body, "secret") || (got.Header.Get("Retry-After") == "1") != (want == 503) {
			t.Errorf("%v: %d %s %s", fault, got.Status, got.Header, got.Body)
		}
		if !strings.Contains(s.log.String(), "secret") {
			t.Errorf("%v: the log does not tell", fault)
		}
	}
}

func TestDatabaseAwayIsNoWarningForEveryRequest(t *testing.T) {
	t.Parallel()
	away := registry.NewError(registry.Unavailable, "database_away", "数据库不可用", "the database is away")
	s := newFaultySite(t, func(context.Context) error { return away })
	s.get("/units")
	if log := s.log.String(); !strings.Contains(log, "database_away") || strings.Contains(log, `"level":"WARN"`) || strings.Contains(log, `"level":"ERROR"`) {
		t.Error(log)
	}
}

// The store's failure is its own here, as that of a connection that was closed with the request.
func TestClientThatWentAwayIsNoFailureOfOurs(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]error{
		"cancelled": context.Canceled, "unknown": errors.New("conn closed"),
		"timed out": registry.NewError(registry.Unavailable, "timed_out", "查询超时", "the query took too long"),
	} {
		ctx, hangUp := context.WithCancel(t.Context())
		s := newFaultySite(t, func(context.Context) error {
			hangUp()
			return failure
		})
		got := s.serve(s.request(http.MethodGet, "/units", "").WithContext(ctx))
		log, metrics := s.log.String(), s.get("/metrics").Body
		if got.Status != 499 || !strings.Contains(log, `"status":499`) || strings.Contains(log, `"level":"WARN"`) || strings.Contains(log, `"level":"ERROR"`) ||
			!strings.Contains(metrics, `{method="GET",route="/units",status="499"} 1`) {
			t.Errorf("%s: %d, %s", name, got.Status, log)
		}
	}
}

func TestClientThatWentAwayInTheQueueWasNotTurnedAway(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	s := newFaultySite(t, func(context.Context) error {
		entered <- struct{}{}
		<-leave
		return nil
	}, func(c *api.Config) { c.Concurrency = 1 })
	slow := make(chan int)
	go func() { slow <- s.get("/units").Status }()
	<-entered
	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	got := s.serve(s.request(http.MethodGet, "/city", "").WithContext(ctx))
	if metrics := s.get("/metrics").Body; got.Status != 499 || !strings.Contains(metrics, "citygrid_http_shed_total 0") {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	close(leave)
	if status := <-slow; status != http.StatusOK {
		t.Errorf("the one that was in: %d", status)
	}
}

func TestMoreThanTheDatabaseCarriesIsTurnedAwayAfterASecond(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	s := newFaultySite(t, func(context.Context) error {
		entered <- struct{}{}
		<-leave
		return nil
	}, func(c *api.Config) { c.Concurrency = 1 })
	slow := make(chan int)
	go func() { slow <- s.get("/units").Status }()
	<-entered
	began := time.Now()
	got := s.get("/city")
	if waited := time.Since(began); got.Status != http.StatusServiceUnavailable || got.Header.Get("Retry-After") != "1" || waited < 900*time.Millisecond {
		t.Errorf("%d after %v: %s", got.Status, waited, got.Body)
	}
	if got := s.get("/healthz"); got.Status != http.StatusOK {
		t.Errorf("what needs no database: %d", got.Status)
	}
	close(leave)
	if status := <-slow; status != http.StatusOK {
		t.Errorf("the one that was in: %d", status)
	}
	if got := s.get("/city"); got.Status != http.StatusOK {
		t.Errorf("afterwards: %d", got.Status)
	}
}

func TestAnswerThatTakesTooLongIsGivenUp(t *testing.T) {
	t.Parallel()
	s := newFaultySite(t, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	began := time.Now()
	got := s.get("/units")
	if took := time.Since(began); got.Status != http.StatusServiceUnavailable || took > 6*time.Second || !strings.Contains(got.Body, "out_of_time") {
		t.Errorf("%d after %v: %s", got.Status, took, got.Body)
	}
}

func TestQueryStringLongerThanItsLimitIsRefused(t *testing.T) {
	t.Parallel()
	s := emptySite(t)
	got := s.get("/locate?lon=" + strings.Repeat("1", 9<<10))
	if got.Status != http.StatusRequestURITooLong || !strings.Contains(got.Body, "8192") {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func TestControlCharactersDoNotReachTheLogOrTheHeaders(t *testing.T) {
	t.Parallel()
	s := emptySite(t)
	got := s.get("/collections/%0a%1b%5b31mforged/items", "X-Request-Id: a\x1b[31mb")
	if log := strings.TrimSuffix(s.log.String(), "\n"); strings.ContainsAny(log, "\x1b\r") || strings.Count(log, "\n") != 0 {
		t.Errorf("%q", log)
	}
	if id := got.Header.Get("X-Request-Id"); strings.ContainsAny(id, "\x1b[") || id == "" {
		t.Errorf("request id %q", id)
	}
}

func TestSecretsAndPlacesDoNotReachTheLog(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.get("/locate?lon=111.285&lat=30.705", "Authorization: Bearer grid_test_00000000_hush_00000000")
	s.get("/units/grid_test_00000000_hush_00000000")
	if log := s.log.String(); strings.Contains(log, "hush") || strings.Contains(log, "111.285") || !strings.Contains(log, `"path":"/units/grid_…"`) {
		t.Error(log)
	}
}

func TestOnlyListedOriginsMayReadAnswersAndFailures(t *testing.T) {
	t.Parallel()
	const mine = "https://map.example.cn"
	s := newSite(t, func(c *api.Config) { c.CORSOrigins = []string{mine} })
	for _, target := range []string{"/city", "/nothing", "/locate"} {
		for origin, want := range map[string]string{mine: mine, "https://evil.example": "", "null": "", "": ""} {
			got := s.get(target, "Origin: "+origin).Header
			if got.Get("Access-Control-Allow-Origin") != want || got.Get("Access-Control-Allow-Credentials") != "" || got.Values("Vary")[0] != "Origin" {
				t.Errorf("%s from %q: %v", target, origin, got)
			}
		}
	}
	preflight := s.do(http.MethodOptions, "/locate", "", "Origin: "+mine, "Access-Control-Request-Method: POST")
	if preflight.Status != http.StatusNoContent || !strings.Contains(preflight.Header.Get("Access-Control-Allow-Headers"), "Authorization") {
		t.Errorf("preflight: %d %v", preflight.Status, preflight.Header)
	}
	if got := emptySite(t).get("/nothing", "Origin: "+mine).Header; got.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("off by default: %v", got)
	}
}

func TestLinksAreMadeOfTheConfiguredAddressWhateverTheHost(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	got := s.get("http://evil.example/collections/components/items?limit=1", "X-Forwarded-Host: evil.example", "Forwarded: host=evil.example")
	if strings.Contains(got.Body, "evil") || strings.Contains(got.Header.Get("Link"), "evil") {
		t.Error(got.Body)
	}
}

func TestReadinessFollowsTheDatabase(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	equal(t, s.get("/readyz").ok(), map[string]any{
		"ready": true, "version": "test", "checks": []any{map[string]any{"name": "database", "ok": true, "detail": ""}},
	})
	s.store.Close()
	if got := s.get("/readyz"); got.Status != http.StatusServiceUnavailable || at(t, parse(t, got.Body), "ready") != false || got.Header.Get("Retry-After") != "1" {
		t.Errorf("%d %v %s", got.Status, got.Header, got.Body)
	}
	if got := s.get("/healthz"); got.Status != http.StatusOK {
		t.Errorf("alive: %d", got.Status)
	}
	if got := s.get("/locate?lon=111.285&lat=30.705&kind=" + string(catalog.KindEvent) + "&subclass=0102"); got.Status != http.StatusOK {
		t.Errorf("places are answered from memory: %d %s", got.Status, got.Body)
	}
	if got := s.get("/locate?lon=111.285&lat=30.705&kind=event&subclass=9999"); got.Status != http.StatusBadRequest || !strings.Contains(got.Body, "/catalog/event-subclasses") {
		t.Errorf("a subclass that the city does not use, from memory too: %d %s", got.Status, got.Body)
	}
}

package api_test

import (
	"crypto/rand"
	"net/http"
	"strings"
	"testing"
	"time"

	"citygrid/api"
	"citygrid/api/auth"
	"citygrid/registry"
)

// mint stores a key with roles and returns the header that presents it.
func (s *site) mint(k registry.Key) string {
	s.t.Helper()
	shown, id, sha, err := auth.Mint(rand.Reader, "test")
	if err != nil {
		s.t.Fatal(err)
	}
	k.ID, k.SecretSHA256, k.Owner, k.CreatedAt = id, sha, "test", clock()
	if err := s.store.CreateKey(s.t.Context(), k); err != nil {
		s.t.Fatal(err)
	}
	return "Authorization: Bearer " + shown
}

func TestClosedRegistryAnswersKeysOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *api.Config) { c.OpenReading = false })
	good := s.mint(registry.Key{Roles: []string{"registrar"}})
	expired := s.mint(registry.Key{Roles: []string{"registrar"}, ExpiresAt: clock().Add(-time.Second)})
	for _, target := range []string{
		"/collections", "/collections/components/items", "/collections/streets/items/420502001", "/locate?lon=111.285&lat=30.705",
		"/whats-here?lon=111.285&lat=30.705", "/catalog", "/catalog/event-subclasses", "/catalog/filing-standards", "/units", "/city", "/base/water",
	} {
		for header, want := range map[string]int{good: 200, expired: 401, "Authorization: Basic eA==": 401, "X-None: ": 401} {
			got := s.get(target, header)
			if got.Status != want || (want == 401) != strings.HasPrefix(got.Header.Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("%s with %.30s: %d %s", target, header, got.Status, got.Body)
			}
		}
	}
	if got := s.do(http.MethodPost, "/locate", "[]"); got.Status != http.StatusUnauthorized {
		t.Errorf("POST /locate: %d", got.Status)
	}
	for _, target := range []string{"/", "/api", "/conformance", "/healthz", "/readyz", "/map"} {
		if got := s.get(target); got.Status != http.StatusOK {
			t.Errorf("%s needs a key: %d", target, got.Status)
		}
	}
}

func TestBadKeyIsRefusedEvenWhereReadingIsOpen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if got := s.get("/city", "Authorization: Bearer x"); got.Status != http.StatusUnauthorized {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func TestRevokedKeyIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	key := s.mint(registry.Key{Roles: []string{"registrar"}})
	if got := s.get("/city", key); got.Status != http.StatusOK {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	if err := s.store.RevokeKey(t.Context(), strings.Split(key, "_")[2], clock()); err != nil {
		t.Fatal(err)
	}
	if got := s.get("/city", key); got.Status != http.StatusUnauthorized {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func TestKeyWithoutARoleSeesWhatIsOpenToAll(t *testing.T) {
	t.Parallel()
	for open, want := range map[bool]struct {
		matched  float64
		item, at int
	}{true: {7, 200, 200}, false: {0, 404, 403}} {
		s := newSite(t, func(c *api.Config) { c.OpenReading = open })
		key := s.mint(registry.Key{Roles: []string{"evaluator"}})
		equal(t, at(t, s.get("/collections/components/items", key).ok(), "numberMatched"), want.matched)
		if got := s.get("/collections/components/items/4205020118000001", key); got.Status != want.item {
			t.Errorf("open %v: %d %s", open, got.Status, got.Body)
		}
		for _, got := range []reply{
			s.get("/locate?lon=111.285&lat=30.705", key), s.get("/whats-here?lon=111.285&lat=30.705", key),
			s.do(http.MethodPost, "/locate", "[[111.285,30.705]]", key), s.do(http.MethodPost, "/locate?detail=true", "[]", key),
		} {
			if got.Status != want.at {
				t.Errorf("open %v: %d %s", open, got.Status, got.Body)
			}
		}
	}
}

package auth_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"citygrid/api/auth"
	"citygrid/registry"
)

// held is a key source of keys in a map.
type held map[string]registry.Key

func (h held) Key(_ context.Context, id string) (registry.Key, error) {
	if k, ok := h[id]; ok {
		return k, nil
	}
	return registry.Key{}, registry.NewError(registry.NotFound, "not_found", "没有", "none")
}

func noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

// mint adds a key to the source and returns what its owner holds.
func mint(t *testing.T, h held, k registry.Key) string {
	t.Helper()
	shown, id, sha, err := auth.Mint(rand.Reader, "test")
	if err != nil {
		t.Fatal(err)
	}
	k.ID, k.SecretSHA256 = id, sha
	h[id] = k
	return "Bearer " + shown
}

func TestRoleDecidesWhatAKeySees(t *testing.T) {
	t.Parallel()
	all, public, nothing := registry.Scope{All: true}, registry.Scope{Public: true}, registry.Scope{}
	for _, c := range []struct {
		roles        []string
		open, closed registry.Scope
	}{
		{[]string{auth.RoleRegistrar}, all, all},
		{[]string{"unit", auth.RoleReader, auth.RoleRegistrar}, all, all},
		{[]string{auth.RoleReader}, public, public},
		{[]string{"unit", auth.RoleReader}, public, public},
		{[]string{"admin", "evaluator", "Registrar", ""}, public, nothing}, // none of them is a role
		{nil, public, nothing},
	} {
		for open, want := range map[bool]registry.Scope{true: c.open, false: c.closed} {
			keys := held{}
			header := []string{mint(t, keys, registry.Key{Roles: c.roles})}
			who, err := auth.NewVerifier(keys, open, noon).Verify(t.Context(), header)
			if err != nil || !reflect.DeepEqual(who.Scope, want) || who.KeyID == "" {
				t.Errorf("%q, open %v: got %+v, %v; want %+v", c.roles, open, who, err, want)
			}
		}
	}
}

func TestWithoutAKeyReadingIsOpenOrClosed(t *testing.T) {
	t.Parallel()
	who, err := auth.NewVerifier(held{}, true, noon).Verify(t.Context(), nil)
	if err != nil || !who.Scope.Public || who.Scope.All || who.KeyID != "" {
		t.Errorf("open: got %+v, %v", who, err)
	}
	if _, err := auth.NewVerifier(held{}, false, noon).Verify(t.Context(), nil); registry.KindOf(err) != registry.Unauthenticated {
		t.Errorf("closed: got %v", err)
	}
}

func TestEveryBadKeyIsRefusedInTheSameWords(t *testing.T) {
	t.Parallel()
	keys := held{}
	good := mint(t, keys, registry.Key{Roles: []string{auth.RoleRegistrar}})
	unknown := mint(t, held{}, registry.Key{Roles: []string{auth.RoleRegistrar}})
	other := mint(t, keys, registry.Key{Roles: []string{auth.RoleRegistrar}})
	stolen := strings.TrimPrefix(good, "Bearer ")
	wrong := held{}
	for id, k := range keys {
		k.SecretSHA256 = bytes.Repeat([]byte{1}, 32)
		wrong[id] = k
	}
	said := map[string]bool{}
	for name, c := range map[string]struct {
		keys   held
		header []string
	}{
		"malformed":        {keys, []string{"Bearer x"}},
		"mistyped":         {keys, []string{good[:len(good)-1] + "x"}},
		"basic":            {keys, []string{"Basic " + stolen}},
		"bare":             {keys, []string{stolen}},
		"empty":            {keys, []string{""}},
		"two":              {keys, []string{good, other}},
		"unknown":          {keys, []string{unknown}},
		"wrong secret":     {wrong, []string{good}},
		"no secret stored": {held{strings.Split(good, "_")[2]: {}}, []string{good}},
		"expired":          {keys, []string{mint(t, keys, registry.Key{Roles: []string{auth.RoleRegistrar}, ExpiresAt: noon()})}},
		"revoked":          {keys, []string{mint(t, keys, registry.Key{Roles: []string{auth.RoleRegistrar}, RevokedAt: noon().Add(-time.Hour)})}},
	} {
		_, err := auth.NewVerifier(c.keys, true, noon).Verify(t.Context(), c.header)
		if registry.KindOf(err) != registry.Unauthenticated {
			t.Errorf("%s: got %v", name, err)
			continue
		}
		said[err.Error()] = true
	}
	if len(said) != 1 {
		t.Errorf("the refusals differ: %v", said)
	}
}

func TestKeyIsGoodUntilItExpires(t *testing.T) {
	t.Parallel()
	keys := held{}
	header := []string{mint(t, keys, registry.Key{Roles: []string{auth.RoleRegistrar}, ExpiresAt: noon().Add(time.Second)})}
	if _, err := auth.NewVerifier(keys, false, noon).Verify(t.Context(), header); err != nil {
		t.Error(err)
	}
}

// away is a key source whose database is away.
type away struct{}

func (away) Key(context.Context, string) (registry.Key, error) {
	return registry.Key{}, registry.NewError(registry.Unavailable, "database_away", "数据库不可用", "the database is away")
}

func TestStoreThatIsAwayIsNoRefusal(t *testing.T) {
	t.Parallel()
	_, err := auth.NewVerifier(away{}, true, noon).Verify(t.Context(), []string{mint(t, held{}, registry.Key{})})
	var e *registry.Error
	if !errors.As(err, &e) || e.Kind != registry.Unavailable {
		t.Errorf("got %v", err)
	}
}

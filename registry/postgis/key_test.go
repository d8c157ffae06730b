package postgis_test

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"citygrid/registry"
)

func TestKeysAreCreatedOnceListedByAgeAndRevokedOnce(t *testing.T) {
	t.Parallel()
	w := newEmptyTown(t)
	at := time.Date(2012, 1, 1, 8, 0, 0, 0, time.UTC)
	young := registry.Key{ID: "aaaaaaaa", SecretSHA256: bytes.Repeat([]byte{1}, 32), Owner: "调度中心", Roles: []string{"viewer", "dispatcher"}, CreatedAt: at.Add(time.Hour)}
	old := registry.Key{ID: "zzzzzzzz", SecretSHA256: bytes.Repeat([]byte{2}, 32), Owner: "crew 1", Roles: []string{}, CreatedAt: at, ExpiresAt: at.AddDate(1, 0, 0)}
	for _, k := range []registry.Key{young, old} {
		if err := w.CreateKey(t.Context(), k); err != nil {
			t.Fatal(err)
		}
		if got, err := w.Key(t.Context(), k.ID); err != nil || !reflect.DeepEqual(inUTC(got), k) {
			t.Errorf("got %+v, %v\nwant %+v", got, err, k)
		}
	}
	thief := registry.Key{ID: young.ID, SecretSHA256: bytes.Repeat([]byte{3}, 32), Owner: "thief", Roles: []string{"admin"}, CreatedAt: at}
	if err := w.CreateKey(t.Context(), thief); registry.KindOf(err) != registry.Conflict {
		t.Errorf("a second key of one id: %v", err)
	}
	revoked := young
	revoked.RevokedAt = at.Add(2 * time.Hour)
	if err := w.RevokeKey(t.Context(), young.ID, revoked.RevokedAt); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{young.ID, "nobody's"} {
		if err := w.RevokeKey(t.Context(), id, at.Add(3*time.Hour)); registry.KindOf(err) != registry.NotFound {
			t.Errorf("revoke %s, which is no live key: %v", id, err)
		}
	}
	if _, err := w.Key(t.Context(), "nobody's"); registry.KindOf(err) != registry.NotFound {
		t.Errorf("a key of nobody: %v", err)
	}
	keys, err := w.Keys(t.Context())
	for i := range keys {
		keys[i] = inUTC(keys[i])
	}
	if err != nil || !reflect.DeepEqual(keys, []registry.Key{old, revoked}) {
		t.Errorf("got %+v, %v\nwant %+v", keys, err, []registry.Key{old, revoked})
	}
}

func inUTC(k registry.Key) registry.Key {
	for _, at := range []*time.Time{&k.CreatedAt, &k.ExpiresAt, &k.RevokedAt} {
		if !at.IsZero() {
			*at = at.UTC()
		}
	}
	return k
}

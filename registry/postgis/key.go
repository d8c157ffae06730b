package postgis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"citygrid/registry"
)

// Key returns an API key by its public id.
func (s *Store) Key(ctx context.Context, id string) (registry.Key, error) {
	rows, err := s.pool.Query(ctx, sqlKey, id)
	if err != nil {
		return registry.Key{}, interpret("read key", err)
	}
	k, err := pgx.CollectExactlyOneRow(rows, scanKey)
	return k, interpret("read key", err)
}

// Keys lists all keys, live and revoked, oldest first.
func (s *Store) Keys(ctx context.Context) ([]registry.Key, error) {
	return collect(ctx, s.pool, "read keys", scanKey, sqlKeys)
}

// CreateKey stores a new key; Conflict when its id is taken.
func (s *Store) CreateKey(ctx context.Context, k registry.Key) error {
	tag, err := s.pool.Exec(ctx, sqlKeyCreate, k.ID, k.SecretSHA256, k.Owner, k.Roles, k.CreatedAt, timeOrNull(k.ExpiresAt))
	if err == nil && tag.RowsAffected() == 0 {
		return registry.NewError(registry.Conflict, "key_exists", "密钥编号已存在", "a key with this id exists already")
	}
	return interpret("create key", err)
}

// RevokeKey ends a key; NotFound when there is no live key of this id.
func (s *Store) RevokeKey(ctx context.Context, id string, at time.Time) error {
	tag, err := s.pool.Exec(ctx, sqlKeyRevoke, id, at)
	if err == nil && tag.RowsAffected() == 0 {
		return hidden()
	}
	return interpret("revoke key", err)
}

func scanKey(row pgx.CollectableRow) (registry.Key, error) {
	var k registry.Key
	var expires, revoked *time.Time
	err := row.Scan(&k.ID, &k.SecretSHA256, &k.Owner, &k.Roles, &k.CreatedAt, &expires, &revoked)
	k.ExpiresAt, k.RevokedAt = timeOrZero(expires), timeOrZero(revoked)
	return k, err
}

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

const (
	sqlKey       = `select id, secret_sha256, owner, roles, created_at, expires_at, revoked_at from api_key where id = $1`
	sqlKeys      = `select id, secret_sha256, owner, roles, created_at, expires_at, revoked_at from api_key order by created_at, id`
	sqlKeyCreate = `
insert into api_key (id, secret_sha256, owner, roles, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)
on conflict (id) do nothing`
	sqlKeyRevoke = `update api_key set revoked_at = $2 where id = $1 and revoked_at is null`
)

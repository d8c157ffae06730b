package auth

import (
	"context"
	"crypto/subtle"
	"slices"
	"strings"
	"time"

	"citygrid/registry"
)

// Keys is where keys are looked up; registry.Store is one.
type Keys interface {
	// Key returns a registry.Error of kind NotFound for an unknown id.
	Key(ctx context.Context, id string) (registry.Key, error)
}

// The roles that a key may have. No other role gives anything.
const (
	RoleReader    = "reader"    // what the city publishes
	RoleRegistrar = "registrar" // everything: who keeps the inventory
)

// Verifier decides what a request may see.
type Verifier struct {
	keys        Keys
	openReading bool
	now         func() time.Time
}

// Identity is who asks, and what they may see.
type Identity struct {
	KeyID string // empty for the public
	Owner string // of the key
	Scope registry.Scope
}

// Registrar refuses whoever does not keep the inventory: Unauthenticated without a key, Forbidden with one that lacks the role.
func (i Identity) Registrar() error {
	switch {
	case i.KeyID == "":
		return keyRequired()
	case !i.Scope.All:
		return registry.NewError(registry.Forbidden, "no_role",
			"该密钥没有登记员（"+RoleRegistrar+"）角色", "the key has not the role "+RoleRegistrar)
	}
	return nil
}

func keyRequired() error {
	return registry.NewError(registry.Unauthenticated, "key_required",
		"需要 API 密钥：Authorization: Bearer grid_…", "an API key is required: Authorization: Bearer grid_…")
}

// NewVerifier makes a Verifier. With openReading a request without a key sees what the city publishes, and so does a key without a
// role; else the former is refused and the latter sees nothing.
func NewVerifier(keys Keys, openReading bool, now func() time.Time) *Verifier {
	return &Verifier{keys: keys, openReading: openReading, now: now}
}

// Verify reads the values of the Authorization header. A key that is malformed, unknown, wrong, expired or revoked is refused with
// one and the same error of kind Unauthenticated; so is no key, unless reading is open.
func (v *Verifier) Verify(ctx context.Context, header []string) (Identity, error) {
	if len(header) == 0 {
		if v.openReading {
			return Identity{Scope: registry.Scope{Public: true}}, nil
		}
		return Identity{}, keyRequired()
	}
	refused := registry.NewError(registry.Unauthenticated, "key_refused", "API 密钥无效", "the API key is not valid")
	scheme, text, _ := strings.Cut(header[0], " ")
	if len(header) > 1 || !strings.EqualFold(scheme, "Bearer") {
		return Identity{}, refused
	}
	token, err := ParseToken(strings.TrimSpace(text))
	if err != nil {
		return Identity{}, refused
	}
	key, err := v.keys.Key(ctx, token.ID)
	if err != nil && registry.KindOf(err) != registry.NotFound {
		return Identity{}, err
	}
	// An unknown id is compared too, with no hash at all, so that it answers like a wrong secret.
	if subtle.ConstantTimeCompare(token.SecretSHA256(), key.SecretSHA256) != 1 || !live(key, v.now()) {
		return Identity{}, refused
	}
	return Identity{KeyID: key.ID, Owner: key.Owner, Scope: v.scopeOf(key.Roles)}, nil
}

func live(k registry.Key, now time.Time) bool {
	return k.RevokedAt.IsZero() && (k.ExpiresAt.IsZero() || now.Before(k.ExpiresAt))
}

// scopeOf is what the roles of a live key show; roles that are not known count for nothing.
func (v *Verifier) scopeOf(roles []string) registry.Scope {
	switch {
	case slices.Contains(roles, RoleRegistrar):
		return registry.Scope{All: true}
	case v.openReading, slices.Contains(roles, RoleReader):
		return registry.Scope{Public: true}
	}
	return registry.Scope{}
}

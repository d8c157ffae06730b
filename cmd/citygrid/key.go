package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"citygrid/api/auth"
	"citygrid/registry"
)

type keyCommand struct {
	Create keyCreateCommand `cmd:"" help:"Make a key and show it, once."`
	List   keyListCommand   `cmd:"" help:"List the keys: id, owner, roles, dates."`
	Revoke keyRevokeCommand `cmd:"" help:"End a key."`
}

type keyCreateCommand struct {
	Owner string   `arg:"" help:"Who holds the key: a person or a program."`
	Role  []string `default:"registrar" help:"What the key may do: registrar (sees everything and may change the registry), reader (sees what is published)." enum:"registrar,reader"`
	Env   string   `default:"prod" help:"Marks the key, so that one of a test system is not taken for another."`
}

// Run makes the key. Only its hash is stored.
func (c keyCreateCommand) Run(ctx context.Context, e *environment) error {
	shown, id, hash, err := auth.Mint(rand.Reader, c.Env)
	if err != nil {
		return registry.InvalidField("--env", c.Env, "须为 1 至 16 个小写字母或数字", "must be 1 to 16 lower-case letters or digits")
	}
	d, err := e.openDatabase(ctx, true)
	if err != nil {
		return err
	}
	defer d.close(ctx, e)
	err = d.store.CreateKey(ctx, registry.Key{ID: id, SecretSHA256: hash, Owner: c.Owner, Roles: c.Role, CreatedAt: e.now()})
	if err != nil {
		return err
	}
	fmt.Printf("%s\nThis is shown only now; send it as \"Authorization: Bearer KEY\". / 密钥仅显示这一次，请妥善保存。\n", shown)
	return nil
}

type keyListCommand struct{}

// Run lists the keys, never a secret.
func (keyListCommand) Run(ctx context.Context, e *environment) error {
	d, err := e.openDatabase(ctx, true)
	if err != nil {
		return err
	}
	defer d.close(ctx, e)
	keys, err := d.store.Keys(ctx)
	if err != nil {
		return err
	}
	for _, k := range keys {
		state := "live"
		if !k.RevokedAt.IsZero() {
			state = "revoked " + k.RevokedAt.Format(time.DateOnly)
		}
		fmt.Printf("%s  %s  %v  %s  %s\n", k.ID, k.CreatedAt.Format(time.DateOnly), k.Roles, state, k.Owner)
	}
	return nil
}

type keyRevokeCommand struct {
	ID string `arg:"" help:"The key's id: its third part."`
}

// Run ends the key.
func (c keyRevokeCommand) Run(ctx context.Context, e *environment) error {
	d, err := e.openDatabase(ctx, true)
	if err != nil {
		return err
	}
	defer d.close(ctx, e)
	if err := d.store.RevokeKey(ctx, c.ID, e.now()); err != nil {
		return err
	}
	fmt.Printf("%s revoked / 已停用\n", c.ID)
	return nil
}

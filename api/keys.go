package api

import (
	"context"

	"citygrid/registry"
)

// noKeys is the key source of a server that was given none.
type noKeys struct{}

func (noKeys) Key(context.Context, string) (registry.Key, error) {
	return registry.Key{}, registry.NewError(registry.NotFound, "no_such_key", "没有该密钥", "no such key")
}

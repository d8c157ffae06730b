package postgis

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"

	"citygrid/registry"
)

// BaseLayer returns a base-map layer as the GeoJSON document that it came as.
func (s *Store) BaseLayer(ctx context.Context, scope registry.Scope, name string) ([]byte, error) {
	if scope.Empty() {
		return nil, hidden()
	}
	var document []byte
	err := s.pool.QueryRow(ctx, sqlBaseLayer, name).Scan(&document)
	return document, interpret("read base layer", err)
}

// PutBaseLayers makes the base-map layers those given, by name.
func (c *Change) PutBaseLayers(ctx context.Context, layers map[string][]byte) (registry.Diff, error) {
	names := slices.Sorted(maps.Keys(layers))
	documents, digests := make([][]byte, len(names)), make([]string, len(names))
	for i, name := range names {
		sum := sha256.Sum256(layers[name])
		documents[i], digests[i] = layers[name], hex.EncodeToString(sum[:])
	}
	return c.sync(ctx, "put base layers", registry.CollectionCity, sqlBaseLayersPut, names, documents, digests, c.id)
}

const (
	sqlBaseLayer = `select geojson from base_layer where name = $1`

	sqlBaseLayersPut = `
with incoming as (
    select * from unnest($1::text[], $2::bytea[], $3::text[]) as i (name, geojson, digest)
), removed as (
    delete from base_layer b where not exists (select from incoming i where i.name = b.name) returning name
), put as (
    insert into base_layer (name, geojson, digest, change_id) select name, geojson, digest, $4 from incoming
    on conflict (name) do update set geojson = excluded.geojson, digest = excluded.digest, change_id = excluded.change_id
    where base_layer.digest <> excluded.digest
    returning name, xmax = 0 as fresh
)
select 'removed' as what, name from removed
union all select case when fresh then 'added' else 'updated' end, name from put
order by 2`
)

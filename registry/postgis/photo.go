package postgis

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"citygrid/registry"
	"citygrid/registry/census"
	"citygrid/registry/photo"
)

// Photos of components. Their bytes are on a shelf of their own: a batch of photos is received while they are put there, and held like one of rows, so that
// nothing is swept meanwhile.

var _ photo.Store = (*Store)(nil)

// PhotosOf are the photos of a component by position and name; one without any has none.
func (s *Store) PhotosOf(ctx context.Context, scope registry.Scope, code string) ([]photo.Photo, error) {
	if scope.Empty() {
		return nil, hidden()
	}
	photos, err := collect(ctx, s.pool, "read photos", scanPhoto, sqlPhotosOf, scopeUnits(scope), code)
	if err == nil && len(photos) == 0 {
		_, err = s.Component(ctx, scope, code)
	}
	return photos, err
}

// Photo is a photo by its digest, as the first of the components has it that the scope sees.
func (s *Store) Photo(ctx context.Context, scope registry.Scope, d photo.Digest) (photo.Photo, error) {
	if scope.Empty() {
		return photo.Photo{}, hidden()
	}
	rows, err := s.pool.Query(ctx, sqlPhoto, scopeUnits(scope), d.String())
	if err != nil {
		return photo.Photo{}, interpret("read photo", err)
	}
	p, err := pgx.CollectOneRow(rows, scanPhoto)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, registry.NewError(registry.NotFound, "no_photo", "没有这张照片", "there is no such photo")
	}
	return p, interpret("read photo", err)
}

func scanPhoto(row pgx.CollectableRow) (photo.Photo, error) {
	var p photo.Photo
	var digest string
	err := row.Scan(&digest, &p.Picture.Kind, &p.Bytes, &p.Picture.Width, &p.Picture.Height, &p.Position, &p.Name, (*[16]byte)(&p.Batch))
	if err != nil {
		return p, err
	}
	var ok bool
	if p.Digest, ok = photo.ParseDigest(digest); !ok {
		return p, fmt.Errorf("%q is no digest", digest)
	}
	return p, nil
}

// ComponentsOf finds components by any of their codes.
func (s *Store) ComponentsOf(ctx context.Context, codes []string) (map[string]int64, error) {
	found := make(map[string]int64, len(codes))
	rows, err := s.imports.Query(ctx, sqlPhotoOwners, codes)
	if err != nil {
		return nil, interpret("find the components of photos", err)
	}
	var code string
	var id int64
	_, err = pgx.ForEachRow(rows, []any{&code, &id}, func() error {
		found[code] = id
		return nil
	})
	return found, interpret("find the components of photos", err)
}

// Links are the photos that components have.
func (s *Store) Links(ctx context.Context, components []int64) (map[photo.Link]bool, error) {
	found := map[photo.Link]bool{}
	rows, err := s.imports.Query(ctx, sqlPhotoLinks, components)
	if err != nil {
		return nil, interpret("read the photos of components", err)
	}
	var id int64
	var digest string
	_, err = pgx.ForEachRow(rows, []any{&id, &digest}, func() error {
		d, ok := photo.ParseDigest(digest)
		if !ok {
			return fmt.Errorf("%q is no digest", digest)
		}
		found[photo.Link{Component: id, Digest: d}] = true
		return nil
	})
	return found, interpret("read the photos of components", err)
}

// OpenPhotos records a batch of photos.
func (s *Store) OpenPhotos(ctx context.Context, b census.Batch) error {
	if err := s.open.begin(ctx, b.ID); err != nil {
		return interpret("open a batch of photos", err)
	}
	err := pgx.BeginFunc(ctx, s.imports, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sqlPhotosShare, photosLock); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, sqlBatchInsert, [16]byte(b.ID), b.Source, b.Digest, b.State, b.Actor, census.AreasOfChange, b.StartedAt, "")
		return err
	})
	if err != nil {
		s.open.end(b.ID)
	}
	return interpret("open a batch of photos", err)
}

// PromotePhotos links photos and makes their batch final.
func (s *Store) PromotePhotos(ctx context.Context, act registry.Act, b census.Batch, links []photo.NewLink) (census.Batch, error) {
	_, err := s.Change(ctx, act, func(c *Change) error {
		tag, err := c.tx.Exec(ctx, sqlPhotosPromote, [16]byte(b.ID), act.At, b.Read, b.Good, b.Bad, c.id)
		switch {
		case err != nil:
			return interpret("promote photos", err)
		case tag.RowsAffected() == 0:
			return registry.NewError(registry.Conflict, "batch_given_up", "该批次已作废，请重新提交", "the batch was given up: send it again")
		}
		rows := photoRows(links)
		if _, err := c.tx.Exec(ctx, sqlPhotosKnown, rows.digests, rows.kinds, rows.bytes, rows.widths, rows.heights); err != nil {
			return interpret("promote photos", err)
		}
		tag, err = c.tx.Exec(ctx, sqlPhotosLink, rows.components, rows.digests, rows.positions, rows.names, [16]byte(b.ID), c.id)
		if err != nil {
			return interpret("promote photos", err)
		}
		b.Counts.Created = tag.RowsAffected()
		b.Counts.Unchanged += int64(len(links)) - b.Counts.Created // of another delivery meanwhile
		_, err = c.tx.Exec(ctx, sqlPhotosCount, [16]byte(b.ID), b.Counts.Created, b.Counts.Unchanged)
		c.taken = append(c.taken, b.ID)
		return interpret("promote photos", err)
	})
	if err == nil {
		b.State, b.FinishedAt = census.Promoted, act.At
	}
	return b, err
}

// columns are links as PostgreSQL takes them: an array for each column.
type columns struct {
	components, bytes          []int64
	digests, kinds, names      []string
	widths, heights, positions []int32
}

func photoRows(links []photo.NewLink) (c columns) {
	for _, l := range links {
		c.components, c.bytes = append(c.components, l.Component), append(c.bytes, l.Bytes)
		c.digests, c.kinds, c.names = append(c.digests, l.Digest.String()), append(c.kinds, string(l.Picture.Kind)), append(c.names, l.Name)
		c.widths, c.heights = append(c.widths, int32(l.Picture.Width)), append(c.heights, int32(l.Picture.Height))
		c.positions = append(c.positions, int32(l.Position))
	}
	return c
}

// SweepPhotos has remove called while it holds off whoever wants to bring photos in.
func (s *Store) SweepPhotos(ctx context.Context, names []string, remove func(unwanted []string) error) error {
	err := pgx.BeginFunc(ctx, s.imports, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sqlPhotosNoHurry); err != nil { // a shelf may be far away
			return err
		}
		if _, err := tx.Exec(ctx, sqlChangeLock, photosLock); err != nil {
			return err
		}
		var coming bool
		if err := tx.QueryRow(ctx, sqlPhotosComing).Scan(&coming); err != nil {
			return err
		}
		if coming {
			return photo.Busy()
		}
		unwanted, err := collect(ctx, tx, "find photos of no component", pgx.RowTo[string], sqlPhotosUnwanted, names)
		if err != nil {
			return err
		}
		return remove(unwanted)
	})
	return interpret("sweep photos", err)
}

// photosLock is the key of the advisory lock between who sweeps photos and who brings some in: "photos" in hexadecimal ASCII.
const photosLock = int64(0x70686f746f73)

const (
	sqlPhotoColumns = ` l.digest, p.kind, p.bytes, p.width, p.height, l.position, l.name, l.batch_id`

	// By way of the editions, as sqlComponent.
	sqlPhotosOf = `select` + sqlPhotoColumns + `
from component_photo l join photo p on p.digest = l.digest
where l.removed_by is null and l.component_id = (
    select c.id from edition e join component_code a on a.edition = e.code and a.code = $2 join component c on c.id = a.component_id
    where` + sqlInScope + ` true order by (a.edition = (select edition from city)) desc, c.id limit 1
) order by l.position, l.name, l.digest`

	sqlPhoto = `select` + sqlPhotoColumns + `
from component_photo l join photo p on p.digest = l.digest join component c on c.id = l.component_id
where` + sqlInScope + ` l.removed_by is null and l.digest = $2 order by l.component_id limit 1`

	sqlPhotoOwners = `
select distinct on (a.code) a.code, c.id
from edition e join component_code a on a.edition = e.code and a.code = any($1) join component c on c.id = a.component_id
order by a.code, (a.edition = (select edition from city)) desc, c.id`

	sqlPhotoLinks = `select component_id, digest from component_photo where removed_by is null and component_id = any($1)`

	sqlPhotosShare = `select pg_advisory_xact_lock_shared($1)`

	sqlPhotosNoHurry = `select set_config('idle_in_transaction_session_timeout', '0', true)`

	sqlPhotosComing = `select exists (select from import_batch where state = 'received')`

	sqlPhotosUnwanted = `
select n.name from unnest($1::text[]) as n (name)
where not exists (select from component_photo l where l.digest = n.name and l.removed_by is null)`

	sqlPhotosPromote = `
update import_batch set state = 'promoted', finished_at = $2, rows_read = $3, rows_good = $4, rows_bad = $5, change_id = $6
where id = $1 and state = 'received'`

	sqlPhotosCount = `update import_batch set created = $2, unchanged = $3 where id = $1`

	sqlPhotosKnown = `
insert into photo (digest, kind, bytes, width, height)
select distinct on (digest) digest, kind, bytes, width, height
from unnest($1::text[], $2::text[], $3::bigint[], $4::int[], $5::int[]) as n (digest, kind, bytes, width, height)
order by digest on conflict do nothing`

	sqlPhotosLink = `
insert into component_photo (component_id, digest, position, name, batch_id, change_id)
select component_id, digest, position, name, $5, $6
from unnest($1::bigint[], $2::text[], $3::int[], $4::text[]) as n (component_id, digest, position, name)
order by component_id, digest on conflict do nothing`

	// After sqlUndo.
	sqlPhotosUndo = `update component_photo set removed_by = $2 where batch_id = $1 and removed_by is null`
)

package photo

import (
	"context"
	"time"

	"citygrid/registry"
	"citygrid/registry/census"
)

// Store is the database beside a Shelf: which component has which photo; *postgis.Store is one.
type Store interface {
	// PhotosOf are the photos of a component, by any of its codes: by position, then by the name of the file. NotFound for a component that the scope
	// does not see.
	PhotosOf(ctx context.Context, s registry.Scope, code string) ([]Photo, error)
	// Photo is NotFound unless a component that the scope sees has it.
	Photo(ctx context.Context, s registry.Scope, d Digest) (Photo, error)

	// ComponentsOf finds components by any of their codes; what is no component is left out.
	ComponentsOf(ctx context.Context, codes []string) (map[string]int64, error)
	// Links are the photos that some components have.
	Links(ctx context.Context, components []int64) (map[Link]bool, error)
	// OpenPhotos records a batch in the state Received and holds it until it is promoted or rejected. Conflict while a sweep is under way.
	OpenPhotos(ctx context.Context, b census.Batch) error
	// PromotePhotos gives the components their photos, in one change, and sets the batch's Counts. What they have already is Unchanged.
	PromotePhotos(ctx context.Context, act registry.Act, b census.Batch, links []NewLink) (census.Batch, error)
	// RejectBatch gives up a batch that is not final.
	RejectBatch(ctx context.Context, b census.Batch) error

	// RejectInterrupted gives up the batches that no living process holds.
	RejectInterrupted(ctx context.Context, now time.Time) (int, error)
	// SweepPhotos calls remove with those of some names that are the digest of no component's photo, while no photo comes in. Conflict while one does.
	SweepPhotos(ctx context.Context, names []string, remove func(unwanted []string) error) error
}

// Photo is a photo as a component has it.
type Photo struct {
	Digest   Digest
	Picture  Picture
	Bytes    int64
	Position int    // by the number in the file's name, or by the place in the cell; from 0
	Name     string // of the file as it was delivered, without folder
	Batch    census.BatchID
}

// Link is that a component has a photo.
type Link struct {
	Component int64
	Digest    Digest
}

// NewLink is a Link to be made.
type NewLink struct {
	Link
	Picture  Picture
	Bytes    int64
	Position int
	Name     string
}

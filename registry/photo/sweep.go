package photo

import (
	"context"

	"citygrid/registry"
)

// sweepPortion is how many names are asked about, and removed, under one lock.
const sweepPortion = 100

// Swept is what a sweep did.
type Swept struct {
	Kept    int // photos that components have
	Removed int // photos that none has any more, and what an interrupted process left
}

// Sweep removes from the shelf what no component has: what was taken back, and what came in by a process that died before it could say so. Conflict while
// photos or a survey file come in.
func (r *Room) Sweep(ctx context.Context) (Swept, error) {
	var done Swept
	if _, err := r.config.Store.RejectInterrupted(ctx, r.config.Clock()); err != nil {
		return done, err
	}
	var names []string
	for name, err := range r.config.Shelf.Items(ctx) {
		if err != nil {
			return done, err
		}
		if names = append(names, name); len(names) == sweepPortion {
			if err := r.sweep(ctx, names, &done); err != nil {
				return done, err
			}
			names = names[:0]
		}
	}
	return done, r.sweep(ctx, names, &done)
}

func (r *Room) sweep(ctx context.Context, names []string, done *Swept) error {
	return r.config.Store.SweepPhotos(ctx, names, func(unwanted []string) error {
		for _, name := range unwanted {
			if err := r.config.Shelf.Remove(ctx, name); err != nil {
				return err
			}
		}
		done.Removed += len(unwanted)
		done.Kept += len(names) - len(unwanted)
		return nil
	})
}

// Busy is the refusal of a sweep while photos come in, and of photos while a sweep runs.
func Busy() error {
	return registry.NewError(registry.Conflict, registry.CodeBusy, "照片或普查文件正在入库，或正在清理照片；请稍后重试", "photos or a survey file are coming in, or photos are being swept: try again shortly")
}

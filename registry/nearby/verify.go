package nearby

import (
	"context"
	"fmt"
	"iter"
	"math"

	"citygrid/geo/pointindex"
	"citygrid/registry"
)

// Verify compares the digest of what is in memory with one of what the store has. Where they differ everything is read anew, and err
// is a *registry.DifferenceError. Where the components changed meanwhile nothing is judged: same is true. On any other failure same is false
// and err says why nothing could be compared. It takes turns with Refresh.
func (f *Finder) Verify(ctx context.Context) (same bool, err error) {
	if err := f.verify(ctx); err != nil {
		return false, fmt.Errorf("verify finder: %w", err)
	}
	return true, nil
}

func (f *Finder) verify(ctx context.Context) error {
	leave, err := f.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if _, err := f.refresh(ctx); err != nil {
		return err
	}
	held := f.state.Load()
	revision, stored, err := f.storedDigest(ctx)
	if err != nil || revision != held.mark.Revision {
		return err
	}
	f.verifications.Add(1)
	memory := held.digest()
	if memory == stored {
		return nil
	}
	next, err := f.read(ctx, &state{})
	if err != nil {
		return err
	}
	f.state.Store(next)
	f.differences.Add(1)
	return &registry.DifferenceError{Revision: revision, Memory: memory.sum, Stored: stored.sum}
}

func (f *Finder) storedDigest(ctx context.Context) (revision int64, d digest, err error) {
	reading, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	err = f.source.ReadStandings(reading, registry.StandingMark{}, func(mark registry.StandingMark, all iter.Seq2[registry.Standing, error]) error {
		revision = mark.Revision
		for st, err := range all {
			if err != nil {
				return err
			}
			put(&d, st)
		}
		return nil
	})
	return revision, d, err
}

// digest is the same for the same components in any order. It guards against faults of memory and mistakes of ours, not against
// somebody who wants two to be alike.
type digest struct {
	count int64
	sum   uint64
}

func (s *state) digest() (d digest) {
	s.base.pour(&d, without(s.gone))
	s.fresh.pour(&d, without(nil))
	if !s.base.points.Sound() || !s.fresh.points.Sound() { // a search may miss what is there
		d.sum = ^d.sum
	}
	return d
}

func (d *digest) point(item pointindex.Item) {
	d.add(uint64(item.ID), uint64(uint32(item.At.X))<<32|uint64(uint32(item.At.Y)))
}

func (d *digest) shape(sh shape) {
	b := sh.bound
	d.add(uint64(sh.id), math.Float64bits(b.Min[0]), math.Float64bits(b.Min[1]), math.Float64bits(b.Max[0]), math.Float64bits(b.Max[1]))
}

func (d *digest) add(parts ...uint64) {
	var h uint64
	for _, part := range parts {
		h = mix(h ^ part)
	}
	d.count++
	d.sum += h
}

// mix spreads every bit of a number over all (splitmix64, Steele, Lea, Flood 2014).
func mix(v uint64) uint64 {
	v += 0x9e3779b97f4a7c15
	v = (v ^ v>>30) * 0xbf58476d1ce4e5b9
	v = (v ^ v>>27) * 0x94d049bb133111eb
	return v ^ v>>31
}

package photo

import (
	"context"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"citygrid/registry"
	"citygrid/registry/census"
)

// Config is what a Room works with. Store, Shelf and Clock must be given.
type Config struct {
	Store Store
	Shelf Shelf
	Clock func() time.Time
	Temp  string // a folder for archives on their way; empty: that of the system
}

// Validate names what is missing.
func (c Config) Validate() error {
	if c.Store == nil || c.Shelf == nil || c.Clock == nil {
		return errors.New("photo config: Store, Shelf and Clock must be given")
	}
	return nil
}

// Room is where photos are taken in, found and given out. It is safe for concurrent use.
type Room struct{ config Config }

// New makes a Room. Its error is that of [Config.Validate].
func New(c Config) (*Room, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return &Room{c}, nil
}

// Of are the photos of a component, as [Store.PhotosOf] has them.
func (r *Room) Of(ctx context.Context, s registry.Scope, code string) ([]Photo, error) {
	return r.config.Store.PhotosOf(ctx, s, code)
}

// Find is a photo that some component has, as [Store.Photo] has it.
func (r *Room) Find(ctx context.Context, s registry.Scope, d Digest) (Photo, error) {
	return r.config.Store.Photo(ctx, s, d)
}

// Open opens a photo that was found. Its errors are those of the Shelf.
func (r *Room) Open(ctx context.Context, p Photo) (io.ReadSeekCloser, error) {
	return r.config.Shelf.Open(ctx, p.Digest)
}

// Delivery is what a crew delivers.
type Delivery struct {
	Source   Source
	Naming   []Naming // of a survey file; nil: the names of the files alone say what they show
	Actor    string
	DryRun   bool  // says what it would do
	MaxTotal int64 // bytes of all photos together; 0: MaxTotal
	// Progress is called after each file, with how many of them and of their bytes are done; nil: nobody is told.
	Progress func(files int, bytes, of int64)
}

// Take takes a delivery in. What cannot be taken is an Issue of the Report, and the rest is taken: nothing of it is visible before all of it is. The same
// delivery again changes nothing. TooLarge when it is too much as a whole.
func (r *Room) Take(ctx context.Context, d Delivery) (Report, error) {
	t := &taking{config: r.config, delivery: d, report: Report{Source: d.Source.Name, DryRun: d.DryRun, Files: len(d.Source.files), Issues: []Issue{}, Totals: []Total{}}}
	if d.MaxTotal == 0 {
		t.delivery.MaxTotal = MaxTotal
	}
	err := t.take(ctx)
	t.report.sort()
	return t.report, err
}

// taking is the work on one delivery.
type taking struct {
	config   Config
	delivery Delivery
	report   Report
	batch    census.Batch
	owners   map[string]int64
	standing map[Link]bool
	made     map[Link]bool
	links    []NewLink
	read     int64 // bytes
	buffer   []byte
}

func (t *taking) take(ctx context.Context) error {
	m := match(t.delivery.Source.files, t.delivery.Naming, &t.report)
	m.orphans()
	var err error
	if t.owners, err = t.config.Store.ComponentsOf(ctx, m.codes()); err != nil {
		return err
	}
	m.unknown(t.owners)
	var components []int64
	for _, id := range t.owners {
		components = append(components, id)
	}
	slices.Sort(components)
	if t.standing, err = t.config.Store.Links(ctx, slices.Compact(components)); err != nil {
		return err
	}
	if !t.delivery.DryRun {
		t.batch = census.Batch{
			ID: census.NewBatchID(), Source: t.delivery.Source.Name, State: census.Received, Actor: t.delivery.Actor, StartedAt: t.config.Clock(),
		}
		if err := t.config.Store.OpenPhotos(ctx, t.batch); err != nil {
			return err
		}
	}
	err = t.all(ctx, m)
	t.batch.Read, t.batch.Good, t.batch.Bad = int64(t.report.Files-t.report.Passed), int64(t.report.Taken), t.report.badFiles()
	switch {
	case t.delivery.DryRun:
		t.report.Linked = int64(len(t.links))
		return err
	case err == nil && t.report.Taken == 0:
		t.report.Batch, t.report.Refused = t.batch.ID.String(), true
		return t.reject(ctx, census.ReasonEmpty)
	case err == nil:
		err = t.promote(ctx)
	}
	if err != nil {
		return errors.Join(err, t.reject(ctx, census.ReasonInterrupted))
	}
	return nil
}

// all reads the files that show something, in order.
func (t *taking) all(ctx context.Context, m *matching) error {
	t.made = map[Link]bool{}
	var of, behind int64
	for i, f := range m.files {
		if len(m.targets[i]) > 0 {
			of += f.size
		}
	}
	for i, f := range m.files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if len(m.targets[i]) > 0 && f.bad == nil {
			if err := t.one(ctx, f, m.targets[i]); err != nil {
				return err
			}
			behind += f.size
		}
		if t.delivery.Progress != nil {
			t.delivery.Progress(i+1, behind, of)
		}
	}
	return nil
}

// one looks at a file, and puts it on the shelf when it is new to one of its components.
func (t *taking) one(ctx context.Context, f file, targets []target) error {
	targets = slices.DeleteFunc(targets, func(w target) bool { _, known := t.owners[w.code]; return !known })
	if len(targets) == 0 {
		return nil // that was told
	}
	body, bad := f.read(t.buffer[:0])
	t.buffer = body
	if t.read += int64(len(body)); t.read > t.delivery.MaxTotal {
		return tooMuch(t.delivery.MaxTotal)
	}
	if err := ctx.Err(); err != nil {
		return err // and not the file's fault
	}
	var picture Picture
	if bad == nil {
		picture, bad = Look(body)
	}
	if bad != nil {
		t.report.bad(f, bad)
		return nil
	}
	digest, fresh := digestOf(body), false
	for _, w := range targets {
		link := Link{t.owners[w.code], digest}
		if t.standing[link] || t.made[link] {
			t.report.Unchanged++
			continue
		}
		fresh, t.made[link] = true, true
		t.links = append(t.links, NewLink{link, picture, int64(len(body)), w.position, path.Base(f.name)})
	}
	t.report.Taken++
	if !fresh || t.delivery.DryRun {
		return nil
	}
	t.report.Bytes += int64(len(body))
	return t.config.Shelf.Put(ctx, digest, body)
}

func (t *taking) promote(ctx context.Context) error {
	act := registry.Act{Actor: t.batch.Actor, Reason: "photos " + t.batch.Source, At: t.config.Clock()}
	t.batch.Counts.Unchanged = t.report.Unchanged
	b, err := t.config.Store.PromotePhotos(ctx, act, t.batch, t.links)
	if err != nil {
		return err
	}
	t.batch = b
	t.report.Batch, t.report.Linked, t.report.Unchanged = b.ID.String(), b.Counts.Created, b.Counts.Unchanged
	return nil
}

// farewell bounds how long giving up may take when the caller's context has ended.
const farewell = 5 * time.Second

// reject gives the batch up. Where the store cannot be reached it is left to who clears up after a dead process.
func (t *taking) reject(ctx context.Context, reason string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	t.batch.State, t.batch.Reason, t.batch.FinishedAt = census.Rejected, reason, t.config.Clock()
	return t.config.Store.RejectBatch(ctx, t.batch)
}

// unknown tells of codes that are of no component, once for each file or row.
func (m *matching) unknown(owners map[string]int64) {
	for i, f := range m.files {
		var unknown []string
		for _, t := range m.targets[i] {
			if _, known := owners[t.code]; !known {
				unknown = append(unknown, t.code)
			}
		}
		if len(unknown) == 0 || f.bad != nil {
			continue
		}
		list := strings.Join(unknown[:min(3, len(unknown))], ", ")
		m.report.report(Issue{File: f.name, Code: unknown[0], Problem: CodeUnknown, Severity: census.Error},
			"库中没有标识码为 "+list+" 的部件；请先导入普查文件，或改正标识码", "no component has the code "+list+": import the survey file first, or mend the code")
	}
}

package postgis_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"citygrid/registry"
	"citygrid/registry/census"
	"citygrid/registry/photo"
)

// album is a survey whose components have photos, on a shelf in a folder.
type album struct {
	*survey
	dir   string // of the shelf
	shelf photo.Shelf
}

// newAlbum has n lamps.
func newAlbum(t *testing.T, n int) *album {
	t.Helper()
	s := newSurvey(t)
	s.take("lamps.csv", lamps(n, "完好"))
	dir := filepath.Join(t.TempDir(), "photos")
	return &album{s, dir, photo.NewFolder(dir)}
}

func (a *album) room() *photo.Room {
	a.t.Helper()
	room, err := photo.New(photo.Config{Store: a.store, Shelf: a.shelf, Clock: a.config.Clock})
	if err != nil {
		a.t.Fatal(err)
	}
	return room
}

// deliver takes the files of a folder in.
func (a *album) deliver(files map[string][]byte, change ...func(*photo.Delivery)) photo.Report {
	a.t.Helper()
	r, err := a.try(a.t.Context(), a.folder(files), change...)
	if err != nil {
		a.t.Fatal(err)
	}
	return r
}

func (a *album) try(ctx context.Context, source photo.Source, change ...func(*photo.Delivery)) (photo.Report, error) {
	a.t.Helper()
	d := photo.Delivery{Source: source, Actor: "crew 1"}
	for _, c := range change {
		c(&d)
	}
	return a.room().Take(ctx, d)
}

// folder writes files into a new folder named 照片.
func (a *album) folder(files map[string][]byte) photo.Source {
	a.t.Helper()
	dir := filepath.Join(a.t.TempDir(), "照片")
	for name, body := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, body, 0o644)); err != nil {
			a.t.Fatal(err)
		}
	}
	return a.open(dir)
}

func (a *album) open(dir string) photo.Source {
	a.t.Helper()
	source, err := photo.OpenFolder(a.t.Context(), dir)
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { source.Close() })
	return source
}

// photoBriefs are issues as "file sheet:row component code severity".
func photoBriefs(r photo.Report) []string {
	var out []string
	for _, i := range r.Issues {
		if i.ZH == "" || i.EN == "" {
			out = append(out, "without a message")
		}
		out = append(out, strings.Join(strings.Fields(fmt.Sprintf("%s %s:%d %s %s %s", i.File, i.Sheet, i.Row, i.Code, i.Problem, i.Severity)), " "))
	}
	return out
}

// photos are those of a component as "position name digest".
func (a *album) photos(code string) []string {
	a.t.Helper()
	all, err := a.room().Of(a.t.Context(), registry.Scope{Public: true}, code)
	if err != nil {
		a.t.Fatal(err)
	}
	var out []string
	for _, p := range all {
		out = append(out, fmt.Sprint(p.Position, " ", p.Name, " ", p.Digest.String()[:8]))
	}
	return out
}

func drawnPhoto(t *testing.T, shade uint8) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, shaded(shade), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func shaded(shade uint8) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for i := range 40 * 30 {
		m.Set(i%40, i/40, color.RGBA{shade, uint8(i), 0, 255})
	}
	return m
}

func drawnPNG(t *testing.T, shade uint8) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, shaded(shade)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func brief8(body []byte) string { return fmt.Sprintf("%x", sha256.Sum256(body))[:8] }

// onShelf is how many files lie in the folder of the shelf.
func (a *album) onShelf() int {
	n := 0
	_ = filepath.WalkDir(a.dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			n++
		}
		return nil
	})
	return n
}

func TestTrap48PhotosAreMatchedByTheCodeInTheirNames(t *testing.T) {
	t.Parallel()
	a := newAlbum(t, 3)
	one, two, three, four := drawnPhoto(t, 1), drawnPhoto(t, 2), drawnPNG(t, 3), drawnPhoto(t, 4)
	r := a.deliver(map[string][]byte{
		lamp(1) + "_2.JPG": two, lamp(1) + "-1.jpg": one, "城东/路灯" + lamp(2) + ".PNG": three, lamp(3) + "/IMG_2041.jpeg": four, // matched
		"IMG_0001.JPG": one, lamp(9) + ".jpg": one, lamp(1) + "+" + lamp(2) + ".jpg": one, lamp(1) + "_3.jpg": []byte("<svg/>"), // not
		lamp(1) + "_4.jpg": two,                                                                      // once more
		"Thumbs.db":        nil, "城东/._x.jpg": nil, "普查说明.docx": []byte("x"), "__MACOSX/a/.jpg": nil, // no photos
	})
	want := photo.Report{Source: "照片", Batch: r.Batch, Files: 10, Passed: 1, Taken: 5, Linked: 4, Unchanged: 1,
		Bytes: int64(len(one) + len(two) + len(three) + len(four)), Errors: 4, Issues: r.Issues, Totals: []photo.Total{
			{Problem: photo.CodeNotAPhoto, Severity: census.Error, Count: 1}, {Problem: photo.CodeUnclear, Severity: census.Error, Count: 1},
			{Problem: photo.CodeUnknown, Severity: census.Error, Count: 1}, {Problem: photo.CodeNoComponent, Severity: census.Error, Count: 1},
		}}
	if !reflect.DeepEqual(r, want) {
		t.Errorf("got  %+v\nwant %+v", r, want)
	}
	issues := []string{
		lamp(1) + "+" + lamp(2) + ".jpg :0 photo_several_codes error", lamp(1) + "_3.jpg :0 not_a_photo error",
		lamp(9) + ".jpg :0 " + lamp(9) + " photo_unknown_component error", "IMG_0001.JPG :0 photo_without_component error",
	}
	if got := photoBriefs(r); !slices.Equal(got, issues) {
		t.Errorf("got  %q\nwant %q", got, issues)
	}
	for code, want := range map[string][]string{
		lamp(1): {"1 " + lamp(1) + "-1.jpg " + brief8(one), "2 " + lamp(1) + "_2.JPG " + brief8(two)},
		lamp(2): {"0 路灯" + lamp(2) + ".PNG " + brief8(three)}, lamp(3): {"2041 IMG_2041.jpeg " + brief8(four)},
	} {
		if got := a.photos(code); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", code, got, want)
		}
	}
	p, err := a.room().Find(t.Context(), registry.Scope{All: true}, sha256.Sum256(three))
	if err != nil || p.Picture != (photo.Picture{Kind: photo.PNG, Width: 40, Height: 30}) || p.Bytes != int64(len(three)) || p.Batch.String() != r.Batch {
		t.Errorf("%+v, %v", p, err)
	}
	log := a.list(`select b.state, b.rows_read, b.rows_good, b.rows_bad, b.created, b.unchanged, c.actor, c.reason, c.revision is null
		from import_batch b join change c on c.id = b.change_id where b.id::text = $1`, r.Batch)
	if want := []string{"promoted 9 5 4 4 1 crew 1 photos 照片 true"}; !slices.Equal(log, want) {
		t.Errorf("the log says %q", log)
	}
}

func TestTrap48OrphansAreListedBothWays(t *testing.T) {
	t.Parallel()
	a := newAlbum(t, 4)
	file := census.File{Name: "census.csv", Format: census.FormatCSV, Body: strings.NewReader(strings.Join([]string{
		"部件编码,照片", lamp(1) + ",IMG_2041.JPG；img_2042.jpg", lamp(2) + ",IMG_2041", lamp(3) + `,D:\普查\IMG_2043.JPG、IMG_9999.JPG`,
		lamp(4) + ",IMG_2044.JPG;东/IMG_2045.JPG", lamp(8) + ",IMG_2046.JPG", lamp(4) + ",无", ",IMG_2042.JPG",
	}, "\n"))}
	naming, err := photo.NamingOf(census.ValuesIn(t.Context(), file, "照片"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"西/IMG_2044.JPG": drawnPhoto(t, 10), "东/IMG_2044.JPG": drawnPhoto(t, 11), "东/IMG_2045.JPG": drawnPhoto(t, 12), "西/IMG_2045.JPG": drawnPhoto(t, 13)}
	for n := range 4 {
		files[fmt.Sprintf("第1天/IMG_%d.JPG", 2041+n)] = drawnPhoto(t, uint8(n))
	}
	files["第1天/IMG_2046.JPG"], files["第1天/IMG_2047.JPG"] = drawnPhoto(t, 20), drawnPhoto(t, 21)
	delete(files, "第1天/IMG_2044.JPG")
	r := a.deliver(files, func(d *photo.Delivery) { d.Naming = naming })
	want := []string{
		"第1天/IMG_2041.JPG :0 " + lamp(1) + " photo_on_many_rows warning",
		"IMG_2042.JPG :8 photo_unknown_component error", // of a row without a code
		"第1天/IMG_2046.JPG :0 " + lamp(8) + " photo_unknown_component error",
		"第1天/IMG_2047.JPG :0 photo_without_component error",
		"西/IMG_2045.JPG :0 photo_without_component error",
		"IMG_9999.JPG :4 " + lamp(3) + " photo_missing error",
		"IMG_2044.JPG :5 " + lamp(4) + " photo_ambiguous error",
	}
	got := photoBriefs(r)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for code, want := range map[string][]string{
		lamp(1): {"1 IMG_2041.JPG " + brief8(drawnPhoto(t, 0)), "2 IMG_2042.JPG " + brief8(drawnPhoto(t, 1))},
		lamp(2): {"1 IMG_2041.JPG " + brief8(drawnPhoto(t, 0))},
		lamp(3): {"1 IMG_2043.JPG " + brief8(drawnPhoto(t, 2))},
		lamp(4): {"2 IMG_2045.JPG " + brief8(drawnPhoto(t, 12))},
	} {
		if got := a.photos(code); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", code, got, want)
		}
	}
	for _, column := range []string{"图片", ""} {
		file.Body.Seek(0, io.SeekStart)
		for _, err := range census.ValuesIn(t.Context(), file, column) {
			if registry.KindOf(err) != registry.Invalid {
				t.Errorf("column %q: %v", column, err)
			}
		}
	}
}

func TestTheSamePhotosAgainChangeNothing(t *testing.T) {
	t.Parallel()
	a := newAlbum(t, 2)
	files := map[string][]byte{lamp(1) + ".jpg": drawnPhoto(t, 1), lamp(2) + ".jpg": drawnPhoto(t, 1)}
	first := a.deliver(files)
	state := func() []string {
		return a.list(`select l.component_id, l.digest, l.name, l.batch_id::text, l.change_id from component_photo l order by 1, 2`)
	}
	before := state()
	again := a.deliver(files)
	if first.Linked != 2 || again.Linked != 0 || again.Unchanged != 2 || again.Bytes != 0 || again.Errors != 0 || !slices.Equal(state(), before) || a.onShelf() != 1 {
		t.Errorf("%+v, then %+v, %d files on the shelf", first, again, a.onShelf())
	}
	files[lamp(2)+"_2.jpg"] = drawnPhoto(t, 2)
	dry := a.deliver(files, func(d *photo.Delivery) { d.DryRun = true })
	if dry.Linked != 1 || dry.Unchanged != 2 || dry.Batch != "" || !slices.Equal(state(), before) || a.onShelf() != 1 {
		t.Errorf("a dry run: %+v, %q", dry, state())
	}
	if n := a.count(`select count(*) from import_batch`); n != 3 { // the lamps, and twice their photos
		t.Errorf("%d batches", n)
	}
}

func TestUndoTakesThePhotosOfABatchAwayAndASweepTheirBytes(t *testing.T) {
	t.Parallel()
	a := newAlbum(t, 2)
	kept, gone := drawnPhoto(t, 1), drawnPhoto(t, 2)
	a.deliver(map[string][]byte{lamp(1) + ".jpg": kept})
	second := a.deliver(map[string][]byte{lamp(1) + "_2.jpg": gone, lamp(2) + ".jpg": kept})
	id, _ := census.ParseBatchID(second.Batch)
	if u := a.undo(id); u.Photos != 2 || u.Restored+u.Withdrawn+u.LeftCount != 0 || u.Batch.State != census.StateUndone {
		t.Errorf("%+v", u)
	}
	if one, two := a.photos(lamp(1)), a.photos(lamp(2)); len(one) != 1 || len(two) != 0 {
		t.Errorf("%q, %q", one, two)
	}
	if _, err := a.room().Find(t.Context(), registry.Scope{All: true}, sha256.Sum256(gone)); registry.KindOf(err) != registry.NotFound {
		t.Errorf("what was taken back is given out: %v", err)
	}
	if a.onShelf() != 2 {
		t.Errorf("%d files on the shelf before the sweep", a.onShelf())
	}
	if err := os.WriteFile(filepath.Join(a.dir, brief8(kept)[:2], "part-77"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if swept, err := a.room().Sweep(t.Context()); err != nil || swept != (photo.Swept{Kept: 1, Removed: 2}) || a.onShelf() != 1 {
		t.Errorf("%+v, %v, %d files", swept, err, a.onShelf())
	}
	again := a.deliver(map[string][]byte{lamp(1) + "_2.jpg": gone, lamp(2) + ".jpg": kept})
	if again.Linked != 2 || len(a.photos(lamp(1))) != 2 || a.onShelf() != 2 {
		t.Errorf("brought back: %+v", again)
	}
	if log := a.list(`select removed_by is null, count(*) from component_photo group by 1 order by 1`); !slices.Equal(log, []string{"false 2", "true 3"}) {
		t.Errorf("history: %q", log)
	}
}

func TestAWithdrawnComponentShowsNoPhotosAndHasThemAgainWithItsCode(t *testing.T) {
	t.Parallel()
	a := newAlbum(t, 1)
	batch := a.take("new.csv", surveyHeader+row(lamp(7), "完好", "471-", "111.285,30.7061,58.5", "钢"))
	a.deliver(map[string][]byte{lamp(7) + ".jpg": drawnPhoto(t, 1)})
	a.undo(batch.Batch.ID)
	if _, err := a.room().Of(t.Context(), registry.Scope{All: true}, lamp(7)); registry.KindOf(err) != registry.NotFound {
		t.Errorf("%v", err)
	}
	if _, err := a.room().Find(t.Context(), registry.Scope{All: true}, sha256.Sum256(drawnPhoto(t, 1))); registry.KindOf(err) != registry.NotFound {
		t.Errorf("%v", err)
	}
	a.take("new.csv", surveyHeader+row(lamp(7), "完好", "471-", "111.285,30.7061,58.5", "钢"))
	if got := a.photos(lamp(7)); len(got) != 1 {
		t.Errorf("%q", got)
	}
}

// cutShelf ends its caller's context, as a kill would, when a photo is put, and does not put it.
type cutShelf struct {
	photo.Shelf
	puts *int
	at   int
	cut  func()
}

func (c cutShelf) Put(ctx context.Context, d photo.Digest, body []byte) error {
	if *c.puts++; *c.puts == c.at {
		c.cut()
		return ctx.Err()
	}
	return c.Shelf.Put(ctx, d, body)
}

func TestWhatEndsInTheMiddleIsNotVisibleAndIsSwept(t *testing.T) {
	t.Parallel()
	a := newAlbum(t, 3)
	files := map[string][]byte{}
	for n := range 3 {
		files[lamp(n+1)+".jpg"] = drawnPhoto(t, uint8(n))
	}
	whole := a.shelf
	for at := 1; at <= 3; at++ {
		ctx, cut := context.WithCancel(t.Context())
		puts := 0
		a.shelf = cutShelf{whole, &puts, at, cut}
		if _, err := a.try(ctx, a.folder(files)); !errors.Is(err, context.Canceled) {
			t.Fatalf("cut at %d: %v", at, err)
		}
		a.shelf = whole
		if n, left := a.count(`select count(*) from component_photo`), a.count(`select count(*) from import_batch where state = 'received'`); n != 0 || left != 0 || a.onShelf() != at-1 {
			t.Errorf("cut at %d: %d visible, %d batches open, %d files", at, n, left, a.onShelf())
		}
		if swept, err := a.room().Sweep(t.Context()); err != nil || swept.Removed != at-1 || a.onShelf() != 0 {
			t.Errorf("cut at %d: %+v, %v", at, swept, err)
		}
	}
	if r := a.deliver(files); r.Linked != 3 {
		t.Errorf("%+v", r)
	}
}

func TestNothingIsSweptWhilePhotosComeIn(t *testing.T) {
	t.Parallel()
	a := newAlbum(t, 1)
	body := drawnPhoto(t, 1)
	other := a.again()
	batch := census.Batch{ID: census.NewBatchID(), Source: "by another process", State: census.Received, StartedAt: surveyedAt}
	if err := other.OpenPhotos(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	if err := a.shelf.Put(t.Context(), sha256.Sum256(body), body); err != nil {
		t.Fatal(err)
	}
	if _, err := a.room().Sweep(t.Context()); registry.KindOf(err) != registry.Conflict || a.onShelf() != 1 {
		t.Errorf("%v, %d files", err, a.onShelf())
	}
	other.Close() // as the process would that is killed: what it left open is given up
	swept, err := a.room().Sweep(t.Context())
	for n := 0; n < 500 && registry.KindOf(err) == registry.Conflict; n++ { // the server needs a moment to see that a session has ended
		time.Sleep(10 * time.Millisecond)
		swept, err = a.room().Sweep(t.Context())
	}
	if err != nil || swept.Removed != 1 {
		t.Errorf("%+v, %v", swept, err)
	}
	if got := a.list(`select state, reason from import_batch where source = 'by another process'`); !slices.Equal(got, []string{"rejected interrupted"}) {
		t.Errorf("%q", got)
	}
	links := []photo.NewLink{{Link: photo.Link{Component: 1, Digest: sha256.Sum256(body)}, Picture: photo.Picture{Kind: photo.JPEG, Width: 1, Height: 1}}}
	_, err = a.store.PromotePhotos(t.Context(), registry.Act{Actor: "late", At: surveyedAt}, batch, links)
	if registry.KindOf(err) != registry.Conflict || a.count(`select count(*) from photo`) != 0 {
		t.Errorf("a batch that was given up is promoted: %v", err)
	}
}

func TestPhotosAreSeenByWhoSeesTheirComponent(t *testing.T) {
	t.Parallel()
	a := newAlbum(t, 1)
	body := drawnPhoto(t, 1)
	a.deliver(map[string][]byte{lamp(1) + ".jpg": body})
	for name, c := range map[string]struct {
		scope registry.Scope
		sees  bool
	}{
		"nobody": {registry.Scope{}, false}, "all": {registry.Scope{All: true}, true}, "public": {registry.Scope{Public: true}, true},
		"its unit": {registry.Scope{Units: []registry.UnitCode{"U04"}}, true}, "another": {registry.Scope{Units: []registry.UnitCode{"U03"}}, false},
	} {
		all, err := a.room().Of(t.Context(), c.scope, lamp(1))
		p, err2 := a.room().Find(t.Context(), c.scope, sha256.Sum256(body))
		if c.sees != (err == nil) || c.sees != (err2 == nil) || c.sees != (len(all) == 1) || c.sees != (p.Name != "") {
			t.Errorf("%s: %v, %v, %d photos", name, err, err2, len(all))
		}
	}
}

func TestAReportIsWrittenForPeopleAndPrograms(t *testing.T) {
	t.Parallel()
	a := newAlbum(t, 1)
	r := a.deliver(map[string][]byte{lamp(1) + ".jpg": drawnPhoto(t, 1), "=cmd().jpg": drawnPhoto(t, 1)})
	var table, document bytes.Buffer
	if err := errors.Join(r.WriteCSV(&table), r.WriteJSON(&document)); err != nil {
		t.Fatal(err)
	}
	if text := table.String(); !strings.HasPrefix(text, "\ufeff照片 Photo,") || !strings.Contains(text, "'=cmd().jpg,,,,error,photo_without_component,") || strings.Count(text, "\r\n") != 2 {
		t.Errorf("%q", text)
	}
	if text := document.String(); !strings.Contains(text, `"file":"=cmd().jpg"`) || !strings.Contains(text, `"linked":1`) {
		t.Errorf("%s", text)
	}
}

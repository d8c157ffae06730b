package postgis_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"citygrid/registry"
	"citygrid/registry/photo"
)

// archive opens a zip archive that write fills.
func (a *album) archive(write func(*zip.Writer)) (photo.Source, error) {
	a.t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	write(w)
	if err := w.Close(); err != nil {
		a.t.Fatal(err)
	}
	return photo.OpenZip(a.t.Context(), "photos.zip", bytes.NewReader(b.Bytes()), int64(b.Len()))
}

func TestTrap48ArchivesAreReadWithinLimitsAndNothingOfThemIsLaidDown(t *testing.T) {
	t.Parallel()
	a := newAlbum(t, 2)
	gbk, err := simplifiedchinese.GBK.NewEncoder().String("城东照片/路灯" + lamp(1) + "_1.JPG")
	if err != nil {
		t.Fatal(err)
	}
	body := drawnPhoto(t, 1)
	put := func(w *zip.Writer, h *zip.FileHeader, body io.Reader) {
		h.Method = zip.Deflate
		member, err := w.CreateHeader(h)
		if err == nil {
			_, err = io.Copy(member, body)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	link := &zip.FileHeader{Name: lamp(2) + "_3.jpg"}
	link.SetMode(0o777 | fs.ModeSymlink)
	source, err := a.archive(func(w *zip.Writer) {
		put(w, &zip.FileHeader{Name: gbk, NonUTF8: true}, bytes.NewReader(body))
		put(w, &zip.FileHeader{Name: `西\` + lamp(2) + ".jpg"}, bytes.NewReader(drawnPhoto(t, 2)))
		put(w, &zip.FileHeader{Name: "../../" + lamp(2) + "_2.jpg"}, bytes.NewReader(drawnPhoto(t, 3)))
		put(w, &zip.FileHeader{Name: "/etc/" + lamp(2) + "_2.jpg"}, bytes.NewReader(drawnPhoto(t, 3)))
		put(w, &zip.FileHeader{Name: `C:\` + lamp(2) + "_2.jpg"}, bytes.NewReader(drawnPhoto(t, 3)))
		put(w, link, strings.NewReader("/etc/passwd"))
		put(w, &zip.FileHeader{Name: lamp(2) + "_4.jpg"}, io.LimitReader(endless{}, 200<<20))                                               // zeros
		put(w, &zip.FileHeader{Name: lamp(2) + "_5.jpg"}, io.MultiReader(bytes.NewReader(body), io.LimitReader(endless{}, photo.MaxBytes))) // a photo and zeros
		put(w, &zip.FileHeader{Name: lamp(2) + "_6.jpg", Flags: 1}, bytes.NewReader(body))                                                  // a password
		put(w, &zip.FileHeader{Name: "__MACOSX/._x.jpg"}, strings.NewReader(""))
		put(w, &zip.FileHeader{Name: "东/"}, strings.NewReader(""))
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := a.try(t.Context(), source)
	want := []string{
		"../../" + lamp(2) + "_2.jpg :0 unsafe_name error", "/etc/" + lamp(2) + "_2.jpg :0 unsafe_name error", lamp(2) + "_3.jpg :0 not_a_file error",
		lamp(2) + "_4.jpg :0 photo_too_large error", lamp(2) + "_5.jpg :0 photo_too_large error", lamp(2) + "_6.jpg :0 bad_archive error",
		"C:/" + lamp(2) + "_2.jpg :0 unsafe_name error",
	}
	if got := photoBriefs(r); err != nil || !slices.Equal(got, want) || r.Linked != 2 || r.Source != "photos.zip" {
		t.Errorf("%v, %+v\ngot  %q\nwant %q", err, r, got, want)
	}
	if got, want := a.photos(lamp(1)), []string{"1 路灯" + lamp(1) + "_1.JPG " + brief8(body)}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if a.onShelf() != 2 || a.count(`select count(*) from component_photo`) != 2 {
		t.Errorf("%d files, %d links", a.onShelf(), a.count(`select count(*) from component_photo`))
	}
}

// endless are zeros.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestTrap48BombsAndDamagedArchivesAreRefusedWhole(t *testing.T) {
	t.Parallel()
	a := newAlbum(t, 1)
	many, err := a.archive(func(w *zip.Writer) {
		for i := range photo.MaxFiles + 1 {
			if _, err := w.CreateHeader(&zip.FileHeader{Name: fmt.Sprint(i, ".jpg")}); err != nil {
				t.Fatal(err)
			}
		}
	})
	if registry.KindOf(err) != registry.TooLarge {
		t.Errorf("%d files: %v, %+v", photo.MaxFiles+1, err, many.Name)
	}
	if _, err := a.archive(func(w *zip.Writer) {
		for i := range 2000 { // few files, and names of 60 KB
			if _, err := w.CreateHeader(&zip.FileHeader{Name: strings.Repeat("x", 60_000) + fmt.Sprint(i)}); err != nil {
				t.Fatal(err)
			}
		}
	}); registry.KindOf(err) != registry.TooLarge {
		t.Errorf("long names: %v", err)
	}
	for name, body := range map[string]string{"nothing": "", "text": "no archive", "half": "PK\x03\x04\x14\x00"} {
		if _, err := photo.OpenZip(t.Context(), "x.zip", strings.NewReader(body), int64(len(body))); registry.KindOf(err) != registry.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	// More than may come in all: nothing of it is visible.
	heavy, err := a.archive(func(w *zip.Writer) {
		for n := range 3 {
			member, err := w.Create(fmt.Sprintf("%s_%d.jpg", lamp(1), n))
			if err == nil {
				_, err = io.Copy(member, io.MultiReader(bytes.NewReader(drawnPhoto(t, uint8(n))), io.LimitReader(endless{}, 5<<20)))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.try(t.Context(), heavy, func(d *photo.Delivery) { d.MaxTotal = 12 << 20 }); registry.KindOf(err) != registry.TooLarge {
		t.Errorf("%v", err)
	}
	if n := a.count(`select count(*) from component_photo`); n != 0 {
		t.Errorf("%d are visible", n)
	}
	if swept, err := a.room().Sweep(t.Context()); err != nil || swept.Kept != 0 || a.onShelf() != 0 {
		t.Errorf("%+v, %v", swept, err)
	}
	empty := a.deliver(map[string][]byte{"IMG_1.jpg": drawnPhoto(t, 1)})
	if !empty.Refused || empty.Linked != 0 || a.count(`select count(*) from import_batch where state = 'rejected' and reason = 'no_rows'`) != 1 {
		t.Errorf("%+v", empty)
	}
}

func TestTrap48LinksInAFolderAreNotFollowed(t *testing.T) {
	t.Parallel()
	a := newAlbum(t, 1)
	dir, outside := t.TempDir(), t.TempDir()
	body := drawnPhoto(t, 1)
	secret := filepath.Join(outside, lamp(1)+".jpg")
	err := errors.Join(os.WriteFile(secret, body, 0o644), os.Symlink(secret, filepath.Join(dir, lamp(1)+"_1.jpg")),
		os.Symlink(outside, filepath.Join(dir, "城东")), os.Symlink(dir, filepath.Join(dir, "loop")),
		os.WriteFile(filepath.Join(dir, lamp(1)+"_2.jpg"), drawnPhoto(t, 2), 0o644),
		os.Mkdir(filepath.Join(dir, "\xb3\xc7\xb6\xab"), 0o755), // 城东 in GBK
		os.WriteFile(filepath.Join(dir, "\xb5\xc6"+lamp(1)+"_3.jpg"), drawnPhoto(t, 3), 0o644))
	if err != nil {
		t.Fatal(err)
	}
	r, err := a.try(t.Context(), a.open(dir))
	want := []string{lamp(1) + "_1.jpg :0 not_a_file error", "loop :0 not_a_file error", "城东 :0 not_a_file error", "�Ƕ� :0 file_unreadable error"}
	if got := photoBriefs(r); err != nil || !slices.Equal(got, want) || r.Linked != 2 {
		t.Errorf("%v, %+v\ngot  %q\nwant %q", err, r, got, want)
	}
	if _, err := photo.OpenFolder(t.Context(), filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

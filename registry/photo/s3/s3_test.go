package s3_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"citygrid/internal/s3test"
	"citygrid/registry"
	"citygrid/registry/photo"
	"citygrid/registry/photo/s3"
)

func digestOf(body []byte) photo.Digest { return sha256.Sum256(body) }

// shelves are the shelves that there are, and the folder in which each keeps its files.
func shelves(t *testing.T) map[string]struct {
	photo.Shelf
	folder string
} {
	t.Helper()
	server, folder := s3test.Start(t), filepath.Join(t.TempDir(), "made", "photos")
	return map[string]struct {
		photo.Shelf
		folder string
	}{
		"folder":               {photo.NewFolder(folder), folder},
		"bucket with a prefix": {newShelf(t, server.URL+"/a/b/", server.Key, server.Secret), filepath.Join(server.Folder, "a/b")},
		"bucket":               {newShelf(t, server.URL, server.Key, server.Secret), server.Folder},
	}
}

func newShelf(t *testing.T, url, key, secret string) *s3.Shelf {
	t.Helper()
	shelf, err := s3.New(s3.Config{URL: url, Key: key, Secret: secret, Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return shelf
}

func items(t *testing.T, shelf photo.Shelf) []string {
	t.Helper()
	names := map[string]bool{}
	for name, err := range shelf.Items(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		names[name] = true
	}
	return slices.Sorted(maps.Keys(names))
}

func TestAShelfKeepsPhotosByTheirDigest(t *testing.T) {
	t.Parallel()
	for name, shelf := range shelves(t) {
		if got := items(t, shelf); len(got) != 0 {
			t.Errorf("%s: %q before the first photo", name, got)
		}
		bodies := map[string][]byte{}
		for i, size := range []int{1, 1 << 10, 17 << 20, photo.MaxBytes} { // beyond what a client sends in one part by itself
			body := bytes.Repeat([]byte{byte(i + 1)}, size)
			bodies[digestOf(body).String()] = body
		}
		var all sync.WaitGroup
		for range 2 { // twice, and at once
			for _, body := range bodies {
				all.Go(func() {
					if err := shelf.Put(t.Context(), digestOf(body), body); err != nil {
						t.Errorf("%s: %v", name, err)
					}
				})
			}
		}
		all.Wait()
		want := slices.Sorted(maps.Keys(bodies))
		if got := items(t, shelf); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
		for _, body := range bodies {
			if got := read(t, shelf, digestOf(body)); !bytes.Equal(got, body) {
				t.Errorf("%s: %d bytes came back as %d", name, len(body), len(got))
			}
		}
		gone := digestOf(bodies[want[0]])
		for range 2 {
			if err := shelf.Remove(t.Context(), want[0]); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got := items(t, shelf); !slices.Equal(got, want[1:]) {
			t.Errorf("%s: got %q, want %q", name, got, want[1:])
		}
		if _, err := shelf.Open(t.Context(), gone); err == nil || !strings.Contains(err.Error(), photo.CodeLost) {
			t.Errorf("%s: %v of a photo that is gone", name, err)
		}
	}
}

// read reads a photo as a server does: its end first.
func read(t *testing.T, shelf photo.Shelf, d photo.Digest) []byte {
	t.Helper()
	in, err := shelf.Open(t.Context(), d)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer in.Close()
	size, err := in.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = in.Seek(0, io.SeekStart)
	}
	body, failed := io.ReadAll(in)
	if err != nil || failed != nil || size != int64(len(body)) {
		t.Errorf("%v, %v, %d of %d bytes", err, failed, len(body), size)
	}
	return body
}

func TestAShelfKnowsWhatIsItsOwn(t *testing.T) {
	t.Parallel()
	body := []byte("a photo")
	d := digestOf(body)
	for name, shelf := range shelves(t) {
		if err := shelf.Put(t.Context(), d, body); err != nil {
			t.Fatal(err)
		}
		for _, other := range []string{"readme.txt", "ab/readme.txt", "zz/" + d.String(), d.String()} {
			path := filepath.Join(shelf.folder, other)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte("somebody else's"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got := items(t, shelf); !slices.Equal(got, []string{d.String()}) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestWhatAKillLeftInTheFolderIsAnItemThatCanBeRemoved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	shelf := photo.NewFolder(dir)
	if err := os.MkdirAll(filepath.Join(dir, "ab"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "ab", "part-1234"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := items(t, shelf); !slices.Equal(got, []string{"ab/part-1234"}) {
		t.Fatalf("%q", got)
	}
	if err := shelf.Remove(t.Context(), "ab/part-1234"); err != nil || len(items(t, shelf)) != 0 {
		t.Errorf("%v, %q", err, items(t, shelf))
	}
}

func TestAPhotoThatIsNotWhatItWasIsNotGivenOut(t *testing.T) {
	t.Parallel()
	server := s3test.Start(t)
	shelf := newShelf(t, server.URL, server.Key, server.Secret)
	body := []byte("a photo")
	d := digestOf(body)
	if err := shelf.Put(t.Context(), d, body); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(server.Folder, d.String()[:2], d.String()), []byte("a phot0"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := shelf.Open(t.Context(), d)
	if err == nil || !strings.Contains(err.Error(), photo.CodeDamaged) || registry.KindOf(err) != registry.Internal {
		t.Errorf("%v", err)
	}
}

func TestAStoreThatIsAwayOrRefusesIsSaidToBeWithoutTheSecret(t *testing.T) {
	t.Parallel()
	server := s3test.Start(t)
	body := []byte("a photo")
	d := digestOf(body)
	try := func(name string, shelf *s3.Shelf, kind registry.ErrorKind, code string) {
		t.Helper()
		_, opened := shelf.Open(t.Context(), d)
		for _, err := range []error{shelf.Put(t.Context(), d, body), opened} {
			if registry.KindOf(err) != kind || !strings.Contains(fmt.Sprint(err), code) || strings.Contains(fmt.Sprint(err), server.Secret) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	try("another secret", newShelf(t, server.URL, server.Key, "wrong"), registry.Internal, "photos_refused")
	try("no such bucket", newShelf(t, server.URL+"2", server.Key, server.Secret), registry.Internal, "photos_refused")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := newShelf(t, server.URL, server.Key, server.Secret).Put(cancelled, d, body); err == nil || cancelled.Err() == nil {
		t.Errorf("%v", err)
	}
	server.Stop()
	try("away", newShelf(t, server.URL, server.Key, server.Secret), registry.Unavailable, "photos_away")
}

func TestAddressesThatNameNoBucketAreRefused(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "s3.example.cn/photos", "https://s3.example.cn", "https://s3.example.cn/", "ftp://s3.example.cn/photos", "https://key:secret@s3.example.cn/photos", "https://s3.example.cn/photos?x=1"} {
		if _, err := s3.New(s3.Config{URL: url, Key: "k", Secret: "hidden"}); err == nil || strings.Contains(err.Error(), "secret@") || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %v", url, err)
		}
	}
	if _, err := s3.New(s3.Config{URL: "https://s3.example.cn/photos", Key: "k"}); err == nil {
		t.Error("taken without a secret")
	}
}

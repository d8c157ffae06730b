package api_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"citygrid/internal/s3test"
	"citygrid/registry"
	"citygrid/registry/photo"
	"citygrid/registry/photo/s3"
)

// gallery is an office whose components may have photos.
type gallery struct {
	*office
	shelf photo.Shelf
	temp  string
}

func newGallery(t *testing.T) *gallery {
	t.Helper()
	g := &gallery{office: newOffice(t), shelf: photo.NewFolder(filepath.Join(t.TempDir(), "photos")), temp: filepath.Join(t.TempDir(), "incoming")}
	g.hang()
	return g
}

// hang serves the photos of the shelf.
func (g *gallery) hang() {
	g.t.Helper()
	room, err := photo.New(photo.Config{Store: g.store, Shelf: g.shelf, Clock: clock, Temp: g.temp})
	if err != nil {
		g.t.Fatal(err)
	}
	g.config.Photos = room
	g.stop()
	g.open()
}

// drawPhoto draws one, unlike those of other shades.
func drawPhoto(t *testing.T, kind photo.Kind, shade uint8) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 60, 40))
	for i := range 60 * 40 {
		m.Set(i%60, i/60, color.RGBA{shade, uint8(i), 0, 255})
	}
	var b bytes.Buffer
	err := png.Encode(&b, m)
	if kind == photo.JPEG {
		b.Reset()
		err = jpeg.Encode(&b, m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// zipped is an archive of files.
func zipped(t *testing.T, files map[string][]byte) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		member, err := w.Create(name)
		if err == nil {
			_, err = member.Write(files[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// took is the report of an archive that is sent and taken.
func (g *gallery) took(target, body string, headers ...string) (r photo.Report) {
	g.t.Helper()
	a := g.call("POST", target, strings.NewReader(body), append(headers, g.key)...)
	if a.Status != http.StatusOK {
		g.t.Fatalf("status %d: %s", a.Status, a.Body)
	}
	if err := json.Unmarshal([]byte(a.Body), &r); err != nil {
		g.t.Fatal(err)
	}
	return r
}

const (
	cover, grate = "4205020101000001", "4205020101000002" // of testdata/city
)

func TestPhotosGoTheWholeWayOverHTTP(t *testing.T) {
	t.Parallel()
	g := newGallery(t)
	first, second := drawPhoto(t, photo.JPEG, 1), drawPhoto(t, photo.PNG, 2)
	archive := zipped(t, map[string][]byte{cover + "_2.png": second, cover + "_1.jpg": first, "IMG_1.jpg": first, grate + ".jpg": []byte("<script>alert(1)</script>")})
	if r := g.took("/photos?dry_run=true", archive); r.Linked != 2 || !r.DryRun || r.Batch != "" {
		t.Errorf("a dry run: %+v", r)
	}
	if got := g.get("/components/" + cover + "/photos").ok(); !reflect.DeepEqual(got, map[string]any{"component": cover, "photos": []any{}}) {
		t.Errorf("after a dry run: %v", got)
	}
	r := g.took("/photos?name=城东.zip", archive)
	if r.Linked != 2 || r.Errors != 2 || r.Source != "城东.zip" || r.Files != 4 || r.Totals[0].Count != 1 {
		t.Errorf("%+v", r)
	}
	body, header := form(t, "城东.zip|"+archive)
	if again := g.took("/photos", body, header); again.Linked != 0 || again.Unchanged != 2 || again.Source != "城东.zip" {
		t.Errorf("again: %+v", again)
	}
	digest := func(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b)) }
	one := func(b []byte, kind string, position int, name string) map[string]any {
		return map[string]any{"digest": digest(b), "href": base + "/photos/" + digest(b), "type": kind, "bytes": float64(len(b)), "width": 60.0, "height": 40.0,
			"position": float64(position), "name": name, "import": r.Batch}
	}
	equal(t, g.get("/components/"+cover+"/photos").ok(), map[string]any{"component": cover,
		"photos": []any{one(first, "image/jpeg", 1, cover+"_1.jpg"), one(second, "image/png", 2, cover+"_2.png")}})

	d := newDocument(t, g.site)
	list := g.request("GET", "/components/"+cover+"/photos", "")
	send := g.request("POST", "/photos?dry_run=true", archive, g.key)
	if !d.check(list, g.serve(list)) || !d.check(send, g.serve(g.request("POST", "/photos?dry_run=true", archive, g.key))) {
		t.Error("the document lacks what is served")
	}
	for kind, body := range map[string][]byte{"image/jpeg": first, "image/png": second} {
		a := g.call("GET", "/photos/"+digest(body), nil)
		if a.Status != http.StatusOK || a.Body != string(body) {
			t.Errorf("%s: status %d, %d bytes", kind, a.Status, len(a.Body))
		}
		for name, want := range map[string]string{
			"Content-Type": kind, "ETag": `"` + digest(body) + `"`, "Cache-Control": "private, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff",
			"Content-Security-Policy": "default-src 'none'; sandbox", "Content-Length": fmt.Sprint(len(body)), "Accept-Ranges": "bytes",
			"Content-Disposition": "inline; filename=" + digest(body)[:16] + map[string]string{"image/jpeg": ".jpg", "image/png": ".png"}[kind],
		} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", kind, name, got, want)
			}
		}
	}
	target := "/photos/" + digest(first)
	if a := g.call("HEAD", target, nil); a.Status != http.StatusOK || a.Body != "" || a.Header.Get("Content-Length") != fmt.Sprint(len(first)) {
		t.Errorf("HEAD: %d, %v", a.Status, a.Header)
	}
	if a := g.call("GET", target, nil, "Range: bytes=10-19"); a.Status != http.StatusPartialContent || a.Body != string(first[10:20]) || a.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("Range: %d, %q", a.Status, a.Body)
	}
	if a := g.call("GET", target, nil, "Range: bytes=99999999-"); a.Status != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("Range beyond the end: %d", a.Status)
	}
	if a := g.call("GET", target, nil, `If-None-Match: "`+digest(first)+`"`); a.Status != http.StatusNotModified || a.Body != "" {
		t.Errorf("If-None-Match: %d", a.Status)
	}
	if a := g.call("GET", target, nil, "Range: bytes=0-9", `If-Range: "`+digest(second)+`"`); a.Status != http.StatusOK || a.Body != string(first) {
		t.Errorf("If-Range of another: %d", a.Status)
	}

	undone := g.call("POST", "/imports/"+r.Batch+"/undo?reason=wrong", nil, g.key).ok()
	if at(t, undone, "photos") != 2.0 || at(t, undone, "state") != "undone" {
		t.Errorf("undo: %v", undone)
	}
	if a := g.call("GET", target, nil); a.Status != http.StatusNotFound {
		t.Errorf("what was taken back is given out: %d", a.Status)
	}
}

func TestWhatIsNoPhotoIsNeverGivenOut(t *testing.T) {
	t.Parallel()
	g := newGallery(t)
	page := append(drawPhoto(t, photo.JPEG, 1), "<script>alert(document.domain)</script>"...) // and a whole photo
	r := g.took("/photos", zipped(t, map[string][]byte{cover + ".html": page, grate + ".jpg": []byte("<svg onload=alert(1)>")}))
	if r.Linked != 1 || r.Issues[0].Problem != photo.CodeNotAPhoto {
		t.Fatalf("%+v", r)
	}
	a := g.call("GET", fmt.Sprintf("/photos/%x", sha256.Sum256(page)), nil, "Accept: text/html")
	if a.Status != http.StatusOK || a.Header.Get("Content-Type") != "image/jpeg" || a.Header.Get("X-Content-Type-Options") != "nosniff" ||
		a.Header.Get("Content-Security-Policy") != "default-src 'none'; sandbox" || strings.Contains(a.Header.Get("Content-Disposition"), "html") {
		t.Errorf("%d, %v", a.Status, a.Header)
	}
	for _, target := range []string{"/photos/", "/photos/x", "/photos/..%2f..%2fetc%2fpasswd", "/photos/" + strings.Repeat("0", 64), "/photos/" + strings.Repeat("A", 64), "/photos/%00",
		"/components/" + grate[:15] + "9/photos", "/components/%00/photos", "/components/x/photos"} {
		a := g.call("GET", target, nil)
		if a.Status != http.StatusNotFound || a.Header.Get("Content-Type") != "application/problem+json" || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d, %v", target, a.Status, a.Header)
		}
	}
}

func TestArchivesThatAreNoneAreRefusedAndLeaveNothing(t *testing.T) {
	t.Parallel()
	g := newGallery(t)
	good := zipped(t, map[string][]byte{cover + ".jpg": drawPhoto(t, photo.JPEG, 1)})
	viewer := g.mint(registry.Key{ID: "viewer01", Roles: []string{"viewer"}})
	two, twoHeader := form(t, "a.zip|"+good, "b.zip|x")
	unknown, unknownHeader := form(t, "=colour|red", "a.zip|"+good)
	for name, c := range map[string]struct {
		target, body string
		headers      []string
		status       int
	}{
		"no key":            {"/photos", good, nil, http.StatusUnauthorized},
		"a reader's key":    {"/photos", good, []string{viewer}, http.StatusForbidden},
		"nothing":           {"/photos", "", []string{g.key}, http.StatusBadRequest},
		"text":              {"/photos", "no archive", []string{g.key}, http.StatusBadRequest},
		"half":              {"/photos", good[:len(good)/2], []string{g.key}, http.StatusBadRequest},
		"compressed":        {"/photos", good, []string{g.key, "Content-Encoding: gzip"}, http.StatusBadRequest},
		"two files":         {"/photos", two, []string{g.key, twoHeader}, http.StatusBadRequest},
		"an unknown field":  {"/photos", unknown, []string{g.key, unknownHeader}, http.StatusBadRequest},
		"an unknown param":  {"/photos?colour=red", good, []string{g.key}, http.StatusBadRequest},
		"a flag that is no": {"/photos?dry_run=perhaps", good, []string{g.key}, http.StatusBadRequest},
		"a name that is no": {"/photos?name=..", good, []string{g.key}, http.StatusBadRequest},
	} {
		if a := g.call("POST", c.target, strings.NewReader(c.body), c.headers...); a.Status != c.status {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	big := g.request("POST", "/photos", "", g.key)
	big.Body, big.ContentLength = io.NopCloser(strings.NewReader("PK")), photo.MaxArchive+1
	if a := g.serve(big); a.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("too large by its length: %d", a.Status)
	}
	left := 0
	if err := filepath.WalkDir(g.temp, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			left++
		}
		return nil
	}); err != nil || left != 0 {
		t.Errorf("%d files are left, %v", left, err)
	}
	if got := g.get("/components/" + cover + "/photos").ok(); !reflect.DeepEqual(at(t, got, "photos"), []any{}) {
		t.Errorf("%v", got)
	}
}

func TestPhotosInABucketAreGivenOutLikeThoseInAFolder(t *testing.T) {
	t.Parallel()
	g := newGallery(t)
	store := s3test.Start(t)
	shelf, err := s3.New(s3.Config{URL: store.URL + "/city", Key: store.Key, Secret: store.Secret, Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	g.shelf = shelf
	g.hang()
	body := drawPhoto(t, photo.JPEG, 1)
	if r := g.took("/photos", zipped(t, map[string][]byte{cover + ".jpg": body})); r.Linked != 1 {
		t.Fatalf("%+v", r)
	}
	target := fmt.Sprintf("/photos/%x", sha256.Sum256(body))
	if a := g.call("GET", target, nil); a.Status != http.StatusOK || a.Body != string(body) || a.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("%d, %d bytes", a.Status, len(a.Body))
	}
	if a := g.call("GET", target, nil, "Range: bytes=-5"); a.Status != http.StatusPartialContent || a.Body != string(body[len(body)-5:]) {
		t.Errorf("Range: %d, %q", a.Status, a.Body)
	}
	store.Stop()
	a := g.call("GET", target, nil)
	if a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" || a.Header.Get("Etag") != "" || strings.Contains(a.Body+g.log.String(), store.Secret) {
		t.Errorf("away: %d %v %s", a.Status, a.Header, a.Body)
	}
	if a := g.call("POST", "/photos", strings.NewReader(zipped(t, map[string][]byte{grate + ".jpg": body})), g.key); a.Status != http.StatusServiceUnavailable {
		t.Errorf("taken while the store is away: %d %s", a.Status, a.Body)
	}
	if got := g.get("/components/" + grate + "/photos").ok(); !reflect.DeepEqual(at(t, got, "photos"), []any{}) {
		t.Errorf("visible without its bytes: %v", got)
	}
}

func TestAServerWithoutPhotosSaysSo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, target := range []string{"/components/" + cover + "/photos", "/photos/" + strings.Repeat("0", 64)} {
		if a := o.get(target); a.Status != http.StatusNotFound {
			t.Errorf("%s: %d", target, a.Status)
		}
	}
}

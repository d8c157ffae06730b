package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/encoding/simplifiedchinese"

	"citygrid/internal/dbtest"
	"citygrid/internal/s3test"
)

// snapshots writes photos into a folder, by name; photos of one name in all tests are the same.
func snapshots(t *testing.T, dir string, names ...string) {
	t.Helper()
	for n, name := range names {
		m := image.NewRGBA(image.Rect(0, 0, 32, 24))
		for i := range 32 * 24 {
			m.Set(i%32, i/32, color.RGBA{uint8(n), uint8(n >> 8), uint8(i), 255})
		}
		var b bytes.Buffer
		path := filepath.Join(dir, name)
		err := jpeg.Encode(&b, m, nil)
		fmt.Fprint(&b, n) // behind its end: the compression may make two shades one
		if err = errors.Join(err, os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, b.Bytes(), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}

// filesBelow is how many files lie in a folder.
func filesBelow(dir string) int {
	n := 0
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			n++
		}
		return nil
	})
	return n
}

// linksIn is how many photos components have.
func linksIn(t *testing.T, url string) (n int) {
	t.Helper()
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	if err := db.QueryRow(t.Context(), `select count(*) from component_photo where removed_by is null`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTrap48ACrewsPhotosGoWithItsSurveyFileAndOrphansAreListedBothWays(t *testing.T) {
	t.Parallel()
	url, data, dir := dbtest.URL(t), t.TempDir(), t.TempDir()
	citygrid(t, url, "profile", "apply", yichang(t)).want(t, 0)
	camera, report := filepath.Join(dir, "相机"), filepath.Join(dir, "report.csv")
	snapshots(t, camera, "第一天/IMG_2041.JPG", "第一天/IMG_2042.jpg", "IMG_2043.JPG", "IMG_2050.JPG")
	text, err := simplifiedchinese.GBK.NewEncoder().String("标识码,照片\r\n4205020101000001,IMG_2041.JPG；IMG_2042.JPG\r\n4205020101000002,IMG_2043、IMG_2044.JPG\r\n4205020101000003,IMG_2043.JPG\r\n")
	if err != nil {
		t.Fatal(err)
	}
	census := filepath.Join(dir, "普查.csv")
	if err := os.WriteFile(census, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	photos := func(args ...string) *program {
		return citygrid(t, url, append([]string{"--data", data, "photos", camera, "--census", census}, args...)...)
	}
	photos("--dry-run").want(t, exitPartly, "nothing was changed", "4 photos would be new")
	if linksIn(t, url) != 0 || filesBelow(data) != 0 {
		t.Error("a dry run leaves something")
	}
	photos("--column", "图片").want(t, exitRefused, "column", "普查文件中没有这一列")
	photos("--report", filepath.Join(dir, "report.txt")).want(t, exitRefused, ".json")
	photos("--report", report).want(t, exitPartly, "4 photos are new", "1  error photo_missing", "1  error photo_without_component", "1  warning photo_on_many_rows",
		"3 IMG_2044.JPG 4205020101000002: 提交的照片中没有这个文件", "IMG_2050.JPG", "taking 相机")
	written, err := os.ReadFile(report)
	if err != nil || !strings.Contains(string(written), "IMG_2044.JPG,,3,4205020101000002,error,photo_missing,") || !strings.Contains(string(written), "IMG_2050.JPG,,,,error,photo_without_component,") {
		t.Errorf("%v, %s", err, written)
	}
	photos("--report", report).want(t, exitRefused, "--force")
	photos().want(t, exitPartly, "0 photos are new, 4 were there already", "nothing to do", "均已入库")
	if linksIn(t, url) != 4 || filesBelow(data) != 3 {
		t.Errorf("%d links, %d files", linksIn(t, url), filesBelow(data))
	}
	listed := citygrid(t, url, "batches")
	listed.want(t, 0, "相机")
	batch := ""
	for line := range strings.Lines(listed.out.String()) {
		if strings.Contains(line, "相机") {
			batch = strings.Fields(line)[0] // the earliest of them, which linked them
		}
	}
	citygrid(t, url, "undo", batch, "--reason", "wrong day").want(t, 0, "4 photos are their components' no more")
	citygrid(t, url, "--data", data, "sweep-photos").want(t, 0, "0 photos are kept, 3 that no component has were removed")
	if linksIn(t, url) != 0 || filesBelow(data) != 0 {
		t.Errorf("%d links, %d files", linksIn(t, url), filesBelow(data))
	}
	photos().want(t, exitPartly, "4 photos are new")
	citygrid(t, url, "--data", data, "photos", filepath.Join(dir, "none")).want(t, exitRefused, "没有这个文件夹或压缩包")
	citygrid(t, url, "--data", data, "photos", census).want(t, exitRefused, "zip")
	citygrid(t, "", "photos", "--help").want(t, 0, "100,000 files", "25 MiB", "PHOTOS_S3_SECRET", "照片")
}

func TestPhotosOfAKilledRunAreNotVisibleAndComeInTheNextTime(t *testing.T) {
	t.Parallel()
	const many = 400
	url, data, dir := dbtest.URL(t), t.TempDir(), t.TempDir()
	citygrid(t, url, "profile", "apply", yichang(t)).want(t, 0)
	var names []string
	for n := range many {
		names = append(names, fmt.Sprintf("4205020101000001_%d.jpg", n+1))
	}
	snapshots(t, dir, names...)
	p := citygrid(t, url, "--data", data, "photos", dir)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	for filesBelow(data) < 20 {
		time.Sleep(time.Millisecond)
	}
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.Wait()
	left := filesBelow(data)
	if n := linksIn(t, url); n != 0 || left >= many {
		t.Fatalf("%d are visible, %d files are there", n, left)
	}
	for filesBelow(data) > 0 {
		swept := citygrid(t, url, "--data", data, "sweep-photos")
		if code := swept.code(t); code != 0 && code != exitRefused { // refused until the server sees that the session has ended
			t.Fatalf("%d: %s", code, swept.err.String())
		}
	}
	citygrid(t, url, "--data", data, "photos", dir).want(t, 0, "400 photos are new")
	if n := linksIn(t, url); n != many || filesBelow(data) != many {
		t.Errorf("%d are visible, %d files are there", n, filesBelow(data))
	}
}

func TestPhotosGoToTheBucketThatTheEnvironmentNames(t *testing.T) {
	t.Parallel()
	url, data, dir := dbtest.URL(t), t.TempDir(), t.TempDir()
	citygrid(t, url, "profile", "apply", yichang(t)).want(t, 0)
	snapshots(t, dir, "4205020101000001.jpg", "4205020101000002/IMG_1.jpg")
	store := s3test.Start(t)
	run := func(args ...string) *program {
		p := citygrid(t, url, append([]string{"--data", data}, args...)...)
		p.Env = append(p.Env, "PHOTOS_S3_URL="+store.URL+"/city", "PHOTOS_S3_KEY="+store.Key, "PHOTOS_S3_SECRET="+store.Secret)
		return p
	}
	run("photos", dir).want(t, 0, "2 photos are new")
	if n := filesBelow(filepath.Join(store.Folder, "city")); n != 2 || filesBelow(data) != 0 {
		t.Errorf("%d objects, %d files", n, filesBelow(data))
	}
	run("sweep-photos").want(t, 0, "2 photos are kept, 0 that")
	wrong := run("photos", dir)
	wrong.Env = append(wrong.Env, "PHOTOS_S3_SECRET=")
	wrong.want(t, exitRefused, "PHOTOS_S3_SECRET")
	store.Stop()
	snapshots(t, dir, "4205020101000001.jpg", "4205020101000002/IMG_1.jpg", "4205020101000003.jpg")
	away := run("photos", dir)
	away.want(t, exitFailed, "photos_away")
	if said := away.out.String() + away.err.String(); strings.Contains(said, store.Secret) || linksIn(t, url) != 2 {
		t.Errorf("%d links; %s", linksIn(t, url), said)
	}
}

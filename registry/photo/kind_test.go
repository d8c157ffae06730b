package photo_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"citygrid/registry/photo"
)

// picture is a photo of a size, unlike any of another shade.
func picture(t testing.TB, width, height int, shade uint8) *image.RGBA {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		m.Set(i%width, i/width, color.RGBA{shade, uint8(i), uint8(i / width), 255})
	}
	return m
}

func jpegOf(t testing.TB, width, height int, shade uint8) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(t, width, height, shade), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, width, height int, shade uint8) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture(t, width, height, shade)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// webPs are photos of 3 by 2 pixels in the three forms of WebP, as far as their headers say.
func webPs() map[string][]byte {
	form := func(name string, data ...byte) []byte {
		data = append(data, make([]byte, 12)...)
		b := append([]byte("RIFF\x00\x00\x00\x00WEBP"+name), 0, 0, 0, 0)
		binary.LittleEndian.PutUint32(b[16:], uint32(len(data)))
		b = append(b, data...)
		binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8))
		return b
	}
	return map[string][]byte{
		"lossy":    form("VP8 ", 0x10, 0, 0, 0x9d, 0x01, 0x2a, 3, 0, 2, 0),
		"lossless": form("VP8L", 0x2f, 2, 1<<6, 0, 0),
		"extended": form("VP8X", 0, 0, 0, 0, 2, 0, 0, 1, 0, 0),
	}
}

// hugePNG says in its header how large it is, and holds nothing of that.
func hugePNG(t testing.TB, width, height uint32) []byte {
	t.Helper()
	b := pngOf(t, 1, 1, 0)
	binary.BigEndian.PutUint32(b[16:], width)
	binary.BigEndian.PutUint32(b[20:], height)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

func TestPhotosAreKnownByTheirBytes(t *testing.T) {
	t.Parallel()
	bodies := webPs()
	bodies["jpeg"], bodies["png"] = jpegOf(t, 3, 2, 9), pngOf(t, 3, 2, 9)
	bodies["jpeg with a film behind it"] = append(jpegOf(t, 3, 2, 9), "\x00\x00\x00\x18ftypmp42"...)
	for name, body := range bodies {
		p, bad := photo.Look(body)
		want := photo.Picture{Kind: photo.WebP, Width: 3, Height: 2}
		switch name {
		case "jpeg", "jpeg with a film behind it":
			want.Kind = photo.JPEG
		case "png":
			want.Kind = photo.PNG
		}
		if bad != nil || p != want {
			t.Errorf("%s: %+v, %+v", name, p, bad)
		}
	}
}

func TestWhatIsNoWholePhotoIsRefusedWithTheCure(t *testing.T) {
	t.Parallel()
	var animated bytes.Buffer
	if err := gif.Encode(&animated, picture(t, 3, 2, 9), nil); err != nil {
		t.Fatal(err)
	}
	page := append(bytes.Clone(animated.Bytes()), "<script>alert(1)</script>"...)
	whole, chunks, webP := jpegOf(t, 300, 200, 9), pngOf(t, 300, 200, 9), webPs()["lossy"]
	for name, c := range map[string]struct {
		body []byte
		code string
	}{
		"nothing":                 {nil, photo.CodeEmpty},
		"text":                    {[]byte("see attachment"), photo.CodeNotAPhoto},
		"HTML":                    {[]byte("\n<!doctype html><script>alert(1)</script>"), photo.CodeNotAPhoto},
		"SVG":                     {[]byte("\xef\xbb\xbf<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), photo.CodeNotAPhoto},
		"GIF":                     {animated.Bytes(), photo.CodeOtherKind},
		"GIF that is a page too":  {page, photo.CodeOtherKind},
		"GIF89a=1;alert(1)":       {[]byte("GIF89a=1;alert(1)//<script>"), photo.CodeOtherKind},
		"HEIC":                    {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), photo.CodeHEIC},
		"film":                    {[]byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00"), photo.CodeNotAPhoto},
		"JPEG in name alone":      {[]byte("\xff\xd8\xff<script>alert(1)</script>"), photo.CodeTruncated},
		"PNG in name alone":       {[]byte("\x89PNG\r\n\x1a\n<script>alert(1)</script>"), photo.CodeTruncated},
		"WebP in name alone":      {[]byte("RIFF\x00\x00\x00\x00WEBP<script>alert(1)</script>"), photo.CodeTruncated},
		"900 million pixels":      {hugePNG(t, 30_000, 30_000), photo.CodeTooManyPixels},
		"JPEG cut in its picture": {whole[:len(whole)-2], photo.CodeTruncated},
		"JPEG cut in half":        {whole[:len(whole)/2], photo.CodeTruncated},
		"JPEG cut in its header":  {whole[:100], photo.CodeTruncated},
		"PNG cut in half":         {chunks[:len(chunks)/2], photo.CodeTruncated},
		"PNG without its end":     {chunks[:len(chunks)-1], photo.CodeTruncated},
		"WebP cut":                {webP[:len(webP)-1], photo.CodeTruncated},
	} {
		p, bad := photo.Look(c.body)
		if bad == nil || bad.Code != c.code || bad.Message.ZH == "" || bad.Message.EN == "" || p != (photo.Picture{}) {
			t.Errorf("%s: %+v, %+v", name, p, bad)
		}
	}
}

func TestADigestIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	text := "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	if d, ok := photo.ParseDigest(text); !ok || d.String() != text {
		t.Errorf("%v, %v", d, ok)
	}
	for _, bad := range []string{"", text[1:], text + "0", "../" + text[3:], "AA" + text[2:], "zz" + text[2:]} {
		if _, ok := photo.ParseDigest(bad); ok {
			t.Errorf("%q is taken for a digest", bad)
		}
	}
}

func FuzzLook(f *testing.F) {
	for _, body := range webPs() {
		f.Add(body)
	}
	f.Add(jpegOf(f, 8, 8, 1))
	f.Add(pngOf(f, 8, 8, 1))
	f.Add(hugePNG(f, 30_000, 30_000))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, bad := photo.Look(body)
		if bad != nil {
			if p != (photo.Picture{}) || bad.Code == "" {
				t.Fatalf("%+v beside %+v", p, bad)
			}
			return
		}
		if p.Kind.MediaType() == "" || p.Width <= 0 || p.Height <= 0 || int64(p.Width)*int64(p.Height) > photo.MaxPixels {
			t.Fatalf("%+v is taken", p)
		}
		if text := bytes.TrimSpace(body); len(text) == 0 || text[0] == '<' || bytes.HasPrefix(body, []byte("GIF")) {
			t.Fatalf("%q is taken for a photo", body[:min(20, len(body))])
		}
	})
}

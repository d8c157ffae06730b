package photo

import (
	"bytes"
	"encoding/binary"
	"image/jpeg"
	"image/png"

	"citygrid/registry"
)

// Kind is a kind of picture that is taken, and served as.
type Kind string

// The kinds: those that every browser shows and none executes.
const (
	JPEG Kind = "jpeg"
	PNG  Kind = "png"
	WebP Kind = "webp"
)

// MediaType is the Content-Type of a kind; empty for what is none.
func (k Kind) MediaType() string {
	switch k {
	case JPEG, PNG, WebP:
		return "image/" + string(k)
	}
	return ""
}

// Extension is how names of a kind end.
func (k Kind) Extension() string {
	if k == JPEG {
		return ".jpg"
	}
	return "." + string(k)
}

// Picture is what is known of a photo.
type Picture struct {
	Kind          Kind
	Width, Height int // in pixels
}

// The codes of what is wrong with a file.
const (
	CodeNotAPhoto     = "not_a_photo"
	CodeHEIC          = "photo_heic"
	CodeOtherKind     = "photo_kind"
	CodeTooLarge      = "photo_too_large"
	CodeTooManyPixels = "photo_too_many_pixels"
	CodeTruncated     = "photo_truncated"
	CodeEmpty         = "photo_empty"
)

// Fault is why a file is not taken.
type Fault struct {
	Code    string
	Message registry.Text // what is wrong, and the cure
}

func refuse(code, zh, en string) *Fault { return &Fault{code, registry.Text{ZH: zh, EN: en}} }

// Look tells what a file is by its bytes alone: the first ones, the header, and where the picture ends. Nothing is decoded beyond that, so
// that a small file cannot ask for much memory.
func Look(body []byte) (Picture, *Fault) {
	if bad := sniff(body); bad != nil {
		return Picture{}, bad
	}
	var p Picture
	var whole bool
	var err error
	switch {
	case bytes.HasPrefix(body, []byte(magicJPEG)):
		p, whole, err = lookJPEG(body)
	case bytes.HasPrefix(body, []byte(magicPNG)):
		p, whole, err = lookPNG(body)
	default:
		p, whole, err = lookWebP(body)
	}
	switch {
	case err != nil || p.Width <= 0 || p.Height <= 0:
		return Picture{}, refuse(CodeTruncated, "照片文件头损坏；请重新导出或重新拷贝这张照片", "the header of the photo is damaged: export or copy it again")
	case int64(p.Width)*int64(p.Height) > MaxPixels:
		return Picture{}, refuse(CodeTooManyPixels, "照片像素超过 2 亿；请缩小后重新提交", "the photo has more than 200 million pixels: make it smaller")
	case !whole:
		return Picture{}, refuse(CodeTruncated, "照片不完整，后半部分缺失；请从相机重新拷贝", "the photo is cut short: copy it from the camera again")
	}
	return p, nil
}

// How the files of a kind begin.
const (
	magicJPEG = "\xff\xd8\xff"
	magicPNG  = "\x89PNG\r\n\x1a\n"
)

// sniff refuses, by the first bytes, what is no kind that is taken.
func sniff(head []byte) *Fault {
	isWebP := len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP"
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	switch {
	case len(head) == 0:
		return refuse(CodeEmpty, "文件为空；请从相机重新拷贝", "the file is empty: copy it from the camera again")
	case bytes.HasPrefix(head, []byte(magicJPEG)), bytes.HasPrefix(head, []byte(magicPNG)), isWebP:
		return nil
	case len(head) >= 12 && string(head[4:8]) == "ftyp" && isHEIC(string(head[8:12])):
		return refuse(CodeHEIC, "HEIC/HEIF 照片多数浏览器无法显示；请导出为 JPEG（iPhone：设置 → 相机 → 格式 → 兼容性最佳）后重新提交",
			"HEIC/HEIF is shown by few browsers: export it as JPEG (iPhone: Settings, Camera, Formats, Most Compatible) and send that")
	case bytes.HasPrefix(head, []byte("GIF8")), bytes.HasPrefix(head, []byte("BM")), bytes.HasPrefix(head, []byte("II*\x00")), bytes.HasPrefix(head, []byte("MM\x00*")):
		return refuse(CodeOtherKind, "只接收 JPEG、PNG、WebP 照片；请另存为 JPEG 后重新提交", "photos are JPEG, PNG or WebP: save it as JPEG and send that")
	case len(text) > 0 && text[0] == '<':
		return refuse(CodeNotAPhoto, "内容是网页或矢量图（HTML/SVG/XML），不是照片；只接收 JPEG、PNG、WebP", "it is a page or a drawing (HTML, SVG, XML) and no photo: JPEG, PNG and WebP are taken")
	}
	return refuse(CodeNotAPhoto, "内容不是照片；只接收 JPEG、PNG、WebP，请核对文件", "it is no photo by its contents: JPEG, PNG and WebP are taken")
}

// isHEIC knows the brands of the container by which telephones keep photos.
func isHEIC(brand string) bool {
	switch brand {
	case "heic", "heix", "hevc", "heim", "heis", "mif1", "msf1", "avif":
		return true
	}
	return false
}

// lookJPEG goes from segment to segment to where the picture begins. After that FF D9 is the end alone: within the data FF is followed by 00.
func lookJPEG(body []byte) (Picture, bool, error) {
	c, err := jpeg.DecodeConfig(bytes.NewReader(body))
	if err != nil {
		return Picture{}, false, err
	}
	p := Picture{JPEG, c.Width, c.Height}
	for at := 2; at+4 <= len(body); {
		if body[at] != 0xff {
			return p, false, nil
		}
		marker := body[at+1]
		if marker == 0xff { // filling
			at++
			continue
		}
		at += 2 + int(binary.BigEndian.Uint16(body[at+2:]))
		if marker == 0xda { // start of scan
			return p, at <= len(body) && bytes.Contains(body[at:], []byte("\xff\xd9")), nil
		}
	}
	return p, false, nil
}

// lookPNG goes from chunk to chunk to the last.
func lookPNG(body []byte) (Picture, bool, error) {
	c, err := png.DecodeConfig(bytes.NewReader(body))
	if err != nil {
		return Picture{}, false, err
	}
	const around = 12 // bytes of a chunk beside its data
	whole, data := false, false
	for at := int64(len(magicPNG)); !whole && at+around <= int64(len(body)); {
		kind := string(body[at+4 : at+8])
		data = data || kind == "IDAT"
		at += around + int64(binary.BigEndian.Uint32(body[at:]))
		whole = data && kind == "IEND" && at <= int64(len(body))
	}
	return Picture{PNG, c.Width, c.Height}, whole, nil
}

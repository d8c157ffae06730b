package api

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"time"

	"citygrid/registry"
	"citygrid/registry/intake"
)

const (
	formRoom   = 64 << 10 // what a multipart form may have around its file, in bytes
	fieldRoom  = 32 << 10 // of that, its other fields
	mostFields = 1000     // before the file
)

// sentBody is the survey file in a request: the body as it is, or the one file of a form. It remembers how reading ended.
type sentBody struct {
	io.Reader
	name   string              // as a form has it, or empty
	fields map[string][]string // of a form, before its file
	form   *multipart.Reader   // nil: no form
	most   int64
	err    error // that ended the body, other than its end
}

// openBody begins to read a body.
func openBody(r *request, most int64) (*sentBody, error) {
	mediaType, params, err := mime.ParseMediaType(r.http.Header.Get("Content-Type"))
	isForm := err == nil && mediaType == "multipart/form-data"
	room := most
	if isForm {
		room += formRoom
	}
	switch encoding := r.http.Header.Get("Content-Encoding"); {
	case encoding != "" && encoding != "identity":
		return nil, registry.InvalidField("Content-Encoding", encoding, "请发送未压缩的正文", "send the body as it is, not compressed")
	case r.http.ContentLength > room:
		return nil, intake.TooLarge(most)
	}
	b := &sentBody{most: most}
	b.Reader = &watched{http.MaxBytesReader(r.writer, patient(r.writer, r.http.Body), room), &b.err}
	if !isForm {
		return b, nil
	}
	b.form, b.fields = multipart.NewReader(b.Reader, params["boundary"]), map[string][]string{}
	for n, room := 0, int64(fieldRoom); n <= mostFields; n++ {
		part, err := b.form.NextPart()
		if err != nil {
			return nil, b.fault(badForm("表单中没有文件", "the form has no file"))
		}
		if b.name = part.FileName(); b.name != "" {
			b.Reader = part
			return b, nil
		}
		value, err := io.ReadAll(io.LimitReader(part, room+1))
		if err != nil {
			return nil, b.fault(badForm("表单不完整："+err.Error(), "the form is not whole: "+err.Error()))
		}
		if room -= int64(len(value)); room < 0 {
			break
		}
		b.fields[part.FormName()] = append(b.fields[part.FormName()], string(value))
	}
	return nil, badForm(fmt.Sprintf("文件之前的表单字段过多，上限为 %d 个、%d KiB", mostFields, fieldRoom>>10),
		fmt.Sprintf("too much stands before the file in the form: at most %d fields of %d KiB together", mostFields, fieldRoom>>10))
}

// Read reads the file. At its end nothing may follow in the form.
func (b *sentBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if b.form == nil || err == nil {
		return n, err
	}
	if err != io.EOF {
		return n, badForm("表单不完整："+err.Error(), "the form is not whole: "+err.Error())
	}
	if _, next := b.form.NextPart(); next != io.EOF {
		return n, badForm("表单只能含一个文件，且须完整；其他字段请写在文件之前", "the form holds one file, whole, as its last part: other fields go before it")
	}
	return n, io.EOF
}

// fault says why a body ended, where that is the cause of err: the transport knows better than who reads from it.
func (b *sentBody) fault(err error) error {
	var cut *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case b.err == nil:
		return err
	case errors.As(b.err, &cut):
		return intake.TooLarge(b.most)
	case errors.Is(b.err, os.ErrDeadlineExceeded):
		return registry.NewError(registry.Invalid, "body_too_slow", "请求正文未在时限内到齐，请重新提交", "the body did not arrive in time: send it again")
	case errors.Is(b.err, io.ErrUnexpectedEOF):
		return registry.NewError(registry.Invalid, "body_incomplete", "请求正文不完整，请重新提交", "the body ended before its length: send the whole of it")
	}
	gone := registry.NewError(registry.Unavailable, codeCancelled, "请求正文未传完，连接已中断", "the connection ended before the body did")
	gone.Err = b.err
	return gone
}

func (p parcel) fault(err error) error { return p.body.fault(err) }

func badForm(zh, en string) error {
	return registry.NewError(registry.Invalid, "invalid_body", zh, en)
}

// watched keeps the error that ended a stream.
type watched struct {
	io.Reader
	err *error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if err != nil && err != io.EOF {
		*w.err = err
	}
	return n, err
}

// patient lets a body take as long as it needs while it comes steadily, readChunk every readTimeout, where the server is one of
// NewHTTPServer's; elsewhere nothing is bounded.
func patient(w http.ResponseWriter, body io.ReadCloser) io.ReadCloser {
	for {
		switch v := w.(type) {
		case *rollingWriter:
			return &rollingReader{ReadCloser: body, control: v.control, now: v.now}
		case interface{ Unwrap() http.ResponseWriter }:
			w = v.Unwrap()
		default:
			return body
		}
	}
}

// readChunk is how much of a body must come within readTimeout, in bytes.
const readChunk = 64 << 10

// rollingReader moves the read deadline with every chunk that has come.
type rollingReader struct {
	io.ReadCloser
	control *http.ResponseController
	now     func() time.Time
	come    int
}

func (r *rollingReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if r.come += n; r.come >= readChunk {
		r.come = 0
		r.control.SetReadDeadline(r.now().Add(readTimeout)) // cannot fail on a connection of net/http's own server
	}
	return n, err
}

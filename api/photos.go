package api

import (
	"cmp"
	"context"
	"io"
	"maps"
	"mime"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"citygrid/api/query"
	"citygrid/registry"
	"citygrid/registry/intake"
	"citygrid/registry/photo"
)

const (
	mostPhotoReads = 64               // at once: from a bucket each has a file of up to 25 MiB meanwhile
	mostPhotoTakes = 4                // archives at once
	photoFetch     = 30 * time.Second // that a photo may take to come from its shelf
)

// photoRoutes are those of the photos of components. Who sees a component sees its photos.
func photoRoutes() []route {
	of := func(path string, handle func(*Server, *request) (*answer, error)) route {
		return route{method: http.MethodGet, path: path, handle: handle, budget: itemsBudget, database: true}
	}
	return []route{
		of("/components/:componentCode/photos", (*Server).photosOf),
		of("/photos/:digest", (*Server).photo),
		// A body may be long on its way.
		{method: http.MethodPost, path: "/photos", handle: (*Server).postPhotos, params: []string{"name", "dry_run"}, registrar: true},
	}
}

// photoJSON is a photo as a component has it.
type photoJSON struct {
	Digest   string `json:"digest"`
	Href     string `json:"href"`
	Type     string `json:"type"`
	Bytes    int64  `json:"bytes"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
	Position int    `json:"position"`
	Name     string `json:"name"`
	Import   string `json:"import"`
}

// photosOf lists the photos of a component.
func (s *Server) photosOf(r *request) (*answer, error) {
	room, err := s.photoRoom()
	if err != nil {
		return nil, err
	}
	code := r.path("componentCode")
	if !storable(code) {
		return nil, noSuchComponent("componentCode", code)
	}
	photos, err := room.Of(r.ctx, r.scope, code)
	if isNoRecord(err) {
		return nil, noSuchComponent("componentCode", code)
	}
	if err != nil {
		return nil, err
	}
	list := make([]photoJSON, len(photos))
	for i, p := range photos {
		list[i] = photoJSON{
			Digest: p.Digest.String(), Href: s.base + "/photos/" + p.Digest.String(), Type: p.Picture.Kind.MediaType(), Bytes: p.Bytes,
			Width: p.Picture.Width, Height: p.Picture.Height, Position: p.Position, Name: p.Name, Import: p.Batch.String(),
		}
	}
	return jsonAnswer(map[string]any{"component": code, "photos": list})
}

// photo gives one out. Its bytes are what crews sent: a browser is told what they are, may show them as that and must not do anything else.
func (s *Server) photo(r *request) (*answer, error) {
	room, err := s.photoRoom()
	if err != nil {
		return nil, err
	}
	text := r.path("digest")
	d, ok := photo.ParseDigest(text)
	if !ok {
		return nil, missing("no_photo", "digest", text, registry.Text{ZH: "没有这张照片", EN: "there is no such photo"},
			registry.Text{ZH: "应为 64 位小写十六进制的 SHA-256；见 /components/{componentCode}/photos", EN: "it is a SHA-256 in 64 lower-case hexadecimal digits; see /components/{componentCode}/photos"})
	}
	p, err := room.Find(r.ctx, r.scope, d)
	if err != nil {
		return nil, err
	}
	return &answer{
		mediaType: p.Picture.Kind.MediaType(), tag: `"` + d.String() + `"`, cache: "private, max-age=31536000, immutable",
		content: &content{name: d.String()[:16] + p.Picture.Kind.Extension(), open: func(ctx context.Context) (io.ReadSeekCloser, error) {
			leave, err := s.admit(ctx, s.photoReads)
			if err != nil {
				return nil, err
			}
			ctx, cancel := context.WithTimeout(ctx, photoFetch)
			defer cancel()
			body, err := room.Open(ctx, p)
			if err != nil {
				leave()
				return nil, err
			}
			return leaving{body, leave}, nil
		}},
	}, nil
}

// postPhotos takes a zip archive of photos that are named by the codes of their components, and answers when that is done. The same archive again changes
// nothing, so that sending again is safe without a key for that.
func (s *Server) postPhotos(r *request) (*answer, error) {
	room, err := s.photoRoom()
	if err != nil {
		return nil, err
	}
	if _, err := r.params.Flag("dry_run"); err != nil { // before the body comes
		return nil, err
	}
	leave, err := s.admit(r.ctx, s.photoTakes)
	if err != nil {
		return nil, err
	}
	defer leave()
	body, err := openBody(r, photo.MaxArchive)
	if err != nil {
		return nil, err
	}
	said := map[string][]string{}
	maps.Copy(said, body.fields)
	for name, value := range r.params {
		said[name] = append(said[name], value)
	}
	params, _, err := query.Sort(said, nil, "name", "dry_run")
	if err != nil {
		return nil, err
	}
	dry, err := params.Flag("dry_run")
	if err != nil {
		return nil, err
	}
	name, err := intake.CleanName(cmp.Or(params["name"], body.name, "photos.zip"))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.ctx, importBudget)
	defer cancel()
	report, err := room.TakeArchive(ctx, photo.Archive{Name: name, Actor: r.who(), DryRun: dry, Body: body})
	if err = body.fault(err); err != nil {
		return nil, err
	}
	return noStore(jsonAnswer(report))
}

func (s *Server) photoRoom() (*photo.Room, error) {
	if s.photos == nil {
		return nil, registry.NewError(registry.NotFound, "no_photos", "本服务没有照片", "this server has no photos")
	}
	return s.photos, nil
}

// leaving ends a turn when it is closed.
type leaving struct {
	io.ReadSeekCloser
	leave func()
}

func (l leaving) Close() error {
	defer l.leave()
	return l.ReadSeekCloser.Close()
}

// content is a body that came from outside and is given out by parts too. It is opened when everything that others wait for is given back.
type content struct {
	name string // for who saves it; of our own making
	open func(context.Context) (io.ReadSeekCloser, error)
}

func (b *content) write(c echo.Context, a *answer) error {
	body, err := b.open(c.Request().Context())
	if err != nil {
		return err
	}
	defer body.Close()
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, a.mediaType)
	header.Set("Cache-Control", a.cache)
	header.Set("ETag", a.tag)
	header.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	header.Set(echo.HeaderContentDisposition, mime.FormatMediaType("inline", map[string]string{"filename": b.name}))
	out := &sent{ResponseWriter: c.Response()}
	http.ServeContent(out, c.Request(), "", time.Time{}, body)
	return broken(out.err)
}

// sent keeps the error that ended an answer.
type sent struct {
	http.ResponseWriter
	err error
}

func (s *sent) Write(p []byte) (int, error) {
	n, err := s.ResponseWriter.Write(p)
	if err != nil {
		s.err = err
	}
	return n, err
}

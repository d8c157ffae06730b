package api

import (
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"citygrid/api/pages"
	"citygrid/api/query"
	"citygrid/registry"
)

// formats are the values of the parameter f of what is shown to people too.
const (
	formatJSON = "json"
	formatHTML = "html"
)

// wantsPage reports whether an answer of a route that has a view is wanted as a page: by the parameter f, else by Accept. It refuses what is neither.
func (rt route) wantsPage(r *request) (bool, error) {
	switch f, given := r.params["f"]; {
	case f == formatHTML:
		return true, nil
	case f == formatJSON:
		return false, nil
	case given:
		return false, registry.InvalidField("f", f, "应为 json 或 html", "write json or html")
	}
	accept := strings.Join(r.http.Header.Values("Accept"), ",")
	if strings.TrimSpace(accept) == "" {
		return false, nil
	}
	offers := []string{rt.mediaType(), typeHTML}
	best, weight, close := -1, 0.0, 0
	for i, offer := range offers {
		if q, by := welcome(accept, offer); q > weight || q == weight && q > 0 && by > close {
			best, weight, close = i, q, by
		}
	}
	if best < 0 {
		e := registry.NewError(registry.Invalid, "not_acceptable", "没有所要求的格式", "there is no format that was asked for")
		e.Fields = registry.InvalidField("Accept", accept, "可用的格式："+strings.Join(offers, ", "), "there are "+strings.Join(offers, ", ")).Fields
		return false, e
	}
	return best == 1, nil
}

// welcome is how much an offer is wanted, 0 where it is not, and how closely it was named: of the ranges of media types that have it the closest counts.
func welcome(accept, offer string) (q float64, close int) {
	close = -1
	for part := range strings.SplitSeq(accept, ",") {
		wanted, params, err := mime.ParseMediaType(part)
		if err != nil && wanted == "" {
			continue
		}
		weight := 1.0
		if text, weighed := params["q"]; weighed {
			if weight, err = strconv.ParseFloat(text, 64); err != nil || !(weight >= 0) {
				continue
			}
		}
		switch by := accepts(wanted, offer); {
		case by > close:
			q, close = weight, by
		case by == close && by >= 0:
			q = max(q, weight)
		}
	}
	return q, close
}

// accepts is how closely a range of media types, without parameters, names an offer: 2 by its name, 1 by its kind, 0 as anything, -1 not at all. JSON is
// what every other JSON is.
func accepts(wanted, offer string) int {
	offer, _, _ = strings.Cut(offer, ";")
	kind, _, _ := strings.Cut(offer, "/")
	switch {
	case wanted == offer, wanted == typeJSON && offer != typeHTML, wanted == typeGeoJSON && offer == typeJSON:
		return 2
	case wanted == kind+"/*":
		return 1
	case wanted == "*/*":
		return 0
	}
	return -1
}

// mediaType is that of a route's answers to programs.
func (rt route) mediaType() string {
	switch rt.view {
	case pages.Items, pages.Item:
		return typeGeoJSON
	case pages.Schema:
		return typeSchema
	case pages.Definition:
		return typeOpenAPI
	}
	return typeJSON
}

// asPage turns an answer into a page for people.
func (s *Server) asPage(r *request, view pages.View, a *answer) (*answer, error) {
	values := r.http.URL.Query()
	values.Set("f", formatJSON)
	address, err := url.Parse(s.base + r.http.URL.EscapedPath() + "?" + values.Encode())
	if err != nil {
		return nil, err
	}
	shown := pages.Document{
		Body: a.body, Address: address,
		Drawn: strings.Contains(a.headers[headerCRS], query.CRS84) || strings.Contains(a.headers[headerCRS], query.CRS84h),
	}
	if view == pages.Items || view == pages.Item {
		c, err := s.collectionOf(r)
		if err != nil {
			return nil, err
		}
		for _, p := range c.Properties {
			shown.Labels = append(shown.Labels, pages.Label{Name: p.Name, ZH: p.Title.ZH, EN: p.Title.EN, Sorts: p.Scalar()})
		}
	}
	page, err := s.pages.Render(view, shown)
	a.release()
	if err != nil {
		return nil, err
	}
	a.body, a.pooled, a.mediaType = page, false, typeHTML+"; charset=utf-8"
	if a.headers == nil {
		a.headers = map[string]string{}
	}
	a.headers["Content-Security-Policy"] = s.pages.Policy()
	return a, nil
}

// wantsHTML is true of a browser that opens an address, and false of a program that takes anything.
func wantsHTML(r *http.Request) bool {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		if mediaType, _, err := mime.ParseMediaType(part); err == nil && mediaType == typeHTML {
			return true
		}
	}
	return false
}

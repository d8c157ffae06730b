package api

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"citygrid/api/pages"
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
	offers := []string{rt.mediaType(), typeHTML}
	best, weight := -1, 0.0
	accept := strings.Join(r.http.Header.Values("Accept"), ",")
	if strings.TrimSpace(accept) == "" {
		return false, nil
	}
	for part := range strings.SplitSeq(accept, ",") {
		wanted, params, err := mime.ParseMediaType(part)
		if err != nil && wanted == "" {
			continue
		}
		q := 1.0
		if text, weighed := params["q"]; weighed {
			if q, err = strconv.ParseFloat(text, 64); err != nil {
				continue
			}
		}
		for i, offer := range offers {
			if q > weight && accepts(wanted, offer) {
				best, weight = i, q
			}
		}
	}
	if best < 0 {
		e := registry.NewError(registry.Invalid, "not_acceptable", "没有所要求的格式", "there is no format that was asked for")
		e.Fields = registry.InvalidField("Accept", accept, "可用的格式："+strings.Join(offers, ", "), "there are "+strings.Join(offers, ", ")).Fields
		return false, e
	}
	return best == 1, nil
}

// accepts reports whether a range of media types, without parameters, has an offer. JSON is what every other JSON is.
func accepts(wanted, offer string) bool {
	offer, _, _ = strings.Cut(offer, ";")
	kind, _, _ := strings.Cut(offer, "/")
	return wanted == "*/*" || wanted == offer || wanted == kind+"/*" || wanted == typeJSON && offer != typeHTML ||
		wanted == typeGeoJSON && offer == typeJSON
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
	page, err := s.pages.Render(view, a.body, s.base+r.http.URL.EscapedPath()+"?"+values.Encode())
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

package api

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// link is a link of OGC API - Common.
type link struct {
	Href  string `json:"href"`
	Rel   string `json:"rel"`
	Type  string `json:"type"`
	Title string `json:"title,omitempty"`
}

// link makes an absolute link to a path of this server, with a query string or none.
func (s *Server) link(rel, mediaType, path, query, title string) link {
	href := s.base + path
	if query != "" {
		href += "?" + query
	}
	return link{Href: href, Rel: rel, Type: mediaType, Title: title}
}

// alternate is the link to the page that shows the same to people.
func (s *Server) alternate(path, query string) link {
	if query == "" {
		query = "f=" + formatHTML
	}
	return s.link("alternate", typeHTML, path, query, "as a page (网页)")
}

// headerOf is the header Link of those links that have one of some relations.
func headerOf(links []link, relations ...string) string {
	var parts []string
	for _, l := range links {
		if slices.Contains(relations, l.Rel) {
			parts = append(parts, fmt.Sprintf(`<%s>; rel="%s"; type="%s"`, l.Href, l.Rel, l.Type))
		}
	}
	return strings.Join(parts, ", ")
}

// itemPath is the path of a feature; codes are digits, but an area's own code may be any text.
func itemPath(collection, code string) string {
	return "/collections/" + collection + "/items/" + url.PathEscape(code)
}

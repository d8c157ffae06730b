package api

import (
	"context"
	"fmt"
	"hash/crc32"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"citygrid/api/auth"
	"citygrid/api/query"
	"citygrid/registry"
)

// routeKey is where the context of a request keeps the pattern of its route, for the log and the metrics.
const routeKey = "route"

// convertBudget is the least time for an answer whose position PROJ converts: it looks a system up anew for each, in some 10 to 50 ms.
const convertBudget = 2 * time.Second

// request is what a handler works on: a request that was let in.
type request struct {
	ctx      context.Context
	http     *http.Request
	writer   http.ResponseWriter
	params   query.Parameters
	lists    query.Lists // of the route's repeated parameters
	scope    registry.Scope
	identity auth.Identity
	page     bool // the answer is wanted as a page
	echo     echo.Context
}

// path is a decoded parameter of the path. Routes are matched against URL.RawPath where there is one, and URL.Path else, which net/url
// has decoded: to decode that again would make "%2500" a NUL.
func (r *request) path(name string) string {
	text := r.echo.Param(name)
	if r.http.URL.RawPath == "" {
		return text
	}
	decoded, err := url.PathUnescape(text)
	if err != nil { // net/url keeps no RawPath that it cannot decode
		return text
	}
	return decoded
}

// serve lets a request in, has it answered, and writes the answer when everything that others wait for is given back.
func (s *Server) serve(rt route) echo.HandlerFunc {
	return func(c echo.Context) error {
		rt := rt
		if rt.people != nil || rt.view != "" {
			c.Response().Header().Add("Vary", echo.HeaderAccept)
		}
		if rt.people != nil {
			if wantsHTML(c.Request()) {
				rt = route{path: rt.path, handle: rt.people, budget: healthBudget, open: true}
			}
		}
		c.Set(routeKey, rt.path)
		if !rt.open {
			c.Response().Header().Add("Vary", echo.HeaderAuthorization)
		}
		a, err := s.answer(c, rt)
		if err != nil {
			return err
		}
		return a.write(c)
	}
}

func (s *Server) answer(c echo.Context, rt route) (*answer, error) {
	if err := s.started(rt); err != nil {
		return nil, err
	}
	ctx := c.Request().Context()
	params, lists, err := query.ParseLists(c.Request().URL.RawQuery, rt.repeated, rt.params...)
	if err != nil {
		return nil, err
	}
	key := c.Request().Header.Values(echo.HeaderAuthorization)
	_, component := params["component"]
	converts := rt.budget > 0 && params.NeedsStore() // what bounds itself takes its turn itself, when its body has arrived
	stored := rt.database || component || converts
	leave := func() {}
	if stored || !rt.open && len(key) > 0 {
		if leave, err = s.admit(ctx, s.database); err != nil {
			return nil, err
		}
		defer leave()
	}
	if budget := rt.budget; budget > 0 {
		if converts {
			budget = max(budget, convertBudget)
		}
		limited, cancel := context.WithTimeout(ctx, budget)
		defer cancel()
		ctx = limited
	}
	r := &request{ctx: ctx, http: c.Request(), writer: c.Response(), params: params, lists: lists, echo: c}
	if !rt.open {
		who, err := s.verifier.Verify(ctx, key)
		if err != nil {
			return nil, err
		}
		r.identity, r.scope = who, who.Scope
		c.Set(keyIDKey, who.KeyID)
		if rt.registrar {
			if err := who.Registrar(); err != nil {
				return nil, err
			}
		}
	}
	if rt.view != "" {
		if r.page, err = rt.wantsPage(r); err != nil {
			return nil, err
		}
	}
	if !stored { // the key is known, and nothing else needs the database
		leave()
	}
	a, err := rt.handle(s, r)
	if err != nil || !r.page {
		return a, err
	}
	return s.asPage(r, rt.view, a)
}

// admit lets a request in, or counts that it was turned away; one that went away by itself was not.
func (s *Server) admit(ctx context.Context, a *admission) (leave func(), err error) {
	leave, err = a.enter(ctx, queueTime)
	if registry.KindOf(err) == registry.Unavailable {
		s.metrics.shed.Inc()
	}
	return leave, err
}

// validator is the entity tag of an answer made of collections. It fails with notModified when the client has that answer.
// The tag is read before the data: what changes between the two is found by the next request.
func (s *Server) validator(r *request, collections ...string) (string, error) {
	return s.validatorWith(r, "", collections...)
}

// validatorWith is the entity tag of an answer that is made of something else too, which part stands for. One who does not see everything has tags of
// his own: a client that presents another key than before must not be told that it has the answer.
func (s *Server) validatorWith(r *request, part string, collections ...string) (string, error) {
	revisions, err := s.registry.HeardRevisions(r.ctx)
	if err != nil {
		return "", err
	}
	if !r.scope.Everything() {
		part += fmt.Sprintf("-%08x", crc32.ChecksumIEEE(fmt.Append(nil, r.scope.Units)))
	}
	return s.unlessKnown(r, `W/"`+strconv.FormatInt(revisions.Latest(collections...), 10)+"-"+s.build+part+`"`)
}

// unlessKnown passes a tag on, or fails with notModified when the client has what it stands for.
func (s *Server) unlessKnown(r *request, tag string) (string, error) {
	if r.page { // the same in another shape
		tag = strings.TrimSuffix(tag, `"`) + `-page"`
	}
	for _, header := range r.http.Header.Values("If-None-Match") {
		for known := range strings.SplitSeq(header, ",") {
			known = strings.TrimSpace(known)
			if known == "*" || strings.TrimPrefix(known, "W/") == strings.TrimPrefix(tag, "W/") {
				return "", notModified{tag}
			}
		}
	}
	return tag, nil
}

// notModified is the wish of a client that has the current answer.
type notModified struct{ tag string }

func (n notModified) Error() string { return "not modified: " + n.tag }

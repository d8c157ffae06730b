package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/language"

	"citygrid/registry"
	"citygrid/registry/intake"
)

// statusClientClosed counts and logs a request whose client went away before its answer; nobody receives it. HTTP has no status for
// that, proxies write this one.
const statusClientClosed = 499

// codeCancelled is the code of such a request, also where package query saw the connection break.
const codeCancelled = "cancelled"

// retryAfter is for how long, in seconds, a client is asked to wait when something is away or busy.
const retryAfter = "1"

// problem is a failure as RFC 9457 writes it.
type problem struct {
	Type      string         `json:"type"` // urn:citygrid:problem: and the code
	Title     string         `json:"title"`
	Status    int            `json:"status"`
	Detail    string         `json:"detail"`
	Code      string         `json:"code"`
	Errors    []problemField `json:"errors,omitempty"`
	RequestID string         `json:"request_id"`
	// Of a point outside all cells: the nearest cell and its distance in metres.
	NearestCell string   `json:"nearest_cell,omitempty"`
	DistanceM   *float64 `json:"distance_m,omitempty"`
}

// problemField names one faulty input.
type problemField struct {
	Parameter string `json:"parameter"` // "bbox", or "body/17/1" for a place in the body
	Value     string `json:"value"`
	Detail    string `json:"detail"` // what is wrong and what would be right
}

// newProblem says of an error what a caller may see, in the language that it reads.
func newProblem(err error, chinese bool, requestID string) problem {
	known := classify(err)
	status := statusOf(known)
	p := problem{
		Type: "urn:citygrid:problem:" + known.Code, Title: pick(titleOf(status), chinese), Status: status,
		Detail: pick(known.Message, chinese), Code: known.Code, RequestID: requestID,
	}
	if known.Kind == registry.Internal {
		p.Detail = pick(registry.Text{
			ZH: "服务器内部错误，请将请求编号 " + requestID + " 告知管理员", EN: "internal error: report request id " + requestID,
		}, chinese)
	}
	var details []string
	for _, f := range known.Fields {
		message := pick(f.Message, chinese)
		p.Errors = append(p.Errors, problemField{Parameter: f.Name, Value: f.Value, Detail: message})
		details = append(details, f.Name+": "+message)
	}
	if len(details) > 0 {
		p.Detail += " (" + strings.Join(details, "; ") + ")"
	}
	var outside *registry.OutsideError
	if errors.As(err, &outside) && outside.Nearest.Code != "" {
		metres := centimetres(outside.Metres)
		p.NearestCell, p.DistanceM = outside.Nearest.Code, &metres
	}
	return p
}

// classify finds the registry's failure in an error, and gives those that are not the registry's a kind. What is not known is Internal.
// A request that was cancelled is that, whatever it broke off.
func classify(err error) *registry.Error {
	var known *registry.Error
	var routing *echo.HTTPError
	switch {
	case errors.Is(err, context.Canceled):
		return registry.NewError(registry.Unavailable, codeCancelled, "请求已取消", "the request was cancelled")
	case errors.As(err, &known):
		return known
	case errors.Is(err, context.DeadlineExceeded):
		return registry.NewError(registry.Unavailable, "out_of_time", "未能在时限内作答，请稍后重试或缩小范围",
			"no answer within the time allowed: try again, or ask for less")
	case errors.As(err, &routing) && routing.Code == http.StatusNotFound:
		return registry.NewError(registry.NotFound, "no_such_resource", "没有这个资源；可用的资源见 / 与 /api",
			"no such resource; see / and /api for what there is")
	case errors.As(err, &routing) && routing.Code == http.StatusMethodNotAllowed:
		return registry.NewError(registry.Invalid, "method_not_allowed", "该资源不支持此方法；可用的方法见 Allow",
			"the resource does not take this method; see Allow for those it takes")
	}
	return registry.NewError(registry.Internal, "internal", "", "")
}

// statusOf maps a failure to its HTTP status: by kind, but for the few that HTTP has a status of their own for.
func statusOf(e *registry.Error) int {
	switch e.Code {
	case codeCancelled:
		return statusClientClosed
	case "method_not_allowed":
		return http.StatusMethodNotAllowed
	case "not_acceptable":
		return http.StatusNotAcceptable
	case "query_too_long":
		return http.StatusRequestURITooLong
	case "body_too_slow":
		return http.StatusRequestTimeout
	case "unsupported_media_type", "unsupported_format":
		return http.StatusUnsupportedMediaType
	case intake.CodeKeyReused, intake.CodeNoOption:
		return http.StatusUnprocessableEntity
	}
	switch e.Kind {
	case registry.Invalid:
		return http.StatusBadRequest
	case registry.NotFound:
		return http.StatusNotFound
	case registry.Conflict:
		return http.StatusConflict
	case registry.Unauthenticated:
		return http.StatusUnauthorized
	case registry.Forbidden:
		return http.StatusForbidden
	case registry.TooLarge:
		return http.StatusRequestEntityTooLarge
	case registry.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func titleOf(status int) registry.Text {
	zh := map[int]string{
		http.StatusBadRequest: "请求不正确", http.StatusUnauthorized: "需要身份验证", http.StatusForbidden: "没有权限",
		http.StatusNotFound: "未找到", http.StatusMethodNotAllowed: "方法不允许", http.StatusRequestTimeout: "请求超时",
		http.StatusConflict: "冲突", http.StatusRequestEntityTooLarge: "请求过大", http.StatusUnsupportedMediaType: "不支持的正文类型",
		http.StatusUnprocessableEntity: "无法处理", http.StatusNotAcceptable: "没有可接受的格式",
		http.StatusRequestURITooLong: "地址过长", http.StatusServiceUnavailable: "暂不可用",
		http.StatusInternalServerError: "内部错误",
	}
	if status == statusClientClosed {
		return registry.Text{ZH: "请求已取消", EN: "Client Closed Request"}
	}
	return registry.Text{ZH: zh[status], EN: http.StatusText(status)}
}

// fail answers a request with its failure; echo calls it, and so does observe.
func (s *Server) fail(err error, c echo.Context) {
	gone := c.Request().Context().Err()
	if errors.Is(gone, context.Canceled) && statusOf(classify(err)) >= http.StatusInternalServerError { // the client's doing, not ours
		err = fmt.Errorf("%w: %w", gone, err)
	}
	var same notModified
	switch {
	case c.Response().Committed:
		return
	case errors.As(err, &same):
		c.Response().Header().Set("ETag", same.tag)
		c.Response().Header().Set("Cache-Control", "no-cache")
		c.Response().Header().Add("Vary", "Accept-Encoding") // as the answer that is not sent has it
		c.Response().WriteHeader(http.StatusNotModified)
		return
	}
	p := newProblem(err, prefersChinese(c.Request()), requestID(c))
	header := c.Response().Header()
	header.Add("Vary", "Accept-Language")
	header.Set("Cache-Control", "no-store")
	header.Set(echo.HeaderContentType, typeProblem)
	header.Del(echo.HeaderContentEncoding)
	switch p.Status {
	case http.StatusUnauthorized:
		header.Set("WWW-Authenticate", `Bearer realm="citygrid"`)
	case http.StatusServiceUnavailable:
		header.Set("Retry-After", retryAfter)
	}
	switch {
	case p.Status == http.StatusInternalServerError:
		s.log.Error("request failed", "request_id", p.RequestID, "code", p.Code, "error", err)
	case p.Code == "database_away", p.Code == codeStarting: // true of every request while it lasts; /readyz says it too
		s.log.Info("request refused", "request_id", p.RequestID, "code", p.Code, "error", err)
	case p.Status > http.StatusInternalServerError:
		s.log.Warn("request refused", "request_id", p.RequestID, "code", p.Code, "error", err)
	}
	body, err := json.Marshal(p)
	if err != nil {
		s.log.Error("encode problem", "request_id", p.RequestID, "error", err)
	}
	c.Response().WriteHeader(p.Status)
	c.Response().Write(body) // the client may be gone; there is nobody else to tell
}

// prefersChinese reads Accept-Language. English is the default, as for every client that states nothing.
func prefersChinese(r *http.Request) bool {
	wanted, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil || len(wanted) == 0 {
		return false
	}
	_, index, _ := language.NewMatcher([]language.Tag{language.English, language.Chinese}).Match(wanted...)
	return index == 1
}

func pick(t registry.Text, chinese bool) string {
	if chinese {
		return t.ZH
	}
	return t.EN
}

// centimetres rounds a distance to what a survey can mean.
func centimetres(metres float64) float64 { return math.Round(metres*100) / 100 }

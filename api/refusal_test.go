package api_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"citygrid/registry"
)

// fault is the one member of errors of a problem document.
func fault(parameter, value, detail string) any {
	return []any{map[string]any{"parameter": parameter, "value": value, "detail": detail}}
}

func TestIdThatNothingCanHaveIsNotFoundWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.store.Close()
	for _, collection := range []string{"components", "grid-cells"} {
		for id, value := range map[string]string{
			"%00": "\x00", "a%00b": "a\x00b", "%0a": "\n", "%c0%ae": "\ufffd\ufffd", "%FF": "\ufffd", "%2f%00": "/\x00", "%c2%85": "\u0085",
		} {
			got := s.get("/collections/" + collection + "/items/" + id)
			if problem := parse(t, got.Body); got.Status != http.StatusNotFound || at(t, problem, "code") != "not_found" ||
				at(t, problem, "errors", 0, "parameter") != "featureId" || at(t, problem, "errors", 0, "value") != value {
				t.Errorf("%s %s: %d %s", collection, id, got.Status, got.Body)
			}
		}
	}
}

func TestPathIsDecodedOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for id, value := range map[string]string{"%2500": "%00", "%25c0%25ae": "%c0%ae", "%252f": "%2f", "a%2f%2500": "a/%00", "%E8%A1%97": "街"} {
		for _, collection := range []string{"components", "grid-cells"} {
			got := s.get("/collections/" + collection + "/items/" + id)
			if problem := parse(t, got.Body); got.Status != http.StatusNotFound || at(t, problem, "errors", 0, "value") != value {
				t.Errorf("%s %s: %d %s", collection, id, got.Status, got.Body)
			}
		}
	}
	for _, id := range []string{"4205020118000001", "%34205020118000001", "420502011800000%31"} {
		equal(t, at(t, s.get("/collections/components/items/"+id).ok(), "id"), "4205020118000001")
	}
}

func TestWhatThereIsNotIsNamedWithWhereToLook(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const unknown = "4205020118009999"
	for target, want := range map[string]any{
		"/locate?lon=111.285&lat=30.705&component=" + unknown: fault("component", unknown, "no component has or had this code; see /collections/components/items for those there are"),
		"/collections/components/items/" + unknown:            fault("featureId", unknown, "no component has or had this code; see /collections/components/items for those there are"),
		"/collections/streets/items/x":                        fault("featureId", "x", "no such code; see /collections/streets/items for those there are"),
		"/collections/rivers": fault("collectionId", "rivers",
			"write one of components, components-01, components-02, components-03, grid-cells, communities, streets, districts, managed-areas"),
		"/base/roads": fault("layer", "roads", "write one of streets, water, parks"),
	} {
		got := s.get(target)
		if got.Status != http.StatusNotFound {
			t.Errorf("%s: %d %s", target, got.Status, got.Body)
		}
		equal(t, at(t, parse(t, got.Body), "errors"), want)
	}
	// The point is outside, the component is not: that is another thing that there is not.
	if got := s.get("/locate?lon=0&lat=0&component=4205020118000001"); at(t, parse(t, got.Body), "code") != "outside_all_cells" {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if got := s.get("/collections/components/items/"+unknown, "Accept-Language: zh"); !strings.Contains(got.Body, "没有这个部件编码") {
		t.Error(got.Body)
	}
}

func TestWhatIsTooLargeComesWithItsSizeTheLimitAndTheCure(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	long := s.get("/locate?lon=" + strings.Repeat("1", 9000))
	equal(t, at(t, parse(t, long.Body), "errors"), fault("query", "9004", "the limit is 8192 bytes: shorten the parameters or leave some out"))
	large := s.do(http.MethodPost, "/locate", "["+strings.Repeat(" ", 8<<20)+"]")
	equal(t, at(t, parse(t, large.Body), "errors"), fault("body", "8388610", "the limit is 8388608 bytes: send it in parts"))
	unannounced := s.request(http.MethodPost, "/locate", "["+strings.Repeat(" ", 8<<20)+"]")
	unannounced.ContentLength = -1
	equal(t, at(t, parse(t, s.serve(unannounced).Body), "errors"), fault("body", ">8388608", "the limit is 8388608 bytes: send it in parts"))
	many := s.do(http.MethodPost, "/locate", "["+strings.Repeat("[1,2],", registry.MaxPoints)+"[1,2]]")
	equal(t, at(t, parse(t, many.Body), "errors"), fault("body", ">100000", "the limit is 100000 points: send them in parts"))
}

// The sender ends its side of the connection, and still reads the answer.
func TestBodyThatEndsBeforeItsLengthIsSaidToBeIncomplete(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	server := httptest.NewServer(s.server)
	defer server.Close()
	for _, body := range []string{"[[1,2]]", "[[1,2]", "[[1,", "[", ""} {
		connection, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		if _, err := io.WriteString(connection, "POST /locate HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"+body); err != nil {
			t.Fatal(err)
		}
		if err := connection.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(connection)
		if err != nil {
			t.Fatal(err)
		}
		head, document, _ := strings.Cut(string(answer), "\r\n\r\n")
		if !strings.HasPrefix(head, "HTTP/1.1 400 ") {
			t.Fatalf("%q: %s", body, answer)
		}
		problem := parse(t, document)
		equal(t, at(t, problem, "code"), "body_incomplete")
		equal(t, at(t, problem, "errors"), fault("body", "", "the body ends before the length that Content-Length states: send the whole of it"))
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

// office is a running server, and the key of a crew.
type office struct {
	t         *testing.T
	base, key string
}

func newOffice(t *testing.T, databaseURL string) office {
	t.Helper()
	made := citygrid(t, databaseURL, "key", "create", "crew 7")
	made.want(t, 0)
	p := citygrid(t, databaseURL, "serve", "--data", dataFolder(t), "--listen", "127.0.0.1:0")
	o := office{t: t, base: p.start(t), key: shownKey.FindString(made.out.String())}
	t.Cleanup(func() { p.stop(t, syscall.SIGTERM) })
	return o
}

// ask sends a request and reads the JSON of the answer, which must have the status.
func (o office) ask(method, path string, body []byte, status int, into any) {
	o.t.Helper()
	text := o.fetch(method, path, body, status)
	if err := json.Unmarshal(text, into); err != nil {
		o.t.Fatalf("%s %s: %v\n%s", method, path, err, text)
	}
}

func (o office) fetch(method, path string, body []byte, status int) []byte {
	o.t.Helper()
	return o.fetchAs(method, path, "", body, status)
}

// fetchAs sends a body of a kind.
func (o office) fetchAs(method, path, kind string, body []byte, status int) []byte {
	o.t.Helper()
	request, err := http.NewRequestWithContext(o.t.Context(), method, o.base+path, bytes.NewReader(body))
	if err != nil {
		o.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+o.key)
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		o.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != status {
		o.t.Fatalf("%s %s: %s, want %d, %v\n%s", method, path, response.Status, status, err, text)
	}
	return text
}

// sent is an import as the server shows it.
type sent struct {
	ID, State, Reason, SHA256 string
	Active                    bool
	Rows                      struct{ Read, Good, Bad int }
	Changes                   struct{ Created, Updated, Unchanged int }
	Recognised                []bilingual
	Positions                 []triedReading
	Issues                    struct {
		Errors, Warnings, Fixed int
		ByCode                  []issueTotal `json:"by_code"`
	}
}

// send posts a file and waits until nothing happens to it by itself.
func (o office) send(path, accept string) (s sent) {
	o.t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		o.t.Fatal(err)
	}
	name := filepath.Base(path)
	o.ask("POST", "/imports?accept="+accept+"&name="+url.QueryEscape(name), content, http.StatusAccepted, &s)
	return o.settled(s)
}

// settled waits until nothing happens to an import by itself.
func (o office) settled(s sent) sent {
	o.t.Helper()
	s.Active = true
	for begun := time.Now(); s.Active; time.Sleep(20 * time.Millisecond) {
		id := s.ID
		s = sent{}
		o.ask("GET", "/imports/"+id, nil, http.StatusOK, &s)
		if time.Since(begun) > time.Minute {
			o.t.Fatalf("still %+v", s)
		}
	}
	return s
}

// stands wants a running server to find a component within a metre of a place, or not, as soon as it has heard of the change; /locate with its code finds it then too.
func (o office) stands(lon, lat, code string, there bool) {
	o.t.Helper()
	var found []string
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		var here struct{ Components page }
		o.ask("GET", "/whats-here?radius=1&lon="+lon+"&lat="+lat, nil, http.StatusOK, &here)
		found = nil
		for _, f := range here.Components.Features {
			found = append(found, f.ID)
		}
		if slices.Contains(found, code) == there {
			break
		}
		if time.Since(begun) > 10*time.Second {
			o.t.Errorf("at %s %s stand %v; %s among them: want %v", lon, lat, found, code, there)
			return
		}
	}
	if there {
		o.fetch("GET", "/locate?lon="+lon+"&lat="+lat+"&component="+code, nil, http.StatusOK)
	}
}

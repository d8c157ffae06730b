package api_test

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"citygrid/api"
	"citygrid/internal/dbtest"
	"citygrid/registry/postgis"
)

// atOnce is how long a busy machine may take for an answer that nothing stands in the way of.
const atOnce = 5 * time.Second

// newCrowdedSite serves the city with 4,500 more lamps around its middle, on two connections to the database.
func newCrowdedSite(t *testing.T, change ...func(*api.Config)) *site {
	t.Helper()
	url := dbtest.URL(t)
	store, err := postgis.Open(t.Context(), postgis.Config{URL: url, MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	s := &site{t: t, database: url, store: store, log: &logbook{}}
	city := copyOf(t, os.DirFS("testdata/city"))
	addLamps(city, 4500)
	s.apply(city)
	s.start(change...)
	return s
}

// addLamps puts lamps around the middle of a city.
func addLamps(city fstest.MapFS, count int) {
	var lamps strings.Builder
	for i := range count {
		fmt.Fprintf(&lamps, "4205020118%06d,路灯,,,,,,,,完好,2020-01-01,,实测,,%.5f,%.5f,,\n", 1000+i, 111.2855+0.0001*float64(i%90), 30.7055+0.00018*float64(i/90))
	}
	points := city["components/points.csv"]
	points.Data = append(points.Data, lamps.String()...)
}

func copyOf(t *testing.T, folder fs.FS) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(folder, name)
		out[name] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Not parallel: the goroutines that it counts are those of the process.
func TestHundredClientsCutInMidAnswerLeaveNothingBehind(t *testing.T) {
	s := newCrowdedSite(t, func(c *api.Config) { c.Concurrency = 100 })
	address := listen(t, s.server, time.Now, smallSendBuffers)
	points := board(10_000)
	requests := []string{
		fmt.Sprintf("POST /locate?detail=true HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", len(points), points),
		"GET /collections/components/items?limit=10000 HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /whats-here?lon=111.29&lat=30.71&radius=500 HTTP/1.1\r\nHost: x\r\n\r\n",
	}
	const clients, together = 100, 5
	for done := 0; done < clients; done += together {
		var wave sync.WaitGroup
		for i := done; i < done+together; i++ {
			wave.Go(func() { cutInMidAnswer(t, address, requests[i%len(requests)], i%2 == 0) })
		}
		wave.Wait()
	}
	waitForNoConnections(t)
	if cut := strings.Count(s.log.String(), `"cut":true`); cut != clients {
		t.Errorf("%d answers were cut, not %d", cut, clients)
	}
	askAtOnce(t, address)
}

func TestSlowReaderOfPlacementsKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *api.Config) { c.Concurrency = 1 })
	address := listen(t, s.server, time.Now, smallSendBuffers)
	points := board(30_000)
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	connection.(*net.TCPConn).SetReadBuffer(16 << 10)
	fmt.Fprintf(connection, "POST /locate?detail=true HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", len(points), points)
	answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%+v, %v", answer, err)
	}
	for range 3 { // while the rest of that answer waits to be read
		if got := s.do(http.MethodPost, "/locate?detail=true", "[[111.285,30.705]]"); got.Status != http.StatusOK {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
	}
	if text, err := io.ReadAll(answer.Body); err != nil || !strings.HasSuffix(string(text), ",null]") {
		t.Errorf("the slow reader got %d bytes, %v", len(text), err)
	}
}

func TestBodiesThatDribbleCostTheirTimeLimitAndNothingElse(t *testing.T) {
	s := newCrowdedSite(t, func(c *api.Config) { c.Concurrency = 2 })
	const limit = 2 * time.Second
	address := listen(t, s.server, time.Now, func(server *http.Server) { server.ReadTimeout = limit })
	var dribblers sync.WaitGroup
	for range 50 {
		dribblers.Go(func() { dribble(t, address, limit) })
	}
	askAtOnce(t, address)
	dribblers.Wait()
	waitForNoConnections(t)
	askAtOnce(t, address)
}

// smallSendBuffers keeps the kernel from taking a whole answer for a client that reads none of it.
func smallSendBuffers(server *http.Server) {
	state := server.ConnState
	server.ConnState = func(c net.Conn, s http.ConnState) {
		if tcp, ok := c.(*net.TCPConn); ok && s == http.StateNew {
			tcp.SetWriteBuffer(16 << 10)
		}
		if state != nil {
			state(c, s)
		}
	}
}

// cutInMidAnswer reads the beginning of an answer and hangs up, with a reset or in order.
func cutInMidAnswer(t *testing.T, address, request string, reset bool) {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Error(err)
		return
	}
	defer connection.Close()
	tcp := connection.(*net.TCPConn)
	tcp.SetReadBuffer(16 << 10)
	if reset {
		tcp.SetLinger(0)
	}
	if _, err := io.WriteString(connection, request); err != nil {
		t.Error(err)
		return
	}
	answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Error(err)
		return
	}
	if n, err := io.ReadFull(answer.Body, make([]byte, 1000)); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("%.60s: %d after %d bytes, %v", request, answer.StatusCode, n, err)
	}
}

// dribble sends a list byte by byte until it is told that this takes too long.
func dribble(t *testing.T, address string, limit time.Duration) {
	began := time.Now() // the server counts from when it hears of the connection
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Error(err)
		return
	}
	defer connection.Close()
	io.WriteString(connection, "POST /locate HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n[")
	refused := make(chan *http.Response, 1)
	go func() {
		answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
		if err != nil {
			t.Error(err)
		}
		refused <- answer
	}()
	for {
		select {
		case answer := <-refused:
			if took := time.Since(began); answer == nil || answer.StatusCode != http.StatusRequestTimeout || took < limit || took > limit+atOnce {
				t.Errorf("%+v after %v", answer, took)
			}
			return
		case <-time.After(20 * time.Millisecond):
			io.WriteString(connection, "[1,2],") // fails when the server has hung up: the answer tells
		}
	}
}

// waitForNoConnections waits until the server's goroutines have ended, those of connections and what they began.
func waitForNoConnections(t *testing.T) {
	t.Helper()
	http.DefaultClient.CloseIdleConnections()
	stacks := make([]byte, 4<<20)
	for end := time.Now().Add(4 * atOnce); ; time.Sleep(20 * time.Millisecond) {
		left := string(stacks[:runtime.Stack(stacks, true)])
		if !strings.Contains(left, "net/http.(*conn)") && !strings.Contains(left, "citygrid/api.(*Server)") {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("goroutines are left:\n%s", left)
		}
	}
}

// askAtOnce asks more than there are connections to the database, all at once.
func askAtOnce(t *testing.T, address string) {
	t.Helper()
	client := &http.Client{Timeout: atOnce, Transport: &http.Transport{DisableKeepAlives: true}}
	var asking sync.WaitGroup
	for _, target := range []string{
		"/locate?lon=111.285&lat=30.705", "/collections/components/items?limit=1", "/collections/components/items/4205020118000001",
		"/whats-here?lon=111.281&lat=30.701&radius=1",
	} {
		asking.Go(func() {
			answer, err := client.Get("http://" + address + target)
			if err != nil {
				t.Error(err)
				return
			}
			defer answer.Body.Close()
			if text, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != http.StatusOK {
				t.Errorf("%s: %d %s, %v", target, answer.StatusCode, text, err)
			}
		})
	}
	asking.Go(func() {
		answer, err := client.Post("http://"+address+"/locate?detail=true", "application/json", strings.NewReader("[[111.285,30.705]]"))
		if err != nil {
			t.Error(err)
			return
		}
		defer answer.Body.Close()
		if text, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != http.StatusOK {
			t.Errorf("a list: %d %s, %v", answer.StatusCode, text, err)
		}
	})
	asking.Wait()
}

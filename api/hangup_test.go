package api_test

import (
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"citygrid/api"
)

// Not parallel: the goroutines that it counts are those of the process. Half the clients of a wave hang up while the answer is made, half while it is sent.
func TestHundredClientsThatHangUpTenTimesOverCostNoSession(t *testing.T) {
	s := newCrowdedSite(t, func(c *api.Config) { c.Concurrency = 100 })
	address := listen(t, s.server, time.Now, smallSendBuffers)
	db, err := pgxpool.New(t.Context(), s.database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	askAtOnce(t, address)
	before := sessions(t, db)
	targets := []string{
		"/collections/components/items?limit=250", "/collections/components/items?limit=250&sortby=-note,name&crs=http://www.opengis.net/def/crs/EPSG/0/4546",
		"/collections/components-01/items?limit=250&bbox=111,30,112,31&count=exact", "/collections/components/items?limit=250&f=html",
	}
	var cut atomic.Int32
	for round := range 10 {
		var wave sync.WaitGroup
		for i := range 100 {
			request := "GET " + targets[i%len(targets)] + " HTTP/1.1\r\nHost: x\r\nAccept-Encoding: identity\r\n\r\n"
			wave.Go(func() {
				if i%2 == 0 {
					hangUpEarly(t, address, request, time.Duration(2*i)*time.Millisecond)
				} else {
					if hangUpReading(t, address, request, i%4 == 1) {
						cut.Add(1)
					}
				}
			})
		}
		wave.Wait()
		began := time.Now()
		answer, err := (&http.Client{Timeout: atOnce, Transport: &http.Transport{DisableKeepAlives: true}}).Get("http://" + address + "/collections/components/items?limit=1")
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Errorf("round %d: the next client gets %s after %v", round, answer.Status, time.Since(began))
		}
	}
	if cut.Load() < 20 {
		t.Errorf("only %d of 500 answers had begun when their readers hung up", cut.Load())
	}
	waitForNoConnections(t)
	askAtOnce(t, address)
	waitForNoConnections(t)
	after := sessions(t, db)
	for end := time.Now().Add(atOnce); after != before && time.Now().Before(end); time.Sleep(50 * time.Millisecond) { // a session that was cancelled is replaced
		after = sessions(t, db)
	}
	if after.total > before.total || after.busy != 0 {
		t.Errorf("sessions of the database before: %+v, after: %+v", before, after)
	}
}

type sessionCount struct{ total, busy int }

// sessions are those that others than the one who asks have with this database, and of them those that do something.
func sessions(t *testing.T, db *pgxpool.Pool) (n sessionCount) {
	t.Helper()
	err := db.QueryRow(t.Context(), `select count(*), count(*) filter (where state <> 'idle') from pg_stat_activity
		where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`).Scan(&n.total, &n.busy)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// hangUpEarly goes after a while, whatever came.
func hangUpEarly(t *testing.T, address, request string, after time.Duration) {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Error(err)
		return
	}
	defer connection.Close()
	connection.(*net.TCPConn).SetReadBuffer(16 << 10)
	fmt.Fprint(connection, request)
	time.Sleep(after)
}

// hangUpReading goes when the answer has begun, with a reset or in order, or after a second of waiting for that; it reports whether it had.
func hangUpReading(t *testing.T, address, request string, reset bool) (begun bool) {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Error(err)
		return false
	}
	defer connection.Close()
	tcp := connection.(*net.TCPConn)
	tcp.SetReadBuffer(16 << 10)
	if reset {
		tcp.SetLinger(0)
	}
	fmt.Fprint(connection, request)
	connection.SetReadDeadline(time.Now().Add(time.Second))
	n, _ := connection.Read(make([]byte, 100))
	return n > 0
}

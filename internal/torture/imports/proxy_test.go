package imports_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// call is one step of the program's talk with the database: a message that the database has to answer, a part of a COPY, or the end of a session.
type call struct {
	number  int // from 1, over all sessions, since the proxy was armed
	kind    string
	sql     string // of the statement that it belongs to
	session int
	at      time.Time
}

func (c call) String() string {
	sql := strings.Join(strings.Fields(c.sql), " ")
	return fmt.Sprintf("%d %s %.60s", c.number, c.kind, sql)
}

// strike is what is done to one call. Its session is cut, and the answer lost.
type strike struct {
	hits  func(call) bool
	after bool   // the database has done it; else it does not hear of it
	do    func() // nil: nothing more
}

// answerWithin is how long an answer is waited for that may not come: a part of a COPY has none.
const answerWithin = 50 * time.Millisecond

// proxy stands between the program and PostgreSQL and understands as much of the protocol as it takes to count calls.
type proxy struct {
	listener      net.Listener
	network, path string // of the server

	mu     sync.Mutex
	begun  int // sessions
	count  int
	strike *strike
	struck *call
	watch  func(call)
	all    sync.WaitGroup
}

// newProxy stands before the server of a database address.
func newProxy(t *testing.T, databaseURL string) *proxy {
	t.Helper()
	config, err := pgconn.ParseConfig(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: listener}
	p.network, p.path = pgconn.NetworkAddress(config.Host, config.Port)
	p.all.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			p.all.Go(func() { p.session(client) })
		}
	})
	return p
}

// close ends it when the program's sessions have ended.
func (p *proxy) close() {
	p.listener.Close()
	p.all.Wait()
}

// url leads to a database through the proxy.
func (p *proxy) url(t *testing.T, databaseURL string) string {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	u.Host, u.RawQuery = p.listener.Addr().String(), "sslmode=disable"
	return u.String()
}

// arm counts from 1 again, and strikes once.
func (p *proxy) arm(s *strike) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count, p.strike, p.struck = 0, s, nil
}

// disarm takes back what has not struck yet, and returns the call that was struck, nil for none.
func (p *proxy) disarm() *call {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.strike = nil
	return p.struck
}

// watched has every call shown to see before the database hears of it; see may hold it up.
func (p *proxy) watched(see func(call)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.watch = see
}

// calls is how many there were, and the one that was struck, nil for none.
func (p *proxy) calls() (int, *call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count, p.struck
}

// counted counts a call and returns the strike that is due for it.
func (p *proxy) counted(kind, sql string, session int) *strike {
	p.mu.Lock()
	p.count++
	c, watch := call{p.count, kind, sql, session, time.Now()}, p.watch
	var due *strike
	if p.strike != nil && p.strike.hits(c) {
		due, p.strike, p.struck = p.strike, nil, &c
	}
	p.mu.Unlock()
	if watch != nil {
		watch(c)
	}
	return due
}

func (p *proxy) session(client net.Conn) {
	defer client.Close()
	server, err := net.Dial(p.network, p.path)
	if err != nil {
		return // as the server does that is not there
	}
	defer server.Close()
	p.mu.Lock()
	p.begun++
	s := &session{proxy: p, number: p.begun, client: client, server: server, statements: map[string]string{}}
	p.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() {
		defer client.Close()
		s.answers()
	})
	if due := s.calls(); due != nil && due.after {
		s.lost.Wait()
	}
	server.Close()
	both.Wait()
}

// session is one connection of the program.
type session struct {
	proxy          *proxy
	number         int
	client, server net.Conn
	statements     map[string]string // that were parsed, by name
	sql            string            // of the present statement

	mu   sync.Mutex
	due  *strike // for the next answer
	lost sync.WaitGroup
}

// answers passes answers on until one is to be lost.
func (s *session) answers() {
	defer s.lose() // the server has ended it first
	buffer := make([]byte, 64<<10)
	for {
		n, err := s.server.Read(buffer)
		if n > 0 {
			if s.lose() {
				return
			}
			if _, err := s.client.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// lose does what is due after a call, once.
func (s *session) lose() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.due == nil {
		return false
	}
	if s.due.do != nil {
		s.due.do()
	}
	s.due = nil
	s.lost.Done()
	return true
}

// calls passes messages on until the session ends or is struck, and returns the strike.
func (s *session) calls() *strike {
	head := make([]byte, 5)
	for first := true; ; first = false {
		from := 0
		if first {
			from = 1 // it has no letter
		}
		if _, err := io.ReadFull(s.client, head[from:]); err != nil {
			return nil
		}
		body := make([]byte, binary.BigEndian.Uint32(head[1:])-4)
		if _, err := io.ReadFull(s.client, body); err != nil {
			return nil
		}
		message := append(bytes.Clone(head[from:]), body...)
		kind := "connect"
		if !first {
			kind = s.kind(head[0], body)
		} else if binary.BigEndian.Uint32(body) == 80877102 { // a request to cancel: nobody waits for its end
			kind = ""
		}
		var due *strike
		if kind != "" {
			due = s.proxy.counted(kind, s.sql, s.number)
		}
		if due != nil && !due.after {
			if due.do != nil {
				due.do()
			}
			return due
		}
		if due != nil {
			s.mu.Lock()
			s.due = due
			s.lost.Add(1)
			s.mu.Unlock()
		}
		if _, err := s.server.Write(message); err != nil && due == nil {
			return nil
		}
		if due != nil {
			if kind == "copy data" || kind == "end" {
				time.Sleep(answerWithin)
				s.lose()
			}
			return due
		}
	}
}

// kind is what sort of call a message is, "" for one that goes with the next.
func (s *session) kind(letter byte, body []byte) string {
	text := func(n int) string { // the n-th of the body's texts
		parts := bytes.SplitN(body, []byte{0}, n+2)
		return string(parts[min(n, len(parts)-1)])
	}
	switch letter {
	case 'P':
		s.sql = text(1)
		s.statements[text(0)] = s.sql
	case 'B':
		s.sql = s.statements[text(1)]
	case 'Q':
		s.sql = text(0)
		return "query"
	case 'S':
		return "sync"
	case 'd':
		return "copy data"
	case 'c':
		return "copy done"
	case 'f':
		return "copy fail"
	case 'X':
		s.sql = ""
		return "end"
	}
	return ""
}

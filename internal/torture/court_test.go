package torture_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// claim is an answer that is to be judged: about one moment or, where the answer names no revision, about one of a few.
type claim struct {
	from, to int64 // the revisions it may be of
	by       string
	about    string
	wrong    func(*truth) string // what is wrong with it as an answer of a revision, "" for nothing
}

// commit is a revision and when it came to be and was first seen in an answer.
type commit struct {
	revision int64
	at, seen time.Time
}

// court judges answers by the truth of the revisions that they name. An answer may be of a revision whose truth is not known yet, since
// the locator hears of a commit as soon as the editor does; it is judged when the truth is there. Readers never wait.
type court struct {
	t       testing.TB // hears of every wrong answer, up to tooMany
	mu      sync.Mutex
	first   int64
	truths  []*truth // from first on, with none left out; those long past are nil
	begun   int64    // the revision that the editor is about to make, or has made last
	pending map[int64][]claim
	commits []commit
	unseen  int       // commits from here on were not seen in an answer
	early   time.Time // when the revision after the last was first seen, zero when it was not
	judged  int
	wrong   int
}

const (
	tooMany    = 5    // wrong answers are not told one by one
	remembered = 1000 // revisions after which an answer comes too late to be judged, and is wrong
)

func newCourt(t testing.TB, first int64, u *truth) *court {
	return &court{t: t, first: first, truths: []*truth{u}, pending: map[int64][]claim{}}
}

// record takes the truth of the next revision and judges what waited for it. at is a moment before the commit.
func (c *court) record(revision int64, u *truth, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if last := c.last(); revision != last+1 {
		c.t.Errorf("the revision after %d is %d", last, revision)
	}
	c.truths = append(c.truths, u)
	if past := len(c.truths) - 1 - remembered; past >= 0 {
		c.truths[past] = nil
	}
	c.commits = append(c.commits, commit{revision: revision, at: at, seen: c.early})
	if !c.early.IsZero() {
		c.unseen, c.early = len(c.commits), time.Time{}
	}
	for _, waiting := range c.pending[revision] {
		c.judge(waiting)
	}
	delete(c.pending, revision)
}

// begin says that the next revision may come to be from now on.
func (c *court) begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begun = c.last() + 1
}

// span is what an answer of the store itself may be of that is asked for now: from the last revision whose truth is known to the one
// that may be there already.
func (c *court) span() (from, to int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last(), max(c.last(), c.begun)
}

// last is the last revision whose truth is known.
func (c *court) last() int64 { return c.first + int64(len(c.truths)) - 1 }

// hear judges an answer, now or when its truth is known. at is when it came.
func (c *court) hear(answer claim, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.saw(answer.from, at)
	if answer.to > c.last() {
		c.pending[answer.to] = append(c.pending[answer.to], answer)
		return
	}
	c.judge(answer)
}

// saw notes that at a time an answer was of a revision: it, and those before it, are no longer waited for.
func (c *court) saw(revision int64, at time.Time) {
	for ; c.unseen < len(c.commits) && c.commits[c.unseen].revision <= revision; c.unseen++ {
		c.commits[c.unseen].seen = at
	}
	if revision > c.last() && c.early.IsZero() {
		c.early = at
	}
}

func (c *court) judge(answer claim) {
	c.judged++
	var why []string
	for r := answer.from; r <= answer.to; r++ {
		if r < c.first || c.truths[r-c.first] == nil {
			why = append(why, fmt.Sprintf("revision %d is long past", r))
			continue
		}
		fault := answer.wrong(c.truths[r-c.first])
		if fault == "" {
			return
		}
		why = append(why, fmt.Sprintf("in revision %d %s", r, fault))
	}
	c.wrong++
	if c.wrong <= tooMany {
		c.t.Errorf("%s, %s: %s", answer.by, answer.about, strings.Join(why, "; "))
	}
}

// close fails for what was never judged and says how much was wrong.
func (c *court) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for revision, claims := range c.pending {
		c.t.Errorf("%d answers are of revision %d, which there never was: %s, %s", len(claims), revision, claims[0].by, claims[0].about)
	}
	if c.wrong > 0 {
		c.t.Errorf("%d of %d answers were wrong", c.wrong, c.judged)
	}
}

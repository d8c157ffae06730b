package api

import (
	"context"
	"fmt"
	"sync"
	"time"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// The subclasses in use change when a profile is applied, which is seldom; a placement must not wait for the database.
const (
	subclassesFresh  = 5 * time.Second
	subclassesBudget = 100 * time.Millisecond
)

// subclasses remembers which subclasses the city uses, so that a placement for one that does not exist is refused from memory.
type subclasses struct {
	mu      sync.Mutex
	asked   time.Time
	known   map[catalog.Kind]map[catalog.SubclassCode]bool // nil until the store has answered once
	edition catalog.Edition
}

// checkSubclass refuses a subclass that the city's profile does not have. While the store has never answered, every code passes: an
// answer by the general rules is worth more than none.
func (s *Server) checkSubclass(ctx context.Context, kind catalog.Kind, code catalog.SubclassCode) error {
	if code == "" {
		return nil
	}
	known, edition := s.subclassesInUse(ctx)
	if known == nil || known[kind][code] {
		return nil
	}
	return registry.InvalidField("subclass", string(code),
		fmt.Sprintf("现行标准版本 %s 的城市目录中没有该小类；见 /catalog/%s-subclasses", edition, kind),
		fmt.Sprintf("the city's catalogue (%s) has no such subclass; see /catalog/%s-subclasses", edition, kind))
}

func (s *Server) subclassesInUse(ctx context.Context) (map[catalog.Kind]map[catalog.SubclassCode]bool, catalog.Edition) {
	c := &s.subclasses
	c.mu.Lock()
	defer c.mu.Unlock()
	now := s.now()
	if !c.asked.IsZero() && now.Sub(c.asked) < subclassesFresh {
		return c.known, c.edition
	}
	c.asked = now // a store that does not answer is asked again as seldom as one that does
	ctx, cancel := context.WithTimeout(ctx, subclassesBudget)
	defer cancel()
	known := map[catalog.Kind]map[catalog.SubclassCode]bool{}
	for _, kind := range catalog.Kinds() {
		list, err := s.registry.SubclassesInUse(ctx, kind)
		if err != nil {
			s.log.Warn("subclasses not refreshed", "error", err)
			return c.known, c.edition
		}
		known[kind] = make(map[catalog.SubclassCode]bool, len(list))
		for _, subclass := range list {
			known[kind][subclass.Code] = true
			c.edition = subclass.Edition
		}
	}
	c.known = known
	return c.known, c.edition
}

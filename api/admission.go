package api

import (
	"context"
	"sync"
	"time"

	"citygrid/registry"
)

// queueTime is how long a request waits for its turn before it is turned away.
const queueTime = time.Second

// admission bounds the requests that use one thing at once, the database or the processors, so that more load than that can carry is
// refused quickly instead of making every answer late.
type admission struct{ slots chan struct{} }

func newAdmission(concurrent int) *admission {
	return &admission{slots: make(chan struct{}, concurrent)}
}

// enter waits for a turn and returns the function that ends it, once. It fails with Unavailable when its patience ends, and
// with the context's own error when that ends first.
func (a *admission) enter(ctx context.Context, patience time.Duration) (leave func(), err error) {
	leave = sync.OnceFunc(func() { <-a.slots })
	select {
	case a.slots <- struct{}{}:
		return leave, nil
	default:
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case a.slots <- struct{}{}:
		return leave, nil
	case <-timer.C:
		return nil, registry.NewError(registry.Unavailable, "busy", "请求过多，请稍后重试", "too many requests at once: try again shortly")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

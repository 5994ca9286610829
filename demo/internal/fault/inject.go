package fault

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"
)

// ErrCrash is the last log line of a version that was ordered to crash.
var ErrCrash = errors.New("fault ordered: crash")

// Long enough that the process has said what it is, short enough that no rollout mistakes it for healthy.
const crashDelay = 300 * time.Millisecond

// Injector makes the ordered faults happen.
type Injector struct {
	faults []Fault
	start  time.Time
	now    func() time.Time
	failed func(w http.ResponseWriter, r *http.Request, reason string)
	seen   atomic.Uint64
}

// NewInjector counts `After` from now; failed writes the answer of a request that is ordered to fail.
func NewInjector(faults []Fault, now func() time.Time,
	failed func(w http.ResponseWriter, r *http.Request, reason string)) *Injector {
	return &Injector{faults: faults, start: now(), now: now, failed: failed}
}

func (i *Injector) active(kind Kind) (Fault, bool) {
	for _, f := range i.faults {
		if f.Kind == kind && i.now().Sub(i.start) >= f.After {
			return f, true
		}
	}
	return Fault{}, false
}

// Unready is the ordered reason not to be ready, empty without one.
func (i *Injector) Unready() string {
	if f, ok := i.active(Unready); ok {
		return "fault ordered: " + f.String()
	}
	return ""
}

// Wrap puts slowness and errors before the service's own answers.
func (i *Injector) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f, ok := i.active(Slow); ok {
			pause(r.Context(), time.Duration(f.Amount)*time.Millisecond)
		}
		if f, ok := i.active(Errors); ok && fails(i.seen.Add(1), uint64(f.Amount)) {
			i.failed(w, r, "fault ordered: "+f.String())
			return
		}
		next.ServeHTTP(w, r)
	})
}

// fails picks percent of all requests, evenly spread and the first among them: chance would let a short
// smoke test pass now and then.
func fails(request, percent uint64) bool {
	return ceilHundredth(request*percent) > ceilHundredth((request-1)*percent)
}

func ceilHundredth(n uint64) uint64 { return (n + 99) / 100 }

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Run makes the faults that need no request, until ctx ends; it returns ErrCrash when that is ordered.
func (i *Injector) Run(ctx context.Context) error {
	for _, f := range i.faults {
		switch f.Kind {
		case Leak:
			go leak(ctx, f)
		case Crash:
			pause(ctx, max(f.After, crashDelay))
			if ctx.Err() == nil {
				return ErrCrash
			}
		}
	}
	return nil
}

func leak(ctx context.Context, f Fault) {
	const page, slices = 4096, 10
	pause(ctx, f.After)
	ticker := time.NewTicker(time.Second / slices)
	defer ticker.Stop()
	for lost := [][]byte{}; ctx.Err() == nil; {
		select {
		case <-ctx.Done():
		case <-ticker.C:
			lost = append(lost, make([]byte, f.Amount*1_000_000/slices))
			for newest, at := lost[len(lost)-1], 0; at < len(newest); at += page {
				newest[at] = 1 // a page that was never written costs no memory
			}
		}
	}
}

package web

import (
	"net/http"
	"slices"
	"sync"
)

// Readiness collects the reasons not to take traffic; it is ready when there is none.
type Readiness struct {
	mu      sync.Mutex
	reasons map[string]string
	checks  []func() string
}

// NewReadiness asks the checks each time; an empty answer is no reason.
func NewReadiness(checks ...func() string) *Readiness {
	return &Readiness{reasons: map[string]string{}, checks: checks}
}

// Set gives the reason of one subject; an empty reason takes it back.
func (r *Readiness) Set(subject, reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if reason == "" {
		delete(r.reasons, subject)
		return
	}
	r.reasons[subject] = subject + ": " + reason
}

// Reasons are sorted, so that two answers can be compared.
func (r *Readiness) Reasons() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := []string{}
	for _, reason := range r.reasons {
		found = append(found, reason)
	}
	for _, check := range r.checks {
		if reason := check(); reason != "" {
			found = append(found, reason)
		}
	}
	slices.Sort(found)
	return found
}

func (r *Readiness) answer(*http.Request) (Reply, error) {
	reasons := r.Reasons()
	status := http.StatusOK
	if len(reasons) > 0 {
		status = http.StatusServiceUnavailable
	}
	return Reply{status, map[string]any{"ready": len(reasons) == 0, "reasons": reasons}}, nil
}

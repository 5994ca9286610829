package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"grocery-platform/demo/internal/settings"
)

// Parts are what the handler of one service is made of.
type Parts struct {
	Identity settings.Identity
	Ready    *Readiness
	Metrics  *Metrics
	Routes   *http.ServeMux                  // the domain, without the first path segment
	Fault    func(http.Handler) http.Handler // stands before the domain, not before the probes
	Draining func() bool
}

// NewHandler serves probes and domain, both at the root (the kubelet's way) and under /<service>/ (the gateway's).
func NewHandler(p Parts) http.Handler {
	root := http.NewServeMux()
	root.Handle("GET /health", Handler(func(*http.Request) (Reply, error) {
		return OK(map[string]string{"status": "alive"}), nil
	}))
	root.Handle("GET /ready", Handler(p.Ready.answer))
	root.Handle("GET /metrics", p.Metrics.handler())
	root.Handle("/", p.Metrics.measure(p.Routes, p.Fault(p.Routes)))
	return identify(p, recovered(withoutService(p.Identity.Service, root)))
}

// identify comes first, so that no answer, whatever goes wrong, is without its origin.
func identify(p Parts, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Grocery-Service", p.Identity.Service)
		h.Set("X-Grocery-Version", p.Identity.Version)
		h.Set("X-Grocery-Track", p.Identity.Track)
		if p.Draining() {
			h.Set("Connection", "close") // the client opens its next connection to another pod
		}
		next.ServeHTTP(w, r)
	})
}

func recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if cause := recover(); cause != nil {
				slog.Error("request panicked", "path", r.URL.Path, "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
				Fail(w, r, "internal error")
			}
		}()
		next.ServeHTTP(w, r)
	})
}

func withoutService(service string, next http.Handler) http.Handler {
	stripped := http.StripPrefix("/"+service, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/"+service+"/") {
			stripped.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Index answers who is here.
func Index(id settings.Identity) Handler {
	return func(*http.Request) (Reply, error) { return OK(id), nil }
}

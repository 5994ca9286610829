package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

const (
	// Envoy keeps an idle connection to a pod for an hour; the side that closes first must be the gateway,
	// or a request meets a connection that is just being closed.
	idleTimeout = 65 * time.Minute
	// After SIGTERM clients have this long to meet a "Connection: close" before their idle connections end.
	// The pod's preStop has already waited for the endpoints to spread.
	politeTime = 2 * time.Second
	// Together with politeTime well below a pod's grace period of 30 s.
	shutdownTime = 15 * time.Second
)

// Server serves until it is told to stop, then ends without a failed request.
type Server struct {
	http     *http.Server
	open     atomic.Int64
	closed   chan struct{} // a connection has ended
	draining atomic.Bool
}

// NewServer makes a server without a handler: the handler asks the server whether it is draining.
func NewServer() *Server {
	s := &Server{closed: make(chan struct{}, 1)}
	s.http = &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       idleTimeout,
		ConnState:         s.count,
	}
	return s
}

// Draining tells whether the server was told to stop.
func (s *Server) Draining() bool { return s.draining.Load() }

func (s *Server) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.open.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.open.Add(-1)
		select {
		case s.closed <- struct{}{}:
		default:
		}
	}
}

// Serve answers on the listener until stop is done and what was in flight is answered.
func (s *Server) Serve(stop context.Context, listener net.Listener, handler http.Handler) error {
	s.http.Handler = handler
	ended := make(chan error, 1)
	go func() { ended <- s.http.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("server on %s ended: %w", listener.Addr(), err)
	case <-stop.Done():
		return s.drain()
	}
}

func (s *Server) drain() error {
	s.draining.Store(true)
	slog.Info("stopping", "connections", s.open.Load())
	s.waitPolitely()
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("requests still in flight %v after the signal to stop: %d connections cut", shutdownTime, s.open.Load())
	}
	return err
}

func (s *Server) waitPolitely() {
	timer := time.NewTimer(politeTime)
	defer timer.Stop()
	for s.open.Load() > 0 {
		select {
		case <-s.closed:
		case <-timer.C:
			return
		}
	}
}

package web

import (
	"log/slog"
	"sync"
	"time"
)

// limited logs at most one line a second and counts the rest: with the database away, a line for each
// of hundreds of requests a second would hide the cause.
type limited struct {
	mu      sync.Mutex
	next    time.Time
	skipped int
}

var requestErrors limited

func (l *limited) log(message string, args ...any) {
	if skipped, due := l.take(time.Now()); due {
		slog.Error(message, append(args, "alike_not_logged", skipped)...)
	}
}

func (l *limited) take(now time.Time) (skipped int, due bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Before(l.next) {
		l.skipped++
		return 0, false
	}
	skipped, l.skipped, l.next = l.skipped, 0, now.Add(time.Second)
	return skipped, true
}

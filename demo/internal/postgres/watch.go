package postgres

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	tryTime      = 5 * time.Second // deadline of one try
	firstBackoff = 100 * time.Millisecond
	lastBackoff  = 5 * time.Second
	watchEvery   = 2 * time.Second
)

// Watch prepares the schema as soon as the database can be reached, then looks after it, until ctx ends.
// report gets the reason why the service can't use its database, empty when it can.
//
// The look is in the background, not in /ready: a probe that waits for a connection behind a peak of
// requests would take a busy pod, and then all of them, out of the traffic.
func Watch(ctx context.Context, pool *pgxpool.Pool, schema string, define Definition, report func(reason string)) {
	if !prepareUntilDone(ctx, pool, schema, define, report) {
		return
	}
	slog.Info("ready", "database", "reachable")
	report("")
	watchReachable(ctx, pool, report)
}

func prepareUntilDone(ctx context.Context, pool *pgxpool.Pool, schema string, define Definition, report func(string)) bool {
	for backoff := firstBackoff; ; backoff = min(2*backoff, lastBackoff) {
		err := try(ctx, func(ctx context.Context) error { return Prepare(ctx, pool, schema, define) })
		if err == nil {
			return true
		}
		report(err.Error())
		slog.Warn("not ready", "database", err.Error(), "next_try_in", backoff.String())
		if !wait(ctx, backoff) {
			return false
		}
	}
}

func watchReachable(ctx context.Context, pool *pgxpool.Pool, report func(string)) {
	for away := false; wait(ctx, watchEvery); {
		err := try(ctx, pool.Ping)
		switch {
		case err != nil:
			report(err.Error())
			if !away {
				slog.Error("not ready", "database", err.Error())
			}
		case away:
			report("")
			slog.Info("ready", "database", "reachable again")
		}
		away = err != nil
	}
}

func try(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	return do(ctx)
}

func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

package order

import (
	"context"
	"crypto/rand"
	"log/slog"
	"time"
)

const sweepEvery = 5 * time.Second

// Sweep takes back the orders that a pod left in the middle when it was killed, until ctx ends.
func (d Desk) Sweep(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			d.sweepOnce(ctx)
		}
	}
}

// A ledger that can't be read is no line here: the watch of the database reports it once.
func (d Desk) sweepOnce(ctx context.Context) {
	holder := rand.Text()
	stale, err := d.Ledger.ClaimStale(ctx, holder, 10*holdTime) // up to ten orders, one after the other
	if err != nil {
		return
	}
	for _, o := range stale {
		if err := d.undo(ctx, o, holder); err != nil {
			slog.Error("abandoned checkout not taken back yet", "order", o.ID, "error", err.Error())
			continue
		}
		slog.Info("abandoned checkout taken back", "order", o.ID)
	}
}

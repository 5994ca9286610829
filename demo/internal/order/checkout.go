package order

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"grocery-platform/demo/internal/web"
)

const (
	forwardTime = 6 * time.Second // reserve, book, charge
	undoTime    = 6 * time.Second
	// Longer than both together: whoever holds an order has given up before another may take it over.
	holdTime = 20 * time.Second
)

// Step is one part of a checkout at another service. Both can be repeated, and Undo also holds against a Do
// that arrives later.
type Step struct {
	Name string
	Do   func(ctx context.Context, o Order) (receipt string, err error)
	Undo func(ctx context.Context, o Order) error
	Keep func(r *Receipts, receipt string)
}

// Ledger is order's own record. Its writes name the holder, and fail when another has taken the order over.
type Ledger interface {
	// Claim records a new order, or takes over a pending one that nobody holds any more; else it returns
	// the order as known, claimed being false.
	Claim(ctx context.Context, o Order, holder string, hold time.Duration) (known Order, claimed bool, err error)
	// ClaimStale takes over orders that were left in the middle, at most ten.
	ClaimStale(ctx context.Context, holder string, hold time.Duration) ([]Order, error)
	// Write records state, reason, status and receipts.
	Write(ctx context.Context, o Order, holder string) error
}

// Desk checks carts out.
type Desk struct {
	Ledger Ledger
	Steps  []Step
}

// Checkout confirms the order, or fails with everything taken back. It goes on when the customer hangs up.
func (d Desk) Checkout(ctx context.Context, o Order) (web.Reply, error) {
	ctx = context.WithoutCancel(ctx)
	holder := rand.Text()
	known, claimed, err := d.Ledger.Claim(ctx, o, holder, holdTime)
	if err != nil {
		return web.Reply{}, err
	}
	if !claimed {
		return replay(known, o.Cart)
	}
	receipts, err := d.forward(ctx, o)
	if err != nil {
		return web.Reply{}, d.giveUp(ctx, o, holder, err)
	}
	o.State, o.Receipts = Confirmed, receipts
	return web.Made(o, true), d.Ledger.Write(ctx, o, holder)
}

func (d Desk) forward(ctx context.Context, o Order) (receipts Receipts, err error) {
	ctx, cancel := context.WithTimeout(ctx, forwardTime)
	defer cancel()
	for _, step := range d.Steps {
		receipt, err := step.Do(ctx, o)
		if err != nil {
			return Receipts{}, err
		}
		step.Keep(&receipts, receipt)
	}
	return receipts, nil
}

// giveUp records the failure before it takes anything back: a pod that dies in between leaves an order that
// Sweep finishes. It returns the cause, for the customer.
func (d Desk) giveUp(ctx context.Context, o Order, holder string, cause error) error {
	o.State, o.Reason, o.Status = Undoing, cause.Error(), statusOf(cause)
	if err := d.Ledger.Write(ctx, o, holder); err != nil {
		return errors.Join(cause, err)
	}
	if err := d.undo(ctx, o, holder); err != nil {
		slog.Error("checkout not taken back yet", "order", o.ID, "error", err.Error())
	}
	return cause
}

// undo takes all steps back, also those that were not reached: an answer that got lost looks the same.
func (d Desk) undo(ctx context.Context, o Order, holder string) error {
	ctx, cancel := context.WithTimeout(ctx, undoTime)
	defer cancel()
	var failures []error
	for i := len(d.Steps) - 1; i >= 0; i-- {
		if err := d.Steps[i].Undo(ctx, o); err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", d.Steps[i].Name, err))
		}
	}
	if len(failures) > 0 {
		return errors.Join(failures...)
	}
	o.State, o.Receipts = Failed, Receipts{}
	return d.Ledger.Write(ctx, o, holder)
}

func statusOf(err error) int {
	var problem web.Problem
	if errors.As(err, &problem) {
		return problem.Status
	}
	return http.StatusServiceUnavailable
}

package delivery

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"grocery-platform/demo/internal/web"
)

const tables = `
CREATE TABLE IF NOT EXISTS slots (
	id     text PRIMARY KEY,
	booked integer NOT NULL CHECK (booked >= 0)
);
CREATE TABLE IF NOT EXISTS bookings (
	order_id   text PRIMARY KEY,
	id         uuid NOT NULL DEFAULT gen_random_uuid(),
	slot       text,
	state      text NOT NULL CHECK (state IN ('booked', 'cancelled')),
	created_at timestamptz NOT NULL DEFAULT now()
);`

// Define makes the tables. There is nothing to seed: a slot's row appears with its first booking.
func Define(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, tables)
	return err
}

// Booking of an order; State is booked or cancelled.
type Booking struct {
	ID    string `json:"booking"`
	Order string `json:"order"`
	Slot  string `json:"slot"`
	State string `json:"state"`
}

// Store is the slots in PostgreSQL.
type Store struct{ pool *pgxpool.Pool }

// NewStore uses the tables that Define made.
func NewStore(pool *pgxpool.Pool) *Store { return &Store{pool} }

// Slots that can be booked, with their free places.
func (s *Store) Slots(ctx context.Context, now time.Time) ([]Slot, error) {
	names := Coming(now)
	rows, err := s.pool.Query(ctx, "SELECT id, booked FROM slots WHERE id = ANY($1)", names)
	if err != nil {
		return nil, err
	}
	booked := map[string]int{}
	var name string
	var count int
	_, err = pgx.ForEachRow(rows, []any{&name, &count}, func() error { booked[name] = count; return nil })
	return withBooked(names, booked), err
}

var errKnown = errors.New("the order has a booking")

// Book takes a place. The same order again gets the same booking, fresh being false.
// A full slot, or an order that was cancelled, is a Problem 409.
func (s *Store) Book(ctx context.Context, order, slot string) (b Booking, fresh bool, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return book(ctx, tx, order, slot) })
	if err != nil && !errors.Is(err, errKnown) {
		return Booking{}, false, err
	}
	b, readErr := s.Booking(ctx, order)
	if readErr != nil {
		return Booking{}, false, readErr
	}
	return b, err == nil, accept(b, slot)
}

func book(ctx context.Context, tx pgx.Tx, order, slot string) error {
	inserted, err := tx.Exec(ctx,
		"INSERT INTO bookings (order_id, slot, state) VALUES ($1, $2, 'booked') ON CONFLICT DO NOTHING", order, slot)
	if err != nil {
		return err
	}
	if inserted.RowsAffected() == 0 {
		return errKnown
	}
	counted, err := tx.Exec(ctx, `
		INSERT INTO slots (id, booked) VALUES ($1, 1)
		ON CONFLICT (id) DO UPDATE SET booked = slots.booked + 1 WHERE slots.booked < $2`, slot, capacity)
	if err == nil && counted.RowsAffected() == 0 {
		return full(slot)
	}
	return err
}

func accept(b Booking, slot string) error {
	if b.State == "cancelled" {
		return web.Refuse(http.StatusConflict, "the booking of order %q was cancelled: use a new order", b.Order)
	}
	if b.Slot != slot {
		return web.Refuse(http.StatusUnprocessableEntity, "order %q holds a booking of slot %q", b.Order, b.Slot)
	}
	return nil
}

// Booking of an order, or a Problem 404.
func (s *Store) Booking(ctx context.Context, order string) (Booking, error) {
	b := Booking{Order: order}
	err := s.pool.QueryRow(ctx, "SELECT id::text, coalesce(slot, ''), state FROM bookings WHERE order_id = $1", order).
		Scan(&b.ID, &b.Slot, &b.State)
	if errors.Is(err, pgx.ErrNoRows) {
		return b, web.Refuse(http.StatusNotFound, "order %q has no booking", order)
	}
	return b, err
}

// Cancel gives the place back, once. An order that is not known yet is marked as cancelled, so that a
// booking which is still on its way comes too late.
func (s *Store) Cancel(ctx context.Context, order string) (Booking, error) {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var slot *string
		err := tx.QueryRow(ctx, `
			INSERT INTO bookings (order_id, state) VALUES ($1, 'cancelled')
			ON CONFLICT (order_id) DO UPDATE SET state = 'cancelled' WHERE bookings.state = 'booked'
			RETURNING slot`, order).Scan(&slot)
		if errors.Is(err, pgx.ErrNoRows) || (err == nil && slot == nil) {
			return nil
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE slots SET booked = booked - 1 WHERE id = $1", *slot)
		return err
	})
	if err != nil {
		return Booking{}, err
	}
	return s.Booking(ctx, order)
}

package order

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"grocery-platform/demo/internal/web"
)

const tables = `
CREATE TABLE IF NOT EXISTS orders (
	id          text PRIMARY KEY,
	cart        jsonb NOT NULL,
	total       bigint NOT NULL,
	state       text NOT NULL CHECK (state IN ('pending', 'undoing', 'confirmed', 'failed')),
	status      integer NOT NULL DEFAULT 0,
	reason      text NOT NULL DEFAULT '',
	reservation text UNIQUE,
	booking     text UNIQUE,
	charge      text UNIQUE,
	holder      text NOT NULL,
	held_until  timestamptz NOT NULL,
	created_at  timestamptz NOT NULL DEFAULT now()
);
DO $$ BEGIN
	IF to_regclass('orders_unfinished') IS NULL THEN
		CREATE INDEX orders_unfinished ON orders (held_until) WHERE state IN ('pending', 'undoing');
	END IF;
END $$;`

const columns = "id, cart, total, state, status, reason, coalesce(reservation, ''), coalesce(booking, ''), coalesce(charge, '')"

// Define makes the tables.
func Define(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, tables)
	return err
}

// Store is the Ledger in PostgreSQL.
type Store struct{ pool *pgxpool.Pool }

// NewStore uses the tables that Define made.
func NewStore(pool *pgxpool.Pool) *Store { return &Store{pool} }

func scan(row pgx.CollectableRow) (o Order, err error) {
	err = row.Scan(&o.ID, &o.Cart, &o.Total, &o.State, &o.Status, &o.Reason, &o.Reservation, &o.Booking, &o.Charge)
	return o, err
}

// Claim: see Ledger. A pending order of another cart is not taken over.
func (s *Store) Claim(ctx context.Context, o Order, holder string, hold time.Duration) (Order, bool, error) {
	claimed, err := s.pool.Exec(ctx, `
		INSERT INTO orders (id, cart, total, state, holder, held_until)
		VALUES ($1, $2, $3, 'pending', $4, now() + $5)
		ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
		WHERE orders.state = 'pending' AND orders.held_until < now() AND orders.cart = excluded.cart`,
		o.ID, o.Cart, o.Total, holder, hold)
	if err != nil || claimed.RowsAffected() == 1 {
		return o, err == nil, err
	}
	known, err := s.Read(ctx, o.ID)
	return known, false, err
}

// ClaimStale: see Ledger.
func (s *Store) ClaimStale(ctx context.Context, holder string, hold time.Duration) ([]Order, error) {
	rows, err := s.pool.Query(ctx, `
		UPDATE orders SET state = 'undoing', holder = $1, held_until = now() + $2,
			status = CASE WHEN status = 0 THEN 503 ELSE status END,
			reason = CASE WHEN reason = '' THEN 'the checkout was interrupted' ELSE reason END
		WHERE id IN (
			SELECT id FROM orders WHERE state IN ('pending', 'undoing') AND held_until < now()
			LIMIT 10 FOR UPDATE SKIP LOCKED
		) RETURNING `+columns, holder, hold)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

// Write: see Ledger.
func (s *Store) Write(ctx context.Context, o Order, holder string) error {
	written, err := s.pool.Exec(ctx, `
		UPDATE orders SET state = $3, reason = $4, status = $5,
			reservation = nullif($6, ''), booking = nullif($7, ''), charge = nullif($8, '')
		WHERE id = $1 AND holder = $2`,
		o.ID, holder, o.State, o.Reason, o.Status, o.Reservation, o.Booking, o.Charge)
	if err == nil && written.RowsAffected() == 0 {
		return fmt.Errorf("order %s was taken over by another pod", o.ID)
	}
	return err
}

// Read is an order on record, or a Problem 404.
func (s *Store) Read(ctx context.Context, id string) (Order, error) {
	rows, err := s.pool.Query(ctx, "SELECT "+columns+" FROM orders WHERE id = $1", id)
	if err != nil {
		return Order{}, err
	}
	o, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return o, web.Refuse(http.StatusNotFound, "order %q is not on record", id)
	}
	return o, err
}

// Audit says whether every confirmed order has exactly one reservation, booking and charge, none of them
// another order's (the table refuses that).
type Audit struct {
	Consistent bool     `json:"consistent"`
	Confirmed  int      `json:"confirmed"`
	Failed     int      `json:"failed"`
	Unfinished int      `json:"unfinished"`
	Incomplete []string `json:"incomplete"` // confirmed orders that lack a part, or failed ones that have one
}

// Audit looks at order's own record.
func (s *Store) Audit(ctx context.Context) (Audit, error) {
	audit := Audit{Incomplete: []string{}}
	err := s.pool.QueryRow(ctx, `
		SELECT count(*) FILTER (WHERE state = 'confirmed'), count(*) FILTER (WHERE state = 'failed'),
			count(*) FILTER (WHERE state IN ('pending', 'undoing')),
			coalesce(array_agg(id) FILTER (WHERE
				(state = 'confirmed' AND num_nonnulls(reservation, booking, charge) < 3) OR
				(state = 'failed' AND num_nonnulls(reservation, booking, charge) > 0)), '{}')
		FROM orders`).Scan(&audit.Confirmed, &audit.Failed, &audit.Unfinished, &audit.Incomplete)
	audit.Consistent = err == nil && len(audit.Incomplete) == 0
	return audit, err
}

package payment

import (
	"context"
	"errors"
	"net/http"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"grocery-platform/demo/internal/web"
)

const tables = `
CREATE TABLE IF NOT EXISTS charges (
	key        text PRIMARY KEY,
	id         uuid NOT NULL DEFAULT gen_random_uuid(),
	amount     bigint NOT NULL DEFAULT 0,
	method     text NOT NULL DEFAULT '',
	state      text NOT NULL CHECK (state IN ('charged', 'declined', 'refunded')),
	created_at timestamptz NOT NULL DEFAULT now()
);`

// Define makes the tables.
func Define(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, tables)
	return err
}

// Store is the charges in PostgreSQL.
type Store struct{ pool *pgxpool.Pool }

// NewStore uses the tables that Define made.
func NewStore(pool *pgxpool.Pool) *Store { return &Store{pool} }

// Charge asks the provider and records its answer, once for each key; fresh tells whether that was now.
// A real provider would be asked with the same key before the record is made.
func (s *Store) Charge(ctx context.Context, key string, amount int64, method string) (c Charge, fresh bool, err error) {
	inserted, err := s.pool.Exec(ctx,
		"INSERT INTO charges (key, amount, method, state) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
		key, amount, method, provider(amount))
	if err != nil {
		return Charge{}, false, err
	}
	c, err = s.Read(ctx, key)
	if err != nil {
		return Charge{}, false, err
	}
	return c, inserted.RowsAffected() == 1, sameCharge(c, amount, method)
}

// Read is the charge with a key, or a Problem 404.
func (s *Store) Read(ctx context.Context, key string) (Charge, error) {
	c := Charge{Key: key}
	err := s.pool.QueryRow(ctx, "SELECT id::text, amount, method, state FROM charges WHERE key = $1", key).
		Scan(&c.ID, &c.Amount, &c.Method, &c.State)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, web.Refuse(http.StatusNotFound, "key %q has no charge", key)
	}
	return c, err
}

// Refund gives the money back, once. A key that is not known yet is marked as refunded, so that a charge
// which is still on its way comes too late.
func (s *Store) Refund(ctx context.Context, key string) (Charge, error) {
	_, err := s.pool.Exec(ctx, `
		INSERT INTO charges (key, state) VALUES ($1, 'refunded')
		ON CONFLICT (key) DO UPDATE SET state = 'refunded' WHERE charges.state = 'charged'`, key)
	if err != nil {
		return Charge{}, err
	}
	return s.Read(ctx, key)
}

package inventory

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"grocery-platform/demo/internal/web"
)

// Stock of one SKU.
type Stock struct {
	SKU    string `json:"sku"`
	OnHand int64  `json:"on_hand"`
}

// Reservation of an order; State is held or released.
type Reservation struct {
	ID    string `json:"reservation"`
	Order string `json:"order"`
	State string `json:"state"`
	Items []Item `json:"items"`
}

// Store is the stock in PostgreSQL.
type Store struct{ pool *pgxpool.Pool }

// NewStore uses the tables that Define made.
func NewStore(pool *pgxpool.Pool) *Store { return &Store{pool} }

// Stock of a SKU, or a Problem 404.
func (s *Store) Stock(ctx context.Context, sku string) (Stock, error) {
	stock := Stock{SKU: sku}
	err := s.pool.QueryRow(ctx, "SELECT on_hand FROM stock WHERE sku = $1", sku).Scan(&stock.OnHand)
	if errors.Is(err, pgx.ErrNoRows) {
		return stock, web.Refuse(http.StatusNotFound, "SKU %q is not in the catalogue", sku)
	}
	return stock, err
}

// errKnown ends a transaction for an order that has a reservation already.
var errKnown = errors.New("the order has a reservation")

// Reserve takes all items or none. The same order again gets the same reservation, fresh being false.
// items are normalised. Too little stock, or an order that was released, is a Problem 409.
func (s *Store) Reserve(ctx context.Context, order string, items []Item) (r Reservation, fresh bool, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return take(ctx, tx, order, items) })
	if err != nil && !errors.Is(err, errKnown) {
		return Reservation{}, false, err
	}
	r, readErr := s.Reservation(ctx, order)
	if readErr != nil {
		return Reservation{}, false, readErr
	}
	return r, err == nil, accept(r, items)
}

// take sends everything at once: a lock on a SKU that many want is held for one trip and the commit.
func take(ctx context.Context, tx pgx.Tx, order string, items []Item) error {
	batch := &pgx.Batch{}
	batch.Queue("INSERT INTO reservations (order_id, state) VALUES ($1, 'held') ON CONFLICT DO NOTHING", order)
	for _, item := range items {
		batch.Queue("UPDATE stock SET on_hand = on_hand - $2 WHERE sku = $1 AND on_hand >= $2", item.SKU, item.Quantity)
		batch.Queue(`INSERT INTO reservation_lines (order_id, sku, quantity)
			SELECT $1, sku, $3 FROM stock WHERE sku = $2 ON CONFLICT DO NOTHING`, order, item.SKU, item.Quantity)
	}
	results := tx.SendBatch(ctx, batch)
	err := taken(results, items)
	return errors.Join(err, results.Close())
}

func taken(results pgx.BatchResults, items []Item) error {
	inserted, err := results.Exec()
	if err != nil {
		return err
	}
	if inserted.RowsAffected() == 0 {
		return errKnown
	}
	for _, item := range items {
		updated, err := results.Exec()
		if err != nil {
			return err
		}
		if updated.RowsAffected() == 0 {
			return web.Refuse(http.StatusConflict, "not enough of SKU %q on hand for %d", item.SKU, item.Quantity)
		}
		if _, err := results.Exec(); err != nil {
			return err
		}
	}
	return nil
}

// accept tells whether the reservation that an order has is the one it asks for.
func accept(r Reservation, items []Item) error {
	if r.State == "released" {
		return web.Refuse(http.StatusConflict, "the reservation of order %q was released: use a new order", r.Order)
	}
	if !slices.Equal(r.Items, items) {
		return web.Refuse(http.StatusUnprocessableEntity, "order %q holds a reservation of other items", r.Order)
	}
	return nil
}

// Reservation of an order, or a Problem 404.
func (s *Store) Reservation(ctx context.Context, order string) (Reservation, error) {
	r := Reservation{Order: order, Items: []Item{}}
	rows, err := s.pool.Query(ctx, `
		SELECT r.id::text, r.state, coalesce(l.sku, ''), coalesce(l.quantity, 0)
		FROM reservations r LEFT JOIN reservation_lines l USING (order_id)
		WHERE order_id = $1 ORDER BY l.sku COLLATE "C"`, order)
	if err != nil {
		return r, err
	}
	var item Item
	_, err = pgx.ForEachRow(rows, []any{&r.ID, &r.State, &item.SKU, &item.Quantity}, func() error {
		if item.SKU != "" {
			r.Items = append(r.Items, item)
		}
		return nil
	})
	if err == nil && r.ID == "" {
		err = web.Refuse(http.StatusNotFound, "order %q has no reservation", order)
	}
	return r, err
}

// Release gives the stock of an order back, once. An order that is not known yet is marked as released, so
// that a reservation which is still on its way can't take stock that nobody would give back.
func (s *Store) Release(ctx context.Context, order string) (Reservation, error) {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		changed, err := tx.Exec(ctx, `
			INSERT INTO reservations (order_id, state) VALUES ($1, 'released')
			ON CONFLICT (order_id) DO UPDATE SET state = 'released' WHERE reservations.state = 'held'`, order)
		if err != nil || changed.RowsAffected() == 0 {
			return err
		}
		return giveBack(ctx, tx, order)
	})
	if err != nil {
		return Reservation{}, err
	}
	return s.Reservation(ctx, order)
}

// The lines come in the order that take locks in, so the two can't wait for each other.
func giveBack(ctx context.Context, tx pgx.Tx, order string) error {
	rows, err := tx.Query(ctx,
		`SELECT sku, quantity FROM reservation_lines WHERE order_id = $1 ORDER BY sku COLLATE "C"`, order)
	if err != nil {
		return err
	}
	items, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Item])
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	for _, item := range items {
		batch.Queue("UPDATE stock SET on_hand = on_hand + $2 WHERE sku = $1", item.SKU, item.Quantity)
	}
	return tx.SendBatch(ctx, batch).Close()
}

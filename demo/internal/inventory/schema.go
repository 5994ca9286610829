package inventory

import (
	"context"

	"github.com/jackc/pgx/v5"

	"grocery-platform/demo/internal/catalogue"
)

// What each SKU is seeded with. The last ten are scarce, so that running out can be tried.
const (
	plenty      = 100_000
	scarce      = 10
	scarceSince = catalogue.Size - 10
)

// on_hand is kept beside the lines of the reservations, not derived from them: the audit compares the two.
const tables = `
CREATE TABLE IF NOT EXISTS stock (
	sku     text PRIMARY KEY,
	initial bigint NOT NULL CHECK (initial >= 0),
	on_hand bigint NOT NULL CHECK (on_hand >= 0)
) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS reservations (
	order_id   text PRIMARY KEY,
	id         uuid NOT NULL DEFAULT gen_random_uuid(),
	state      text NOT NULL CHECK (state IN ('held', 'released')),
	created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS reservation_lines (
	order_id text   NOT NULL REFERENCES reservations,
	sku      text   NOT NULL REFERENCES stock,
	quantity bigint NOT NULL CHECK (quantity > 0),
	PRIMARY KEY (order_id, sku)
);`

// Define makes the tables and the stock of the catalogue.
func Define(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, tables); err != nil {
		return err
	}
	skus, quantities := seed()
	_, err := tx.Exec(ctx, `
		INSERT INTO stock (sku, initial, on_hand)
		SELECT sku, quantity, quantity FROM unnest($1::text[], $2::bigint[]) AS seed (sku, quantity)
		ON CONFLICT (sku) DO NOTHING`, skus, quantities)
	return err
}

func seed() (skus []string, quantities []int64) {
	for i, product := range catalogue.All() {
		quantity := int64(plenty)
		if i >= scarceSince {
			quantity = scarce
		}
		skus, quantities = append(skus, product.SKU), append(quantities, quantity)
	}
	return skus, quantities
}

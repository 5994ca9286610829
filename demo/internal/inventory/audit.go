package inventory

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Audit says whether initial = on hand + reserved holds for every SKU.
type Audit struct {
	Consistent   bool       `json:"consistent"`
	SKUs         int        `json:"skus"`
	Initial      int64      `json:"initial"`
	OnHand       int64      `json:"on_hand"`
	Reserved     int64      `json:"reserved"`
	Reservations int64      `json:"reservations"` // held ones
	Wrong        []WrongSKU `json:"wrong"`
}

// WrongSKU is a SKU that doesn't add up.
type WrongSKU struct {
	SKU      string `json:"sku"`
	Initial  int64  `json:"initial"`
	OnHand   int64  `json:"on_hand"`
	Reserved int64  `json:"reserved"`
}

// One statement, hence one moment: reservations that commit meanwhile are seen wholly or not at all.
const auditQuery = `
	SELECT s.sku, s.initial, s.on_hand, coalesce(h.quantity, 0),
	       (SELECT count(*) FROM reservations WHERE state = 'held')
	FROM stock s LEFT JOIN (
		SELECT sku, sum(quantity)::bigint AS quantity
		FROM reservation_lines JOIN reservations USING (order_id)
		WHERE state = 'held' GROUP BY sku
	) h USING (sku)`

// Audit compares the stock with the reservations.
func (s *Store) Audit(ctx context.Context) (Audit, error) {
	rows, err := s.pool.Query(ctx, auditQuery)
	if err != nil {
		return Audit{}, err
	}
	audit := Audit{Wrong: []WrongSKU{}}
	var line WrongSKU
	_, err = pgx.ForEachRow(rows,
		[]any{&line.SKU, &line.Initial, &line.OnHand, &line.Reserved, &audit.Reservations},
		func() error { audit = audit.with(line); return nil })
	audit.Consistent = err == nil && len(audit.Wrong) == 0
	return audit, err
}

func (a Audit) with(line WrongSKU) Audit {
	a.SKUs++
	a.Initial += line.Initial
	a.OnHand += line.OnHand
	a.Reserved += line.Reserved
	if line.Initial != line.OnHand+line.Reserved || line.OnHand < 0 {
		a.Wrong = append(a.Wrong, line)
	}
	return a
}

// Package payment charges orders through a simulated provider; no call leaves the process.
package payment

import (
	"net/http"

	"grocery-platform/demo/internal/catalogue"
	"grocery-platform/demo/internal/web"
)

// Charge of an order; State is charged, declined or refunded.
type Charge struct {
	ID     string `json:"charge"`
	Key    string `json:"key"` // idempotency key
	Amount int64  `json:"amount"`
	Method string `json:"method"` // stripe or momo
	State  string `json:"state"`
}

// Check refuses what no provider would take.
func Check(amount int64, method string) error {
	if method != "stripe" && method != "momo" {
		return web.Refuse(http.StatusBadRequest, "method is %q: stripe or momo is allowed", method)
	}
	if amount < 1 {
		return web.Refuse(http.StatusBadRequest, "amount is %d: 1 cent or more is allowed", amount)
	}
	return nil
}

// provider stands for Stripe and MoMo: it decides at once, and the same way each time.
func provider(amount int64) (state string) {
	if amount == catalogue.DeclinedAmount {
		return "declined"
	}
	return "charged"
}

// answer is the reply to a charge that is on record.
func answer(c Charge, fresh bool) (web.Reply, error) {
	switch c.State {
	case "declined":
		return web.Reply{}, web.Refuse(http.StatusPaymentRequired, "%s declined a charge of %d", c.Method, c.Amount)
	case "refunded":
		return web.Reply{}, web.Refuse(http.StatusConflict, "the charge with key %q was refunded: use a new key", c.Key)
	}
	return web.Made(c, fresh), nil
}

func sameCharge(c Charge, amount int64, method string) error {
	if c.State == "refunded" || (c.Amount == amount && c.Method == method) {
		return nil
	}
	return web.Refuse(http.StatusUnprocessableEntity, "key %q belongs to a charge of %d by %s", c.Key, c.Amount, c.Method)
}

// Package order turns a cart into an order: it reserves, books and charges at the other services, and takes
// everything back when one of them refuses.
package order

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"

	"grocery-platform/demo/internal/catalogue"
	"grocery-platform/demo/internal/inventory"
	"grocery-platform/demo/internal/web"
)

// State of an order. Pending and undoing end by themselves: see Sweep.
type State string

// The states.
const (
	Pending   State = "pending"
	Undoing   State = "undoing"
	Confirmed State = "confirmed"
	Failed    State = "failed"
)

// Cart is what a customer checks out.
type Cart struct {
	Items   []inventory.Item `json:"items"`
	Slot    string           `json:"slot"`
	Payment struct {
		Method string `json:"method"` // stripe or momo
	} `json:"payment"`
}

// Receipts are the names that the other services gave to their part of the order.
type Receipts struct {
	Reservation string `json:"reservation,omitempty"`
	Booking     string `json:"booking,omitempty"`
	Charge      string `json:"charge,omitempty"`
}

// Order is an order's own record.
type Order struct {
	ID     string `json:"order"`
	State  State  `json:"state"`
	Total  int64  `json:"total"` // cents
	Cart   Cart   `json:"cart"`
	Reason string `json:"reason,omitempty"` // why it failed
	Status int    `json:"-"`                // the HTTP status of that failure
	Receipts
}

// New is the pending order of a cart. The same key gives the same ID, in every pod and version, so that each
// step at another service can be repeated under it.
func New(key string, cart Cart) (Order, error) {
	items, err := inventory.Normalise(cart.Items)
	if err != nil {
		return Order{}, err
	}
	cart.Items = items
	sum := sha256.Sum256([]byte(key))
	return Order{ID: "ord-" + hex.EncodeToString(sum[:12]), State: Pending, Total: total(items), Cart: cart}, nil
}

func total(items []inventory.Item) (cents int64) {
	for _, item := range items {
		product, _ := catalogue.Find(item.SKU) // normalised items are in the catalogue
		cents += product.Price * item.Quantity
	}
	return cents
}

// fingerprint tells two carts apart.
func (c Cart) fingerprint() string {
	content, _ := json.Marshal(c) // strings and numbers only: can't fail
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// replay is the answer to a checkout whose order is on record already.
func replay(known Order, cart Cart) (web.Reply, error) {
	if known.Cart.fingerprint() != cart.fingerprint() {
		return web.Reply{}, web.Refuse(http.StatusUnprocessableEntity, "the Idempotency-Key belongs to order %s with another cart", known.ID)
	}
	switch known.State {
	case Confirmed:
		return web.OK(known), nil
	case Failed:
		return web.Reply{}, web.Problem{Status: known.Status, Message: known.Reason}
	}
	return web.Reply{}, web.Refuse(http.StatusConflict, "order %s is %s: ask again in a moment", known.ID, known.State)
}

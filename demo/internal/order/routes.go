package order

import (
	"crypto/rand"
	"net/http"
	"strings"

	"grocery-platform/demo/internal/payment"
	"grocery-platform/demo/internal/web"
)

// Routes of the service.
func Routes(mux *http.ServeMux, desk Desk, store *Store) {
	mux.Handle("POST /checkout", web.Handler(desk.checkout))
	mux.Handle("GET /orders/{id}", web.Handler(func(r *http.Request) (web.Reply, error) {
		o, err := store.Read(r.Context(), r.PathValue("id"))
		return web.OK(o), err
	}))
	mux.Handle("GET /audit", web.Handler(func(r *http.Request) (web.Reply, error) {
		audit, err := store.Audit(r.Context())
		return web.OK(audit), err
	}))
}

func (d Desk) checkout(r *http.Request) (web.Reply, error) {
	if err := authenticated(r); err != nil {
		return web.Reply{}, err
	}
	cart, err := web.Decode[Cart](r)
	if err != nil {
		return web.Reply{}, err
	}
	o, err := newOrder(r.Header.Get("Idempotency-Key"), cart)
	if err != nil {
		return web.Reply{}, err
	}
	return d.Checkout(r.Context(), o)
}

// newOrder refuses here what the last step would refuse only after the others had been taken.
func newOrder(key string, cart Cart) (Order, error) {
	if key == "" {
		key = rand.Text()
	}
	if err := web.CheckID("header Idempotency-Key", key); err != nil {
		return Order{}, err
	}
	o, err := New(key, cart)
	if err != nil {
		return Order{}, err
	}
	return o, payment.Check(o.Total, cart.Payment.Method)
}

// authenticated takes any bearer token: the customer is known to be somebody, not yet to be who.
func authenticated(r *http.Request) error {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if ok && strings.TrimSpace(token) != "" {
		return nil
	}
	return web.Refuse(http.StatusUnauthorized, "a checkout needs the header Authorization: Bearer <token>")
}

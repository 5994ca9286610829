package inventory

import (
	"net/http"

	"grocery-platform/demo/internal/web"
)

// Routes of the service.
func Routes(mux *http.ServeMux, store *Store) {
	mux.Handle("GET /stock/{sku}", web.Handler(func(r *http.Request) (web.Reply, error) {
		stock, err := store.Stock(r.Context(), r.PathValue("sku"))
		return web.OK(stock), err
	}))
	mux.Handle("POST /reservations", web.Handler(store.reserve))
	mux.Handle("GET /reservations/{order}", web.Handler(func(r *http.Request) (web.Reply, error) {
		reservation, err := store.Reservation(r.Context(), r.PathValue("order"))
		return web.OK(reservation), err
	}))
	mux.Handle("DELETE /reservations/{order}", web.Handler(func(r *http.Request) (web.Reply, error) {
		reservation, err := store.Release(r.Context(), r.PathValue("order"))
		return web.OK(reservation), err
	}))
	mux.Handle("GET /audit", web.Handler(func(r *http.Request) (web.Reply, error) {
		audit, err := store.Audit(r.Context())
		return web.OK(audit), err
	}))
}

func (s *Store) reserve(r *http.Request) (web.Reply, error) {
	wanted, err := web.Decode[struct {
		Order string `json:"order"`
		Items []Item `json:"items"`
	}](r)
	if err != nil {
		return web.Reply{}, err
	}
	items, err := Normalise(wanted.Items)
	if err != nil {
		return web.Reply{}, err
	}
	if err := web.CheckID("order", wanted.Order); err != nil {
		return web.Reply{}, err
	}
	reservation, fresh, err := s.Reserve(r.Context(), wanted.Order, items)
	return web.Made(reservation, fresh), err
}

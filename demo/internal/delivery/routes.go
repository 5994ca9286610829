package delivery

import (
	"net/http"
	"time"

	"grocery-platform/demo/internal/web"
)

// Routes of the service.
func Routes(mux *http.ServeMux, store *Store) {
	mux.Handle("GET /slots", web.Handler(func(r *http.Request) (web.Reply, error) {
		slots, err := store.Slots(r.Context(), time.Now())
		return web.OK(map[string]any{"slots": slots}), err
	}))
	mux.Handle("POST /bookings", web.Handler(store.book))
	mux.Handle("GET /bookings/{order}", web.Handler(func(r *http.Request) (web.Reply, error) {
		booking, err := store.Booking(r.Context(), r.PathValue("order"))
		return web.OK(booking), err
	}))
	mux.Handle("DELETE /bookings/{order}", web.Handler(func(r *http.Request) (web.Reply, error) {
		booking, err := store.Cancel(r.Context(), r.PathValue("order"))
		return web.OK(booking), err
	}))
}

func (s *Store) book(r *http.Request) (web.Reply, error) {
	wanted, err := web.Decode[struct {
		Order string `json:"order"`
		Slot  string `json:"slot"`
	}](r)
	if err != nil {
		return web.Reply{}, err
	}
	if err := web.CheckID("order", wanted.Order); err != nil {
		return web.Reply{}, err
	}
	if err := checkSlot(wanted.Slot, time.Now()); err != nil {
		return web.Reply{}, err
	}
	booking, fresh, err := s.Book(r.Context(), wanted.Order, wanted.Slot)
	return web.Made(booking, fresh), err
}

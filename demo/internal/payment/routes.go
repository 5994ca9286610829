package payment

import (
	"net/http"

	"grocery-platform/demo/internal/web"
)

// Routes of the service.
func Routes(mux *http.ServeMux, store *Store) {
	mux.Handle("POST /charges", web.Handler(store.charge))
	mux.Handle("GET /charges/{key}", web.Handler(func(r *http.Request) (web.Reply, error) {
		charge, err := store.Read(r.Context(), r.PathValue("key"))
		return web.OK(charge), err
	}))
	mux.Handle("DELETE /charges/{key}", web.Handler(func(r *http.Request) (web.Reply, error) {
		charge, err := store.Refund(r.Context(), r.PathValue("key"))
		return web.OK(charge), err
	}))
}

func (s *Store) charge(r *http.Request) (web.Reply, error) {
	key := r.Header.Get("Idempotency-Key")
	if err := web.CheckID("header Idempotency-Key", key); err != nil {
		return web.Reply{}, err
	}
	wanted, err := web.Decode[struct {
		Amount int64  `json:"amount"`
		Method string `json:"method"`
	}](r)
	if err != nil {
		return web.Reply{}, err
	}
	if err := Check(wanted.Amount, wanted.Method); err != nil {
		return web.Reply{}, err
	}
	charge, fresh, err := s.Charge(r.Context(), key, wanted.Amount, wanted.Method)
	if err != nil {
		return web.Reply{}, err
	}
	return answer(charge, fresh)
}

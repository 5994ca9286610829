package main

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/jackc/pgx/v5/pgxpool"

	"grocery-platform/demo/internal/delivery"
	"grocery-platform/demo/internal/inventory"
	"grocery-platform/demo/internal/notification"
	"grocery-platform/demo/internal/order"
	"grocery-platform/demo/internal/payment"
	"grocery-platform/demo/internal/postgres"
	"grocery-platform/demo/internal/promotions"
	"grocery-platform/demo/internal/recommendation"
	"grocery-platform/demo/internal/search"
	"grocery-platform/demo/internal/settings"
	"grocery-platform/demo/internal/web"
)

// service is the part that differs from one microservice to another.
type service struct {
	routes *http.ServeMux
	run    func(ctx context.Context) // in the background, until ctx ends
	close  func()
}

func newService(config settings.Settings, ready *web.Readiness, metrics *web.Metrics) (service, error) {
	mux, index := http.NewServeMux(), web.Index(config.Identity)
	if config.Identity.Service == "search" {
		search.Routes(mux, index)
	} else {
		mux.Handle("GET /{$}", index)
	}
	if config.NeedsDatabase() {
		return newStateful(config, mux, ready)
	}
	switch config.Identity.Service {
	case "recommendation":
		recommendation.Routes(mux)
	case "promotions":
		promotions.Routes(mux)
	case "notification":
		notification.Routes(mux, metrics.Registry)
	}
	return service{mux, func(context.Context) { slog.Info("ready") }, func() {}}, nil
}

func newStateful(config settings.Settings, mux *http.ServeMux, ready *web.Readiness) (service, error) {
	schema := config.Identity.Service
	pool, err := postgres.Open(postgres.Options{
		Schema: schema, Connections: config.DatabaseConnections, PasswordFile: config.PasswordFile,
	})
	if err != nil {
		return service{}, err
	}
	ready.Set("database", "not reached yet")
	define, background := stateful(config, mux, pool)
	run := func(ctx context.Context) {
		go background(ctx)
		postgres.Watch(ctx, pool, schema, define, func(reason string) { ready.Set("database", reason) })
	}
	return service{mux, run, pool.Close}, nil
}

func stateful(config settings.Settings, mux *http.ServeMux, pool *pgxpool.Pool) (postgres.Definition, func(context.Context)) {
	nothing := func(context.Context) {}
	switch config.Identity.Service {
	case "inventory":
		inventory.Routes(mux, inventory.NewStore(pool))
		return inventory.Define, nothing
	case "delivery":
		delivery.Routes(mux, delivery.NewStore(pool))
		return delivery.Define, nothing
	case "payment":
		payment.Routes(mux, payment.NewStore(pool))
		return payment.Define, nothing
	}
	store := order.NewStore(pool)
	desk := order.Desk{Ledger: store, Steps: order.NewPartners(config.Gateway).Steps()}
	order.Routes(mux, desk, store)
	return order.Define, desk.Sweep
}

// Command demo plays one microservice of the grocery platform, and the faults that its version orders.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"grocery-platform/demo/internal/fault"
	"grocery-platform/demo/internal/settings"
	"grocery-platform/demo/internal/web"
)

func main() {
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, nil)))
	if err := run(); err != nil {
		slog.Error(strings.ReplaceAll(err.Error(), "\n", "; "))
		os.Exit(1)
	}
}

func run() error {
	hostname, err := os.Hostname() // in a pod, the pod's name
	if err != nil {
		return fmt.Errorf("host name: %w", err)
	}
	config, err := settings.Read(os.Getenv, hostname)
	if err != nil {
		return err
	}
	faults, err := fault.Parse(config.Identity.Version)
	if err != nil {
		return err
	}
	id := config.Identity
	slog.SetDefault(slog.With("service", id.Service, "version", id.Version, "track", id.Track))

	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	return serve(stop, config, faults)
}

func serve(stop context.Context, config settings.Settings, faults []fault.Fault) error {
	server, injector := web.NewServer(), fault.NewInjector(faults, time.Now, web.Fail)
	ready := web.NewReadiness(injector.Unready, func() string {
		if server.Draining() {
			return "stopping"
		}
		return ""
	})
	metrics := web.NewMetrics(config.Identity)
	service, err := newService(config, ready, metrics)
	if err != nil {
		return err
	}
	defer service.close()
	listener, err := net.Listen("tcp", fmt.Sprintf(":%d", config.Port))
	if err != nil {
		return fmt.Errorf("setting PORT is %d: %w", config.Port, err)
	}
	slog.Info("started", "pod", config.Identity.Pod, "port", config.Port, "faults", fmt.Sprint(faults))
	ended := make(chan error, 2)
	background, endBackground := context.WithCancel(context.Background())
	defer endBackground()
	go service.run(background)
	go func() {
		if err := injector.Run(background); err != nil {
			ended <- err
		}
	}()
	go func() {
		ended <- server.Serve(stop, listener, web.NewHandler(web.Parts{
			Identity: config.Identity, Ready: ready, Metrics: metrics, Routes: service.routes,
			Fault: func(next http.Handler) http.Handler { return injector.Wrap(next) }, Draining: server.Draining,
		}))
	}()
	if err := <-ended; err != nil {
		return err
	}
	slog.Info("stopped")
	return nil
}

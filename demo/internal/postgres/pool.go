// Package postgres connects a service to its schema in the shared database.
package postgres

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Options of a pool.
type Options struct {
	URL          string // empty: PGHOST, PGPORT, PGDATABASE, PGUSER and the other PG* variables
	Schema       string // the service's own; found first by every statement
	Connections  int
	PasswordFile string
}

// Open makes a pool. It connects at first use, so a server that is away is no error here.
func Open(o Options) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(o.URL)
	if err != nil {
		return nil, fmt.Errorf("database settings (PGHOST, PGPORT, PGDATABASE, PGUSER): %w", err)
	}
	config.MaxConns = int32(o.Connections)
	config.MinConns = 1
	config.MaxConnIdleTime = 30 * time.Second // gives connections back to the other pods after a peak
	config.HealthCheckPeriod = 10 * time.Second
	config.PingTimeout = time.Second
	config.ConnConfig.ConnectTimeout = 2 * time.Second
	limitSession(config.ConnConfig, o.Schema)
	if o.PasswordFile != "" {
		config.BeforeConnect = passwordFrom(o.PasswordFile)
	}
	return pgxpool.NewWithConfig(context.Background(), config)
}

// The server gives up before the callers do, so that no lock outlives the request that wanted it.
func limitSession(config *pgx.ConnConfig, schema string) {
	config.RuntimeParams["search_path"] = pgx.Identifier{schema}.Sanitize()
	config.RuntimeParams["application_name"] = "grocery-" + schema
	config.RuntimeParams["statement_timeout"] = "3000"
	config.RuntimeParams["lock_timeout"] = "2000"
	config.RuntimeParams["idle_in_transaction_session_timeout"] = "5000"
}

// The file is read for each connection: a mounted secret may change under a running pod.
func passwordFrom(file string) func(context.Context, *pgx.ConnConfig) error {
	return func(_ context.Context, config *pgx.ConnConfig) error {
		content, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("setting GROCERY_DATABASE_PASSWORD_FILE: %w", err)
		}
		config.Password = strings.TrimSpace(string(content))
		return nil
	}
}

package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Definition makes the tables of a service and seeds them. It runs at every start of every pod, beside
// pods of the other version: it may only add, and must leave alone what is there.
//
// It must not hold CREATE INDEX IF NOT EXISTS or ALTER TABLE: both lock the table against writers before
// they find that there is nothing to do. Constraints inside CREATE TABLE, or a look first, do the same.
type Definition func(ctx context.Context, tx pgx.Tx) error

// Prepare runs the definition alone: an advisory lock makes pods that start together queue.
func Prepare(ctx context.Context, pool *pgxpool.Pool, schema string, define Definition) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtext($1))", "grocery/"+schema); err != nil {
			return fmt.Errorf("waiting for the lock on schema %s: %w", schema, err)
		}
		if err := createSchema(ctx, tx, schema); err != nil {
			return fmt.Errorf("schema %s: %w", schema, err)
		}
		if err := define(ctx, tx); err != nil {
			return fmt.Errorf("tables of schema %s: %w", schema, err)
		}
		return nil
	})
}

// A look first: a user without the right to create schemas may still use one made for it.
func createSchema(ctx context.Context, tx pgx.Tx, schema string) error {
	var exists bool
	err := tx.QueryRow(ctx, "SELECT to_regnamespace($1) IS NOT NULL", pgx.Identifier{schema}.Sanitize()).Scan(&exists)
	if err != nil || exists {
		return err
	}
	_, err = tx.Exec(ctx, "CREATE SCHEMA "+pgx.Identifier{schema}.Sanitize())
	return err
}

package restore

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/redis/go-redis/v9"

	"redrill/internal/client"
	"redrill/internal/figures"
)

// serverRunID returns what the server calls its present process, or "" when it
// does not say.
func serverRunID(ctx context.Context, conn *redis.Conn) (string, error) {
	info, err := infoSection(ctx, conn, "server")
	id, _ := info.Field("run_id")
	return id, err
}

// evictedKeys returns how many keys the server has evicted since it started,
// 0 when it does not say.
func evictedKeys(ctx context.Context, conn *redis.Conn) (int64, error) {
	info, err := infoSection(ctx, conn, "stats")
	return info.Number("evicted_keys"), err
}

// checkEmpty returns ErrNotEmpty when a database holds another number of keys than
// own says are the run's. It reports whether the server could say so for all
// databases at once; otherwise each database that is written to is looked at again.
func checkEmpty(ctx context.Context, conn *redis.Conn, own func(db int) int64) (known bool, err error) {
	info, err := infoSection(ctx, conn, "keyspace")
	if err != nil {
		return false, err
	}
	sizes := info.Databases()
	if known = sizes != nil; !known {
		if sizes, _, err = client.Sweep(ctx, conn); err != nil {
			return false, fmt.Errorf("%w: %w", ErrTarget, err)
		}
		if err := conn.Select(ctx, 0).Err(); err != nil && !refused(err) {
			return false, fmt.Errorf("%w: SELECT 0: %w", ErrTarget, err)
		}
	}
	for _, db := range slices.Sorted(maps.Keys(sizes)) {
		if n := sizes[db]; n != own(db) {
			return known, fmt.Errorf("%w: database %d has %s", ErrNotEmpty, db, figures.Count(n, "key"))
		}
	}
	return known, nil
}

// checkEmptyDB returns ErrNotEmpty when database db holds another number of keys
// than own.
func checkEmptyDB(ctx context.Context, conn *redis.Conn, db int, own int64) error {
	if err := conn.Select(ctx, db).Err(); err != nil {
		return fmt.Errorf("%w: SELECT %d: %w", ErrTarget, db, err)
	}
	n, err := conn.Do(ctx, "DBSIZE").Int64()
	if err != nil {
		return fmt.Errorf("%w: DBSIZE: %w", ErrTarget, err)
	}
	if n != own {
		return fmt.Errorf("%w: database %d has %s", ErrNotEmpty, db, figures.Count(n, "key"))
	}
	if err := conn.Select(ctx, 0).Err(); db != 0 && err != nil {
		return fmt.Errorf("%w: SELECT 0: %w", ErrTarget, err)
	}
	return nil
}

// infoSection returns a section of INFO, or "" when the server has none.
func infoSection(ctx context.Context, conn *redis.Conn, section string) (client.Info, error) {
	info, err := conn.Do(ctx, "INFO", section).Text()
	if err != nil && !refused(err) {
		return "", fmt.Errorf("%w: INFO %s: %w", ErrTarget, section, err)
	}
	return client.Info(info), nil
}

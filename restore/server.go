package restore

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// serverRunID returns what the server calls its present process, or "" when it
// does not say.
func serverRunID(ctx context.Context, conn *redis.Conn) (string, error) {
	info, err := infoSection(ctx, conn, "server")
	if err != nil {
		return "", err
	}
	return infoField(info, "run_id"), nil
}

// evictedKeys returns how many keys the server has evicted since it started,
// 0 when it does not say.
func evictedKeys(ctx context.Context, conn *redis.Conn) (int64, error) {
	info, err := infoSection(ctx, conn, "stats")
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(infoField(info, "evicted_keys"), 10, 64)
	if err != nil {
		return 0, nil // absent
	}
	return n, nil
}

// checkEmpty returns ErrNotEmpty when a database holds another number of keys than
// own says are the run's. It reports whether the server could say so for all
// databases at once.
func checkEmpty(ctx context.Context, conn *redis.Conn, own func(db int) int64) (known bool, err error) {
	info, err := infoSection(ctx, conn, "keyspace")
	if err != nil {
		return false, err
	}
	if !strings.Contains(info, "# Keyspace") {
		return false, sweepEmpty(ctx, conn, own)
	}
	for line := range strings.Lines(info) {
		name, counts, ok := strings.Cut(strings.TrimSpace(line), ":")
		if ok && strings.HasPrefix(name, "db") && !holdsOnly(name, counts, own) {
			return true, fmt.Errorf("%w: %w: database %s has %s", ErrTarget, ErrNotEmpty, name[2:], counts)
		}
	}
	return true, nil
}

// holdsOnly reports whether a line of INFO keyspace, dbN:keys=N,…, shows as many
// keys as are the run's.
func holdsOnly(name, counts string, own func(db int) int64) bool {
	db, err := strconv.Atoi(strings.TrimPrefix(name, "db"))
	keys, _, _ := strings.Cut(strings.TrimPrefix(counts, "keys="), ",")
	return err == nil && own(db) > 0 && keys == itoa(own(db))
}

// Bounds of the sweep over databases.
const (
	maxDatabases   = 1024
	sweepDatabases = 64 // in one round trip
)

// sweepEmpty returns ErrNotEmpty when any database holds keys, asking each in
// turn until the server refuses one, for whatever reason: each database that is
// written to is looked at again. It selects database 0 in the end.
func sweepEmpty(ctx context.Context, conn *redis.Conn, own func(db int) int64) error {
	for first := 0; first < maxDatabases; first += sweepDatabases {
		var selected, counted [sweepDatabases]*redis.Cmd
		_, _ = conn.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			for i := range sweepDatabases {
				selected[i] = pipe.Do(ctx, "SELECT", first+i)
				counted[i] = pipe.Do(ctx, "DBSIZE")
			}
			return nil
		}) // every reply is looked at
		for i := range sweepDatabases {
			if err := selected[i].Err(); refused(err) {
				break
			}
			n, err := counted[i].Int64()
			if err != nil {
				return fmt.Errorf("%w: DBSIZE: %w", ErrTarget, err)
			}
			if n != own(first+i) {
				return fmt.Errorf("%w: %w: database %d has keys=%d", ErrTarget, ErrNotEmpty, first+i, n)
			}
		}
		if refused(selected[sweepDatabases-1].Err()) {
			break
		}
	}
	if err := conn.Select(ctx, 0).Err(); err != nil && !refused(err) {
		return fmt.Errorf("%w: SELECT 0: %w", ErrTarget, err)
	}
	return nil
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
		return fmt.Errorf("%w: %w: database %d has keys=%d", ErrTarget, ErrNotEmpty, db, n)
	}
	if err := conn.Select(ctx, 0).Err(); db != 0 && err != nil {
		return fmt.Errorf("%w: SELECT 0: %w", ErrTarget, err)
	}
	return nil
}

// infoSection returns a section of INFO, or "" when the server has none.
func infoSection(ctx context.Context, conn *redis.Conn, section string) (string, error) {
	info, err := conn.Do(ctx, "INFO", section).Text()
	if err != nil && !refused(err) {
		return "", fmt.Errorf("%w: INFO %s: %w", ErrTarget, section, err)
	}
	return info, nil
}

func infoField(info, name string) string {
	for line := range strings.Lines(info) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

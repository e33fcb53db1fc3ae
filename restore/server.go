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

// checkEmpty returns ErrNotEmpty when a database holds keys. It reports whether
// the server could say so for all databases at once.
func checkEmpty(ctx context.Context, conn *redis.Conn) (known bool, err error) {
	info, err := infoSection(ctx, conn, "keyspace")
	if err != nil || !strings.Contains(info, "# Keyspace") {
		return false, err
	}
	for line := range strings.Lines(info) {
		name, counts, ok := strings.Cut(strings.TrimSpace(line), ":")
		if ok && strings.HasPrefix(name, "db") {
			return true, fmt.Errorf("%w: %w: database %s has %s", ErrTarget, ErrNotEmpty, name[2:], counts)
		}
	}
	return true, nil
}

// checkEmptyDB returns ErrNotEmpty when database db holds keys.
func checkEmptyDB(ctx context.Context, conn *redis.Conn, db int) error {
	if err := conn.Select(ctx, db).Err(); err != nil {
		return fmt.Errorf("%w: SELECT %d: %w", ErrTarget, db, err)
	}
	n, err := conn.Do(ctx, "DBSIZE").Int64()
	if err != nil {
		return fmt.Errorf("%w: DBSIZE: %w", ErrTarget, err)
	}
	if n != 0 {
		return fmt.Errorf("%w: %w: database %d has keys=%d", ErrTarget, ErrNotEmpty, db, n)
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

package restore

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"redrill/internal/client"
)

// CheckTarget looks whether [Run] with the same options would start: the server
// that base describes answers, and holds no key unless opts accept some. It
// changes nothing. Its errors are those of Run, which looks again: a command
// that reads its keys for an hour should not learn after that hour that the
// target is not empty.
func CheckTarget(ctx context.Context, base *redis.Options, opts Options) error {
	c := client.New(clientOptions(base, opts.orDefault()))
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	conn := c.Conn()
	defer conn.Close()
	_, err := checkTarget(ctx, conn, opts)
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// checkTarget returns why nothing may be written to the server of conn. It
// reports whether no database has to be looked at again.
func checkTarget(ctx context.Context, conn *redis.Conn, opts Options) (known bool, err error) {
	if err := conn.Ping(ctx).Err(); err != nil {
		return false, fmt.Errorf("%w: connect: %w", ErrTarget, err)
	}
	if opts.Replace || opts.NoScan {
		return true, nil
	}
	return checkEmpty(ctx, conn)
}

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
	if err != nil {
		return false, err
	}
	if !strings.Contains(info, "# Keyspace") {
		return false, sweepEmpty(ctx, conn)
	}
	for line := range strings.Lines(info) {
		name, counts, ok := strings.Cut(strings.TrimSpace(line), ":")
		if ok && strings.HasPrefix(name, "db") {
			return true, fmt.Errorf("%w: %w: database %s has %s", ErrTarget, ErrNotEmpty, name[2:], counts)
		}
	}
	return true, nil
}

// Bounds of the sweep over databases.
const (
	maxDatabases   = 1024
	sweepDatabases = 64 // in one round trip
)

// sweepEmpty returns ErrNotEmpty when any database holds keys, asking each in
// turn until the server refuses one, for whatever reason: each database that is
// written to is looked at again. It selects database 0 in the end.
func sweepEmpty(ctx context.Context, conn *redis.Conn) error {
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
			if n != 0 {
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

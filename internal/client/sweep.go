package client

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// Bounds of a sweep.
const (
	maxDatabases   = 1024
	sweepDatabases = 64 // in one round trip
)

// Sweep asks for the number of keys of every database in turn, until the server
// refuses to select one, and returns those of databases with keys, and that of
// database 0. Complete says that no other database can hold keys: the refusal
// was that there is none. The database that is selected on conn, a connection of
// its own, is any in the end.
func Sweep(ctx context.Context, conn interface {
	Pipelined(context.Context, func(redis.Pipeliner) error) ([]redis.Cmder, error)
}) (sizes map[int]int64, complete bool, err error) {
	sizes = map[int]int64{}
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
			err := selected[i].Err()
			_, refused := errors.AsType[redis.Error](err)
			if refused && first+i > 0 { // a connection begins in database 0
				return sizes, isLastDatabase(err), nil
			}
			if err != nil && !refused {
				return nil, false, fmt.Errorf("SELECT: %w", err)
			}
			n, err := counted[i].Int64()
			if err != nil {
				return nil, false, fmt.Errorf("database %d: DBSIZE: %w", first+i, err)
			}
			if n > 0 || first+i == 0 {
				sizes[first+i] = n
			}
		}
	}
	return sizes, false, nil
}

// isLastDatabase reports whether the server refuses a database because there is
// none of that number. Any other refusal says nothing about it.
func isLastDatabase(err error) bool {
	text := strings.ToLower(err.Error())
	for _, s := range []string{"out of range", "invalid db index", "not allowed in cluster mode"} {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}

package verify

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"redrill/internal/client"
	"redrill/verify/internal/wire"
)

// Bounds of the sweep over databases.
const (
	maxDatabases   = 1024
	sweepDatabases = 64 // in one round trip
)

// sweep asks for the number of keys of every database in turn, until the server
// has no further one. Empty ones are left out, but for database 0. Complete says
// that no other database can hold keys. Without several databases it asks for
// that of the connection.
func sweep(ctx context.Context, base *redis.Options, several bool) (sizes map[int]int64, complete bool, err error) {
	o := *base
	o.DB, o.PoolSize = 0, 1
	c := client.New(&o) // of its own: its database changes
	defer c.Close()
	sizes = map[int]int64{}
	if !several {
		n, err := c.Do(ctx, "DBSIZE").Int64()
		if err != nil {
			return nil, false, wire.TargetError(ctx, "DBSIZE", err)
		}
		sizes[0] = n
		return sizes, true, nil
	}
	for first := 0; first < maxDatabases; first += sweepDatabases {
		var selected, counted [sweepDatabases]*redis.Cmd
		_, _ = c.Pipelined(ctx, func(pipe redis.Pipeliner) error {
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
				return nil, false, wire.TargetError(ctx, "SELECT", err)
			}
			n, err := counted[i].Int64()
			if err != nil {
				return nil, false, fmt.Errorf("database %d: %w", first+i, wire.TargetError(ctx, "DBSIZE", err))
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

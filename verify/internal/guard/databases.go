package guard

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	"redrill/internal/client"
	"redrill/verify/internal/wire"
)

// Sizes asks for the number of keys of every database in turn, until the server
// has no further one. Empty ones are left out, but for database 0. Complete says
// that no other database can hold keys. Without several databases it asks for
// that of the connection.
func Sizes(ctx context.Context, base *redis.Options, several bool) (sizes map[int]int64, complete bool, err error) {
	o := *base
	o.DB, o.PoolSize = 0, 1
	c := client.New(&o) // of its own: its database changes
	defer c.Close()
	if !several {
		n, err := c.Do(ctx, "DBSIZE").Int64()
		if err != nil {
			return nil, false, wire.TargetError(ctx, "DBSIZE", err)
		}
		return map[int]int64{0: n}, true, nil
	}
	sizes, complete, err = client.Sweep(ctx, c)
	if err != nil && ctx.Err() != nil {
		return nil, false, context.Cause(ctx)
	}
	if err != nil {
		return nil, false, fmt.Errorf("%w: %w", wire.ErrTarget, err)
	}
	return sizes, complete, nil
}

package main

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// redisLog takes what the client library would print by itself: it is detail
// for --verbose, because every failed command is reported as an error anyway.
type redisLog struct{ a *app }

// Printf implements the logger of go-redis.
func (l redisLog) Printf(_ context.Context, format string, args ...any) {
	l.a.log.Debug("redis client", "message", fmt.Sprintf(format, args...))
}

func (a *app) logRedis() { redis.SetLogger(redisLog{a}) }

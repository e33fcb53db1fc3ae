package target_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"

	"redrill/target"
)

// newClient connects to a target for the time of the test.
func newClient(tb testing.TB, tgt *target.Target) *redis.Client {
	tb.Helper()
	o := *tgt.Options
	client := redis.NewClient(&o)
	tb.Cleanup(func() { _ = client.Close() })
	return client
}

// commandStats returns how often each command was called, by its name.
func commandStats(tb testing.TB, client *redis.Client) map[string]string {
	tb.Helper()
	text, err := client.Do(tb.Context(), "INFO", "commandstats").Text()
	if err != nil {
		tb.Fatal(err)
	}
	stats := map[string]string{}
	for l := range strings.Lines(text) {
		name, rest, ok := strings.Cut(strings.TrimPrefix(l, "cmdstat_"), ":")
		calls, _, _ := strings.Cut(rest, ",")
		if ok {
			stats[name] = calls
		}
	}
	return stats
}

// line returns the line of text that starts with prefix.
func line(text, prefix string) string {
	for l := range strings.Lines(text) {
		if strings.HasPrefix(l, prefix) {
			return l
		}
	}
	return ""
}

// refuse makes s answer the commands (upper case, separated by blanks) with an
// error.
func refuse(s *miniredis.Miniredis, commands, reply string) {
	refused := strings.Fields(commands)
	s.Server().SetPreHook(func(c *server.Peer, cmd string, _ ...string) bool {
		if !slices.Contains(refused, cmd) {
			return false
		}
		c.WriteError(reply)
		return true
	})
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

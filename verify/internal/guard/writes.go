package guard

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"redrill/internal/client"
)

// Writes returns what tells that the server was written to between two guards
// of one process, or that it cannot be told; "" when it was not. Expired keys
// are no changes, whether the server finds them by itself or when it is asked.
//
// A save sets the counter of changes back, so that it proves nothing then: the
// calls of commands take its place.
func Writes(before, after Reading) string {
	if before.HasChanges && after.HasChanges && !saved(before, after) {
		if n := after.Changes - before.Changes; n != 0 {
			return fmt.Sprintf("the server was written to during the run: %d changes", n)
		}
		return ""
	}
	switch grown := callsBetween(before.Calls, after.Calls); {
	case !before.HasChanges && before.Calls == nil: // listed as unchecked
		return ""
	case before.Calls == nil || after.Calls == nil:
		return "the server saved its data during the run, so that writes cannot be told"
	case len(grown) > 0:
		return "the server saved its data during the run and may have been written to: " + strings.Join(grown, ", ")
	}
	return ""
}

// CountsWrites reports whether a guard has a witness of writes.
func (g Reading) CountsWrites() bool { return g.HasChanges || g.Calls != nil }

// saved reports whether the counter of changes may have been set back between
// two guards. Times of saves are seconds: one in the second of the first guard
// may have been before it or after, unless the number of saves is known.
func saved(before, after Reading) bool {
	return before.LastSave != after.LastSave || before.Saves != after.Saves || after.Changes < before.Changes ||
		!before.HasSaves && (before.TimeMs == 0 || before.LastSave >= before.TimeMs/1000)
}

// statisticsReset reports whether a counter of the server went back.
func statisticsReset(before, after Reading) bool {
	for name, n := range before.Calls {
		if after.Calls != nil && after.Calls[name] < n {
			return true
		}
	}
	return after.Evicted < before.Evicted || after.Expired < before.Expired || after.Saves < before.Saves
}

// callsBetween returns the commands that may write and were called between two
// guards, sorted.
func callsBetween(before, after map[string]int64) (grown []string) {
	for name, n := range after {
		if n > before[name] && !reads(name) {
			grown = append(grown, fmt.Sprintf("%s %d", name, n-before[name]))
		}
	}
	slices.Sort(grown)
	return grown
}

// commandCalls reads the lines of INFO commandstats: cmdstat_NAME:calls=N,… .
func commandCalls(info client.Info) (all map[string]int64) {
	for line := range strings.Lines(string(info)) {
		name, value, _ := strings.Cut(line, ":")
		command, ok := strings.CutPrefix(name, "cmdstat_")
		digits, _, _ := strings.Cut(strings.TrimPrefix(value, "calls="), ",")
		n, err := strconv.ParseInt(digits, 10, 64)
		if !ok || err != nil {
			continue
		}
		if all == nil {
			all = map[string]int64{}
		}
		all[command] = n
	}
	return all
}

// reads reports whether a command cannot change a key. Those of EXEC are
// counted themselves; a script may be counted as nothing but itself.
func reads(command string) bool {
	container, _, _ := strings.Cut(command, "|")
	return readers[command] || readers[container]
}

// readers are the commands that cannot change what a key holds, as far as a
// server that is looked at may be asked them. One that is not here counts as a
// write, which costs a run at worst.
var readers = func() map[string]bool {
	set := map[string]bool{}
	for name := range strings.FieldsSeq(`
		acl arcount arget arlen armget arnext arscan asking auth bgrewriteaof bgsave bitcount bitfield_ro bitpos client command config
		dbsize discard dump echo exec exists expiretime function|list geodist geohash geopos georadius_ro
		georadiusbymember_ro geosearch get getbit getrange hello hexists hget hgetall hkeys hlen
		hmget hrandfield hscan hstrlen httl hpttl hexpiretime hpexpiretime hvals info keys
		lastsave latency lcs lindex llen lolwut lpos lrange memory mget monitor multi object
		pexpiretime pfcount ping psubscribe psync pttl publish pubsub punsubscribe quit randomkey
		readonly readwrite replconf reset role save scan scard sdiff select sinter sintercard
		sismember slowlog smembers smismember sort_ro spublish srandmember sscan ssubscribe strlen
		subscribe substr sunion sunsubscribe sync time touch ttl type unsubscribe unwatch wait
		waitaof watch xinfo xlen xpending xrange xread xrevrange zcard zcount zdiff zinter
		zintercard zlexcount zmscore zrandmember zrange zrangebylex zrangebyscore zrank
		zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore zunion`) {
		set[name] = true
	}
	return set
}()

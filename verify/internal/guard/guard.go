package guard

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	"redrill/internal/client"
	"redrill/verify/internal/wire"
)

// Reading is what a server says about itself before and after a run. Zero values
// stand for what it does not say.
type Reading struct {
	RunID     string        `json:"run_id,omitempty"`
	Role      string        `json:"role,omitempty"`
	Evicted   int64         `json:"evicted_keys"`
	Expired   int64         `json:"expired_keys"`
	Changes   int64         `json:"changes"` // since LastSave
	LastSave  int64         `json:"last_save,omitempty"`
	Loading   bool          `json:"loading,omitempty"`
	TimeMs    int64         `json:"time_ms,omitempty"`
	Databases map[int]int64 `json:"databases,omitempty"` // keys by database, empty ones left out

	HasChanges bool             `json:"-"`
	Saves      int64            `json:"-"` // since the server started
	HasSaves   bool             `json:"-"`
	Calls      map[string]int64 `json:"-"` // by command, nil when they are not said
}

const guardReply = 4 << 20

// Read asks the server about itself, as far as it knows INFO and TIME.
func Read(ctx context.Context, c *wire.Connection, knowsInfo, knowsTime bool) (Reading, error) {
	var g Reading
	var r wire.Round
	info, clock := wire.None, wire.None
	if knowsInfo {
		info = r.Add(guardReply, "INFO", "all") // at one moment, with commandstats
	}
	if knowsTime {
		clock = r.Add(0, "TIME")
	}
	if info == wire.None && clock == wire.None {
		r.Add(0, "PING")
	}
	if err := r.Exec(ctx, c, 0); err != nil {
		return g, err
	}
	if info != wire.None {
		p := r.Reply(info)
		text, ok := p.Bulk()
		if !ok || !text.Whole() {
			return g, fmt.Errorf("%w: %s", wire.ErrTarget, r.Said(info))
		}
		g.parse(client.Info(text.B))
	}
	if clock != wire.None {
		p := r.Reply(clock)
		ms, ok := p.Time()
		if !ok {
			return g, fmt.Errorf("%w: %s", wire.ErrTarget, r.Said(clock))
		}
		g.TimeMs = ms
	}
	return g, nil
}

// parse reads the fields of INFO by name.
func (g *Reading) parse(info client.Info) {
	number := func(name string) (n int64, said bool) {
		_, said = info.Field(name)
		return info.Number(name), said
	}
	g.RunID, _ = info.Field("run_id")
	g.Role, _ = info.Field("role")
	g.Loading = info.Number("loading") != 0
	g.Evicted, g.Expired = info.Number("evicted_keys"), info.Number("expired_keys")
	g.Changes, g.HasChanges = number("rdb_changes_since_last_save")
	g.LastSave = info.Number("rdb_last_save_time")
	g.Saves, g.HasSaves = number("rdb_saves")
	g.Databases = info.Databases()
	g.Calls = commandCalls(info)
}

// WrittenSince returns why what was written before a run may have been changed
// before it, judged by INFO all of then; nothing when that is not known.
func WrittenSince(info string, before Reading) (invalid []string) {
	if info == "" {
		return nil
	}
	var then Reading
	then.parse(client.Info(info))
	if then.RunID != before.RunID {
		return []string{"the server was restarted or replaced between the restore and the run"}
	}
	if why := Writes(then, before); why != "" {
		return []string{"between the restore and the run: " + why}
	}
	return nil
}

// Compare returns why the run between two guards proves nothing. Missing
// says that keys are missing; expirable is how many keys the server may have
// expired meanwhile as far as the source knows.
func Compare(before, after Reading, missing bool, expirable int64) (invalid []string) {
	invalid = CompareServers(before, after, missing)
	if before.RunID != after.RunID {
		return invalid
	}
	if expired := after.Expired - before.Expired; expired > expirable {
		invalid = append(invalid, fmt.Sprintf(
			"the server expired %d keys during the run, but at most %d keys of the source could expire", expired, expirable))
	}
	if why := Writes(before, after); why != "" {
		invalid = append(invalid, why+"; repeat it when nobody writes, or compare with redrill verify --live")
	}
	return invalid
}

// CompareServers is compareGuards but for what clients did to the keys.
func CompareServers(before, after Reading, missing bool) (invalid []string) {
	say := func(format string, args ...any) { invalid = append(invalid, fmt.Sprintf(format, args...)) }
	if before.RunID != after.RunID {
		say("the server was restarted or replaced during the run: run_id %s, then %s", before.RunID, after.RunID)
	}
	if before.Role != after.Role {
		say("the role of the server changed during the run: %s, then %s", before.Role, after.Role)
	}
	if before.Role != "" && before.Role != "master" {
		say("the server is a %s, not a primary: its data may lag", before.Role)
	}
	if before.Loading || after.Loading {
		say("the server is loading its data")
	}
	if after.Evicted > before.Evicted {
		say("the server evicted %d keys during the run (maxmemory)", after.Evicted-before.Evicted)
	}
	if missing && before.Evicted > 0 {
		say("keys are missing and the server has evicted %d keys since its start (maxmemory)", before.Evicted)
	}
	if before.RunID == after.RunID && statisticsReset(before, after) {
		say("the statistics of the server were reset during the run: redrill cannot tell what it did meanwhile")
	}
	if after.TimeMs < before.TimeMs {
		say("the clock of the server went back by %d ms", before.TimeMs-after.TimeMs)
	}
	return invalid
}

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

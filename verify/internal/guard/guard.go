package guard

import (
	"context"
	"fmt"
	"strconv"
	"strings"

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
		g.parse(string(text.B))
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
func (g *Reading) parse(info string) {
	for line := range strings.SplitSeq(info, "\n") {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\r"), ":")
		n, _ := strconv.ParseInt(value, 10, 64)
		switch name {
		case "run_id":
			g.RunID = value
		case "role":
			g.Role = value
		case "loading":
			g.Loading = n != 0
		case "evicted_keys":
			g.Evicted = n
		case "expired_keys":
			g.Expired = n
		case "rdb_changes_since_last_save":
			g.Changes, g.HasChanges = n, true
		case "rdb_last_save_time":
			g.LastSave = n
		case "rdb_saves":
			g.Saves, g.HasSaves = n, true
		}
		g.parseCalls(name, value)
		if name == "# Keyspace" {
			g.Databases = map[int]int64{}
		}
		if db, ok := strings.CutPrefix(name, "db"); ok && g.Databases != nil {
			if i, err := strconv.Atoi(db); err == nil {
				g.Databases[i] = keyspaceKeys(value)
			}
		}
	}
}

// keyspaceKeys reads keys=N,expires=M,… .
func keyspaceKeys(text string) int64 {
	for field := range strings.SplitSeq(text, ",") {
		if digits, ok := strings.CutPrefix(field, "keys="); ok {
			n, _ := strconv.ParseInt(digits, 10, 64)
			return n
		}
	}
	return 0
}

// WrittenSince returns why what was written before a run may have been changed
// before it, judged by INFO all of then; nothing when that is not known.
func WrittenSince(info string, before Reading) (invalid []string) {
	if info == "" {
		return nil
	}
	var then Reading
	then.parse(info)
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
		invalid = append(invalid, why)
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

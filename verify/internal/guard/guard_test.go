package guard

import (
	"context"
	"slices"
	"strings"
	"testing"

	"redrill/internal/redistest"
	"redrill/verify/internal/wire"
)

func TestCompareGuards(t *testing.T) {
	base := Reading{RunID: "a", Role: "master", TimeMs: 10_000, HasChanges: true, LastSave: 5,
		HasSaves: true, Saves: 1, Calls: map[string]int64{"set": 7, "info": 2}}
	with := func(change func(*Reading)) Reading {
		g := base
		change(&g)
		return g
	}
	for _, row := range []struct {
		name      string
		before    Reading
		after     Reading
		missing   bool
		expirable int64
		want      string // "" for a valid run
	}{
		{"same", base, base, false, 0, ""},
		{"nothing known", Reading{}, Reading{}, false, 0, ""},
		{"restarted", base, with(func(g *Reading) { g.RunID = "b" }), false, 0, "restarted"},
		{"failed over", base, with(func(g *Reading) { g.Role = "slave" }), false, 0, "role"},
		{"replica", with(func(g *Reading) { g.Role = "slave" }), with(func(g *Reading) { g.Role = "slave" }), false, 0, "not a primary"},
		{"evicted", base, with(func(g *Reading) { g.Evicted = 1 }), false, 0, "evicted"},
		{"evicted before", with(func(g *Reading) { g.Evicted = 1 }), with(func(g *Reading) { g.Evicted = 1 }), false, 0, ""},
		{"evicted before and missing", with(func(g *Reading) { g.Evicted = 1 }), with(func(g *Reading) { g.Evicted = 1 }), true, 0, "evicted"},
		{"clock went back", base, with(func(g *Reading) { g.TimeMs = 9999 }), false, 0, "clock"},
		{"expired as known", base, with(func(g *Reading) { g.Expired = 2 }), false, 2, ""},
		{"expired as known and written to", base, with(func(g *Reading) { g.Expired = 2; g.Changes = 1 }), false, 2, "written to"},
		{"expired unknown", base, with(func(g *Reading) { g.Expired = 3 }), false, 2, "expired"},
		{"written to", base, with(func(g *Reading) { g.Changes = 1 }), false, 0, "written to"},
		{"saved meanwhile", base, with(func(g *Reading) { g.LastSave = 6; g.Calls = calls("info", 4, "get", 9, "set", 7) }), false, 0, ""},
		{"saved and written to", base, with(func(g *Reading) { g.LastSave = 6; g.Calls = calls("set", 8, "info", 3) }), false, 0, "set 1"},
		{"written to and saved in the same second", base, with(func(g *Reading) { g.Saves = 2; g.Calls = calls("set", 8, "info", 3) }), false, 0, "set 1"},
		{"changes set back", with(func(g *Reading) { g.Changes = 9 }), with(func(g *Reading) { g.Calls = calls("set", 8, "info", 3) }), false, 0, "set 1"},
		{"an unknown command and a save", base, with(func(g *Reading) { g.LastSave = 6; g.Calls = calls("set", 7, "info", 3, "ft.add", 1) }), false, 0, "ft.add 1"},
		{"subcommands that read and a save", base,
			with(func(g *Reading) {
				g.LastSave = 6
				g.Calls = calls("set", 7, "info", 3, "config|get", 1, "xinfo|stream", 1)
			}), false, 0, ""},
		{"saved, and calls are not said", with(func(g *Reading) { g.Calls = nil }),
			with(func(g *Reading) { g.Calls = nil; g.LastSave = 6 }), false, 0, "cannot be told"},
		{"the first guard in the second of a save, without a number of saves", with(func(g *Reading) { g.HasSaves, g.LastSave = false, 10 }),
			with(func(g *Reading) { g.HasSaves, g.LastSave, g.Calls = false, 10, calls("set", 8, "info", 3) }), false, 0, "set 1"},
		{"statistics reset", base, with(func(g *Reading) { g.Calls = calls("info", 1) }), false, 0, "reset"},
		{"evictions reset", with(func(g *Reading) { g.Evicted = 3 }), base, false, 0, "reset"},
		{"loading", with(func(g *Reading) { g.Loading = true }), base, false, 0, "loading"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := Compare(row.before, row.after, row.missing, row.expirable)
			if row.want == "" && len(got) > 0 || row.want != "" && !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, row.want) }) {
				t.Errorf("compareGuards() = %q, want %q", got, row.want)
			}
		})
	}
}

// calls returns numbers of calls given as pairs of name and number.
func calls(pairs ...any) map[string]int64 {
	m := map[string]int64{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(string)] = int64(pairs[i+1].(int))
	}
	return m
}

// TestExpirationsAreNoChanges counts what the server says about keys that it
// expires by itself and when asked: the guards stand on it.
func TestExpirationsAreNoChanges(t *testing.T) {
	s := redistest.Start(t, "--enable-debug-command", "yes")
	guard := func() Reading {
		g, err := Read(context.Background(), wire.NewConnection(s.Options), true, true)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	for _, active := range []int{0, 1} {
		s.Do(t, "DEBUG", "SET-ACTIVE-EXPIRE", active)
		before := guard()
		s.Do(t, "SET", "k", "v", "PXAT", nowMs(t, s)+20)
		for s.Do(t, "DBSIZE") != int64(0) {
			if active == 0 {
				s.Do(t, "GET", "k")
			}
		}
		after := guard()
		if after.Expired-before.Expired != 1 || after.Changes-before.Changes != 1 || after.Calls["del"] != 0 {
			t.Errorf("active expiry %d: %d expired and %d changes, %d deleted, want 1, 1 (the SET) and 0", active,
				after.Expired-before.Expired, after.Changes-before.Changes, after.Calls["del"])
		}
	}
}

func nowMs(t *testing.T, s *redistest.Server) int64 {
	t.Helper()
	now, err := s.Client.Time(t.Context()).Result()
	if err != nil {
		t.Fatal(err)
	}
	return now.UnixMilli()
}

// TestSizesOfOneDatabase: where there is only one, it is asked for alone.
func TestSizesOfOneDatabase(t *testing.T) {
	s := redistest.Start(t)
	s.Do(t, "SET", "a", "1")
	s.Do(t, "SET", "b", "1")
	for _, several := range []bool{false, true} {
		sizes, complete, err := Sizes(t.Context(), s.Options, several)
		if err != nil || !complete || len(sizes) != 1 || sizes[0] != 2 {
			t.Errorf("several %v: %v, complete %v, %v", several, sizes, complete, err)
		}
	}
}

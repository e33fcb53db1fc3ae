package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/internal/race"
	"redrill/verify"
)

// pastOfStreams are commands that give a stream a past: groups that have read from it,
// consumers with and without pending entries, one of which has no entry any more.
var pastOfStreams = cmds(
	cmd("XADD", "x", "1-0", "f", "a"), cmd("XADD", "x", "2-0", "f", "b"), cmd("XADD", "x", "3-0", "f", "c"), cmd("XADD", "x", "4-0", "f", "d"),
	cmd("XGROUP", "CREATE", "x", "g\xff", "3-0", "ENTRIESREAD", 3), cmd("XGROUP", "CREATE", "x", "none", "0"),
	cmd("XGROUP", "CREATECONSUMER", "x", "g\xff", "idle"),
	cmd("XCLAIM", "x", "g\xff", "a", 0, "1-0", "TIME", int64(1_600_000_000_000), "RETRYCOUNT", 1, "FORCE", "JUSTID"),
	cmd("XCLAIM", "x", "g\xff", "b", 0, "2-0", "TIME", int64(1_600_000_000_001), "RETRYCOUNT", 7, "FORCE", "JUSTID"),
	cmd("XCLAIM", "x", "g\xff", "b", 0, "3-0", "TIME", int64(1_600_000_000_002), "RETRYCOUNT", 2, "FORCE", "JUSTID"),
	cmd("XDEL", "x", "3-0"),
	cmd("FUNCTION", "LOAD", "#!lua name=lib\nredis.register_function('f', function() return 1 end)"),
)

// pastEdits are the edits of what [pastOfStreams] make.
func pastEdits() []edit {
	const group = `/group "g\xff"`
	claim := func(owner, id string, ms, count int64) []any {
		return cmd("XCLAIM", "x", "g\xff", owner, 0, id, "TIME", ms, "RETRYCOUNT", count, "FORCE", "JUSTID")
	}
	return []edit{
		{"group missing", cmds(cmd("XGROUP", "DESTROY", "x", "none")), verify.KindGroupMissing, "x", `/group "none"`},
		{"group extra", cmds(cmd("XGROUP", "CREATE", "x", "more", "0")), verify.KindGroupExtra, "x", `/group "more"`},
		{"last delivered ID", cmds(cmd("XGROUP", "SETID", "x", "g\xff", "3-1", "ENTRIESREAD", 3)), verify.KindGroupLastID, "x", group + "/last_delivered_id"},
		{"entries read", cmds(cmd("XGROUP", "SETID", "x", "g\xff", "3-0", "ENTRIESREAD", 4)), verify.KindGroupEntriesRead, "x", group + "/entries_read"},
		{"entries read unknown", cmds(cmd("XGROUP", "SETID", "x", "g\xff", "3-0")), verify.KindGroupEntriesRead, "x", group + "/entries_read"},
		{"consumer missing", cmds(cmd("XGROUP", "DELCONSUMER", "x", "g\xff", "idle")), verify.KindConsumerMissing, "x", group + `/consumer "idle"`},
		{"consumer extra", cmds(cmd("XGROUP", "CREATECONSUMER", "x", "g\xff", "")), verify.KindConsumerExtra, "x", group + `/consumer ""`},
		{"pending entry missing", cmds(cmd("XACK", "x", "g\xff", "1-0")), verify.KindPendingMissing, "x", group + "/pending 1-0"},
		{"pending entry without its entry missing", cmds(cmd("XACK", "x", "g\xff", "3-0")), verify.KindPendingMissing, "x", group + "/pending 3-0"},
		{"entries added", cmds(cmd("XSETID", "x", "4-0", "ENTRIESADDED", 5, "MAXDELETEDID", "3-0")), verify.KindEntriesAdded, "x", "/entries_added"},
		{"entry missing", cmds(cmd("XDEL", "x", "1-0"), cmd("XSETID", "x", "4-0", "ENTRIESADDED", 4, "MAXDELETEDID", "3-0")), verify.KindEntryMissing, "x", "/entry 1-0"},
		{"function missing", cmds(cmd("FUNCTION", "FLUSH")), verify.KindFunctionMissing, "lib", ""},
		{"function extra", cmds(cmd("FUNCTION", "LOAD", "#!lua name=more\nredis.register_function('g', function() return 1 end)")), verify.KindFunctionExtra, "more", ""},
		{"function code", cmds(cmd("FUNCTION", "LOAD", "REPLACE", "#!lua name=lib\nredis.register_function('f', function() return 2 end)")), verify.KindFunctionCode, "lib", "/code@62"},
		// These make the consumer seen as well.
		{"pending entry extra", cmds(claim("a", "4-0", 1_600_000_000_000, 1)), verify.KindPendingExtra, "x", group + "/pending 4-0"},
		{"owner", cmds(claim("a", "2-0", 1_600_000_000_001, 7)), verify.KindPendingOwner, "x", group + "/pending 2-0/owner"},
		{"delivery time", cmds(claim("b", "2-0", 1_600_000_000_000, 7)), verify.KindPendingTime, "x", group + "/pending 2-0/delivered_ms"},
		{"delivery count", cmds(claim("b", "2-0", 1_600_000_000_001, 8)), verify.KindPendingCount, "x", group + "/pending 2-0/deliveries"},
	}
}

// TestGuarantee3OfFiles: a single change of what only files of a Redis hold is reported, at
// that place and with that kind, by a server that has loaded the file. Who claims a pending
// entry is seen, too: that is a change of its own.
func TestGuarantee3OfFiles(t *testing.T) {
	race.Skip(t, "the same goroutines as with a snapshot")
	dir := t.TempDir()
	origin := startServer(t, "--dir", dir)
	c := origin.client(t, 0)
	for _, args := range pastOfStreams {
		do(t, c, args...)
	}
	do(t, c, "SAVE")
	file := filepath.Join(dir, "dump.rdb")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	load := func(t *testing.T) (*redisServer, verifier) {
		t.Helper()
		place := t.TempDir()
		if err := os.WriteFile(filepath.Join(place, "dump.rdb"), content, 0o600); err != nil {
			t.Fatal(err)
		}
		s := startServer(t, "--dir", place, "--dbfilename", "dump.rdb")
		return s, verifier{snapshot: file, url: s.url(), diffs: filepath.Join(place, "diffs.jsonl")}
	}
	t.Run("none", func(t *testing.T) {
		_, v := load(t)
		v.wantNone(t)
	})
	for _, e := range pastEdits() {
		t.Run(e.name, func(t *testing.T) {
			s, v := load(t)
			for _, args := range e.commands {
				do(t, s.client(t, 0), args...)
			}
			status, got := v.run(t)
			got = slices.DeleteFunc(got, func(d string) bool { return strings.HasPrefix(d, string(verify.KindConsumerTime)) })
			what := "key"
			if e.key != "x" {
				what = "function library"
			}
			want := []string{differenceText(e.kind, e.key, fmt.Sprintf("%s %q%s", what, e.key, e.path), nil)}
			if diff := cmp.Diff(want, got); diff != "" || status != exitDifferences {
				t.Errorf("status %d, differences (-want +got):\n%s", status, diff)
			}
		})
	}
}

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
)

// pastOfServer are commands that give a server keys in three databases, two of which
// have a stream with a past, and libraries of functions.
var pastOfServer = slices.Concat(
	pastOfStreams,
	cmds(cmd("FUNCTION", "LOAD", "#!lua name=lib\nredis.register_function('f', function() return 1 end)"),
		cmd("FUNCTION", "LOAD", "#!lua name=other\nredis.register_function('o', function() return 1 end)"),
		cmd("SELECT", 1), cmd("SET", "only here", "v"), cmd("SET", "s", "1"),
		cmd("SELECT", 3), cmd("SET", "s", "3")),
	pastOfStreams,
	cmds(cmd("XGROUP", "CREATE", "made", "m", "$", "MKSTREAM"), cmd("SELECT", 0)),
)

// The expire times of fields in [fieldsThatExpire].
const (
	fieldMs = int64(4_102_444_800_123)
	laterMs = fieldMs + 1
)

// fieldsThatExpire are commands for servers on which fields of hashes expire.
var fieldsThatExpire = cmds(
	cmd("HSET", "h", "a", "1", "b\xff", "2", "keep", "3"), cmd("HPEXPIREAT", "h", fieldMs, "FIELDS", 1, "a"), cmd("HPEXPIREAT", "h", fieldMs+5, "FIELDS", 1, "b\xff"),
	cmd("HSET", "all", "a", "1"), cmd("HPEXPIREAT", "all", fieldMs, "FIELDS", 1, "a"), cmd("HSET", "plain", "a", "1"),
	cmd("SELECT", 3), cmd("HSET", "h", "a", "1", "b", "2"), cmd("HPEXPIREAT", "h", fieldMs, "FIELDS", 1, "a"), cmd("SELECT", 0),
)

// pastEdit is an edit in a database.
type pastEdit struct {
	db int
	edit
}

// pastEdits are the edits of what [pastOfServer] make.
func pastEdits() (all []pastEdit) {
	const group = `/group "g\xff"`
	claim := func(owner, id string, ms, count int64) []any {
		return cmd("XCLAIM", "x", "g\xff", owner, 0, id, "TIME", ms, "RETRYCOUNT", count, "FORCE", "JUSTID")
	}
	for _, e := range []edit{
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
		{"largest deleted ID", cmds(cmd("XSETID", "x", "4-0", "ENTRIESADDED", 4, "MAXDELETEDID", "3-1")), verify.KindMaxDeletedID, "x", "/max_deleted_id"},
		{"entry missing", cmds(cmd("XDEL", "x", "1-0"), cmd("XSETID", "x", "4-0", "ENTRIESADDED", 4, "MAXDELETEDID", "3-0")), verify.KindEntryMissing, "x", "/entry 1-0"},
		// These make the consumer seen as well.
		{"pending entry extra", cmds(claim("a", "4-0", 1_600_000_000_000, 1)), verify.KindPendingExtra, "x", group + "/pending 4-0"},
		{"owner", cmds(claim("a", "2-0", 1_600_000_000_001, 7)), verify.KindPendingOwner, "x", group + "/pending 2-0/owner"},
		{"delivery time", cmds(claim("b", "2-0", 1_600_000_000_000, 7)), verify.KindPendingTime, "x", group + "/pending 2-0/delivered_ms"},
		{"delivery count", cmds(claim("b", "2-0", 1_600_000_000_001, 8)), verify.KindPendingCount, "x", group + "/pending 2-0/deliveries"},
	} {
		all = append(all, pastEdit{0, e}, pastEdit{3, e})
	}
	return append(all, []pastEdit{
		{0, edit{"function missing", cmds(cmd("FUNCTION", "DELETE", "lib")), verify.KindFunctionMissing, "lib", ""}},
		{0, edit{"function extra", cmds(cmd("FUNCTION", "LOAD", "#!lua name=more\nredis.register_function('g', function() return 1 end)")), verify.KindFunctionExtra, "more", ""}},
		{0, edit{"function code", cmds(cmd("FUNCTION", "LOAD", "REPLACE", "#!lua name=lib\nredis.register_function('f', function() return 2 end)")), verify.KindFunctionCode, "lib", "/code@62"}},
		{0, edit{"code behind a function", cmds(cmd("FUNCTION", "LOAD", "REPLACE", "#!lua name=other\nredis.register_function('o', function() return 1 end) ")), verify.KindFunctionCode, "other", "/code@70"}},
		{3, edit{"group of an empty stream", cmds(cmd("XGROUP", "DESTROY", "made", "m")), verify.KindGroupMissing, "made", `/group "m"`}},
		{3, edit{"consumer of an empty stream", cmds(cmd("XGROUP", "CREATECONSUMER", "made", "m", "c")), verify.KindConsumerExtra, "made", `/group "m"/consumer "c"`}},
		{3, edit{"value in the third database", cmds(cmd("SET", "s", "4")), verify.KindValue, "s", "/value@0"}},
		{1, edit{"key missing in the second database", cmds(cmd("DEL", "only here")), verify.KindMissing, "only here", ""}},
		{1, edit{"key extra in the second database", cmds(cmd("SET", "x", "1")), verify.KindExtra, "x", ""}},
		{5, edit{"key extra in a database without keys", cmds(cmd("SET", "x", "1")), verify.KindExtra, "x", ""}},
	}...)
}

// fieldEdits are the edits of what [fieldsThatExpire] make.
func fieldEdits() []pastEdit {
	const a, b = `/field "a"/expire_at_ms`, `/field "b\xff"/expire_at_ms`
	return []pastEdit{
		{0, edit{"a millisecond later", cmds(cmd("HPEXPIREAT", "h", laterMs, "FIELDS", 1, "a")), verify.KindFieldExpiry, "h", a}},
		{0, edit{"a millisecond earlier", cmds(cmd("HPEXPIREAT", "h", fieldMs-1, "FIELDS", 1, "a")), verify.KindFieldExpiry, "h", a}},
		{0, edit{"the time of another field", cmds(cmd("HPEXPIREAT", "h", fieldMs, "FIELDS", 1, "b\xff")), verify.KindFieldExpiry, "h", b}},
		{0, edit{"expire time of a field missing", cmds(cmd("HPERSIST", "h", "FIELDS", 1, "a")), verify.KindFieldExpiryMissing, "h", a}},
		{0, edit{"expire time of a binary field missing", cmds(cmd("HPERSIST", "h", "FIELDS", 1, "b\xff")), verify.KindFieldExpiryMissing, "h", b}},
		{0, edit{"expire time of a field extra", cmds(cmd("HPEXPIREAT", "h", fieldMs, "FIELDS", 1, "keep")), verify.KindFieldExpiryExtra, "h", `/field "keep"/expire_at_ms`}},
		{0, edit{"expire time of the only field missing", cmds(cmd("HSET", "all", "a", "1")), verify.KindFieldExpiryMissing, "all", a}},
		{0, edit{"expire time in a hash without", cmds(cmd("HPEXPIREAT", "plain", fieldMs, "FIELDS", 1, "a")), verify.KindFieldExpiryExtra, "plain", a}},
		{0, edit{"field with an expire time missing", cmds(cmd("HDEL", "h", "a")), verify.KindFieldMissing, "h", `/field "a"`}},
		{0, edit{"field with an expire time extra", cmds(cmd("HSET", "h", "c", "1"), cmd("HPEXPIREAT", "h", fieldMs, "FIELDS", 1, "c")), verify.KindFieldExtra, "h", `/field "c"`}},
		{0, edit{"value of a field with an expire time", cmds(cmd("HSET", "h", "a", "2"), cmd("HPEXPIREAT", "h", fieldMs, "FIELDS", 1, "a")), verify.KindFieldValue, "h", `/field "a"/value@0`}},
		{3, edit{"expire time in the third database", cmds(cmd("HPEXPIREAT", "h", laterMs, "FIELDS", 1, "a")), verify.KindFieldExpiry, "h", a}},
		{3, edit{"expire time extra in the third database", cmds(cmd("HPEXPIREAT", "h", fieldMs, "FIELDS", 1, "b")), verify.KindFieldExpiryExtra, "h", `/field "b"/expire_at_ms`}},
	}
}

// inDatabase runs commands in a database, over one connection.
func inDatabase(t *testing.T, s *redisServer, db int, commands [][]any) {
	t.Helper()
	c := s.client(t, db).Conn()
	defer func() { _ = c.Close() }()
	for _, args := range commands {
		if err := c.Do(t.Context(), args...).Err(); err != nil {
			t.Fatalf("%v: %v", args, err)
		}
	}
}

// TestGuarantee3OfFiles: a single change of what only files of a Redis hold is reported, at
// that place and with that kind, by a server that has loaded the file. Who claims a pending
// entry is seen, too: that is a change of its own.
func TestGuarantee3OfFiles(t *testing.T) {
	race.Skip(t, "the same goroutines as with a snapshot")
	dir := t.TempDir()
	origin := startServer(t, "--dir", dir)
	inDatabase(t, origin, 0, pastOfServer)
	edits := pastEdits()
	if err := origin.client(t, 0).Do(t.Context(), "COMMAND", "INFO", "HPEXPIREAT").Err(); err != nil {
		t.Fatal(err)
	}
	if known, err := origin.client(t, 0).Do(t.Context(), "COMMAND", "INFO", "HPEXPIREAT").Slice(); err == nil && len(known) == 1 && known[0] != nil {
		inDatabase(t, origin, 0, fieldsThatExpire)
		edits = append(edits, fieldEdits()...)
	} else {
		t.Log("this server has no HPEXPIREAT: its fields do not expire; a stand-in of verify's tests has them")
	}
	if len(edits) < 40 {
		t.Errorf("%d edits, want 40", len(edits))
	}
	do(t, origin.client(t, 0), "SAVE")
	file := filepath.Join(dir, "dump.rdb")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, via := range []string{viaLoad, viaCommands} {
		status, out := redrill(t, "drill", file, "--target", "process", "--via", via)
		if status != exitVerified || !strings.Contains(out, "\nverified: ") || !strings.Contains(out, "function libraries: 2 equal of 2") {
			t.Errorf("drilled via %s: status %d\n%s", via, status, out)
		}
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
	for _, e := range edits {
		t.Run(fmt.Sprintf("%s in database %d", e.name, e.db), func(t *testing.T) {
			s, v := load(t)
			inDatabase(t, s, e.db, e.commands)
			status, got := v.run(t)
			got = slices.DeleteFunc(got, func(d string) bool { return strings.HasPrefix(d, string(verify.KindConsumerTime)) })
			what := "key"
			if slices.Contains([]verify.Kind{verify.KindFunctionMissing, verify.KindFunctionExtra, verify.KindFunctionCode}, e.kind) {
				what = "function library"
			}
			want := []string{differenceText(e.kind, e.key, fmt.Sprintf("%s %q%s", what, e.key, e.path), nil)}
			if diff := cmp.Diff(want, got); diff != "" || status != exitDifferences {
				t.Errorf("status %d, differences (-want +got):\n%s", status, diff)
			}
		})
	}
}

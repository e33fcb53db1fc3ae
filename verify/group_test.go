package verify

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
)

// groupServer is what a server with all of streams can do.
func groupServer() Server {
	s := redis7
	s.EntriesAdded, s.GivesBack = true, true
	return s
}

// groupedStream is a stream with consumer groups: with and without consumers and pending
// entries, of which one has no entry any more.
func groupedStream() keyspace.Key {
	owner := keyspace.Some[string]
	v := keyspace.Stream{LastID: id(90, 0), MaxDeletedID: id(4, 0), EntriesAdded: keyspace.Some[uint64](1000)}
	for i := uint64(1); i <= 9; i++ {
		if i != 4 {
			v.Entries = append(v.Entries, keyspace.Entry{ID: id(i, 0), Pairs: pairs("f", "v")})
		}
	}
	v.Groups = []keyspace.Group{
		{Name: "", LastDeliveredID: id(0, 0), EntriesRead: keyspace.Some[uint64](0)},
		{Name: "g", LastDeliveredID: id(7, 0), EntriesRead: keyspace.Some[uint64](7),
			Consumers: []keyspace.Consumer{{Name: "a"}, {Name: "b\xff"}, {Name: "idle"}},
			Pending: []keyspace.Pending{
				{ID: id(1, 0), Owner: owner("a"), DeliveredMs: 1_600_000_000_000, Deliveries: 1},
				{ID: id(3, 0), Owner: owner("b\xff"), DeliveredMs: 1_600_000_000_001, Deliveries: 20},
				{ID: id(4, 0), Owner: owner("a"), DeliveredMs: 1_600_000_000_002, Deliveries: 3},
				{ID: id(6, 0), Owner: owner("a"), DeliveredMs: 1_600_000_000_003, Deliveries: 1},
			}},
		{Name: "h\xff", LastDeliveredID: id(5, 0),
			Consumers: []keyspace.Consumer{{Name: ""}},
			Pending:   []keyspace.Pending{{ID: id(5, 0), Owner: owner(""), DeliveredMs: 1_600_000_000_000, Deliveries: 1}}},
		{Name: "z", LastDeliveredID: id(100, 5)},
	}
	return keyspace.Key{Name: "x", Value: v}
}

// writeGrouped writes a stream with groups, and completes the expectation with what cannot
// be set: when consumers were seen.
func (s *testServer) writeGrouped(tb testing.TB, k keyspace.Key) keyspace.Key {
	tb.Helper()
	v, _ := k.Value.(keyspace.Stream)
	s.do(tb, "DEL", k.Name)
	s.do(tb, "XGROUP", "CREATE", k.Name, "tmp", "$", "MKSTREAM")
	s.do(tb, "XGROUP", "DESTROY", k.Name, "tmp")
	entries := map[keyspace.ID]bool{}
	var ids []keyspace.ID
	for _, e := range v.Entries {
		entries[e.ID] = true
		ids = append(ids, e.ID)
	}
	for _, g := range v.Groups {
		for _, e := range g.Pending {
			if !entries[e.ID] && !slices.Contains(ids, e.ID) {
				ids = append(ids, e.ID)
			}
		}
	}
	slices.SortFunc(ids, keyspace.ID.Compare)
	for _, at := range ids {
		fields := []any{"XADD", k.Name, at.String()}
		for _, e := range v.Entries {
			for _, p := range e.Pairs {
				if e.ID == at {
					fields = append(fields, p.Field, p.Value)
				}
			}
		}
		if !entries[at] {
			fields = append(fields, "gone", "")
		}
		s.do(tb, fields...)
	}
	for _, g := range v.Groups {
		read := any(-1)
		if n, known := g.EntriesRead.Get(); known {
			read = int64(n)
		}
		s.do(tb, "XGROUP", "CREATE", k.Name, g.Name, g.LastDeliveredID.String(), "ENTRIESREAD", read)
		for _, c := range g.Consumers {
			s.do(tb, "XGROUP", "CREATECONSUMER", k.Name, g.Name, c.Name)
		}
		for _, e := range g.Pending {
			owner, _ := e.Owner.Get()
			s.do(tb, claim(k.Name, g.Name, owner, e)...)
		}
	}
	for _, at := range ids {
		if !entries[at] {
			s.do(tb, "XDEL", k.Name, at.String())
		}
	}
	s.setID(tb, k.Name, v)
	return s.seen(tb, k)
}

func (s *testServer) setID(tb testing.TB, name string, v keyspace.Stream) {
	tb.Helper()
	added, _ := v.EntriesAdded.Get()
	s.do(tb, "XSETID", name, v.LastID.String(), "ENTRIESADDED", int64(added), "MAXDELETEDID", v.MaxDeletedID.String())
}

func claim(key, group, owner string, e keyspace.Pending) []any {
	return []any{"XCLAIM", key, group, owner, 0, e.ID.String(), "TIME", e.DeliveredMs, "RETRYCOUNT", e.Deliveries, "FORCE", "JUSTID"}
}

// seen returns the key with the times at which the server has seen its consumers.
func (s *testServer) seen(tb testing.TB, k keyspace.Key) keyspace.Key {
	tb.Helper()
	v, _ := k.Value.(keyspace.Stream)
	v.Groups = slices.Clone(v.Groups)
	live, _ := s.do(tb, "XINFO", "STREAM", k.Name, "FULL").([]any)
	field := func(fields any, name string) any {
		list, _ := fields.([]any)
		for i := 0; i+1 < len(list); i += 2 {
			if list[i] == name {
				return list[i+1]
			}
		}
		return nil
	}
	groups, _ := field(live, "groups").([]any)
	for i := range v.Groups {
		v.Groups[i].Consumers = slices.Clone(v.Groups[i].Consumers)
		for _, g := range groups {
			consumers, _ := field(g, "consumers").([]any)
			for _, c := range consumers {
				for j := range v.Groups[i].Consumers {
					if at := &v.Groups[i].Consumers[j]; field(g, "name") == v.Groups[i].Name && field(c, "name") == at.Name {
						ms, _ := field(c, "seen-time").(int64)
						at.SeenMs = keyspace.Some(ms)
					}
				}
			}
		}
	}
	k.Value = v
	return k
}

type groupEdit struct {
	name     string
	commands [][]any
	want     string
	exact    bool // shows only where times are shown, not distances
}

func groupEdits(k keyspace.Key) []groupEdit {
	v, _ := k.Value.(keyspace.Stream)
	g := v.Groups[1]
	changed := func(i int, change func(*keyspace.Pending)) []any {
		e := g.Pending[i]
		owner, _ := e.Owner.Get()
		change(&e)
		if o, _ := e.Owner.Get(); o != owner {
			owner = o
		}
		return claim("x", "g", owner, e)
	}
	set := func(last string, added, deleted any) [][]any {
		return [][]any{{"XSETID", "x", last, "ENTRIESADDED", added, "MAXDELETEDID", deleted}}
	}
	one := func(args ...any) [][]any { return [][]any{args} }
	const path = `|x|key "x"`
	return []groupEdit{
		{"nothing", nil, "", false},
		{"a group missing", one("XGROUP", "DESTROY", "x", "g"), "group_missing" + path + `/group "g"`, false},
		{"the first group missing", one("XGROUP", "DESTROY", "x", ""), "group_missing" + path + `/group ""`, false},
		{"the last group missing", one("XGROUP", "DESTROY", "x", "z"), "group_missing" + path + `/group "z"`, false},
		{"a group extra", one("XGROUP", "CREATE", "x", "gg", "$"), "group_extra" + path + `/group "gg"`, false},
		{"a last group extra", one("XGROUP", "CREATE", "x", "zz", "$"), "group_extra" + path + `/group "zz"`, false},
		{"last delivered ID", one("XGROUP", "SETID", "x", "g", "7-1", "ENTRIESREAD", 7), "group_last_id" + path + `/group "g"/last_delivered_id`, false},
		{"entries read", one("XGROUP", "SETID", "x", "g", "7-0", "ENTRIESREAD", 8), "group_entries_read" + path + `/group "g"/entries_read`, false},
		{"entries read unknown", one("XGROUP", "SETID", "x", "g", "7-0"), "group_entries_read" + path + `/group "g"/entries_read`, false},
		{"entries read known", one("XGROUP", "SETID", "x", "z", "100-5", "ENTRIESREAD", 0), "group_entries_read" + path + `/group "z"/entries_read`, false},
		{"a consumer missing", one("XGROUP", "DELCONSUMER", "x", "g", "idle"), "consumer_missing" + path + `/group "g"/consumer "idle"`, false},
		{"a consumer extra", one("XGROUP", "CREATECONSUMER", "x", "g", "b"), "consumer_extra" + path + `/group "g"/consumer "b"`, false},
		{"a consumer of a group without", one("XGROUP", "CREATECONSUMER", "x", "z", ""), "consumer_extra" + path + `/group "z"/consumer ""`, false},
		{"a pending entry missing", one("XACK", "x", "g", "3-0"), "pending_missing" + path + `/group "g"/pending 3-0`, false},
		{"the last pending entry missing", one("XACK", "x", "g", "6-0"), "pending_missing" + path + `/group "g"/pending 6-0`, false},
		{"a pending entry without its entry missing", one("XACK", "x", "g", "4-0"), "pending_missing" + path + `/group "g"/pending 4-0`, false},
		{"the only pending entry missing", one("XACK", "x", "h\xff", "5-0"), "pending_missing" + path + `/group "h\xff"/pending 5-0`, false},
		{"a pending entry extra", [][]any{changed(0, func(e *keyspace.Pending) { e.ID = id(2, 0) })}, "pending_extra" + path + `/group "g"/pending 2-0`, false},
		{"a last pending entry extra", [][]any{changed(0, func(e *keyspace.Pending) { e.ID = id(9, 0) })}, "pending_extra" + path + `/group "g"/pending 9-0`, false},
		{"owner", [][]any{changed(1, func(e *keyspace.Pending) { e.Owner = keyspace.Some("a") })}, "pending_owner" + path + `/group "g"/pending 3-0/owner`, false},
		{"delivery time by 1 ms", [][]any{changed(0, func(e *keyspace.Pending) { e.DeliveredMs++ })}, "pending_time" + path + `/group "g"/pending 1-0/delivered_ms`, true},
		{"delivery time by 1 h", [][]any{changed(3, func(e *keyspace.Pending) { e.DeliveredMs -= 3600_000 })}, "pending_time" + path + `/group "g"/pending 6-0/delivered_ms`, false},
		{"delivery count", [][]any{changed(1, func(e *keyspace.Pending) { e.Deliveries++ })}, "pending_count" + path + `/group "g"/pending 3-0/deliveries`, false},
		{"entries added", set("90-0", 1001, "4-0"), "entries_added" + path + `/entries_added`, false},
		{"last ID", set("90-1", 1000, "4-0"), "last_id" + path + `/last_id`, false},
		{"largest deleted ID", set("90-0", 1000, "4-1"), "max_deleted_id" + path + `/max_deleted_id`, false},
	}
}

// TestGroups makes every kind of edit of a stream with consumer groups, and demands exactly
// one difference: in one part and in several, where everything is shown at once and where it
// has to be asked piece by piece, in both protocols.
func TestGroups(t *testing.T) {
	s := startRedis(t)
	// XCLAIM sets when the consumer was seen; no command sets it back. The times are
	// compared in the test for them.
	plain := groupedStream()
	for _, row := range []struct {
		name string
		size int
		full bool
	}{{"whole", 1000, true}, {"whole, piece by piece", 1000, false}, {"in parts of 4", 4, true}, {"in parts of 1", 1, true}} {
		for _, protocol := range bothProtocols {
			at := s.over(protocol)
			if !row.full {
				at = at.answering(t, func(words []string) string {
					if words[0] == "XINFO" && len(words) > 3 && words[3] == "FULL" {
						return "-ERR Unknown XINFO subcommand or wrong number of arguments for 'STREAM'. Try XINFO HELP.\r\n"
					}
					return ""
				})
			}
			for _, e := range groupEdits(plain) {
				if e.exact && (!row.full || row.size < 1000) {
					continue
				}
				t.Run(fmt.Sprintf("%s, %s, RESP%d", e.name, row.name, protocol), func(t *testing.T) {
					s.writeGrouped(t, plain)
					for _, c := range e.commands {
						s.do(t, c...)
					}
					res, diffs := at.verified(t, sliceSource{keys: keyspace.Split(plain, row.size)}, Options{Server: groupServer()})
					var got []string
					for _, d := range diffs {
						got = append(got, describe(d))
					}
					if diff := cmp.Diff(e.want, strings.Join(got, "\n")); diff != "" || len(res.Invalid) > 0 {
						t.Errorf("differences (-want +got):\n%sinvalid %q", diff, res.Invalid)
					}
					if e.want == "" && (res.Outcome(Allow{}) != Verified || res.Verdicts.Equal != 1) {
						t.Errorf("outcome %v, verdicts %+v, unchecked %q", res.Outcome(Allow{}), res.Verdicts, res.Unchecked)
					}
				})
			}
		}
	}
}

// TestGroupCanaries: every kind of difference of streams with groups is planted and caught.
func TestGroupCanaries(t *testing.T) {
	s := startRedis(t)
	key := s.writeGrouped(t, groupedStream())
	v, _ := key.Value.(keyspace.Stream)
	v.FirstID = keyspace.Some(id(1, 0))
	key.Value = v
	for _, row := range []struct {
		size int
		by   bool
		want []Kind
	}{
		{1000, false, []Kind{KindEntriesAdded, KindFirstID, KindGroupMissing, KindGroupExtra, KindGroupLastID, KindGroupEntriesRead,
			KindConsumerMissing, KindConsumerExtra, KindConsumerTime, KindPendingMissing, KindPendingExtra, KindPendingOwner, KindPendingTime, KindPendingCount}},
		{1000, true, []Kind{KindEntriesAdded, KindGroupMissing, KindGroupExtra, KindGroupLastID, KindGroupEntriesRead,
			KindConsumerMissing, KindConsumerExtra, KindPendingMissing, KindPendingExtra, KindPendingOwner, KindPendingTime, KindPendingCount}},
		{14, false, []Kind{KindGroupMissing, KindGroupExtra, KindConsumerTime, KindPendingMissing, KindPendingExtra, KindPendingOwner, KindPendingTime, KindPendingCount}},
		{4, false, nil},
		{1, false, nil},
	} {
		planted := map[Kind]bool{}
		for seed := range uint64(12) {
			res, diffs := s.verified(t, sliceSource{keys: keyspace.Split(key, row.size)}, Options{Server: groupServer(), Seed: seed, ByCommands: row.by})
			if len(diffs) > 0 || len(res.Invalid) > 0 || res.Verdicts.Equal != 1 {
				t.Fatalf("parts of %d: differences %+v, invalid %q", row.size, diffs, res.Invalid)
			}
			for _, c := range res.Canaries.Kinds {
				planted[c.Kind] = planted[c.Kind] || c.Caught > 0
			}
		}
		for _, kind := range row.want {
			if !planted[kind] {
				t.Errorf("parts of %d: no canary of kind %s", row.size, kind)
			}
		}
		if row.by && (planted[KindConsumerTime] || planted[KindFirstID]) {
			t.Errorf("canaries of what is not compared: %v", planted)
		}
	}
}

// TestDeletedAboveLastID: a server holds no largest deleted ID above the last ID unless it
// loaded one, and every planted mistake in such a stream is caught.
func TestDeletedAboveLastID(t *testing.T) {
	s := startRedis(t)
	v := keyspace.Stream{Entries: []keyspace.Entry{{ID: id(1, 0), Pairs: pairs("f", "v")}}, LastID: id(5, 0),
		MaxDeletedID: id(9, 0), EntriesAdded: keyspace.Some[uint64](3)}
	key := keyspace.Key{Name: "x", Value: v}
	s.do(t, "XADD", "x", "1-0", "f", "v")
	held := v
	held.MaxDeletedID = id(5, 0)
	s.setID(t, "x", held)
	for _, loaded := range []bool{false, true} {
		planted := map[Kind]bool{}
		for seed := range uint64(12) {
			res, diffs := s.verified(t, sliceSource{keys: []keyspace.Key{key}}, Options{Server: groupServer(), Seed: seed, Loaded: loaded})
			if len(res.Invalid) > 0 || loaded == (len(diffs) == 0) {
				t.Fatalf("loaded %v: differences %+v, invalid %q", loaded, diffs, res.Invalid)
			}
			for _, c := range res.Canaries.Kinds {
				planted[c.Kind] = planted[c.Kind] || c.Caught > 0
			}
		}
		if !loaded && (!planted[KindLastID] || !planted[KindMaxDeletedID]) {
			t.Errorf("planted %v", planted)
		}
	}
}

// TestTimesOfConsumers: when a consumer was seen is compared to the millisecond where the
// server shows the time, within the clocks around the request where it shows a distance,
// and not at all where commands wrote the keys; then it is counted.
func TestTimesOfConsumers(t *testing.T) {
	s := startRedis(t)
	key := s.writeGrouped(t, groupedStream())
	shifted := func(ms int64) keyspace.Key {
		v, _ := key.Value.(keyspace.Stream)
		v.Groups = slices.Clone(v.Groups)
		c := slices.Clone(v.Groups[1].Consumers)
		seen, _ := c[1].SeenMs.Get()
		c[1].SeenMs = keyspace.Some(seen + ms)
		v.Groups[1].Consumers = c
		v.FirstID = keyspace.Some(id(1, 1)) // the server has 1-0
		return keyspace.Key{Name: "x", Value: v}
	}
	for _, row := range []struct {
		name string
		ms   int64
		size int
		by   bool
		want map[Kind]int64
		said string
	}{
		{"equal", 0, 1000, false, map[Kind]int64{KindFirstID: 1}, ""},
		{"a millisecond later", 1, 1000, false, map[Kind]int64{KindConsumerTime: 1, KindFirstID: 1}, ""},
		{"a millisecond earlier", -1, 1000, false, map[Kind]int64{KindConsumerTime: 1, KindFirstID: 1}, ""},
		{"equal, in parts", 0, 3, false, map[Kind]int64{KindFirstID: 1}, "compared within"},
		{"a minute later, in parts", 60_000, 3, false, map[Kind]int64{KindConsumerTime: 1, KindFirstID: 1}, ""},
		{"a minute earlier, in parts", -60_000, 3, false, map[Kind]int64{KindConsumerTime: 1, KindFirstID: 1}, ""},
		{"written by commands", 60_000, 1000, true, map[Kind]int64{}, "(4 consumers)"},
		{"written by commands, in parts", 60_000, 3, true, map[Kind]int64{}, "(4 consumers)"},
		{"first ID", 0, 1000, true, map[Kind]int64{}, "first ID (1 key)"},
	} {
		t.Run(row.name, func(t *testing.T) {
			res, _ := s.verified(t, sliceSource{keys: keyspace.Split(shifted(row.ms), row.size)}, Options{Server: groupServer(), ByCommands: row.by})
			if diff := cmp.Diff(row.want, res.Kinds); diff != "" || len(res.Invalid) > 0 {
				t.Errorf("kinds (-want +got):\n%s, invalid %q", diff, res.Invalid)
			}
			if !strings.Contains(strings.Join(res.Unchecked, "\n"), row.said) {
				t.Errorf("unchecked %q, want %q there", res.Unchecked, row.said)
			}
			if diff := cmp.Diff(key, s.seen(t, key), cmp.AllowUnexported(keyspace.ExpireAt{})); diff != "" {
				t.Errorf("reading changed when consumers were seen (-before +after):\n%s", diff)
			}
			if row.by && res.Outcome(Allow{}) != Verified {
				t.Errorf("Outcome() = %v, want verified", res.Outcome(Allow{}))
			}
		})
	}
}

// TestRefusedPending: a part whose pending entries the server does not show makes the key
// unanswered. No other part is then said to differ.
func TestRefusedPending(t *testing.T) {
	s := startRedis(t)
	key := s.writeGrouped(t, groupedStream())
	unanswered := int64(0)
	for refused := range 12 {
		for _, size := range []int{3, 1} {
			asked := 0
			at := s.answering(t, func(words []string) string {
				if words[0] == "XPENDING" {
					if asked++; asked-1 == refused {
						return "-NOPERM this user has no permissions\r\n"
					}
				}
				return ""
			})
			res, diffs := at.verified(t, sliceSource{keys: keyspace.Split(key, size)}, Options{Server: groupServer()})
			unanswered += res.Verdicts.Unanswered
			if len(diffs) > 0 || res.Verdicts.Unanswered+res.Verdicts.Equal != 1 { // equal: of a canary, or of none
				t.Errorf("parts of %d, request %d refused: differences %+v, verdicts %+v", size, refused, diffs, res.Verdicts)
			}
		}
	}
	if unanswered < 12 {
		t.Errorf("%d of the refused requests were those of the key", unanswered)
	}
}

// TestTimesWithoutAClock: where nobody tells the time, a distance says nothing of when
// entries were delivered; that is said, and the rest is compared.
func TestTimesWithoutAClock(t *testing.T) {
	s := startRedis(t)
	key := s.writeGrouped(t, groupedStream())
	server := groupServer()
	server.Time = false
	v, _ := key.Value.(keyspace.Stream)
	v.Groups = slices.Clone(v.Groups)
	v.Groups[1].Pending = slices.Clone(v.Groups[1].Pending)
	v.Groups[1].Pending[0].DeliveredMs += 3600_000
	v.Groups[1].Pending[1].Deliveries++
	key.Value = v
	res, diffs := s.verified(t, sliceSource{keys: keyspace.Split(key, 3)}, Options{Server: server})
	if len(diffs) != 1 || diffs[0].Kind != KindPendingCount || len(res.Invalid) > 0 {
		t.Errorf("differences %+v, invalid %q; want the count alone", diffs, res.Invalid)
	}
	if !strings.Contains(strings.Join(res.Unchecked, "\n"), "does not tell its time") {
		t.Errorf("unchecked %q", res.Unchecked)
	}
}

// TestGivenBack: entries without an owner, as Redis 8.8 has them, are compared but for their
// order, which no server shows.
func TestGivenBack(t *testing.T) {
	s := startRedis(t)
	key := keyspace.Key{Name: "x", Value: keyspace.Stream{LastID: id(9, 0), EntriesAdded: keyspace.Some[uint64](5),
		Entries: []keyspace.Entry{{ID: id(1, 0), Pairs: pairs("f", "v")}, {ID: id(2, 0), Pairs: pairs("f", "v")}, {ID: id(3, 0), Pairs: pairs("f", "v")},
			{ID: id(4, 0), Pairs: pairs("f", "v")}, {ID: id(5, 0), Pairs: pairs("f", "v")}},
		Groups: []keyspace.Group{{Name: "g", LastDeliveredID: id(5, 0), EntriesRead: keyspace.Some[uint64](5), Consumers: []keyspace.Consumer{{Name: "a"}},
			Pending: []keyspace.Pending{{ID: id(2, 0), Owner: keyspace.Some("a"), DeliveredMs: 1_600_000_000_000, Deliveries: 1},
				{ID: id(4, 0), Owner: keyspace.Some("a"), DeliveredMs: 1_600_000_000_000, Deliveries: 1},
				{ID: id(3, 0), Deliveries: 2}, {ID: id(1, 0), Deliveries: 1}}}}}}
	// The consumer without a name stands for none: the server shows both alike.
	for _, size := range []int{1000, 2, 1} {
		for _, row := range []struct {
			name     string
			commands [][]any
			want     string
		}{
			{"equal", nil, ""},
			{"missing", [][]any{{"XACK", "x", "g", "3-0"}}, `pending_missing|x|key "x"/group "g"/pending 3-0`},
			{"count", [][]any{claim("x", "g", "", keyspace.Pending{ID: id(1, 0), Deliveries: 7})}, `pending_count|x|key "x"/group "g"/pending 1-0/deliveries`},
			{"an owner lost", [][]any{claim("x", "g", "", keyspace.Pending{ID: id(4, 0), DeliveredMs: 1_600_000_000_000, Deliveries: 1})}, `pending_owner|x|key "x"/group "g"/pending 4-0/owner`},
		} {
			t.Run(fmt.Sprintf("%s, in parts of %d", row.name, size), func(t *testing.T) {
				s.writeGrouped(t, key)
				for _, c := range row.commands {
					s.do(t, c...)
				}
				res, diffs := s.verified(t, sliceSource{keys: keyspace.Split(withNobody(key), size)}, Options{Server: groupServer()})
				var got []string
				for _, d := range diffs {
					got = append(got, describe(d))
				}
				if diff := cmp.Diff(row.want, strings.Join(got, "\n")); diff != "" || len(res.Invalid) > 0 {
					t.Errorf("differences (-want +got):\n%sinvalid %q", diff, res.Invalid)
				}
				if row.want == "" && !strings.Contains(strings.Join(res.Unchecked, "\n"), "(2 IDs)") {
					t.Errorf("unchecked %q, want the order of two IDs", res.Unchecked)
				}
			})
		}
	}
	t.Run("on a server that can hold none", func(t *testing.T) {
		s.writeGrouped(t, key)
		s.do(t, "XACK", "x", "g", "1-0", "3-0")
		server := groupServer()
		server.GivesBack = false
		for _, size := range []int{1000, 1} {
			res, diffs := s.verified(t, sliceSource{keys: keyspace.Split(withNobody(key), size)}, Options{Server: server})
			if len(diffs) > 0 || res.Verdicts.Unsupported != 1 || !strings.Contains(strings.Join(res.Unchecked, "\n"), "XNACK") {
				t.Errorf("in parts of %d: differences %+v, verdicts %+v, unchecked %q", size, diffs, res.Verdicts, res.Unchecked)
			}
		}
	})
	t.Run("refused", func(t *testing.T) {
		v, _ := key.Value.(keyspace.Stream)
		v.Groups = append(slices.Clone(v.Groups), keyspace.Group{Name: "z"}) // so that a part ends the group before
		key := keyspace.Key{Name: key.Name, Value: v}
		s.writeGrouped(t, key)
		at := s.answering(t, func(words []string) string {
			if words[0] == "XPENDING" && len(words) == 6 && words[3] == words[4] {
				return "-NOPERM this user has no permissions\r\n"
			}
			return ""
		})
		for size := 1; size <= 6; size++ {
			res, diffs := at.verified(t, sliceSource{keys: keyspace.Split(withNobody(key), size)}, Options{Server: groupServer()})
			if len(diffs) > 0 || res.Verdicts.Equal > 0 || len(res.Unanswered) == 0 {
				t.Errorf("parts of %d: differences %+v, verdicts %+v, unanswered %+v", size, diffs, res.Verdicts, res.Unanswered)
			}
		}
	})
	t.Run("written by commands", func(t *testing.T) {
		s.writeGrouped(t, key)
		s.do(t, "XACK", "x", "g", "1-0", "3-0")
		for _, size := range []int{1000, 1} {
			res, diffs := s.verified(t, sliceSource{keys: keyspace.Split(withNobody(key), size)}, Options{Server: groupServer(), ByCommands: true})
			if len(diffs) > 0 || res.Verdicts.Unsupported != 1 || res.Outcome(Allow{}) == Verified ||
				!strings.Contains(strings.Join(res.Unchecked, "\n"), "commands cannot give entries back") {
				t.Errorf("in parts of %d: differences %+v, verdicts %+v, unchecked %q", size, diffs, res.Verdicts, res.Unchecked)
			}
		}
	})
	t.Run("one too many, in parts", func(t *testing.T) {
		s.writeGrouped(t, key)
		s.do(t, claim("x", "g", "", keyspace.Pending{ID: id(5, 0), Deliveries: 1})...)
		_, diffs := s.verified(t, sliceSource{keys: keyspace.Split(withNobody(key), 2)}, Options{Server: groupServer()})
		if len(diffs) != 1 || diffs[0].Kind != KindPendingExtra || diffs[0].Path != `key "x"/group "g"/pending 5-0` {
			t.Errorf("differences %+v, want an entry without an owner too many", diffs)
		}
	})
}

// TestLargestPending: behind the largest ID there is nothing to ask for.
func TestLargestPending(t *testing.T) {
	s := startRedis(t)
	largest := id(math.MaxUint64, math.MaxUint64)
	pending := func(at keyspace.ID) keyspace.Pending {
		return keyspace.Pending{ID: at, Owner: keyspace.Some("a"), DeliveredMs: 1_600_000_000_000, Deliveries: 1}
	}
	key := keyspace.Key{Name: "x", Value: keyspace.Stream{LastID: largest, EntriesAdded: keyspace.Some[uint64](2),
		Entries: []keyspace.Entry{{ID: id(1, 0), Pairs: pairs("f", "v")}, {ID: largest, Pairs: pairs("f", "v")}},
		Groups: []keyspace.Group{{Name: "g", LastDeliveredID: largest, EntriesRead: keyspace.Some[uint64](2), Consumers: []keyspace.Consumer{{Name: "a"}},
			Pending: []keyspace.Pending{pending(id(1, 0)), pending(largest)}}, {Name: "z"}}}}
	for size := 1; size <= 8; size++ {
		for _, row := range []struct {
			acked, want string
		}{
			{"2-0", ""},
			{largest.String(), `pending_missing|x|key "x"/group "g"/pending ` + largest.String()},
			{"1-0", `pending_missing|x|key "x"/group "g"/pending 1-0`},
		} {
			s.writeGrouped(t, key)
			s.do(t, "XACK", "x", "g", row.acked)
			res, diffs := s.verified(t, sliceSource{keys: keyspace.Split(key, size)}, Options{Server: groupServer()})
			var got []string
			for _, d := range diffs {
				got = append(got, describe(d))
			}
			if strings.Join(got, " ") != row.want || len(res.Unanswered) > 0 || len(res.Invalid) > 0 {
				t.Errorf("parts of %d, %s acknowledged: differences %v, unanswered %+v, invalid %q", size, row.acked, got, res.Unanswered, res.Invalid)
			}
		}
	}
}

// TestEndlessPending: a group that always shows more makes the run invalid.
func TestEndlessPending(t *testing.T) {
	s := startRedis(t)
	key := s.writeGrouped(t, groupedStream())
	at := s.answering(t, func(words []string) string {
		switch {
		case words[0] == "XINFO" && len(words) > 3:
			return "-ERR syntax error\r\n"
		case words[0] != "XPENDING" || words[2] != "g":
			return ""
		case len(words) == 3:
			return "*4\r\n:4\r\n$3\r\n1-0\r\n$3\r\n6-0\r\n*0\r\n"
		}
		from, _ := keyspace.ParseID(words[3])
		count, _ := strconv.Atoi(words[5])
		var b strings.Builder
		fmt.Fprintf(&b, "*%d\r\n", count)
		for i := range uint64(count) {
			text := id(from.Ms+i+1, 0).String()
			fmt.Fprintf(&b, "*4\r\n$%d\r\n%s\r\n$1\r\na\r\n:5\r\n:1\r\n", len(text), text)
		}
		return b.String()
	})
	res, _ := at.verified(t, sliceSource{keys: []keyspace.Key{key}}, Options{Server: groupServer()})
	if !strings.Contains(strings.Join(res.Invalid, "\n"), "XPENDING does not come to an end") {
		t.Errorf("invalid %q, want an endless XPENDING", res.Invalid)
	}
}

// withNobody returns the key with the consumer that stands for none.
func withNobody(k keyspace.Key) keyspace.Key {
	v, _ := k.Value.(keyspace.Stream)
	v.Groups = slices.Clone(v.Groups)
	v.Groups[0].Consumers = append([]keyspace.Consumer{{Name: ""}}, v.Groups[0].Consumers...)
	k.Value = v
	return k
}

// TestManyPending: groups that hold more than one window shows, in one part and in many.
func TestManyPending(t *testing.T) {
	s := startRedis(t)
	var v keyspace.Stream
	g := keyspace.Group{Name: "g", LastDeliveredID: id(2500, 0), EntriesRead: keyspace.Some[uint64](2500), Consumers: []keyspace.Consumer{{Name: "a"}}}
	pipe := s.Client.Pipeline()
	for i := uint64(1); i <= 2500; i++ {
		v.Entries = append(v.Entries, keyspace.Entry{ID: id(i, 0), Pairs: pairs("f", "v")})
		g.Pending = append(g.Pending, keyspace.Pending{ID: id(i, 0), Owner: keyspace.Some("a"), DeliveredMs: 1_600_000_000_000, Deliveries: 1})
		pipe.Do(t.Context(), "XADD", "x", id(i, 0).String(), "f", "v")
	}
	v.LastID, v.EntriesAdded, v.Groups = id(2500, 0), keyspace.Some[uint64](2500), []keyspace.Group{g}
	pipe.Do(t.Context(), "XGROUP", "CREATE", "x", "g", "2500-0", "ENTRIESREAD", 2500)
	for _, e := range g.Pending {
		pipe.Do(t.Context(), claim("x", "g", "a", e)...)
	}
	if _, err := pipe.Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{10_000, 700, 90} {
		key := keyspace.Key{Name: "x", Value: v}
		check := func(name string, want map[Kind]int64, change func(*keyspace.Group)) {
			t.Helper()
			v := v
			v.Groups = []keyspace.Group{g}
			v.Groups[0].Pending = slices.Clone(g.Pending)
			change(&v.Groups[0])
			key.Value = v
			res, diffs := s.verified(t, sliceSource{keys: keyspace.Split(key, size)}, Options{Server: groupServer()})
			if diff := cmp.Diff(want, res.Kinds); diff != "" || len(res.Invalid) > 0 {
				t.Errorf("%s, in parts of %d: kinds (-want +got):\n%s, %d differences, invalid %q", name, size, diff, len(diffs), res.Invalid)
			}
		}
		check("equal", map[Kind]int64{}, func(*keyspace.Group) {})
		check("one too many", map[Kind]int64{KindPendingExtra: 1}, func(g *keyspace.Group) { g.Pending = slices.Delete(g.Pending, 1234, 1235) })
		check("most too many", map[Kind]int64{KindPendingExtra: 100, KindMore: 2390}, func(g *keyspace.Group) { g.Pending = g.Pending[:10] })
		check("all too many", map[Kind]int64{KindPendingExtra: 100, KindMore: 2400}, func(g *keyspace.Group) { g.Pending = nil })
		check("one missing", map[Kind]int64{KindPendingMissing: 1}, func(g *keyspace.Group) {
			g.Pending = append(g.Pending, keyspace.Pending{ID: id(math.MaxUint64, math.MaxUint64), Owner: keyspace.Some("a"), Deliveries: 1})
		})
	}
}

// TestOddStreamInfo: a reply that is none of XINFO says nothing about a stream.
func TestOddStreamInfo(t *testing.T) {
	s := startRedis(t)
	plain := keyspace.Key{Name: "plain", Value: keyspace.Stream{Entries: []keyspace.Entry{{ID: keyspace.ID{Ms: 1}, Pairs: []keyspace.Pair{{Field: "f", Value: "v"}}}}, LastID: keyspace.ID{Ms: 1}}}
	s.write(t, plain)
	for _, reply := range []string{":1\r\n", "$-1\r\n", "*2\r\n:1\r\n:1\r\n"} {
		at := s.answering(t, func(words []string) string {
			if words[0] == "XINFO" {
				return reply
			}
			return ""
		})
		res, diffs := at.verified(t, sliceSource{keys: []keyspace.Key{plain}}, Options{Server: groupServer()})
		if len(diffs) > 0 || res.Verdicts.Unanswered != 1 {
			t.Errorf("XINFO answers %q: differences %+v, verdicts %+v", reply, diffs, res.Verdicts)
		}
	}
}

// TestCanariesOfUnknownCounts: an old file does not say how many entries a group has
// read. The server that loads it makes a number up, which no planted mistake may meet.
func TestCanariesOfUnknownCounts(t *testing.T) {
	s := startRedis(t)
	s.do(t, "XADD", "x", "1-0", "f", "v")
	s.do(t, "XADD", "x", "2-0", "f", "v")
	for i, name := range []string{"none", "one", "two"} {
		s.do(t, "XGROUP", "CREATE", "x", name, fmt.Sprintf("%d-0", i), "ENTRIESREAD", i)
	}
	v := keyspace.Stream{LastID: id(2, 0), Entries: []keyspace.Entry{{ID: id(1, 0), Pairs: []keyspace.Pair{{Field: "f", Value: "v"}}}, {ID: id(2, 0), Pairs: []keyspace.Pair{{Field: "f", Value: "v"}}}}}
	for i, name := range []string{"none", "one", "two"} {
		v.Groups = append(v.Groups, keyspace.Group{Name: name, LastDeliveredID: id(uint64(i), 0)})
	}
	caught := int64(0)
	for seed := range uint64(24) {
		res, diffs := s.verified(t, sliceSource{keys: []keyspace.Key{{Name: "x", Value: v}}}, Options{Server: groupServer(), Seed: seed})
		if len(diffs) > 0 || len(res.Invalid) > 0 || res.Verdicts.Equal != 1 {
			t.Fatalf("seed %d: differences %+v, invalid %q", seed, diffs, res.Invalid)
		}
		for _, c := range res.Canaries.Kinds {
			if c.Kind == KindGroupEntriesRead {
				caught += c.Caught
			}
		}
	}
	if caught == 0 {
		t.Error("no mistake was planted into how many entries a group has read")
	}
}

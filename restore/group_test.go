package restore_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"redrill/keyspace"
	"redrill/restore"
)

func pending(i keyspace.ID, owner string, ms int64, deliveries uint64) keyspace.Pending {
	return keyspace.Pending{ID: i, Owner: keyspace.Some(owner), DeliveredMs: ms, Deliveries: deliveries}
}

// groupKeys returns streams with groups as a Redis 7.0 holds them.
func groupKeys() []keyspace.Key {
	count := func(n uint64) keyspace.Optional[uint64] { return keyspace.Some(n) }
	var many keyspace.Stream
	crowd := keyspace.Group{Name: "crowd", LastDeliveredID: id(9_000, 0), EntriesRead: count(4_000)}
	for i := range uint64(2_000) {
		crowd.Pending = append(crowd.Pending, pending(id(i+1, i%3), fmt.Sprintf("c%03d", i/10%100), int64(1_000+i/7), i/50))
		if i < 100 {
			crowd.Consumers = append(crowd.Consumers, keyspace.Consumer{Name: fmt.Sprintf("c%03d", i)})
		}
		if i%2 == 0 {
			many.Entries = append(many.Entries, entry(id(i+1, i%3), "f", "v"))
		}
	}
	many.LastID, many.MaxDeletedID, many.EntriesAdded, many.Groups = id(5_000, 0), id(4_000, 1), count(4_000), []keyspace.Group{crowd, {Name: "late"}}
	maxID := id(maxUint, maxUint)
	values := map[string]keyspace.Stream{
		"two groups":   grouped(),
		"never used":   {EntriesAdded: count(0), Groups: []keyspace.Group{{Name: ""}}},
		"nothing left": {EntriesAdded: count(3), LastID: id(7, 3), MaxDeletedID: id(7, 3), Groups: []keyspace.Group{{Name: "g", LastDeliveredID: id(7, 3), EntriesRead: count(3)}}},
		"pending of an empty stream": {EntriesAdded: count(2), LastID: id(2, 0), Groups: []keyspace.Group{
			{Name: "g", LastDeliveredID: id(2, 0), Consumers: []keyspace.Consumer{{Name: ""}}, Pending: []keyspace.Pending{pending(id(1, 0), "", 5, 1), pending(id(2, 0), "", 5, 1)}}}},
		"binary names": {EntriesAdded: count(1), LastID: id(1, 0), Entries: []keyspace.Entry{entry(id(1, 0), "f", "v")}, Groups: []keyspace.Group{
			{Name: "\x00\xff", Consumers: []keyspace.Consumer{{Name: "\r\n"}, {Name: "\xfe"}}, Pending: []keyspace.Pending{pending(id(1, 0), "\xfe", 0, 0)}}, {Name: "\xff"}}},
		"ahead of the stream": {EntriesAdded: count(2), LastID: id(2, 0), Entries: []keyspace.Entry{entry(id(2, 0), "f", "v")}, Groups: []keyspace.Group{
			{Name: "g", LastDeliveredID: maxID, EntriesRead: count(1<<63 - 1)}}},
		"full": {EntriesAdded: count(1<<63 - 1), LastID: maxID, Entries: []keyspace.Entry{entry(maxID, "f", "v")}, Groups: []keyspace.Group{
			{Name: "g", LastDeliveredID: maxID, Consumers: []keyspace.Consumer{{Name: "c"}}, Pending: []keyspace.Pending{pending(maxID, "c", 1, 1<<63-1)}}}},
		"lower IDs in the second group": {EntriesAdded: count(3), LastID: id(9, 0), Entries: []keyspace.Entry{entry(id(0, 1), "f", "v"), entry(id(9, 0), "f", "v")}, Groups: []keyspace.Group{
			{Name: "a", LastDeliveredID: id(9, 0), Consumers: []keyspace.Consumer{{Name: "c"}}, Pending: []keyspace.Pending{pending(id(9, 0), "c", 1, 1)}},
			{Name: "b", LastDeliveredID: id(9, 0), Consumers: []keyspace.Consumer{{Name: "c"}}, Pending: []keyspace.Pending{pending(id(0, 1), "c", 1, 1), pending(id(9, 0), "c", 1, 1)}}}},
		"many": many,
	}
	var keys []keyspace.Key
	for _, name := range []string{"two groups", "never used", "nothing left", "pending of an empty stream", "binary names", "ahead of the stream", "full", "lower IDs in the second group", "many"} {
		keys = append(keys, keyspace.Key{Name: name, Value: values[name], ExpireAt: keyspace.ExpireAtMs(farMs)})
	}
	return keys
}

// split cuts keys into parts of n elements.
func split(keys []keyspace.Key, n int) (parts []keyspace.Key) {
	for _, k := range keys {
		parts = append(parts, keyspace.Split(k, n)...)
	}
	return parts
}

// fields returns the fields of a reply of XINFO.
func fields(reply any) map[string]any {
	m := map[string]any{}
	for list, _ := reply.([]any); len(list) > 1; list = list[2:] {
		m[list[0].(string)] = list[1]
	}
	return m
}

func (r reader) id(v any) keyspace.ID {
	r.tb.Helper()
	i, ok := keyspace.ParseID(v.(string))
	if !ok {
		r.tb.Fatalf("ID %q", v)
	}
	return i
}

// wholeStream reads everything of a stream but the times of consumers.
func (r reader) wholeStream(name string) (v keyspace.Stream) {
	r.tb.Helper()
	info := fields(r.do("XINFO", "STREAM", name, "FULL", "COUNT", 0))
	v.LastID, v.MaxDeletedID = r.id(info["last-generated-id"]), r.id(info["max-deleted-entry-id"])
	v.EntriesAdded = keyspace.Some(uint64(info["entries-added"].(int64)))
	for _, raw := range info["entries"].([]any) {
		e := raw.([]any)
		var words []string
		for _, s := range e[1].([]any) {
			words = append(words, s.(string))
		}
		v.Entries = append(v.Entries, entry(r.id(e[0]), words...))
	}
	if info["length"] != int64(len(v.Entries)) {
		r.tb.Errorf("%q has length %v and %d entries", name, info["length"], len(v.Entries))
	}
	for _, raw := range info["groups"].([]any) {
		v.Groups = append(v.Groups, r.group(fields(raw)))
	}
	return v
}

func (r reader) group(info map[string]any) (g keyspace.Group) {
	r.tb.Helper()
	g.Name, g.LastDeliveredID = info["name"].(string), r.id(info["last-delivered-id"])
	if n, known := info["entries-read"].(int64); known {
		g.EntriesRead = keyspace.Some(uint64(n))
	}
	for _, raw := range info["consumers"].([]any) {
		g.Consumers = append(g.Consumers, keyspace.Consumer{Name: fields(raw)["name"].(string)})
	}
	for _, raw := range info["pending"].([]any) {
		e := raw.([]any)
		g.Pending = append(g.Pending, pending(r.id(e[0]), e[1].(string), e[2].(int64), uint64(e[3].(int64))))
	}
	return g
}

// TestRunRestoresGroups: in whatever parts they come, groups are what they were: with
// pending entries whose stream entries are gone, and counters. What stood in for these
// is gone too.
func TestRunRestoresGroups(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 700} {
		for _, opts := range []restore.Options{{}, {Connections: 3, PipelineCommands: 1}, {Replace: true}} {
			t.Run(fmt.Sprintf("parts of %d, %+v", n, opts.PipelineCommands), func(t *testing.T) {
				s := startServer(t)
				keys := groupKeys()
				for _, protocol := range bothProtocols {
					r := newReader(t, s.client(t))
					r.do("FLUSHALL")
					opts.Server, opts.Needs, opts.Now = full, needsOf(keys...), time.Now
					result, err := restore.Run(t.Context(), s.over(protocol), seqOf(split(keys, n)...), opts)
					if err != nil || result.Keys != int64(len(keys)) || result.Dropped+result.Absent != 0 || len(result.NotCarried) > 0 {
						t.Fatalf("Run = %+v, %v", result, err)
					}
					for _, k := range keys {
						got := keyspace.Key{Name: k.Name, Value: r.wholeStream(k.Name), ExpireAt: r.expireAt(k.Name)}
						for i, c := range keyspace.Diff(k, got) {
							if i == 5 {
								break
							}
							t.Errorf("%q: %s", k.Name, c.Text)
						}
					}
				}
			})
		}
	}
}

// TestRunRestoresGroupsOfOldServers: before 7.0 there are no counters, before 6.2
// consumers begin to exist when they read.
func TestRunRestoresGroupsOfOldServers(t *testing.T) {
	for _, server := range []restore.Server{{XSetID: true, Groups: true, Consumers: true}, {XSetID: true, Groups: true}} {
		for _, n := range []int{0, 1} {
			s := startServer(t)
			keys := groupKeys()
			result, err := restore.Run(t.Context(), s.options(), seqOf(split(keys, n)...), restore.Options{Server: server, Needs: needsOf(keys...), Now: time.Now})
			if err != nil {
				t.Fatalf("Run = %v", err)
			}
			if got := fmt.Sprint(result.NotCarried); got != "[9 streams: number of entries ever added (XSETID … ENTRIESADDED: Redis 7.0) 4 consumer groups: number of entries read (XGROUP … ENTRIESREAD: Redis 7.0)]" {
				t.Errorf("not carried: %v", got)
			}
			r := newReader(t, s.client(t))
			for _, k := range keys {
				want, got := k.Value.(keyspace.Stream), r.wholeStream(k.Name)
				got.EntriesAdded, got.MaxDeletedID = want.EntriesAdded, want.MaxDeletedID
				for i := range want.Groups {
					want.Groups[i].EntriesRead = keyspace.Optional[uint64]{}
				}
				for _, c := range keyspace.Diff(keyspace.Key{Value: want}, keyspace.Key{Value: got}) {
					t.Errorf("%q: %.200s", k.Name, c.Text)
				}
			}
		}
	}
}

// TestWhatIsNotCarried: everything that commands do not bring to a server is
// counted once, whatever parts it comes in.
func TestWhatIsNotCarried(t *testing.T) {
	const now = 1_700_000_000_000
	stream := grouped()
	stream.FirstID = keyspace.Some(id(9, 9))
	stream.Groups[0].Consumers = []keyspace.Consumer{{Name: "idle", SeenMs: keyspace.Some(int64(1))}, {Name: "never", ActiveMs: keyspace.Some(int64(-1))}, {Name: "x"}}
	stream.Groups[0].Pending = append(stream.Groups[0].Pending, pending(id(6, 0), "x", now+1, 1), keyspace.Pending{ID: id(3, 3)}, keyspace.Pending{ID: id(3, 1)})
	stream.Groups[1].Pending = append([]keyspace.Pending{pending(id(0, 0), "y", 1, 1)}, stream.Groups[1].Pending...)
	keys := []keyspace.Key{
		{Name: "x", Value: stream},
		{Name: "h", Value: keyspace.Hash{{Name: "a", ExpireAt: keyspace.ExpireAtMs(farMs)}, {Name: "b", ExpireAt: keyspace.ExpireAtMs(farMs)}, {Name: "c"}}},
		{Name: "a", Value: keyspace.Array{Cells: []keyspace.Cell{{Index: 1, Value: "v"}, {Index: 2, Value: "v"}}}},
		{Name: "o", Value: keyspace.Opaque{Kind: "module:m.1"}}, {Name: "p", Value: keyspace.Opaque{Kind: "module:m.1"}}, {Name: "q", Value: keyspace.Opaque{Kind: "module:n.2"}},
	}
	for _, n := range []int{0, 1} {
		for _, row := range []struct {
			server string
			args   []string // of the server
			want   []string
		}{
			{"7.0", nil, []string{
				"arrays 1 array: the server has no arrays (Redis 8.8)",
				"consumer_times 2 consumers: times of last reading (commands cannot set them), not promised",
				"field_expiry 2 fields: expire time of the field (HPEXPIREAT: Redis 7.4, Valkey 9.0)",
				"first_ids 1 stream: stored first ID (a server derives it from the entries), not promised",
				"functions 2 libraries: of functions (FUNCTION LOAD: Redis 7.0)",
				"opaque:module:m.1 2 keys: opaque value, module:m.1 (commands cannot write it)",
				"opaque:module:n.2 1 key: opaque value, module:n.2 (commands cannot write it)",
				"pending 2 pending entries: ID, time or count of deliveries that no command sets",
				"pending_without_owner 2 pending entries: owned by nobody (commands cannot give entries back)",
			}},
			{"without groups", []string{"--rename-command", "XCLAIM", ""}, []string{
				"arrays 1 array: the server has no arrays (Redis 8.8)",
				"field_expiry 2 fields: expire time of the field (HPEXPIREAT: Redis 7.4, Valkey 9.0)",
				"first_ids 1 stream: stored first ID (a server derives it from the entries), not promised",
				"functions 2 libraries: of functions (FUNCTION LOAD: Redis 7.0)",
				"groups 2 consumer groups: the server lacks XGROUP, XCLAIM, XTRIM or XSETID",
				"opaque:module:m.1 2 keys: opaque value, module:m.1 (commands cannot write it)",
				"opaque:module:n.2 1 key: opaque value, module:n.2 (commands cannot write it)",
			}},
		} {
			s := startServer(t, append([]string{"--rename-command", "FUNCTION", ""}, row.args...)...)
			needs := needsOf(keys...)
			needs.AddFunctions([]string{"x", "y"})
			result, err := restore.Run(t.Context(), s.options(), seqOf(split(keys, n)...), restore.Options{
				Server: newest, Needs: needs, Functions: []string{"x", "y"}, Now: func() time.Time { return time.UnixMilli(now) }})
			if err != nil || result.Keys != 2 || result.Absent != 0 || result.Expired != 0 || result.Functions != 0 {
				t.Fatalf("%s: Run = %+v, %v", row.server, result, err)
			}
			var got []string
			for _, l := range result.NotCarried {
				text := l.What + " " + l.String()
				if l.BeyondPromise() {
					text += ", not promised"
				}
				got = append(got, text)
			}
			if g, w := strings.Join(got, "\n"), strings.Join(row.want, "\n"); g != w {
				t.Errorf("%s, parts of %d: not carried:\n%s\nwant:\n%s", row.server, n, g, w)
			}
			if size := newReader(t, s.client(t)).do("DBSIZE"); size != int64(2) {
				t.Errorf("%v keys, want 2", size)
			}
		}
	}
}

// TestManyOpaqueKinds: a source that names any number of kinds does not make the
// result as large.
func TestManyOpaqueKinds(t *testing.T) {
	s := startServer(t)
	var keys []keyspace.Key
	for i := range 500 {
		keys = append(keys, keyspace.Key{Name: fmt.Sprint(i), Value: keyspace.Opaque{Kind: fmt.Sprint(i)}})
	}
	result, err := restore.Run(t.Context(), s.options(), seqOf(keys...), restore.Options{Server: newest})
	if err != nil || len(result.NotCarried) > 101 {
		t.Fatalf("Run = %d losses, %v", len(result.NotCarried), err)
	}
	sum := int64(0)
	for _, l := range result.NotCarried {
		sum += l.Count
	}
	if sum != 500 {
		t.Errorf("%d opaque keys are counted, want 500", sum)
	}
}

// TestGroupsNeedPermission: a user who may not claim is told so, and loses nothing.
func TestGroupsNeedPermission(t *testing.T) {
	for command, rule := range map[string]string{"XCLAIM": "-xclaim", "XTRIM": "-xtrim", "XGROUP": "-xgroup|createconsumer", "XSETID": "-xsetid"} {
		s := startServer(t)
		newReader(t, s.client(t)).do("ACL", "SETUSER", "u", "on", "nopass", "~*", "+@all", rule)
		base := s.options()
		base.Username, base.Password = "u", "x"
		keys := groupKeys()
		_, err := restore.Run(t.Context(), base, seqOf(keys...), restore.Options{Server: full, Needs: needsOf(keys...)})
		if !errors.Is(err, restore.ErrForbidden) || errors.Is(err, restore.ErrLacks) || !strings.Contains(err.Error(), command) {
			t.Errorf("%s: Run = %v, want it forbidden", command, err)
		}
		checkNothingWritten(t, s.client(t))
	}
}

// TestRunRebuildsGroups: a stream with groups is built again as a whole when the
// connection breaks in the middle of it.
func TestRunRebuildsGroups(t *testing.T) {
	keys := groupKeys()[:8]
	for _, trigger := range []string{"XCLAIM", "XTRIM", "MKSTREAM"} {
		s := startServer(t)
		p := startProxy(t, "unix", s.Socket, trigger, func(n int) int { return n / 2 })
		result, err := restore.Run(t.Context(), &redis.Options{Addr: p.listener.Addr().String()}, seqOf(keys...), restore.Options{Server: full, Connections: 1})
		if err != nil || result.Rebuilt == 0 {
			t.Fatalf("Run = %+v, %v", result, err)
		}
		r := newReader(t, s.client(t))
		for _, k := range keys {
			for _, c := range keyspace.Diff(k, keyspace.Key{Value: r.wholeStream(k.Name), ExpireAt: r.expireAt(k.Name)}) {
				t.Errorf("%q: %s", k.Name, c.Text)
			}
		}
	}
}

// TestWhatIsNotWrittenIsNotRemoved: a failed run counts the keys that it has begun as
// it did when it wrote, with those among them that it had nothing to write of.
func TestWhatIsNotWrittenIsNotRemoved(t *testing.T) {
	var keys []keyspace.Key
	for i := range 300 {
		name := fmt.Sprint(i)
		keys = append(keys,
			keyspace.Key{Name: "o" + name, Value: keyspace.Opaque{Kind: "k"}},
			keyspace.Key{Name: "h" + name, Value: keyspace.Hash{expiring("a", 10), expiring("b", 10)}},
			keyspace.Key{Name: "a" + name, Value: keyspace.Array{Cells: []keyspace.Cell{{Value: "v"}, {Index: 1, Value: "v"}}}},
			keyspace.Key{Name: "x" + name, Value: grouped()},
			keyspace.Key{Name: "i" + name, Value: keyspace.Hash{expiring("a", 10), {Name: "b", Value: "v"}}})
	}
	for _, n := range []int{0, 1} {
		s := startServer(t)
		r := newReader(t, s.client(t))
		sequence := split(keys, n)
		opts := restore.Options{Server: full, AsOfMs: 10, Again: again(sequence...), PipelineCommands: 20}
		wait := written(&opts)
		last := len(sequence) - 30 // the last keys are not sent, and somebody else has keys of their names
		result, err := restore.Run(t.Context(), s.options(), endsWith(errSource, last-1, func() {
			wait()
			for _, k := range keys[len(keys)-5:] {
				r.do("HSET", k.Name, "of", "others")
			}
			r.do("XADD", "x300", "*", "of", "others")
		}, sequence[:last]...), opts)
		if u := result.CleanUp; !errors.Is(err, errSource) || u == nil || u.Left != 0 || u.Written == 0 || u.Removed != u.Written {
			t.Fatalf("Run = %+v, %v", u, err)
		}
		if got := r.do("DBSIZE"); got != int64(6) {
			t.Errorf("parts of %d: %v keys stay, want the 6 of others", n, got)
		}
	}
}

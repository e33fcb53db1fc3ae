package restore_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"redrill/keyspace"
	"redrill/restore"
)

// dense returns keys that a server stores in as little memory as it can.
func dense() map[string][]keyspace.Key {
	number := func(i int) string { return strconv.FormatInt(-9_000_000_000_000_000_000+int64(i), 10) }
	cases := map[string][]keyspace.Key{}
	for i := range 20_000 {
		cases["numbers"] = append(cases["numbers"], keyspace.Key{Name: strconv.Itoa(i), Value: keyspace.String(number(i))})
		cases["small numbers"] = append(cases["small numbers"], keyspace.Key{Name: strconv.Itoa(i), Value: keyspace.String("7")})
		cases["empty strings"] = append(cases["empty strings"], keyspace.Key{Name: strconv.Itoa(i), Value: keyspace.String("")})
	}
	for i := range 200 {
		var set keyspace.Set
		var hash keyspace.Hash
		var zset keyspace.ZSet
		var stream keyspace.Stream
		var hll keyspace.HyperLogLog
		var groups keyspace.Stream
		for j := range 500 {
			set = append(set, number(j))
			if j < 100 {
				hash = append(hash, keyspace.Field{Name: number(j), Value: number(j)})
				zset = append(zset, keyspace.Member{Name: number(j), Score: 1})
			}
			stream.Entries = append(stream.Entries, entry(id(1, uint64(j+1)), strings.Repeat("field", 200), "1"))
			hll = append(hll, fmt.Sprintf("an element that is counted and not kept %d", j))
		}
		for j := range 20 {
			g := keyspace.Group{Name: fmt.Sprintf("a long name of a group that has much in common with others %d", j)}
			for c := range 10 {
				g.Consumers = append(g.Consumers, keyspace.Consumer{Name: strconv.Itoa(c)})
				g.Pending = append(g.Pending, pending(id(1, uint64(c+1)), "1", 1, 1))
			}
			groups.Groups = append(groups.Groups, g)
		}
		stream.LastID = id(1, 500)
		name := "key " + strconv.Itoa(i)
		for what, v := range map[string]keyspace.Value{"sets": set, "hashes": hash, "sorted sets": zset, "streams": stream, "groups": groups, "hyperloglogs": hll,
			"lists": keyspace.List{strings.Repeat("a", 7000), strings.Repeat("b", 7000), strings.Repeat("c", 7000), strings.Repeat("d", 7000)}} {
			cases[what] = append(cases[what], keyspace.Key{Name: name, Value: v})
		}
	}
	return cases
}

func usedMemory(t *testing.T, s *server) int64 {
	t.Helper()
	for line := range strings.Lines(s.client(t).Info(t.Context(), "memory").Val()) {
		if value, ok := strings.CutPrefix(line, "used_memory:"); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatal("INFO memory without used_memory")
	return 0
}

// TestWhatFitsIsNotRefused: a server whose maxmemory is what the keys took on
// another is not refused, however small it stores them. (It may still run out.)
func TestWhatFitsIsNotRefused(t *testing.T) {
	for name, keys := range dense() {
		t.Run(name, func(t *testing.T) {
			args := []string{"--list-compress-depth", "1", "--list-max-listpack-size", "-2", "--maxmemory-policy", "noeviction"}
			first := startServer(t, args...)
			opts := restore.Options{Server: full, Needs: needsOf(keys...), Connections: 1}
			if _, err := restore.Run(t.Context(), first.options(), seqOf(keys...), opts); err != nil {
				t.Fatal(err)
			}
			second := startServer(t, append(args, "--maxmemory", strconv.FormatInt(usedMemory(t, first), 10))...)
			result, err := restore.Run(t.Context(), second.options(), seqOf(keys...), opts)
			if err != nil && result.CleanUp == nil { // refused before anything was written
				t.Errorf("Run = %v", err)
			}
		})
	}
}

// TestWhatCannotFitIsRefused: before anything is written, with both sizes.
func TestWhatCannotFitIsRefused(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for _, row := range []struct {
		name string
		args []string
		key  keyspace.Key
		need string // "" when it is not refused
	}{
		{"string", nil, keyspace.Key{Value: keyspace.String(long)}, "at least 10.0 MiB"},
		{"name", nil, keyspace.Key{Name: long, Value: keyspace.String("1")}, "at least 10.0 MiB"},
		{"hash", nil, keyspace.Key{Value: keyspace.Hash{{Name: long, Value: long}}}, "at least 20.0 MiB"},
		{"set", nil, keyspace.Key{Value: keyspace.Set{long}}, "at least 10.0 MiB"},
		{"zset", nil, keyspace.Key{Value: keyspace.ZSet{{Name: long}}}, "at least 10.0 MiB"},
		{"list", nil, keyspace.Key{Value: keyspace.List{long}}, "at least 10.0 MiB"},
		{"list that may be compressed", []string{"--list-compress-depth", "1"}, keyspace.Key{Value: keyspace.List{long}}, ""},
		{"list without CONFIG", []string{"--rename-command", "CONFIG", ""}, keyspace.Key{Value: keyspace.List{long}}, ""},
		{"stream", nil, keyspace.Key{Value: keyspace.Stream{Entries: []keyspace.Entry{entry(id(1, 0), "f", long)}}}, "at least 10.0 MiB"},
		{"fields of a stream", nil, keyspace.Key{Value: keyspace.Stream{Entries: []keyspace.Entry{entry(id(1, 0), long, "")}}}, ""},
		{"hyperloglog", nil, keyspace.Key{Value: keyspace.HyperLogLog{long}}, ""},
		{"consumers", nil, keyspace.Key{Value: keyspace.Stream{Groups: []keyspace.Group{{Name: "g", Consumers: []keyspace.Consumer{{Name: long}}}}}}, "at least 10.0 MiB"},
		{"consumers on a server without groups", []string{"--rename-command", "XCLAIM", ""}, keyspace.Key{Value: keyspace.Stream{Groups: []keyspace.Group{{Name: "g", Consumers: []keyspace.Consumer{{Name: long}}}}}}, ""},
		{"pending entries", nil, keyspace.Key{Value: keyspace.Stream{Groups: []keyspace.Group{{Name: "g", Pending: make([]keyspace.Pending, 50_000)}}}}, "at least 11.4 MiB"},
		{"arrays on a server without", nil, keyspace.Key{Value: keyspace.Array{Cells: []keyspace.Cell{{Value: long}}}}, ""},
		{"opaque", nil, keyspace.Key{Name: long, Value: keyspace.Opaque{Size: 1 << 40}}, ""},
		{"fields that have expired", nil, keyspace.Key{Value: keyspace.Hash{{Name: long, ExpireAt: keyspace.ExpireAtMs(0)}, {Name: "f"}}}, ""},
		{"a server that evicts", []string{"--maxmemory-policy", "allkeys-lru"}, keyspace.Key{Value: keyspace.String(long)}, "at least 10.0 MiB"},
		{"a server that says nothing", []string{"--rename-command", "INFO", ""}, keyspace.Key{Value: keyspace.String(long)}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := startServer(t, append([]string{"--maxmemory", "5mb"}, row.args...)...)
			var keys []keyspace.Key
			for i := range 10 {
				k := row.key
				k.Name += strconv.Itoa(i)
				keys = append(keys, k)
			}
			result, err := restore.Run(t.Context(), s.options(), seqOf(keys...), restore.Options{Server: full, Needs: needsOf(keys...)})
			if row.need == "" {
				if err != nil && result.CleanUp == nil {
					t.Errorf("Run = %v, want no refusal before anything is written", err)
				}
				return
			}
			if !errors.Is(err, restore.ErrMemory) || !errors.Is(err, restore.ErrTarget) || result.CleanUp != nil ||
				!strings.Contains(err.Error(), row.need) || !strings.Contains(err.Error(), "maxmemory is 5.0 MiB; try CONFIG SET maxmemory ") || !strings.Contains(err.Error(), "used") {
				t.Errorf("Run = %v, want ErrMemory with %q", err, row.need)
			}
			checkNothingWritten(t, s.client(t))
		})
	}
}

// TestOutOfMemoryNamesTheSizes: when a server runs out although the keys might have
// fitted.
func TestOutOfMemoryNamesTheSizes(t *testing.T) {
	s := startServer(t, "--maxmemory", "4mb", "--maxmemory-policy", "noeviction")
	var keys []keyspace.Key
	for i := range 100_000 {
		keys = append(keys, keyspace.Key{Name: strconv.Itoa(i), Value: keyspace.String("1")})
	}
	_, err := restore.Run(t.Context(), s.options(), seqOf(keys...), restore.Options{Server: full, Needs: needsOf(keys...)})
	if !errors.Is(err, restore.ErrMemory) || restore.Code(err) != "OOM" {
		t.Fatalf("Run = %v, want ErrMemory and OOM", err)
	}
	for _, want := range []string{"SET", "maxmemory is 4.0 MiB; all keys need at least 2.1 MiB, and what the server adds to it; try CONFIG SET maxmemory 8mb)"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("Run = %v, want %q in it", err, want)
		}
	}
}

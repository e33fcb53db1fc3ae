package restore_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"redrill/keyspace"
	"redrill/restore"
)

// full is what Redis 7.0 can do.
var full = restore.Server{XSetID: true, MaxDeletedID: true, SetPXAT: true, Groups: true, Consumers: true, Functions: true}

// newest can do everything.
var newest = restore.Server{XSetID: true, MaxDeletedID: true, SetPXAT: true, Groups: true, Consumers: true, Functions: true, FieldExpiry: true, Arrays: true}

// restoreEdges restores the edges in parts of n elements.
func restoreEdges(t *testing.T, base *redis.Options, n int, opts restore.Options) restore.Result {
	t.Helper()
	var keys []keyspace.Key
	var want restore.Result
	for _, e := range edges() {
		keys = append(keys, parts(e.key, n)...)
		if e.absent {
			want.Absent++
			continue
		}
		want.Keys++
	}
	got, err := restore.Run(t.Context(), base, seqOf(keys...), opts)
	if err != nil {
		t.Fatalf("Run = %v", err)
	}
	if got.Keys != want.Keys || got.Absent != want.Absent || got.Dropped != 5 || got.Rebuilt != 0 || got.Expired != 0 {
		t.Errorf("Run = %+v, want %d keys, %d absent, 5 dropped", got, want.Keys, want.Absent)
	}
	return got
}

func TestRunOnRedis(t *testing.T) {
	for _, server := range []restore.Server{full, {XSetID: true}, {}} {
		for _, n := range []int{0, 1, 2} {
			for _, opts := range []restore.Options{
				{}, {Connections: 3, PipelineCommands: 1}, {PipelineBytes: 100, NoScan: true}, {Replace: true},
			} {
				opts.Server = server
				t.Run(fmt.Sprintf("%+v parts of %d %+v", server, n, opts.PipelineCommands), func(t *testing.T) {
					s := startServer(t)
					for _, protocol := range bothProtocols {
						newReader(t, s.client(t)).do("FLUSHALL")
						restoreEdges(t, s.over(protocol), n, opts)
						checkEdges(t, s, server)
					}
				})
			}
		}
	}
}

func checkEdges(t *testing.T, s *server, can restore.Server) {
	t.Helper()
	r := newReader(t, s.client(t))
	count := make(map[int]int64)
	for _, e := range edges() {
		r.do("SELECT", e.key.DB)
		if exists := r.do("EXISTS", e.key.Name) == int64(1); exists == e.absent {
			t.Errorf("%q exists: %v", e.name, exists)
			continue
		}
		if e.absent {
			continue
		}
		count[e.key.DB]++
		want := e.want
		if want == nil {
			want = e.key.Value
		}
		got := r.value(e.key.Name, want)
		if stream, ok := got.(keyspace.Stream); ok && !can.MaxDeletedID {
			stream.MaxDeletedID = want.(keyspace.Stream).MaxDeletedID // cannot be set
			got = stream
		}
		if diff := cmp.Diff(text(want), text(got)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", e.name, diff)
		}
		if got := r.expireAt(e.key.Name); got != e.key.ExpireAt {
			t.Errorf("expire time of %q = %v, want %v", e.name, got, e.key.ExpireAt)
		}
	}
	for db, want := range count {
		r.do("SELECT", db)
		if got := r.do("DBSIZE"); got != want {
			t.Errorf("database %d has %v keys, want %d", db, got, want)
		}
	}
}

func TestRunOnMiniredis(t *testing.T) {
	for _, n := range []int{0, 1} {
		t.Run(fmt.Sprintf("parts of %d, RESP%d", n, 2+n), func(t *testing.T) {
			m := miniredis.RunT(t)
			m.SetTime(time.UnixMilli(farMs - 1000))
			restoreEdges(t, &redis.Options{Addr: m.Addr(), Protocol: 2 + n}, n, restore.Options{Server: restore.Server{SetPXAT: true}})
			c := redis.NewClient(&redis.Options{Addr: m.Addr(), Protocol: 2, MaxRetries: -1})
			defer c.Close()
			r := newReader(t, c)
			for _, e := range edges() {
				r.do("SELECT", e.key.DB)
				checkMiniredisEdge(t, r, e)
			}
		})
	}
}

func checkMiniredisEdge(t *testing.T, r reader, e edge) {
	t.Helper()
	if exists := r.do("EXISTS", e.key.Name) == int64(1); exists == e.absent {
		t.Errorf("%q exists: %v", e.name, exists)
	}
	if e.absent {
		return
	}
	if got := r.expireAt(e.key.Name); got != e.key.ExpireAt {
		t.Errorf("expire time of %q = %v, want %v", e.name, got, e.key.ExpireAt)
	}
	want := e.want
	if want == nil {
		want = e.key.Value
	}
	switch w := want.(type) {
	case keyspace.HyperLogLog:
		if got := r.do("PFCOUNT", e.key.Name); got != int64(len(w)) {
			t.Errorf("%q: PFCOUNT = %v, want %d", e.name, got, len(w))
		}
		return
	case keyspace.Stream:
		w.MaxDeletedID = keyspace.ID{} // it has none
		want = w
	case keyspace.String, keyspace.Hash, keyspace.List, keyspace.Set, keyspace.ZSet:
	case keyspace.Array, keyspace.Opaque:
	}
	if diff := cmp.Diff(text(want), text(r.value(e.key.Name, want))); diff != "" {
		t.Errorf("%q (-want +got):\n%s", e.name, diff)
	}
}

// A listpack cannot hold -0 and keeps the 0 when it becomes a skiplist, so what
// counts is when a score of -0 is written, not only how.
func TestNegativeZeroSurvivesGrowth(t *testing.T) {
	var grown keyspace.ZSet
	for i := range 200 {
		m := keyspace.Member{Name: fmt.Sprintf("m%03d", i), Score: float64(i)}
		if i%2 == 0 {
			m.Score = math.Copysign(0, -1)
		}
		grown = append(grown, m)
	}
	s := startServer(t)
	if _, err := restore.Run(t.Context(), s.options(), seqOf(keyspace.Key{Name: "z", Value: grown}), restore.Options{Server: full}); err != nil {
		t.Fatalf("Run = %v", err)
	}
	got := newReader(t, s.client(t)).zset("z")
	for i := range grown {
		if got[i].Name != grown[i].Name || !keyspace.SameScore(got[i].Score, grown[i].Score) {
			t.Errorf("member %d = %v, want %v", i, got[i], grown[i])
		}
	}
}

// TestCommandsStayLarge: the bound of a command counts from where the command
// begins, whatever stands before it in the pipeline.
func TestCommandsStayLarge(t *testing.T) {
	s := startServer(t)
	hash := make(keyspace.Hash, 100)
	for i := range hash {
		hash[i] = keyspace.Field{Name: fmt.Sprintf("%03d", i), Value: "v"}
	}
	keys := []keyspace.Key{{Name: "s", Value: keyspace.String(strings.Repeat("x", 300<<10))}, {Name: "t", Value: hash}}
	result, err := restore.Run(t.Context(), s.options(), seqOf(keys...), restore.Options{Server: full, Connections: 1, Needs: needsOf(keys...)})
	if err != nil || result.Commands != 2 {
		t.Errorf("%d commands, %v; want one for each key", result.Commands, err)
	}
}

package verify

import (
	"context"
	"math"
	"strconv"
	"testing"

	"github.com/redis/go-redis/v9"

	"redrill/internal/redistest"
	"redrill/keyspace"
)

// redis7 is what a Redis 7 can do.
var redis7 = Server{
	Product: "redis", Time: true, PExpireTime: true, MGet: true, GetRange: true, HMGet: true, SMIsMember: true,
	ZMScore: true, ElementScan: true, Scan: true, DBSize: true, Info: true, Databases: true,
	ObjectEncoding: true, LastID: true, MaxDeletedID: true, HLLBytes: true,
}

const asOfMs = 1_700_000_000_000

// testServer is a redis-server of this test's own.
type testServer struct{ *redistest.Server }

func startRedis(tb testing.TB, args ...string) *testServer {
	tb.Helper()
	return &testServer{redistest.Start(tb, args...)}
}

func (s *testServer) do(tb testing.TB, args ...any) any { tb.Helper(); return s.Do(tb, args...) }

func (s *testServer) over(protocol int) *testServer { return &testServer{s.Over(protocol)} }

// answering returns a server that is s but for the commands for which answer
// returns a reply. Words[0] is in upper case.
func (s *testServer) answering(tb testing.TB, answer func(words []string) string) *testServer {
	tb.Helper()
	return &testServer{s.Answering(tb, answer)}
}

// about returns an answer to a command about a key, and to no other.
var about = redistest.About

// write puts a key onto the server.
func (s *testServer) write(tb testing.TB, keys ...keyspace.Key) {
	tb.Helper()
	for _, k := range keys {
		args := func(command string, n int) []any { return append(make([]any, 0, n+2), command, k.Name) }
		switch v := k.Value.(type) {
		case keyspace.String:
			s.do(tb, "APPEND", k.Name, string(v))
			if len(v) == 0 && k.Part == 0 {
				s.do(tb, "SET", k.Name, "")
			}
		case keyspace.Hash:
			a := args("HSET", 2*len(v))
			for _, f := range v {
				a = append(a, f.Name, f.Value)
			}
			s.do(tb, a...)
		case keyspace.List:
			a := args("RPUSH", len(v))
			for _, e := range v {
				a = append(a, e)
			}
			s.do(tb, a...)
		case keyspace.Set:
			a := args("SADD", len(v))
			for _, m := range v {
				a = append(a, m)
			}
			s.do(tb, a...)
		case keyspace.ZSet:
			a := args("ZADD", 2*len(v))
			for _, m := range v {
				a = append(a, strconv.FormatFloat(m.Score, 'g', -1, 64), m.Name)
			}
			s.do(tb, a...)
		case keyspace.Stream:
			s.writeStream(tb, k, v)
		case keyspace.HyperLogLog:
			a := args("PFADD", len(v))
			for _, e := range v {
				a = append(a, e)
			}
			s.do(tb, a...)
		case keyspace.Array, keyspace.Opaque:
		}
		if ms, ok := k.ExpireAt.Ms(); ok && !k.More {
			s.do(tb, "PEXPIREAT", k.Name, ms)
		}
	}
}

func (s *testServer) writeStream(tb testing.TB, k keyspace.Key, v keyspace.Stream) {
	tb.Helper()
	if k.Part == 0 {
		s.do(tb, "XGROUP", "CREATE", k.Name, "g", "$", "MKSTREAM")
		s.do(tb, "XGROUP", "DESTROY", k.Name, "g")
	}
	for _, e := range v.Entries {
		a := []any{"XADD", k.Name, e.ID.String()}
		for _, p := range e.Pairs {
			a = append(a, p.Field, p.Value)
		}
		s.do(tb, a...)
	}
	if !k.More {
		last := v.LastID
		if n := len(v.Entries); n > 0 {
			last = keyspace.MaxID(last, v.Entries[n-1].ID)
		}
		s.do(tb, "XSETID", k.Name, last.String(), "ENTRIESADDED", 1000, "MAXDELETEDID", v.MaxDeletedID.String())
	}
}

// sliceSource is a source that holds its keys.
type sliceSource struct {
	keys  []keyspace.Key
	notes []keyspace.Note
	tally keyspace.Tally
	err   error
	at    func(i int) // called before key i
}

func (s sliceSource) Origin() keyspace.Origin { return keyspace.Origin{} }
func (s sliceSource) Counted() keyspace.Tally { return s.tally }
func (s sliceSource) Functions() []string     { return nil }

func (s sliceSource) Keys(note func(keyspace.Note)) keyspace.Seq {
	return func(yield func(keyspace.Key, error) bool) {
		for _, n := range s.notes {
			note(n)
		}
		for i, k := range s.keys {
			if s.at != nil {
				s.at(i)
			}
			if !yield(k, nil) {
				return
			}
		}
		if s.err != nil {
			yield(keyspace.Key{}, s.err)
		}
	}
}

// verified runs a verification and returns all differences with the result.
func (s *testServer) verified(tb testing.TB, src sliceSource, opts Options) (*Result, []Difference) {
	tb.Helper()
	var diffs []Difference
	if opts.Server == (Server{}) {
		opts.Server = redis7
	}
	opts.AsOfMs = asOfMs
	opts.Diffs = func(d Difference) { diffs = append(diffs, d) }
	res, err := Run(context.Background(), s.Options, func() (keyspace.Source, error) { return src, nil }, opts)
	if err != nil {
		tb.Fatalf("Run() = %v", err)
	}
	return res, diffs
}

func splitAll(keys []keyspace.Key, n int) (parts []keyspace.Key) {
	for _, k := range keys {
		parts = append(parts, keyspace.Split(k, n)...)
	}
	return parts
}

// flush empties one database of the test's own server.
func (s *testServer) flush(tb testing.TB, db int) {
	tb.Helper()
	o := *s.Options
	o.DB = db
	client := redis.NewClient(&o)
	defer func() { _ = client.Close() }()
	if err := client.Do(context.Background(), "FLUSHDB").Err(); err != nil {
		tb.Fatalf("FLUSHDB: %v", err)
	}
}

var negativeZero = math.Copysign(0, -1)

// bothProtocols are those that a server can be asked to speak.
var bothProtocols = redistest.Protocols

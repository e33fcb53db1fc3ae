package verify

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
)

// verifiedInRounds verifies with rounds of reading again; before is called when
// the source is opened, with the number of that reading.
func (s *testServer) verifiedInRounds(t *testing.T, src sliceSource, opts Options, before func(reading int)) (res *Result, diffs []string, readings int) {
	t.Helper()
	if opts.Server == (Server{}) {
		opts.Server = redis7
	}
	opts.AsOfMs = asOfMs
	opts.Diffs = func(d Difference) { diffs = append(diffs, describe(d)) }
	res, err := Run(context.Background(), s.Options, func() (keyspace.Source, error) {
		before := before
		src, reading := src, readings
		readings++
		src.at = func(i int) {
			if i == 0 {
				before(reading)
			}
		}
		return src, nil
	}, opts)
	if err != nil {
		t.Fatalf("Run() = %v", err)
	}
	return res, diffs, readings
}

func TestLive(t *testing.T) {
	keys := sampleKeys()
	for _, row := range []struct {
		name   string
		before func(s *testServer, reading int)
		status Outcome
		diffs  []string
		live   Live // without Written
		last   int  // readings of the source
		quiet  bool // nobody writes during the run
	}{
		{name: "nobody writes", before: func(*testServer, int) {}, live: Live{Rounds: 3}, last: 2, quiet: true, status: Verified},
		{name: "a value settles", before: func(s *testServer, reading int) {
			switch reading {
			case 0:
				s.do(t, "SET", "s", "other")
			case 2:
				s.do(t, "SET", "s", "hello")
			}
		}, live: Live{Rounds: 3, Settled: 1}, last: 4, status: Verified},
		{name: "a value settles in the last round", before: func(s *testServer, reading int) {
			switch reading {
			case 0:
				s.do(t, "SET", "s", "other")
			case 3:
				s.do(t, "SET", "s", "hello")
			}
		}, live: Live{Rounds: 3, Settled: 1}, last: 5, status: Verified},
		{name: "keys come back", before: func(s *testServer, reading int) {
			switch reading {
			case 0:
				s.do(t, "RENAME", "t", "away")
				s.do(t, "RENAME", "z-big", "elsewhere")
			case 1:
				s.do(t, "RENAME", "away", "t")
				s.do(t, "RENAME", "elsewhere", "z-big")
			}
		}, live: Live{Rounds: 3, Settled: 2}, last: 3, status: Verified},
		{name: "what is too many goes", before: func(s *testServer, reading int) {
			switch reading {
			case 0:
				s.do(t, "SADD", "t-big", "x")
				s.do(t, "HSET", "h", "x", "1")
			case 1:
				s.do(t, "SREM", "t-big", "x")
				s.do(t, "HDEL", "h", "x")
			}
		}, live: Live{Rounds: 3, Settled: 2}, last: 3, status: Verified},
		{name: "a value that stays", before: func(s *testServer, reading int) {
			if reading == 0 {
				s.do(t, "SET", "s", "other")
			}
		}, status: Different, diffs: []string{`value|s|key "s"/value@0`}, live: Live{Rounds: 3}, last: 5},
		{name: "a value that changes again and again", before: func(s *testServer, reading int) {
			s.do(t, "SET", "s", fmt.Sprint(reading))
		}, status: Different, diffs: []string{`value|s|key "s"/value@0`}, live: Live{Rounds: 3}, last: 5},
		{name: "a key too many", before: func(s *testServer, reading int) {
			if reading == 0 {
				s.do(t, "SET", "other", "v")
			}
		}, status: Different, diffs: []string{`extra|other|key "other"`}, live: Live{Rounds: 3}, last: 2},
	} {
		for _, size := range []int{1 << 20, 100} {
			t.Run(fmt.Sprintf("%s, in parts of %d", row.name, size), func(t *testing.T) {
				s := startRedis(t)
				s.write(t, keys...)
				src := sliceSource{keys: splitAll(keys[7:], size)}
				src.keys = append(src.keys, keys[:7]...)
				res, diffs, readings := s.verifiedInRounds(t, src, Options{Live: 3, Connections: 2}, func(reading int) { row.before(s, reading) })
				if diff := cmp.Diff(row.diffs, diffs); diff != "" {
					t.Errorf("differences (-want +got):\n%s", diff)
				}
				if got := res.Outcome(Allow{}); got != row.status || len(res.Invalid) > 0 {
					t.Errorf("Outcome() = %v, invalid %q, reasons %v, want %v", got, res.Invalid, res.Reasons(Allow{}), row.status)
				}
				if (res.Live.Written == "") != row.quiet {
					t.Errorf("written to: %q, want it said: %v", res.Live.Written, !row.quiet)
				}
				res.Live.Written = ""
				if *res.Live != row.live || readings != row.last {
					t.Errorf("%+v after %d readings, want %+v after %d", *res.Live, readings, row.live, row.last)
				}
				if res.Verdicts.Sum() != int64(len(keys)) || res.Canaries.Planted < 40 || res.Canaries.Planted != res.Canaries.Caught {
					t.Errorf("verdicts %+v, canaries %d of %d", res.Verdicts, res.Canaries.Caught, res.Canaries.Planted)
				}
				if row.quiet {
					return
				}
				if res, _, _ := s.verifiedInRounds(t, src, Options{}, func(reading int) { row.before(s, reading) }); res.Outcome(Allow{}) != Incomplete || res.Live != nil {
					t.Errorf("without rounds: Outcome() = %v, want incomplete", res.Outcome(Allow{}))
				}
			})
		}
	}
}

// TestLiveExtraKeysGo: a key that the source does not hold, and that goes, is
// none too many; what the server counts says nothing.
func TestLiveExtraKeysGo(t *testing.T) {
	s := startRedis(t)
	s.do(t, "MSET", "k", "v", "one", "1", "two", "2", "three", "3")
	var asked atomic.Int64
	at := s.answering(t, func(words []string) string {
		if words[0] == "EXISTS" {
			s.do(t, "DEL", []string{"one", "two", "none"}[min(asked.Add(1)-1, 2)])
		}
		return ""
	})
	// One goes before it is asked for, the other with the next question, or the
	// one after: three stays.
	src := sliceSource{keys: []keyspace.Key{{Name: "k", Value: keyspace.String("v")}}}
	res, diffs, _ := at.verifiedInRounds(t, src, Options{Live: 2, Connections: 1}, func(int) {})
	if diff := cmp.Diff([]string{`extra|three|key "three"`}, diffs); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
	if res.Extra.Keys != 1 || res.Extra.Named != 1 || !res.Extra.Checked || res.Live.Settled != 2 || len(res.Invalid) > 0 {
		t.Errorf("extra %+v, %+v, invalid %q, want one of three", res.Extra, *res.Live, res.Invalid)
	}
	server := redis7
	server.Scan = false
	res, diffs, _ = at.verifiedInRounds(t, src, Options{Live: 2, Server: server}, func(int) {})
	if len(diffs) > 0 || res.Extra.Checked || res.Outcome(Allow{}) != Incomplete || res.Outcome(Allow{Unchecked: []Promise{PromiseExtra}}) != Verified {
		t.Errorf("without SCAN: differences %v, extra %+v, Outcome() = %v, want incomplete because they could not be looked for", diffs, res.Extra, res.Outcome(Allow{}))
	}
}

// TestLiveChangesWhileRead: a key that changes between two questions about it is
// read again; one that does so in every round proves nothing.
func TestLiveChangesWhileRead(t *testing.T) {
	s := startRedis(t)
	s.do(t, "SADD", "t", "a", "b")
	src := sliceSource{keys: []keyspace.Key{{Name: "t", Value: keyspace.Set{"a", "b"}}}}
	for shrinks, want := range map[int64]Outcome{1: Verified, 3: Verified, 1 << 40: Incomplete} {
		var asked atomic.Int64
		at := s.answering(t, func(words []string) string {
			if words[0] == "SCARD" && asked.Add(1) <= shrinks {
				return ":1\r\n"
			}
			return ""
		})
		res, _, _ := at.verifiedInRounds(t, src, Options{Live: 3}, func(int) {})
		if got := res.Outcome(Allow{}); got != want {
			t.Errorf("shrinks %d times: Outcome() = %v, invalid %q, want %v", shrinks, got, res.Invalid, want)
		}
	}
}

// TestLiveCanaries: canaries are caught while somebody writes to their keys, and
// missed by a server that lies all the same.
func TestLiveCanaries(t *testing.T) {
	s := startRedis(t)
	var keys []keyspace.Key
	for i := range 200 {
		keys = append(keys, keyspace.Key{Name: fmt.Sprint("t", i), Value: keyspace.Set{"a", "b"}})
	}
	s.write(t, keys...)
	var asked atomic.Int64
	writer := s.answering(t, func(words []string) string { // adds and removes a member between the questions
		if words[0] == "SMISMEMBER" {
			command := "SADD"
			if asked.Add(1)%3 > 0 {
				command = "SREM"
			}
			s.do(t, command, words[1], "c")
		}
		return ""
	})
	res, _, _ := writer.verifiedInRounds(t, sliceSource{keys: keys}, Options{Live: 3, Connections: 2}, func(int) {})
	if len(res.Invalid) > 0 || res.Canaries.Planted < 4 || res.Canaries.Planted != res.Canaries.Caught {
		t.Errorf("invalid %q, canaries %d of %d, want all caught", res.Invalid, res.Canaries.Caught, res.Canaries.Planted)
	}
	liar := s.answering(t, func(words []string) string {
		if words[0] != "SMISMEMBER" {
			return ""
		}
		return fmt.Sprintf("*%d\r\n", len(words)-2) + strings.Repeat(":1\r\n", len(words)-2)
	})
	for _, k := range keys {
		s.do(t, "SREM", k.Name, "c")
	}
	res, _, _ = liar.verifiedInRounds(t, sliceSource{keys: keys}, Options{Live: 3}, func(int) {})
	if res.Outcome(Allow{}) != Incomplete || !strings.Contains(strings.Join(res.Invalid, "\n"), "canary missed: set member_missing") {
		t.Errorf("Outcome() = %v, invalid %q, want a missed canary", res.Outcome(Allow{}), res.Invalid)
	}
}

// TestLiveKeysThatMustBeAbsent: keys that are empty or have expired in the
// source and are there at first are read again like all others.
func TestLiveKeysThatMustBeAbsent(t *testing.T) {
	s := startRedis(t)
	s.do(t, "SET", "k", "v")
	src := sliceSource{
		keys: []keyspace.Key{{Name: "k", Value: keyspace.String("v")}, {Name: "gone", Value: keyspace.String("v"), ExpireAt: keyspace.ExpireAtMs(1)}},
		notes: []keyspace.Note{
			{Kind: keyspace.NoteEmpty, Name: "empty", Type: keyspace.TypeHash},
			{Kind: keyspace.NoteEmpty, Name: "other", Type: keyspace.TypeHash},
			{Kind: keyspace.NoteUnreadable, Name: "bad", Type: keyspace.TypeHash}},
	}
	for _, goes := range []bool{true, false} {
		res, diffs, _ := s.verifiedInRounds(t, src, Options{Live: 2}, func(reading int) {
			switch {
			case reading == 0:
				s.do(t, "SET", "gone", "v")
				s.do(t, "HSET", "empty", "f", "v")
			case reading == 1 && goes:
				s.do(t, "DEL", "gone", "empty")
			}
		})
		want := Verdicts{Equal: 1, Expired: 1, Empty: 2, Unreadable: 1}
		if !goes {
			want = Verdicts{Equal: 1, Different: 2, Empty: 1, Unreadable: 1}
		}
		if res.Verdicts != want || len(diffs) != int(want.Different) || len(res.Invalid) > 0 {
			t.Errorf("goes %v: verdicts %+v, differences %v, invalid %q, want %+v", goes, res.Verdicts, diffs, res.Invalid, want)
		}
		if got := res.Notes[keyspace.NoteEmpty]; got != 2 {
			t.Errorf("goes %v: %d empty keys are noted, want 2", goes, got)
		}
	}
}

// TestLiveExtraKeysInDatabases asks for each name in its own database.
func TestLiveExtraKeysInDatabases(t *testing.T) {
	s := startRedis(t)
	s.do(t, "MSET", "k", "v", "one", "1")
	s.do(t, "EVAL", "redis.call('SELECT', 3) redis.call('SET', 'two', 'v')", "0")
	src := sliceSource{keys: []keyspace.Key{{Name: "k", Value: keyspace.String("v")}}}
	res, diffs, _ := s.verifiedInRounds(t, src, Options{Live: 1}, func(int) {})
	if len(diffs) != 2 || res.Extra.Keys != 2 || res.Live.Settled != 0 || len(res.Invalid) > 0 {
		t.Errorf("differences %v, extra %+v, %+v, invalid %q, want both", diffs, res.Extra, *res.Live, res.Invalid)
	}
}

// TestLiveProgress counts each key once, however often it is read.
func TestLiveProgress(t *testing.T) {
	s := startRedis(t)
	s.do(t, "SET", "k", "other")
	var last int64
	src := sliceSource{keys: []keyspace.Key{{Name: "k", Value: keyspace.String("v")}}}
	s.verifiedInRounds(t, src, Options{Live: 3, Progress: func(keys int64) { last = keys }}, func(int) {})
	if last != 1 {
		t.Errorf("progress ends at %d keys, want 1", last)
	}
}

// TestLiveHiddenKey: the key of the source that the search for extra keys has to
// name may be deleted meanwhile; one that is there and is not named is a miss.
func TestLiveHiddenKey(t *testing.T) {
	for _, deleted := range []bool{true, false} {
		s := startRedis(t)
		s.do(t, "SET", "k", "v")
		at := s.answering(t, func(words []string) string {
			if words[0] != "SCAN" {
				return ""
			}
			if deleted {
				s.do(t, "DEL", "k")
			}
			return page("0")
		})
		src := sliceSource{keys: []keyspace.Key{{Name: "k", Value: keyspace.String("v")}}}
		res, _, _ := at.verifiedInRounds(t, src, Options{Live: 1}, func(int) {})
		if missed := strings.Contains(strings.Join(res.Invalid, "\n"), "canary missed: extra at"); missed == deleted {
			t.Errorf("deleted %v: invalid %q", deleted, res.Invalid)
		}
		if deleted && (len(res.Invalid) > 0 || res.Canaries.Planted != res.Canaries.Caught) {
			t.Errorf("invalid %q, canaries %+v, want none missed", res.Invalid, res.Canaries)
		}
	}
}

// TestUncheckedGuards: what is asked of a server depends on who can write to it.
func TestUncheckedGuards(t *testing.T) {
	silent, writes := Guard{}, Guard{RunID: "r", HasChanges: true}
	for _, row := range []struct {
		name string
		opts Options
		live *rereading
		g    Guard
		want int // reasons
	}{
		{"a server that says all", Options{}, nil, writes, 0},
		{"one that says nothing", Options{}, nil, silent, 2},
		{"one that says nothing of writes", Options{}, nil, Guard{RunID: "r"}, 1},
		{"one that may be written to", Options{}, &rereading{}, Guard{RunID: "r"}, 0},
		{"one that may be written to and may have been restarted", Options{}, &rereading{}, silent, 1},
		{"one that nobody else reaches", Options{Embedded: true}, nil, silent, 0},
	} {
		r := &run{opts: row.opts, live: row.live, res: &Result{Before: row.g}}
		if got := r.uncheckedGuards(); len(got) != row.want {
			t.Errorf("%s: unchecked %q, want %d", row.name, got, row.want)
		}
	}
}

// TestPutOff: which verdicts wait for the next round.
func TestPutOff(t *testing.T) {
	state := func(deferred int64, changed, planted bool) *keyState {
		st := &keyState{changed: changed}
		st.Name, st.Deferred, st.Planted = "k", deferred, planted
		return st
	}
	for _, row := range []struct {
		name    string
		round   int
		st      *keyState
		verdict Verdict
		want    bool
	}{
		{"equal", 0, state(0, false, false), VerdictEqual, false},
		{"equal, but changed while it was read", 0, state(0, true, false), VerdictEqual, true},
		{"equal, but something of it waits", 0, state(1, false, false), VerdictEqual, true},
		{"different", 1, state(0, false, false), VerdictDifferent, true},
		{"missing", 1, state(0, false, false), VerdictMissing, true},
		{"different in the last round", 2, state(0, false, false), VerdictDifferent, false},
		{"changed in the last round", 2, state(0, true, false), VerdictEqual, false},
		{"a planted difference", 0, state(0, false, true), VerdictDifferent, false},
	} {
		r := &run{live: &rereading{rounds: 2, round: row.round, pending: newNameSet(4)}}
		if got := r.putOff(row.st, row.verdict); got != row.want || (r.live.pending.n > 0) != row.want {
			t.Errorf("%s: put off %t with %d pending, want %t", row.name, got, r.live.pending.n, row.want)
		}
	}
	if (&run{}).putOff(state(0, true, false), VerdictDifferent) {
		t.Error("a run without rounds puts a verdict off")
	}
}

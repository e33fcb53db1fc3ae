package verify

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
)

// sentences returns what a document says of status 0: the list that follows the
// line that begins so.
func sentences(t *testing.T, path string) (list []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "\n**Status 0 says**")
	if !found {
		t.Fatalf("%s does not say what status 0 says", path)
	}
	_, rest, _ = strings.Cut(rest, "\n\n")
	rest, _, _ = strings.Cut(rest, "\n\n")
	for item := range strings.SplitSeq("\n"+rest, "\n- ") {
		if item != "" {
			list = append(list, strings.Join(strings.Fields(item), " "))
		}
	}
	return list
}

// TestStatus0 pairs each sentence of what status 0 says with a run that lacks
// just that. The documents and this table say the same, in the same order.
func TestStatus0(t *testing.T) {
	keys := []keyspace.Key{{Name: "k", Value: keyspace.String("v")}, {Name: "t", Value: keyspace.Set{"a", "b"}}}
	whole := sliceSource{keys: keys}
	without := func(change func(*Server)) Options {
		server := redis7
		change(&server)
		return Options{Server: server}
	}
	type taken func(t *testing.T, s *testServer) *Result
	run := func(src sliceSource, opts Options, commands ...[]any) taken {
		return func(t *testing.T, s *testServer) *Result {
			t.Helper()
			for _, c := range commands {
				s.do(t, c...)
			}
			res, _ := s.verified(t, src, opts)
			return res
		}
	}
	writing := whole
	rows := []struct {
		sentence string
		name     string
		take     taken
		want     Outcome
		excuse   *Allow // what makes the run end with 0 all the same; nil when nothing does
	}{
		{"every visible key of the snapshot was decoded, and no record was skipped without being counted", "a key that could not be decoded",
			run(sliceSource{keys: keys, notes: []keyspace.Note{{Kind: keyspace.NoteUnreadable, Name: "bad", Type: keyspace.TypeHash}}}, Options{}),
			Incomplete, nil},
		{"", "a row that nobody knows", run(sliceSource{keys: keys, tally: keyspace.Tally{keyspace.NoteUnknown: 1}}, Options{}),
			Incomplete, &Allow{Unknown: true}},
		{"", "an unresolved transaction", run(sliceSource{keys: keys, tally: keyspace.Tally{keyspace.NoteUnresolved: 1}}, Options{}),
			Incomplete, &Allow{Unresolved: true}},
		{"", "a record of a module", run(sliceSource{keys: keys, tally: keyspace.Tally{keyspace.NoteModuleData: 1}}, Options{}),
			Incomplete, &Allow{Opaque: true}},
		{"each of these keys is on the server and equal: every byte, every order, every score bit, every stream ID, every expire time; " +
			"or its expire time has passed, and it is gone", "a key that differs",
			run(whole, Options{}, []any{"SET", "k", "w"}), Different, nil},
		{"", "a key that is missing", run(whole, Options{}, []any{"DEL", "t"}), Different, nil},
		{"", "a key that the server does not show",
			func(t *testing.T, s *testServer) *Result {
				t.Helper()
				res, _ := s.answering(t, about("-ERR broken\r\n", "SMISMEMBER", "t")).verified(t, whole, Options{})
				return res
			}, Incomplete, nil},
		{"at least one key was compared", "no key", run(sliceSource{}, Options{}, []any{"FLUSHALL"}), Incomplete, &Allow{Empty: true}},
		{"", "expired keys alone",
			run(sliceSource{keys: []keyspace.Key{{Name: "e", Value: keyspace.String("v"), ExpireAt: keyspace.ExpireAtMs(1)}}}, Options{}, []any{"FLUSHALL"}),
			Incomplete, &Allow{Empty: true}},
		{"no database of the server holds another key", "another key", run(whole, Options{}, []any{"SET", "other", "v"}), Different, nil},
		{"", "a key in another database", run(whole, Options{}, []any{"EVAL", "redis.call('SELECT', 3) redis.call('SET', 'other', 'v')", "0"}),
			Different, nil},
		{"", "keys that were not counted", run(whole, Options{NoScan: true}), Incomplete, &Allow{Unchecked: []Promise{PromiseExtra}}},
		{"", "keys that cannot be counted", run(whole, without(func(s *Server) { s.DBSize, s.Info = false, false })), Incomplete,
			&Allow{Unchecked: []Promise{PromiseExtra, PromiseGuards}}},
		{"the server holds the function libraries of the snapshot, byte for byte, and no others", "a function library that nobody expects",
			run(whole, without(func(s *Server) { s.Functions = true }), []any{"FUNCTION", "LOAD", library("more", "1")}), Different, nil},
		{"", "function libraries that are not shown",
			func(t *testing.T, s *testServer) *Result {
				t.Helper()
				res, _ := s.verifiedWith(t, keys, []string{library("one", "1")}, Options{Server: redis7})
				return res
			}, Incomplete, nil},
		{"nobody wrote to the server during the run, and it neither restarted nor lost keys by itself", "a server that says nothing of itself",
			run(whole, without(func(s *Server) { s.Info = false })), Incomplete, &Allow{Unchecked: []Promise{PromiseGuards}}},
		{"", "somebody who writes", func(t *testing.T, s *testServer) *Result {
			t.Helper()
			writing.at = func(int) { s.do(t, "SET", "other", "v"); s.do(t, "DEL", "other") }
			res, _ := s.verified(t, writing, Options{})
			return res
		}, Incomplete, nil},
		{"in the same run deliberately altered expectations were compared, and all of them were reported", "a server that says yes to everything",
			func(t *testing.T, s *testServer) *Result {
				t.Helper()
				res, _ := s.answering(t, func(words []string) string {
					if words[0] != "SMISMEMBER" {
						return ""
					}
					return fmt.Sprintf("*%d\r\n", len(words)-2) + strings.Repeat(":1\r\n", len(words)-2)
				}).verified(t, whole, Options{})
				return res
			}, Incomplete, nil},
		{"the server was a Redis, or an imitation that was asked for by name", "an imitation that was not",
			func(t *testing.T, s *testServer) *Result {
				t.Helper()
				res, _ := s.verified(t, whole, Options{Embedded: true})
				if got := res.Outcome(Allow{}); got != Verified {
					t.Errorf("an imitation asked for by name: Outcome() = %v, want verified", got)
				}
				res.Fallback = true // as cmd/redrill says it
				return res
			}, Incomplete, &Allow{Embedded: true}},
	}
	t.Run("nothing taken away", func(t *testing.T) {
		s := startRedis(t)
		s.write(t, keys...)
		if res, _ := s.verified(t, whole, Options{}); res.Outcome(Allow{}) != Verified {
			t.Errorf("Outcome() = %v, reasons %v, invalid %q, want verified", res.Outcome(Allow{}), res.Reasons(Allow{}), res.Invalid)
		}
	})
	var said []string
	for _, row := range rows {
		if row.sentence != "" {
			said = append(said, row.sentence)
		}
		t.Run(row.name, func(t *testing.T) {
			s := startRedis(t)
			s.write(t, keys...)
			res := row.take(t, s)
			if got := res.Outcome(Allow{}); got != row.want {
				t.Errorf("Outcome() = %v, reasons %v, invalid %q, want %v", got, res.Reasons(Allow{}), res.Invalid, row.want)
			}
			all := Allow{Unrepresentable: true, Unresolved: true, Unknown: true, Empty: true, Embedded: true, Opaque: true, Unchecked: Promises[:]}
			if row.excuse == nil {
				if got := res.Outcome(all); got != row.want {
					t.Errorf("Status(everything allowed) = %d, want %d", got, row.want)
				}
				return
			}
			if got := res.Outcome(*row.excuse); got != Verified {
				t.Errorf("Status(%+v) = %d, reasons %v, want 0", *row.excuse, got, res.Reasons(*row.excuse))
			}
		})
	}
	for _, path := range []string{"../README.md", "../docs/GUARANTEES.md"} {
		if diff := cmp.Diff(said, sentences(t, path)); diff != "" {
			t.Errorf("%s says something else of status 0 (-want +got):\n%s", path, diff)
		}
	}
}

package verify

import (
	"slices"
	"testing"

	"redrill/keyspace"
)

// TestOpaque: of a value of a module the existence, the type and the expire time are
// compared, and its content is not: the run is incomplete unless that is allowed.
func TestOpaque(t *testing.T) {
	s := startRedis(t)
	held := []keyspace.Key{
		{Name: "b", Value: keyspace.Hash{{Name: "f", Value: "v"}}}, // stands for the value of a module
		{Name: "e", Value: keyspace.Hash{{Name: "f", Value: "v"}}, ExpireAt: keyspace.ExpireAtMs(farMs)},
		{Name: "s", Value: keyspace.String("v")},
	}
	bloom := keyspace.Opaque{Kind: "module:MBbloom--.4", Size: 100}
	keys := []keyspace.Key{{Name: "b", Value: bloom}, {Name: "e", Value: bloom, ExpireAt: keyspace.ExpireAtMs(farMs)}, held[2]}
	for _, row := range []struct {
		name     string
		typ      string // what TYPE answers for the first
		commands [][]any
		want     map[Kind]int64
		verdicts Verdicts
	}{
		{"there", "MBbloom--", nil, nil, Verdicts{Equal: 1, Opaque: 2}},
		{"missing", "MBbloom--", [][]any{{"DEL", "b"}}, map[Kind]int64{KindMissing: 1}, Verdicts{Equal: 1, Opaque: 1, Missing: 1}},
		{"another type", "hash", nil, map[Kind]int64{KindType: 1}, Verdicts{Equal: 1, Opaque: 1, Different: 1}},
		{"of another module", "MBbloomCF", nil, map[Kind]int64{KindType: 1}, Verdicts{Equal: 1, Opaque: 1, Different: 1}},
		{"another expire time", "MBbloom--", [][]any{{"PEXPIREAT", "e", int64(farMs + 1)}}, map[Kind]int64{KindExpiry: 1}, Verdicts{Equal: 1, Opaque: 1, Different: 1}},
		{"an expire time too many", "MBbloom--", [][]any{{"PEXPIREAT", "b", int64(farMs)}}, map[Kind]int64{KindExpiryExtra: 1}, Verdicts{Equal: 1, Opaque: 1, Different: 1}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s.flush(t, 0)
			s.write(t, held...)
			for _, c := range row.commands {
				s.do(t, c...)
			}
			at := s.answering(t, func(words []string) string {
				switch {
				case words[0] == "TYPE" && words[1] == "b":
					return "+" + row.typ + "\r\n"
				case words[0] == "TYPE" && words[1] == "e":
					return "+MBbloom--\r\n"
				}
				return ""
			})
			res, diffs := at.verified(t, sliceSource{keys: keys}, Options{})
			if res.Verdicts != row.verdicts || len(res.Invalid) > 0 || len(diffs) != len(row.want) {
				t.Errorf("verdicts %+v, want %+v; differences %+v, invalid %q", res.Verdicts, row.verdicts, diffs, res.Invalid)
			}
			for kind, n := range row.want {
				if res.Kinds[kind] != n || res.Outcome(Allow{Opaque: true}) != Different {
					t.Errorf("kinds %v, want %s", res.Kinds, kind)
				}
			}
			if row.want != nil {
				return
			}
			if res.Outcome(Allow{}) != Incomplete || res.Outcome(Allow{Opaque: true}) != Verified || res.Proven() != 1 {
				t.Errorf("outcomes %v and %v, %d proven; want incomplete unless it is allowed", res.Outcome(Allow{}), res.Outcome(Allow{Opaque: true}), res.Proven())
			}
			if !slices.Contains(res.Unchecked, "values of modules: content (2 keys)") {
				t.Errorf("unchecked %q", res.Unchecked)
			}
			planted := map[Kind]bool{}
			for _, c := range res.Canaries.Kinds {
				planted[c.Kind] = planted[c.Kind] || c.Type == "opaque" && c.Caught > 0
			}
			if !planted[KindMissing] || !planted[KindType] || !planted[KindExpiry] || !planted[KindExpiryExtra] || !planted[KindExpiryMissing] {
				t.Errorf("canaries %+v", res.Canaries.Kinds)
			}
		})
	}
	t.Run("nothing else", func(t *testing.T) {
		s.flush(t, 0)
		s.write(t, held[0])
		res, _ := s.answering(t, about("+MBbloom--\r\n", "TYPE", "b")).verified(t, sliceSource{keys: keys[:1]}, Options{})
		if res.Outcome(Allow{Opaque: true}) != Incomplete || res.Outcome(Allow{Opaque: true, Empty: true}) != Verified {
			t.Errorf("outcome %v: no key was compared", res.Outcome(Allow{Opaque: true}))
		}
	})
	t.Run("records of modules", func(t *testing.T) {
		s.flush(t, 0)
		s.write(t, held[2])
		res, _ := s.verified(t, sliceSource{keys: held[2:], tally: keyspace.Tally{keyspace.NoteModuleData: 1}}, Options{})
		if res.Outcome(Allow{Unknown: true, Unresolved: true}) != Incomplete || res.Outcome(Allow{Opaque: true}) != Verified {
			t.Errorf("outcomes %v and %v", res.Outcome(Allow{}), res.Outcome(Allow{Opaque: true}))
		}
	})
}

// TestUncarried: commands write no value of a module, and no array where the server has
// none. Such a key is then not lost but unsupported; one that was loaded is missing.
func TestUncarried(t *testing.T) {
	s := startRedis(t)
	s.write(t, keyspace.Key{Name: "s", Value: keyspace.String("v")})
	opaque := keyspace.Key{Name: "b", Value: keyspace.Opaque{Kind: "module:MBbloom--.4", Size: 100}}
	array := keyspace.Key{Name: "a", Value: keyspace.Array{Next: keyspace.Some[uint64](1), Cells: []keyspace.Cell{{Value: "x"}}}}
	with, without := redis7, redis7
	with.Arrays = true
	for _, row := range []struct {
		name   string
		key    keyspace.Key
		server Server
		by     bool
		want   Verdicts
	}{
		{"a module's, by commands", opaque, without, true, Verdicts{Equal: 1, Unsupported: 1}},
		{"a module's, loaded", opaque, without, false, Verdicts{Equal: 1, Missing: 1}},
		{"an array, by commands", array, without, true, Verdicts{Equal: 1, Unsupported: 1}},
		{"an array, by commands, on a server with arrays", array, with, true, Verdicts{Equal: 1, Missing: 1}},
	} {
		t.Run(row.name, func(t *testing.T) {
			keys := []keyspace.Key{row.key, {Name: "s", Value: keyspace.String("v")}}
			res, _ := s.verified(t, sliceSource{keys: keys}, Options{Server: row.server, ByCommands: row.by})
			want := Incomplete
			if row.want.Missing > 0 {
				want = Different
			}
			if res.Verdicts != row.want || res.Outcome(Allow{}) != want || len(res.Invalid) > 0 {
				t.Errorf("verdicts %+v, want %+v; outcome %v, want %v; invalid %q", res.Verdicts, row.want, res.Outcome(Allow{}), want, res.Invalid)
			}
		})
	}
}

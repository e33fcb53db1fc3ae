package verify

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// resp writes a value as a server would.
func resp(v any) string {
	switch v := v.(type) {
	case nil:
		return "$-1\r\n"
	case int:
		return fmt.Sprintf(":%d\r\n", v)
	case string:
		return fmt.Sprintf("$%d\r\n%s\r\n", len(v), v)
	case []any:
		s := fmt.Sprintf("*%d\r\n", len(v))
		for _, e := range v {
			s += resp(e)
		}
		return s
	}
	panic(fmt.Sprintf("no reply for %T", v))
}

func respOf(v ...any) wire.Reply { return wire.Reply{B: []byte(resp(v))} }

func found(st *keyState) (all []string) {
	for _, d := range st.differences() {
		all = append(all, describe(d))
	}
	return all
}

func TestCompareEntries(t *testing.T) {
	entry := func(id string, words ...any) any { return []any{id, words} }
	v := []keyspace.Entry{
		{ID: id(1, 1), Pairs: pairs("f", "a", "f", "b")},
		{ID: id(2, 0), Pairs: pairs("f", "v")},
	}
	a, b := entry("1-1", "f", "a", "f", "b"), entry("2-0", "f", "v")
	for _, row := range []struct {
		name string
		got  []any
		want []string
		more bool
	}{
		{"equal", []any{a, b}, nil, false},
		{"unnormalised id", []any{entry("01-001", "f", "a", "f", "b"), b}, nil, false},
		{"nothing", []any{}, []string{`entry_missing|x|key "x"/entry 1-1`, `entry_missing|x|key "x"/entry 2-0`}, false},
		{"first missing", []any{b}, []string{`entry_missing|x|key "x"/entry 1-1`}, false},
		{"one between", []any{a, entry("1-2", "f", "v"), b}, []string{`entry_extra|x|key "x"/entry 1-2`}, true},
		{"one before", []any{entry("1-0"), a, b}, []string{`entry_extra|x|key "x"/entry 1-0`}, true},
		{"other id", []any{a, entry("2-1", "f", "v")},
			[]string{`entry_missing|x|key "x"/entry 2-0`, `entry_extra|x|key "x"/entry 2-1`}, false},
		{"collapsed", []any{entry("1-1", "f", "b"), b}, []string{`entry_fields|x|key "x"/entry 1-1/field #0/value@0`}, false},
		{"order", []any{entry("1-1", "f", "b", "f", "a"), b}, []string{`entry_fields|x|key "x"/entry 1-1/field #0/value@0`}, false},
		{"odd", []any{entry("1-1", "f", "a", "f"), b}, []string{`entry_fields|x|key "x"/entry 1-1/fields`}, false},
		{"no fields", []any{entry("1-1"), b}, []string{`entry_fields|x|key "x"/entry 1-1/fields`}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			st := &keyState{name: "x", typ: keyspace.TypeStream}
			c, ok := compareEntries(st, v, respOf(row.got...), 3, streamCursor{})
			if !ok || c.more != row.more {
				t.Fatalf("compareEntries() = %+v, %v, want more %v", c, ok, row.more)
			}
			if diff := cmp.Diff(row.want, found(st)); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
	for _, bad := range []string{"", ":1\r\n", "*1\r\n:1\r\n", "*1\r\n*2\r\n$1\r\nx\r\n*0\r\n", "-ERR x\r\n"} {
		if _, ok := compareEntries(&keyState{}, v, wire.Reply{B: []byte(bad)}, 3, streamCursor{}); ok {
			t.Errorf("compareEntries(%q) = ok, want a reply of another shape to be refused", bad)
		}
	}
}

func TestCompareList(t *testing.T) {
	v := keyspace.List{"a", "b", "c", "b"}
	for _, row := range []struct {
		name   string
		got    []any
		length int64
		want   []string
	}{
		{"equal", []any{"a", "b", "c", "b"}, 4, nil},
		{"one value", []any{"a", "x", "c", "b"}, 4, []string{`value|l|key "l"/element #1/value@0`}},
		{"two values", []any{"a", "x", "c", "x"}, 4, []string{`value|l|key "l"/element #1/value@0`, `value|l|key "l"/element #3/value@0`}},
		{"swapped", []any{"b", "a", "c", "b"}, 4, []string{`order|l|key "l"/element #0/value@0`}},
		{"reversed", []any{"b", "c", "b", "a"}, 4, []string{`order|l|key "l"/element #0/value@0`}},
		{"other duplicate", []any{"a", "b", "c", "c"}, 4, []string{`value|l|key "l"/element #3/value@0`}},
		{"shorter", []any{"b", "c", "b"}, 3, []string{`length|l|key "l"/length`}},
		{"longer", []any{"a", "b", "c", "b"}, 5, []string{`length|l|key "l"/length`}},
	} {
		t.Run(row.name, func(t *testing.T) {
			for _, size := range []int{4, 2, 1} {
				st := &keyState{name: "l", typ: keyspace.TypeList, want: 4}
				for i := 0; i < 4; i += size {
					from, to := min(i, len(row.got)), min(i+size, len(row.got))
					done, ok := compareElements(st, v[i:i+size], respOf(row.got[from:to]...), int64(i))
					if !ok || done != size {
						t.Fatalf("compareElements() = %d, %v", done, ok)
					}
				}
				finishList(st, row.length)
				if diff := cmp.Diff(row.want, found(st)); diff != "" {
					t.Errorf("parts of %d: differences (-want +got):\n%s", size, diff)
				}
			}
		})
	}
}

func TestCompareScore(t *testing.T) {
	for _, row := range []struct {
		want     float64
		text     string
		equal    bool
		negative bool // counted as one that the server cannot hold
	}{
		{0.1, "0.10000000000000001", true, false},
		{0.1, "0.1", true, false},
		{0.1, "0.10000000000000002", false, false},
		{1e17, "100000000000000000", true, false},
		{1e17, "1e+17", true, false},
		{5e-324, "4.9406564584124654e-324", true, false},
		{9007199254740993, "9007199254740992", true, false},
		{9007199254740992, "9007199254740994", false, false},
		{math.Inf(1), "inf", true, false},
		{math.Inf(-1), "-Inf", true, false},
		{math.Inf(1), "-inf", false, false},
		{0, "0", true, false},
		{0, "-0", false, false},
		{negativeZero, "-0", true, false},
		{negativeZero, "0", true, true},
		{1, "nan", false, false},
		{math.NaN(), "NaN", true, false},
		{math.NaN(), "nan", true, false},
		{math.NaN(), "0", false, false},
		{1, "", false, false},
		{1, "one", false, false},
	} {
		st := &keyState{}
		compareScore(st, keyspace.Member{Score: row.want}, []byte(row.text), ZeroLost)
		if got := len(st.diffs) == 0; got != row.equal || (st.negative == 1) != row.negative {
			t.Errorf("compareScore(%v, %q): equal %v, %d negative zeros, want %v, %v", row.want, row.text, got, st.negative, row.equal, row.negative)
		}
	}
	st := &keyState{}
	if compareScore(st, keyspace.Member{Score: negativeZero}, []byte("0"), ZeroKept); len(st.diffs) != 1 {
		t.Error("compareScore(-0, 0) where -0 can be held: equal, want a difference")
	}
}

func TestParseLiveID(t *testing.T) {
	for text, want := range map[string]keyspace.ID{
		"1-2": id(1, 2), "05-01": id(5, 1), "0-0": {}, "18446744073709551615-18446744073709551615": id(math.MaxUint64, math.MaxUint64),
	} {
		if got, ok := parseLiveID([]byte(text)); !ok || got != want {
			t.Errorf("parseLiveID(%q) = %v, %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "-", "1", "1-", "-1", "1-2-3", "+1-2", "1-x", "18446744073709551616-0", "1-184467440737095516150"} {
		if got, ok := parseLiveID([]byte(text)); ok {
			t.Errorf("parseLiveID(%q) = %v, want refused", text, got)
		}
	}
}

func FuzzReply(f *testing.F) {
	f.Add([]byte("*2\r\n$1\r\na\r\n:1\r\n"))
	f.Add([]byte("%1\r\n=5\r\ntxt:a\r\n~2\r\n,0.1\r\n_\r\n"))
	f.Add([]byte("*1\r\n*2\r\n+a\r\n,1\r\n"))
	f.Add([]byte("*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		v := []keyspace.Entry{{ID: id(1, 1), Pairs: pairs("f", "v")}}
		compareEntries(&keyState{}, v, wire.Reply{B: bytes.Clone(b)}, 2, streamCursor{})
		compareFields(&keyState{}, keyspace.Hash{{Name: "f", Value: "v"}}, wire.Reply{B: bytes.Clone(b)})
		compareElements(&keyState{}, keyspace.List{"a"}, wire.Reply{B: bytes.Clone(b)}, 0)
		compareMembers(&keyState{}, keyspace.Set{"a"}, wire.Reply{B: bytes.Clone(b)})
		compareScores(&keyState{}, keyspace.ZSet{{Name: "a"}}, wire.Reply{B: bytes.Clone(b)}, ZeroUnknown)
		compareWhole(&keyState{typ: keyspace.TypeZSet}, wire.Reply{B: bytes.Clone(b)}, ZeroUnknown)
		compareWhole(&keyState{typ: keyspace.TypeHash}, wire.Reply{B: bytes.Clone(b)}, ZeroUnknown)
		parseStreamInfo(wire.Reply{B: bytes.Clone(b)})
		var regs registers
		decodeRegisters(b, &regs)
		p := wire.Reply{B: b}
		for p.Skip() && len(p.B) > 0 {
			continue
		}
	})
}

// TestMutations demands that an alteration differs from the original in what it
// says, and leaves the original alone.
func TestMutations(t *testing.T) {
	pick := newPlanner(Options{Seed: 7}).pick
	for _, k := range sampleKeys() {
		for _, size := range []int{1 << 20, max(1, k.Value.Len()/3)} {
			parts := keyspace.Split(k, size)
			before := fmt.Sprintf("%#v", parts)
			seen := map[Kind]bool{}
			for _, m := range mutations(parts, redis7, true, pick) {
				seen[m.kind] = true
				if fmt.Sprintf("%#v", m.parts) == before {
					t.Errorf("%q: the alteration %s alters nothing", k.Name, m.kind)
				}
			}
			if fmt.Sprintf("%#v", parts) != before {
				t.Errorf("%q: the original was altered", k.Name)
			}
			if !seen[KindMissing] || !seen[KindType] || len(seen) < 3 {
				t.Errorf("%q: alterations %v are too few", k.Name, seen)
			}
		}
	}
}

// TestCanaryScore judges what a verifier could report for a planted difference.
func TestCanaryScore(t *testing.T) {
	planted := Difference{Kind: KindFieldValue, DB: 2, Key: "h", Path: `key "h"/field "f"/value`}
	with := func(change func(*Difference)) Difference {
		d := planted
		change(&d)
		return d
	}
	for _, row := range []struct {
		name     string
		reported []Difference
		caught   int64
	}{
		{"exactly", []Difference{planted}, 1},
		{"nothing", nil, 0},
		{"twice", []Difference{planted, planted}, 0},
		{"another kind", []Difference{with(func(d *Difference) { d.Kind = KindValue })}, 0},
		{"another key", []Difference{with(func(d *Difference) { d.Key = "i" })}, 0},
		{"another database", []Difference{with(func(d *Difference) { d.DB = 0 })}, 0},
		{"another path", []Difference{with(func(d *Difference) { d.Path = keyPath("h") })}, 0},
		{"more than one", []Difference{with(func(d *Difference) { d.Count = 2 })}, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := newPlanner(Options{})
			p.planted("hash", KindFieldValue)
			(&canary{want: planted, typ: "hash", planner: p}).reported(&keyState{}, row.reported)
			var res Result
			p.conclude(&res)
			if res.Canaries.Planted != 1 || res.Canaries.Caught != row.caught {
				t.Errorf("canaries %+v, want %d caught", res.Canaries, row.caught)
			}
			if invalid := len(res.Invalid) > 0; invalid == (row.caught == 1) {
				t.Errorf("invalid %q with %d caught", res.Invalid, row.caught)
			}
		})
	}
}

func TestNameSet(t *testing.T) {
	s := newNameSet(2)
	for i := range uint64(10_000) {
		s.add(i * i)
		s.add(i * i)
	}
	if s.n != 9999 || !s.zero {
		t.Errorf("%d hashes, zero %v, want 9999 and true", s.n, s.zero)
	}
	for i := range uint64(20_000) {
		root := uint64(math.Sqrt(float64(i)))
		if got, want := s.has(i), root*root == i; got != want {
			t.Fatalf("has(%d) = %v, want %v", i, got, want)
		}
	}
}

// TestReasonsAreBounded: a server that says something else about every key does
// not fill the memory, and that there was more stays visible.
func TestReasonsAreBounded(t *testing.T) {
	sum := reasons{}
	for worker := range 3 {
		r := reasons{}
		for i := range 1000 {
			r.add(fmt.Sprintf("worker %d, reason %d", worker, i))
		}
		sum.merge(r)
	}
	if n := len(sum); n < maxReasons || n > maxReasons+1 || !sum[moreReasons] {
		t.Errorf("%d reasons, and that there are more: %v, want %d and true", n, sum[moreReasons], maxReasons)
	}
}

// TestUnreadableKeysAreBounded: each unreadable key is asked for once as long as
// it can be remembered, and beyond that the run proves nothing.
func TestUnreadableKeysAreBounded(t *testing.T) {
	s := startRedis(t)
	var notes []keyspace.Note
	for _, name := range []string{"a", "b", "a", "c"} {
		notes = append(notes, keyspace.Note{Kind: keyspace.NoteUnreadable, Name: name})
	}
	for _, row := range []struct {
		remember int
		notes    []keyspace.Note
		keys     int64
		valid    bool
	}{
		{0, notes, 3, true},
		{2, notes[:3], 2, true},
		{2, notes, 3, false},
	} {
		res, _ := s.verified(t, sliceSource{notes: row.notes}, Options{remember: row.remember})
		if res.Keys != row.keys || res.Verdicts.Unreadable != row.keys || (len(res.Invalid) == 0) != row.valid {
			t.Errorf("of %d notes, %d names remembered: %d keys, verdicts %+v, invalid %q, want %d and valid %v",
				len(row.notes), row.remember, res.Keys, res.Verdicts, res.Invalid, row.keys, row.valid)
		}
	}
}

package compare

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/internal/redistest"
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

func found(st *State) (all []string) {
	for _, d := range st.Differences() {
		all = append(all, describeOne(d))
	}
	return all
}

func TestCompareEntries(t *testing.T) {
	entry := func(id string, words ...any) any { return []any{id, words} }
	v := []keyspace.Entry{
		{ID: redistest.ID(1, 1), Pairs: redistest.Pairs("f", "a", "f", "b")},
		{ID: redistest.ID(2, 0), Pairs: redistest.Pairs("f", "v")},
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
			st := &State{Name: "x", Type: keyspace.TypeStream}
			c, ok := new(streamKey).compareEntries(st, v, respOf(row.got...), 3, streamCursor{})
			if !ok || c.more != row.more {
				t.Fatalf("compareEntries() = %+v, %v, want more %v", c, ok, row.more)
			}
			if diff := cmp.Diff(row.want, found(st)); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
	for _, bad := range []string{"", ":1\r\n", "*1\r\n:1\r\n", "*1\r\n*2\r\n$1\r\nx\r\n*0\r\n", "-ERR x\r\n"} {
		if _, ok := new(streamKey).compareEntries(&State{}, v, wire.Reply{B: []byte(bad)}, 3, streamCursor{}); ok {
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
				st := &State{Name: "l", Type: keyspace.TypeList, Want: 4}
				l := new(listKey)
				for i := 0; i < 4; i += size {
					from, to := min(i, len(row.got)), min(i+size, len(row.got))
					done, ok := l.compareElements(st, v[i:i+size], respOf(row.got[from:to]...), int64(i))
					if !ok || done != size {
						t.Fatalf("compareElements() = %d, %v", done, ok)
					}
				}
				l.judge(st, row.length)
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
		{minusZero, "-0", true, false},
		{minusZero, "0", true, true},
		{1, "nan", false, false},
		{math.NaN(), "NaN", true, false},
		{math.NaN(), "nan", true, false},
		{math.NaN(), "0", false, false},
		{1, "", false, false},
		{1, "one", false, false},
	} {
		st := &State{}
		compareScore(st, keyspace.Member{Score: row.want}, []byte(row.text), ZeroLost)
		if got := len(st.Diffs) == 0; got != row.equal || (st.Negative == 1) != row.negative {
			t.Errorf("compareScore(%v, %q): equal %v, %d negative zeros, want %v, %v", row.want, row.text, got, st.Negative, row.equal, row.negative)
		}
	}
	st := &State{}
	if compareScore(st, keyspace.Member{Score: minusZero}, []byte("0"), ZeroKept); len(st.Diffs) != 1 {
		t.Error("compareScore(-0, 0) where -0 can be held: equal, want a difference")
	}
}

func TestParseLiveID(t *testing.T) {
	for text, want := range map[string]keyspace.ID{
		"1-2": redistest.ID(1, 2), "05-01": redistest.ID(5, 1), "0-0": {}, "18446744073709551615-18446744073709551615": redistest.ID(math.MaxUint64, math.MaxUint64),
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
		v := []keyspace.Entry{{ID: redistest.ID(1, 1), Pairs: redistest.Pairs("f", "v")}}
		new(streamKey).compareEntries(&State{}, v, wire.Reply{B: bytes.Clone(b)}, 2, streamCursor{})
		new(Reader).compareFields(&State{}, keyspace.Hash{{Name: "f", Value: "v"}}, 0, wire.Reply{B: bytes.Clone(b)})
		new(listKey).compareElements(&State{}, keyspace.List{"a"}, wire.Reply{B: bytes.Clone(b)}, 0)
		compareMembers(&State{}, keyspace.Set{"a"}, wire.Reply{B: bytes.Clone(b)})
		compareScores(&State{}, keyspace.ZSet{{Name: "a"}}, wire.Reply{B: bytes.Clone(b)}, ZeroUnknown)
		new(wholeKey).compareAll(&State{Type: keyspace.TypeZSet}, wire.Reply{B: bytes.Clone(b)}, ZeroUnknown, 0)
		new(wholeKey).compareAll(&State{Type: keyspace.TypeHash}, wire.Reply{B: bytes.Clone(b)}, ZeroUnknown, 0)
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
	pick := rand.New(rand.NewPCG(7, 7)).IntN
	for _, k := range redistest.SampleKeys() {
		for _, size := range []int{1 << 20, max(1, k.Value.Len()/3)} {
			parts := keyspace.Split(k, size)
			before := fmt.Sprintf("%#v", parts)
			seen := map[Kind]bool{}
			for _, m := range Alterations(parts, able, true, pick) {
				seen[m.Kind] = true
				if fmt.Sprintf("%#v", m.Parts) == before {
					t.Errorf("%q: the alteration %s alters nothing", k.Name, m.Kind)
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

// TestReasonsAreBounded: a server that says something else about every key does
// not fill the memory, and that there was more stays visible.
func TestReasonsAreBounded(t *testing.T) {
	sum := Reasons{}
	for worker := range 3 {
		r := Reasons{}
		for i := range 1000 {
			r.Add(fmt.Sprintf("worker %d, reason %d", worker, i))
		}
		sum.merge(r)
	}
	if n := len(sum); n < maxReasons || n > maxReasons+1 || !sum[moreReasons] {
		t.Errorf("%d reasons, and that there are more: %v, want %d and true", n, sum[moreReasons], maxReasons)
	}
}

// A value of which too little was kept is asked for again, not compared.
func TestCutValueIsAskedAgain(t *testing.T) {
	v := keyspace.Hash{{Name: "a", Value: "x"}, {Name: "b", Value: "12345"}}
	st := NewState(keyspace.Key{Name: "k", Value: v})
	done, ok := new(Reader).compareFields(&st, v, 0, wire.Reply{B: []byte("*2\r\n$1\r\nx\r\n$5\r\n12"), Cut: true})
	if done != 1 || !ok || len(st.Diffs) != 0 {
		t.Errorf("compared %d, %v, differences %v; want 1, true and none", done, ok, st.Diffs)
	}
}

// TestCompareWhole reads collections as each protocol writes them.
func TestCompareWhole(t *testing.T) {
	hash := keyspace.Hash{{Name: "a", Value: "1"}, {Name: "b", Value: ""}}
	set := keyspace.Set{"a", "b"}
	zset := keyspace.ZSet{{Name: "a", Score: 0.1}, {Name: "b", Score: math.Inf(-1)}}
	extra := func(what string) []string { return []string{what} }
	for _, row := range []struct {
		name  string
		value keyspace.Value
		reply string
		bad   bool
		want  []string
	}{
		{name: "hash, flat", value: hash, reply: "*4\r\n$1\r\nb\r\n$0\r\n\r\n$1\r\na\r\n$1\r\n1\r\n"},
		{name: "hash, map", value: hash, reply: "%2\r\n$1\r\nb\r\n$0\r\n\r\n$1\r\na\r\n$1\r\n1\r\n"},
		{name: "hash, map with another field", value: hash, reply: "%3\r\n+a\r\n+1\r\n+b\r\n+\r\n+c\r\n+\r\n", want: extra(`field_extra|k|key "k"/field "c"`)},
		{name: "hash, map with a field less", value: hash, reply: "%1\r\n+a\r\n+1\r\n", want: extra(`field_missing|k|key "k"/field "b"`)},
		{name: "hash, odd", value: hash, reply: "*3\r\n+a\r\n+1\r\n+b\r\n", bad: true},
		{name: "hash, pairs", value: hash, reply: "*2\r\n*2\r\n+a\r\n+1\r\n*2\r\n+b\r\n+\r\n", bad: true},
		{name: "hash, a double", value: hash, reply: "%2\r\n+a\r\n,1\r\n+b\r\n+\r\n", bad: true},
		{name: "hash, empty", value: keyspace.Hash{}, reply: "%0\r\n"},
		{name: "set, array", value: set, reply: "*2\r\n+a\r\n+b\r\n"},
		{name: "set", value: set, reply: "~2\r\n+b\r\n+a\r\n"},
		{name: "set with another member", value: set, reply: "~3\r\n+b\r\n+a\r\n+c\r\n", want: extra(`member_extra|k|key "k"/member "c"`)},
		{name: "sorted set, flat", value: zset, reply: "*4\r\n+b\r\n+-inf\r\n+a\r\n$3\r\n0.1\r\n"},
		{name: "sorted set, pairs", value: zset, reply: "*2\r\n*2\r\n+b\r\n,-inf\r\n*2\r\n+a\r\n,0.10000000000000001\r\n"},
		{name: "sorted set, pairs with another score", value: zset, reply: "*2\r\n*2\r\n+b\r\n,inf\r\n*2\r\n+a\r\n,0.1\r\n",
			want: extra(`score|k|key "k"/member "b"/score`)},
		{name: "sorted set, a pair of three", value: zset, reply: "*2\r\n*3\r\n+b\r\n,-inf\r\n+a\r\n*2\r\n+a\r\n,0.1\r\n", bad: true},
		{name: "sorted set, a pair less", value: zset, reply: "*2\r\n*2\r\n+b\r\n,-inf\r\n", bad: true},
		{name: "null", value: set, reply: "_\r\n", bad: true},
		{name: "push", value: set, reply: ">2\r\n+a\r\n+b\r\n", bad: true},
	} {
		t.Run(row.name, func(t *testing.T) {
			st := &State{Name: "k", Type: row.value.Type()}
			var c wholeKey
			c.collect(row.value)
			if ok := c.compareAll(st, wire.Reply{B: []byte(row.reply)}, ZeroUnknown, 0); ok == row.bad {
				t.Fatalf("compareWhole() = %v, want %v", ok, !row.bad)
			}
			if diff := cmp.Diff(row.want, found(st)); !row.bad && diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCompareScores reads scores as byte strings and as doubles.
func TestCompareScores(t *testing.T) {
	v := keyspace.ZSet{{Name: "a", Score: 0.1}, {Name: "b", Score: 1e17}, {Name: "c", Score: math.Inf(1)}}
	for _, row := range []struct {
		name, reply string
		want        []string
	}{
		{"byte strings", "*3\r\n$19\r\n0.10000000000000001\r\n$5\r\n1e+17\r\n$3\r\ninf\r\n", nil},
		{"doubles", "*3\r\n,0.10000000000000001\r\n,1e+17\r\n,inf\r\n", nil},
		{"a double one ulp away", "*3\r\n,0.10000000000000002\r\n,1e+17\r\n,inf\r\n", []string{`score|k|key "k"/member "a"/score`}},
		{"a double that is no number", "*3\r\n,0.1\r\n,nan\r\n,inf\r\n", []string{`score|k|key "k"/member "b"/score`}},
		{"null", "*3\r\n,0.1\r\n,1e17\r\n_\r\n", []string{`member_missing|k|key "k"/member "c"`}},
	} {
		t.Run(row.name, func(t *testing.T) {
			st := &State{Name: "k", Type: keyspace.TypeZSet}
			if done, ok := compareScores(st, v, wire.Reply{B: []byte(row.reply)}, ZeroUnknown); !ok || done != len(v) {
				t.Fatalf("compareScores() = %d, %v, want %d", done, ok, len(v))
			}
			if diff := cmp.Diff(row.want, found(st)); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
}

// TestParseStreamInfo reads XINFO STREAM as an array and as a map, over values
// of every shape.
func TestParseStreamInfo(t *testing.T) {
	const fields = "$6\r\nlength\r\n:1\r\n$17\r\nlast-generated-id\r\n$3\r\n9-1\r\n$6\r\ngroups\r\n:2\r\n$7\r\npending\r\n%1\r\n+a\r\n*1\r\n,1\r\n" +
		"$20\r\nmax-deleted-entry-id\r\n$3\r\n3-0\r\n$11\r\nfirst-entry\r\n_\r\n"
	for _, header := range []string{"*12\r\n", "%6\r\n"} {
		info, ok := parseStreamInfo(wire.Reply{B: []byte(header + fields)})
		if !ok || info.lastID != redistest.ID(9, 1) || info.maxDeletedID != redistest.ID(3, 0) || !info.hasGroups || info.groups != 2 {
			t.Errorf("%q: %+v, %v, want the IDs 9-1 and 3-0, and 2 groups", header, info, ok)
		}
	}
}

// TestEntryDetail says what kind of change a differing entry shows.
func TestEntryDetail(t *testing.T) {
	a, b := keyspace.Pair{Field: "a", Value: "1"}, keyspace.Pair{Field: "b", Value: "2"}
	for _, tt := range []struct {
		name       string
		want, live []keyspace.Pair
		fields     int64 // names and values together
		detail     string
	}{
		{"one is missing", []keyspace.Pair{a, b}, []keyspace.Pair{a}, 2, "1 fields instead of 2"},
		{"three too many", []keyspace.Pair{a}, []keyspace.Pair{a, b, b, b}, 8, "4 fields instead of 1"},
		{"another order", []keyspace.Pair{a, b}, []keyspace.Pair{b, a}, 4, "the same fields in another order"},
		{"another value", []keyspace.Pair{a, b}, []keyspace.Pair{a, {Field: "b", Value: "3"}}, 4, ""},
		{"another order of equal names", []keyspace.Pair{a, {Field: "a", Value: "2"}}, []keyspace.Pair{{Field: "a", Value: "2"}, a}, 4, "the same fields in another order"},
		{"twice instead of once each", []keyspace.Pair{a, b}, []keyspace.Pair{a, a}, 4, ""},
	} {
		if got := entryDetail(tt.want, tt.live, tt.fields); got != tt.detail {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.detail)
		}
	}
}

// TestEntriesThatNoRedisHolds have canaries like all others.
func TestEntriesThatNoRedisHolds(t *testing.T) {
	entries := []keyspace.Entry{{ID: redistest.ID(0, 0)}, {ID: redistest.ID(0, 1)}, {ID: redistest.ID(5, 0), Pairs: redistest.Pairs("f", "v")}}
	parts := keyspace.Split(keyspace.Key{Name: "x", Value: keyspace.Stream{Entries: entries}}, 1)
	for _, parts := range [][]keyspace.Key{parts, {{Name: "x", Value: keyspace.Stream{Entries: entries}}}} {
		for _, m := range Alterations(parts, Server{HoldsAll: true}, false, func(int) int { return 0 }) {
			if m.Kind == KindEntryFields && m.Path != `key "x"/entry 0-0/fields` {
				t.Errorf("%s at %s, want the fields of 0-0", m.Kind, m.Path)
			}
		}
	}
	// A window that begins behind 0-0 does not show it again.
	for i, want := range []string{"-", "0-1", "0-2"} {
		var r wire.Round
		var at Place
		for _, k := range parts[:i] {
			at.Advance(k)
		}
		st := State{Name: "x"}
		p := &Part{Key: parts[i], State: &st, Place: at}
		v, _ := parts[i].Value.(keyspace.Stream)
		askEntries(&r, p, v.Entries, p.cursor(), 1)
		if got := r.Command(0)[2]; got != want {
			t.Errorf("the window of part %d begins at %v, want %s", i, got, want)
		}
	}
}

// TestRegisters compares the registers computed from elements with those that a
// server keeps, before and after it has cached a count.
func TestRegisters(t *testing.T) {
	s := redistest.Start(t)
	for _, n := range []int{0, 1, 2, 10, 100, 1000, 3000, 10_000, 100_000} {
		t.Run(fmt.Sprintf("%d elements", n), func(t *testing.T) {
			var want registers
			s.Do(t, "PFADD", "k")
			args := []any{"PFADD", "k"}
			for i := range n {
				element := strings.Repeat("\xff", i%12) + fmt.Sprintf("%x", i)
				if i%3 == 0 {
					element = fmt.Sprint(i)
				}
				want.add(element)
				if args = append(args, element); len(args) == 1000 || i == n-1 {
					s.Do(t, args...)
					args = args[:2]
				}
			}
			for _, what := range []string{"before PFCOUNT", "after PFCOUNT"} {
				var got registers
				value := s.Do(t, "GET", "k").(string)
				if !decodeRegisters([]byte(value), &got) {
					t.Fatalf("%s: the value of %d bytes cannot be decoded", what, len(value))
				}
				if got != want {
					t.Errorf("%s: registers differ", what)
				}
				s.Do(t, "PFCOUNT", "k")
			}
			s.Do(t, "DEL", "k")
		})
	}
}

func TestDecodeRegistersRefuses(t *testing.T) {
	header := "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	for name, value := range map[string]string{
		"nothing":          "",
		"other bytes":      "hello, this is a long string",
		"unknown encoding": "HYLL\x02" + header[5:] + "\x7f\xff",
		"too few":          header + "\x7f\xfe",
		"too many":         header + "\x7f\xff\x00",
		"half an opcode":   header + "\x7f",
		"short dense":      "HYLL\x00" + header[5:] + "\x00",
	} {
		t.Run(name, func(t *testing.T) {
			var r registers
			if decodeRegisters([]byte(value), &r) {
				t.Errorf("decodeRegisters(%q) = true, want false", value)
			}
		})
	}
	var r registers
	if !decodeRegisters([]byte(header+"\x7f\xff"), &r) {
		t.Error("decodeRegisters(empty sparse) = false, want true")
	}
}

func TestMurmurHash64A(t *testing.T) {
	// Computed with the reference implementation's own arithmetic on paper-sized
	// inputs: the empty string hashes the seed alone.
	h := uint64(hllSeed)
	h ^= h >> 47
	h *= 0xc6a4a7935bd1e995
	h ^= h >> 47
	if got := MurmurHash64A("", hllSeed); got != h {
		t.Errorf("murmurHash64A(\"\") = %x, want %x", got, h)
	}
}

func describeOne(d Difference) string {
	s := fmt.Sprintf("%s|%s|%s", d.Kind, string(d.Key), d.Path)
	if d.Offset != nil {
		s += "@" + strconv.FormatInt(*d.Offset, 10)
	}
	return s
}

var minusZero = math.Copysign(0, -1)

// able is a server that shows all that can be compared.
var able = Server{MGet: true, GetRange: true, HMGet: true, SMIsMember: true, ZMScore: true, ElementScan: true,
	ObjectEncoding: true, LastID: true, MaxDeletedID: true, HLLBytes: true}

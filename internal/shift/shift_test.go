package shift

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"redrill/keyspace"
)

const day = 24 * 60 * 60 * 1000

func expiring(ms int64) keyspace.Key {
	return keyspace.Key{Name: fmt.Sprint(ms), Value: keyspace.String("v"), ExpireAt: keyspace.ExpireAtMs(ms)}
}

func origin(ctime any) keyspace.Origin {
	return keyspace.Origin{Facts: []keyspace.Fact{{Name: "rdb_version", Value: "11"}, {Name: "ctime", Value: ctime}}}
}

// TestShift: the earliest expire time that was alive comes to lie a day ahead.
func TestShift(t *testing.T) {
	const written, now = 1_000_000, 50_000_000
	field := func(ms int64) keyspace.Field {
		return keyspace.Field{Name: fmt.Sprint(ms), ExpireAt: keyspace.ExpireAtMs(ms)}
	}
	for _, row := range []struct {
		name string
		keys []keyspace.Key
		now  int64
		want int64
	}{
		{"nothing", nil, now, 0},
		{"nothing expires", []keyspace.Key{{Name: "a", Value: keyspace.String("v")}}, now, 0},
		{"one", []keyspace.Key{expiring(written + 1)}, now, now + day - written - 1},
		{"the earliest of three", []keyspace.Key{expiring(written + 500), expiring(written + 5), expiring(written + 50)}, now, now + day - written - 5},
		{"expired when it was written", []keyspace.Key{expiring(written), expiring(5), expiring(written + 7)}, now, now + day - written - 7},
		{"all expired", []keyspace.Key{expiring(written), expiring(-5)}, now, 0},
		{"a field", []keyspace.Key{expiring(written + 500), {Name: "h", Value: keyspace.Hash{field(written), field(written + 3), field(written + 4), {Name: "f"}}}}, now, now + day - written - 3},
		{"fields of a key that had expired", []keyspace.Key{{Name: "h", Value: keyspace.Hash{field(written + 3)}, ExpireAt: keyspace.ExpireAtMs(written)}}, now, 0},
		{"a day ahead", []keyspace.Key{expiring(now + day)}, now, 0},
		{"nearly a day ahead", []keyspace.Key{expiring(now + day - 1)}, now, 1},
		{"far ahead", []keyspace.Key{expiring(math.MaxInt64)}, now, 0},
		{"late", []keyspace.Key{expiring(written + 1)}, math.MaxInt64, math.MaxInt64 - written - 1},
		{"early", []keyspace.Key{expiring(written + 1)}, math.MinInt64, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := NewSurvey(origin("1000"), 7)
			for _, k := range row.keys {
				s.Add(k)
			}
			if got := s.Shift(row.now).Ms; got != row.want {
				t.Errorf("Shift = %d, want %d", got, row.want)
			}
		})
	}
}

// TestShiftBeforeTheBeginning: without a time of the file the reference time is taken,
// which may be any.
func TestShiftBeforeTheBeginning(t *testing.T) {
	s := NewSurvey(keyspace.Origin{}, math.MinInt64)
	s.Add(expiring(math.MinInt64))
	s.Add(expiring(math.MinInt64 + 1))
	if got := s.Shift(5); got.Ms != math.MaxInt64 || got.WrittenMs != math.MinInt64 {
		t.Errorf("Shift = %+v, want the largest", got)
	}
}

func TestWrittenMs(t *testing.T) {
	for _, row := range []struct {
		ctime any
		want  int64
	}{
		{"1700000000", 1_700_000_000_000}, {uint64(1_700_000_000), 1_700_000_000_000}, {nil, 7}, {"", 7}, {"0", 7}, {"-1", 7}, {"yesterday", 7}, {uint64(0), 7},
		{"9223372036854775", 9_223_372_036_854_775_000}, {"9223372036854776", 7}, {"9223372036854775808", 7}, {uint64(9_223_372_036_854_775), 9_223_372_036_854_775_000}, {uint64(9_223_372_036_854_776), 7}, {uint64(math.MaxUint64), 7},
	} {
		got, known := WrittenMs(origin(row.ctime))
		if !known {
			got = 7
		}
		if s := NewSurvey(origin(row.ctime), 7); got != row.want || s.writtenMs != row.want {
			t.Errorf("WrittenMs of ctime %v = %d, %v, that of a survey %d, want %d", row.ctime, got, known, s.writtenMs, row.want)
		}
	}
	if ms, known := WrittenMs(keyspace.Origin{}); known {
		t.Errorf("WrittenMs without ctime = %d", ms)
	}
}

// TestAt: what had expired stays where it is, and nothing overflows.
func TestAt(t *testing.T) {
	for _, row := range []struct {
		shift    Shift
		ms, want int64
	}{
		{Shift{}, 5, 5}, {Shift{Ms: 100, WrittenMs: 10}, 11, 111}, {Shift{Ms: 100, WrittenMs: 10}, 10, 10}, {Shift{Ms: 100, WrittenMs: 10}, -7, -7},
		{Shift{Ms: 100, WrittenMs: 10}, math.MaxInt64 - 100, math.MaxInt64}, {Shift{Ms: 100, WrittenMs: 10}, math.MaxInt64 - 101, math.MaxInt64 - 1},
		{Shift{Ms: 100, WrittenMs: 10}, math.MaxInt64 - 99, math.MaxInt64}, {Shift{Ms: 100, WrittenMs: 10}, math.MaxInt64, math.MaxInt64},
		{Shift{Ms: math.MaxInt64, WrittenMs: -10}, -5, math.MaxInt64 - 5}, {Shift{Ms: math.MaxInt64, WrittenMs: 10}, math.MaxInt64, math.MaxInt64},
	} {
		if got := row.shift.At(keyspace.ExpireAtMs(row.ms)); got != keyspace.ExpireAtMs(row.want) {
			t.Errorf("%+v.At(%d) = %v, want %d", row.shift, row.ms, got, row.want)
		}
		if got := row.shift.At(keyspace.ExpireAt{}); got != (keyspace.ExpireAt{}) {
			t.Errorf("%+v.At(none) = %v", row.shift, got)
		}
	}
}

// TestSource: keys and fields move, notes and errors pass, the source stays.
func TestSource(t *testing.T) {
	hash := keyspace.Hash{{Name: "a", ExpireAt: keyspace.ExpireAtMs(10)}, {Name: "b"}, {Name: "c", ExpireAt: keyspace.ExpireAtMs(20)}, {Name: "d", ExpireAt: keyspace.ExpireAtMs(30)}}
	src := keyspace.Memory{
		Held:      []keyspace.Key{{Name: "h", Value: hash, ExpireAt: keyspace.ExpireAtMs(40)}, expiring(10), {Name: "n", Value: keyspace.Hash{{Name: "b"}}}},
		Notes:     []keyspace.Note{{Kind: keyspace.NoteEmpty}},
		Tally:     keyspace.Tally{keyspace.NoteExpired: 1},
		About:     origin("1000"),
		Libraries: []string{"code"},
		Limit:     1,
	}
	s := Shift{Ms: 100, WrittenMs: 10}.Source(src)
	notes := 0
	keys, err := keyspace.Assemble(s.Keys(func(keyspace.Note) { notes++ }))
	if err != nil || notes != 1 || len(s.Functions()) != 1 || s.Counted()[keyspace.NoteExpired] != 1 || !s.Origin().Equal(src.About) {
		t.Fatalf("%v, %d notes, %v, %v, %v", err, notes, s.Functions(), s.Counted(), s.Origin())
	}
	want := "[{0 10 10ms v 0 false} {0 h 140ms [{a  10ms} {b  none} {c  120ms} {d  130ms}] 0 false} {0 n none [{b  none}] 0 false}]"
	if got := fmt.Sprint(keys); got != want {
		t.Errorf("keys %s, want %s", got, want)
	}
	if fmt.Sprint(hash) != "[{a  10ms} {b  none} {c  20ms} {d  30ms}]" {
		t.Errorf("the source became %v", hash)
	}
	if k, err := keyspace.Assemble((Shift{WrittenMs: 10}).Source(src).Keys(func(keyspace.Note) {})); err != nil || k[1].ExpireAt != keyspace.ExpireAtMs(40) {
		t.Errorf("no shift makes %v, %v", k, err)
	}
}

// failing is a source whose sequence ends with an error.
type failing struct{ keyspace.Memory }

var errBroken = errors.New("broken")

func (failing) Keys(func(keyspace.Note)) keyspace.Seq {
	return func(yield func(keyspace.Key, error) bool) {
		if yield(expiring(20), nil) {
			yield(keyspace.Key{}, errBroken)
		}
	}
}

func TestSourceError(t *testing.T) {
	src := Shift{Ms: 1}.Source(failing{})
	for k, err := range src.Keys(nil) {
		if err != nil && !errors.Is(err, errBroken) || err == nil && k.ExpireAt != keyspace.ExpireAtMs(21) {
			t.Errorf("%v, %v", k, err)
		}
	}
	for _, err := range src.Keys(nil) {
		if err != nil {
			t.Error(err)
		}
		break // which the sequence has to notice
	}
}

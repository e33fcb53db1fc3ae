package verify

import (
	"math"
	"testing"

	"redrill/keyspace"
)

func TestCounters(t *testing.T) {
	s := startRedis(t)
	s.do(t, "SET", "k", "v")
	note := func(detail string) keyspace.Note {
		return keyspace.Note{Kind: keyspace.NoteCounter, Name: "k", Detail: detail}
	}
	for _, row := range []struct {
		name    string
		details []string
		want    Counters
		text    string
	}{
		{"none", nil, Counters{}, ""},
		{"one promises more", []string{keyspace.CounterDetail(5, 4)}, Counters{Keys: 1, Elements: 1},
			"counters of 1 key promise 1 element that no row holds"},
		{"two promise more", []string{keyspace.CounterDetail(5, 3), keyspace.CounterDetail(9, 1)}, Counters{Keys: 2, Elements: 10},
			"counters of 2 keys promise 10 elements that no row holds"},
		{"one promises less", []string{keyspace.CounterDetail(0, 4)}, Counters{}, ""},
		{"without end", []string{keyspace.CounterDetail(math.MaxInt64, 0), keyspace.CounterDetail(5, 3)}, Counters{Keys: 2, Elements: math.MaxInt64},
			"counters of 2 keys promise 9,223,372,036,854,775,807 elements that no row holds"},
		{"another writer's words", []string{"off by one"}, Counters{Unknown: 1}, "counters of 1 key disagree with the rows by an unknown number"},
	} {
		t.Run(row.name, func(t *testing.T) {
			src := sliceSource{keys: []keyspace.Key{{Name: "k", Value: keyspace.String("v")}}}
			for _, d := range row.details {
				src.notes = append(src.notes, note(d))
			}
			res, _ := s.verified(t, src, Options{})
			if res.Counters != row.want || res.Counters.Text() != row.text {
				t.Errorf("counters %+v, %q, want %+v, %q", res.Counters, res.Counters.Text(), row.want, row.text)
			}
			if got := res.Outcome(Allow{}); got != Verified {
				t.Errorf("Outcome() = %v, want verified", got)
			}
			want := Incomplete
			if row.text == "" {
				want = Verified
			}
			if got := res.Outcome(Allow{StrictCounters: true}); got != want {
				t.Errorf("Status(strict) = %d, want %d", got, want)
			}
		})
	}
}

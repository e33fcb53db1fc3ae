package fuzz_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"redrill/decoder"
	"redrill/decoder/fsm"
	"redrill/fuzz/fsmtest"
	"redrill/fuzz/gen"
	"redrill/keyspace"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// decoded is everything a decoder says about a file.
type decoded struct {
	Keys   []keyspace.Key // whole, ascending by name
	Notes  []string       // of the predicted kinds
	Counts keyspace.Tally
}

func decode(file []byte, opts fsm.Options) (decoded, error) {
	s, err := fsm.Open(bytes.NewReader(file), int64(len(file)), opts)
	if err != nil {
		return decoded{}, fmt.Errorf("open: %w", err)
	}
	var d decoded
	var parts []keyspace.Key
	note := func(n keyspace.Note) {
		if gen.Predicted(n.Kind) {
			d.Notes = append(d.Notes, describe(n))
		}
	}
	for k, err := range s.Keys(note) {
		if err != nil {
			return decoded{}, fmt.Errorf("keys: %w", err)
		}
		parts = append(parts, k)
	}
	d.Keys, err = assemble(parts)
	d.Counts = s.Counted()
	slices.Sort(d.Notes)
	d.Notes = slices.Compact(d.Notes)
	slices.SortFunc(d.Keys, func(a, b keyspace.Key) int { return strings.Compare(a.Name, b.Name) })
	return d, err
}

// describe returns what is compared of a note.
func describe(n keyspace.Note) string {
	element := "none"
	if n.Element != nil {
		element = fmt.Sprintf("%q", *n.Element)
	}
	return fmt.Sprintf("%v of %v %q, element %s", n.Kind, n.Type, n.Name, element)
}

// assemble joins the parts of keys and brings unordered collections into
// canonical order.
func assemble(parts []keyspace.Key) ([]keyspace.Key, error) {
	var keys []keyspace.Key
	seen := map[string]bool{}
	more := false
	for _, k := range parts {
		switch {
		case !more && (k.Part != 0 || seen[k.Name]):
			return nil, fmt.Errorf("key %q starts with part %d, seen before: %v", k.Name, k.Part, seen[k.Name])
		case !more:
			keys = append(keys, k)
		default:
			last := &keys[len(keys)-1]
			if last.Name != k.Name || last.Part+1 != k.Part || last.ExpireAt != k.ExpireAt {
				return nil, fmt.Errorf("part %d of key %q after part %d of %q", k.Part, k.Name, last.Part, last.Name)
			}
			v, err := join(last.Value, k.Value)
			if err != nil {
				return nil, fmt.Errorf("part %d of key %q: %w", k.Part, k.Name, err)
			}
			last.Value, last.Part = v, k.Part
		}
		seen[k.Name], more = true, k.More
		keys[len(keys)-1].More = false
	}
	if more {
		return nil, errors.New("the last part has more")
	}
	for i := range keys {
		keys[i].Part = 0
		order(keys[i].Value)
	}
	return keys, nil
}

func join(a, b keyspace.Value) (keyspace.Value, error) {
	if a.Type() != b.Type() {
		return nil, fmt.Errorf("a %v continues a %v", b.Type(), a.Type())
	}
	switch a := a.(type) {
	case keyspace.String:
		return a + b.(keyspace.String), nil
	case keyspace.Hash:
		return append(a, b.(keyspace.Hash)...), nil
	case keyspace.List:
		return append(a, b.(keyspace.List)...), nil
	case keyspace.Set:
		return append(a, b.(keyspace.Set)...), nil
	case keyspace.ZSet:
		return append(a, b.(keyspace.ZSet)...), nil
	case keyspace.Stream:
		next := b.(keyspace.Stream)
		if a.LastID != next.LastID || a.MaxDeletedID != next.MaxDeletedID {
			return nil, errors.New("the parts disagree about the stream")
		}
		a.Entries = append(a.Entries, next.Entries...)
		return a, nil
	case keyspace.HyperLogLog:
		return append(a, b.(keyspace.HyperLogLog)...), nil
	}
	return nil, errors.New("no such type")
}

func order(v keyspace.Value) {
	switch v := v.(type) {
	case keyspace.Hash:
		slices.SortFunc(v, func(a, b keyspace.Field) int { return cmp.Compare(a.Name, b.Name) })
	case keyspace.Set:
		slices.Sort(v)
	case keyspace.ZSet:
		slices.SortFunc(v, func(a, b keyspace.Member) int { return cmp.Compare(a.Name, b.Name) })
	case keyspace.HyperLogLog:
		slices.Sort(v)
	case keyspace.String, keyspace.List, keyspace.Stream:
	}
}

// sameBits compares scores as verification does.
var sameBits = gocmp.Options{
	gocmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }),
	gocmp.Comparer(func(a, b keyspace.ExpireAt) bool { return a == b }),
	cmpopts.EquateEmpty(),
}

// check compares what was decoded with what a scenario predicts.
func check(t *rapid.T, s gen.Scenario, got decoded) {
	t.Helper()
	want := decoded{Keys: s.Keys}
	for _, n := range s.Notes {
		want.Notes = append(want.Notes, describe(n))
	}
	slices.Sort(want.Notes)
	if diff := gocmp.Diff(want.Keys, got.Keys, sameBits); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(want.Notes, got.Notes, sameBits); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	for _, kind := range []keyspace.NoteKind{keyspace.NoteUnknown, keyspace.NoteUnresolved, keyspace.NoteOrphanTTL} {
		if got.Counts[kind] != s.Counts[kind] {
			t.Errorf("count of %v = %d, want %d", kind, got.Counts[kind], s.Counts[kind])
		}
	}
	if t.Failed() {
		for _, r := range s.Records {
			t.Logf("record %q at %d = %q", r.Key, r.CommitTS, r.Body)
		}
		for _, r := range s.Noise {
			t.Logf("noise %q at %d, tombstone %v, expires %d = %.100q", r.Key, r.CommitTS, r.Tombstone, r.ExpireAt, r.Body)
		}
	}
}

func mustDecode(t *rapid.T, file []byte, opts fsm.Options) decoded {
	t.Helper()
	d, err := decode(file, opts)
	if err != nil {
		t.Fatalf("%v\nfile: %x", err, file)
	}
	return d
}

// TestDecodeReturnsWhatWasWritten is decode(write(model)) = model.
func TestDecodeReturnsWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := gen.DrawScenario(t)
		check(t, s, mustDecode(t, s.File(), fsm.Options{}))
	})
}

// TestNothingElseChangesTheResult: part limits down to one element and one
// byte, the container, and what is no part of a key.
func TestNothingElseChangesTheResult(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := gen.DrawScenario(t)
		limit := decoder.PartLimit{
			Elements: rapid.IntRange(1, 3).Draw(t, "part elements"), Bytes: rapid.IntRange(1, 40).Draw(t, "part bytes"),
		}
		check(t, s, mustDecode(t, s.File(), fsm.Options{Part: limit}))

		other := s.Container
		other.Wrapper = fsmtest.Wrapper{Version: 2, CeilingMs: 1, Cutover: 2, Extra: []byte("extra")}
		other.NoFooter = true
		check(t, s, mustDecode(t, s.FileIn(other), fsm.Options{AllowNoFooter: true, Part: limit}))

		quiet := s
		quiet.Noise, quiet.Counts = nil, nil
		check(t, quiet, mustDecode(t, quiet.File(), fsm.Options{}))
	})
}

// TestStoreDecodes is the same for the generator of large stores.
func TestStoreDecodes(t *testing.T) {
	for _, profile := range gen.Profiles {
		t.Run(string(profile), func(t *testing.T) {
			store := gen.Store{Seed: 3, N: 1500, Profile: profile}
			var file bytes.Buffer
			if _, err := store.Write(&file); err != nil {
				t.Fatal(err)
			}
			var want []keyspace.Key
			for k, err := range store.Keys() {
				if err != nil {
					t.Fatal(err)
				}
				want = append(want, k)
			}
			slices.SortFunc(want, func(a, b keyspace.Key) int { return strings.Compare(a.Name, b.Name) })
			got, err := decode(file.Bytes(), fsm.Options{Part: decoder.PartLimit{Elements: 100}})
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(want, got.Keys, sameBits); diff != "" {
				t.Errorf("keys (-want +got):\n%s", diff)
			}
			if len(got.Notes) > 0 {
				t.Errorf("notes: %v", got.Notes)
			}
		})
	}
}

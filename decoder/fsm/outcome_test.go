package fsm_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"redrill/decoder"
	"redrill/decoder/fsm"
	"redrill/fuzz/vectors"
	"redrill/keyspace"
)

// runVector decodes the vector's snapshot twice, because Keys may be called again,
// and compares.
func runVector(t *testing.T, v vectors.Vector, opts fsm.Options) {
	t.Helper()
	snap, err := fsm.Open(bytes.NewReader(v.Snapshot), int64(len(v.Snapshot)), opts)
	if err != nil {
		compareOutcome(t, v, opts, outcome{Error: classOf(err)}, err)
		return
	}
	if v.LastCommitTS != nil && snap.Origin().Fact("last_commit_ts") != *v.LastCommitTS {
		t.Errorf("LastCommitTS = %d, want %d", snap.Origin().Fact("last_commit_ts"), *v.LastCommitTS)
	}
	for range 2 {
		keys, notes, err := decodeAll(snap)
		if err != nil {
			compareOutcome(t, v, opts, outcome{Error: classOf(err)}, err)
			continue
		}
		compareOutcome(t, v, opts, outcome{Keys: slices.SortedFunc(maps.Values(keys), keyspace.CompareKeys), Notes: noteTexts(notes), Counts: snap.Counted()}, nil)
		for _, n := range notes {
			checkDetail(t, n)
		}
	}
}

// checkDetail: bytes of the file stand in a detail quoted, so that any result can
// hold it.
func checkDetail(t *testing.T, n keyspace.Note) {
	t.Helper()
	if !utf8.ValidString(n.Detail) || strings.ContainsFunc(n.Detail, func(r rune) bool { return !strconv.IsPrint(r) }) {
		t.Errorf("detail %q is not printable", n.Detail)
	}
}

// outcome is what decoding a snapshot ends in.
type outcome struct {
	Error  string         // class, or ""
	Keys   []keyspace.Key // ascending
	Notes  []string       // sorted
	Counts keyspace.Tally
}

func compareOutcome(t *testing.T, v vectors.Vector, opts fsm.Options, got outcome, err error) {
	t.Helper()
	want := outcome{Keys: v.Want.Keys, Notes: noteTexts(v.Want.Notes), Counts: v.Want.Counts}
	if v.Want.Error != "" {
		want = outcome{Error: v.Want.Error}
	}
	if diff := cmp.Diff(want, got, cmpOutcomes); diff != "" {
		t.Errorf("decode with %+v: error %v; outcome differs (-want +got):\n%s", opts, err, diff)
	}
}

// cmpOutcomes is cmpKeys, but any NaN equals any other (a dump says just
// "nan"), and a count of 0 is no count.
var cmpOutcomes = cmp.Options{
	cmpopts.EquateEmpty(),
	cmpopts.IgnoreMapEntries(func(k keyspace.NoteKind, n int64) bool { return n == 0 }),
	cmp.Comparer(func(a, b keyspace.ExpireAt) bool { return a == b }),
	cmp.Comparer(func(a, b float64) bool {
		return keyspace.SameScore(a, b) || math.IsNaN(a) && math.IsNaN(b)
	}),
}

// classOf names the class of an error, which must have exactly one.
func classOf(err error) string {
	var classes []string
	for _, c := range []struct {
		name string
		err  error
	}{
		{"corrupt", decoder.ErrCorrupt},
		{"unsupported", decoder.ErrUnsupported},
		{"limit", decoder.ErrLimit},
	} {
		if errors.Is(err, c.err) {
			classes = append(classes, c.name)
		}
	}
	if len(classes) != 1 {
		return fmt.Sprintf("classes %v of: %v", classes, err)
	}
	return classes[0]
}

func noteTexts(notes []keyspace.Note) []string {
	var list []string
	for _, n := range notes {
		list = append(list, noteText(n))
	}
	slices.Sort(list)
	return list
}

// noteText returns what vectors compare of a note.
func noteText(n keyspace.Note) string {
	s := fmt.Sprintf("%s %s %q", n.Kind, n.Type, n.Name)
	if n.Element != nil {
		s += fmt.Sprintf(" element %q", *n.Element)
	}
	return s
}

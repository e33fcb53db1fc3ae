package fsm_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"redrill/decoder"
	"redrill/decoder/fsm"
	"redrill/keyspace"
)

// run decodes the vector's snapshot twice, because Keys may be called again,
// and compares.
func (v *vector) run(t *testing.T, opts fsm.Options) {
	t.Helper()
	snap, err := fsm.Open(bytes.NewReader(v.snapshot), int64(len(v.snapshot)), opts)
	if err != nil {
		v.compare(t, opts, outcome{Error: classOf(err)}, err)
		return
	}
	if v.wantTS != nil && snap.Source().LastCommitTS != *v.wantTS {
		t.Errorf("LastCommitTS = %d, want %d", snap.Source().LastCommitTS, *v.wantTS)
	}
	for range 2 {
		keys, notes, err := decodeAll(snap)
		if err != nil {
			v.compare(t, opts, outcome{Error: classOf(err)}, err)
			continue
		}
		v.compare(t, opts, outcome{Keys: keys, Notes: noteTexts(notes), Counts: snap.Counted()}, nil)
	}
}

func (v *vector) compare(t *testing.T, opts fsm.Options, got outcome, err error) {
	t.Helper()
	want := v.want
	if want.Error != "" {
		want = outcome{Error: want.Error}
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
		list = append(list, noteText(string(n.Kind), n.Name, n.Type.String(), n.Element))
	}
	slices.Sort(list)
	return list
}

// noteText returns what vectors compare of a note.
func noteText(kind, key, typ string, element *string) string {
	s := fmt.Sprintf("%s %s %q", kind, typ, key)
	if element != nil {
		s += fmt.Sprintf(" element %q", *element)
	}
	return s
}

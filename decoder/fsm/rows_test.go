package fsm_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/decoder"
	"redrill/decoder/fsm"
	"redrill/fuzz/fsmtest"
	"redrill/keyspace"
)

// Tests that a planted mistake asked for: each kills one that all others let
// live (docs/MUTANTS.md).

// A raft snapshot token is told from a wrapper, whatever its bytes.
func TestTokenIsNamed(t *testing.T) {
	for _, b := range [...]byte{0, '1', '2', '3'} {
		token := append([]byte("EKVT\x01"), 0, 0, b, 0, 0, 0, 0, 0, 0, 0, 0, 0)
		_, err := fsm.Open(bytes.NewReader(token), int64(len(token)), fsm.Options{})
		if !errors.Is(err, decoder.ErrUnsupported) || !strings.Contains(err.Error(), "token") {
			t.Errorf("token with byte %q: error %v, want one of class unsupported that names it", b, err)
		}
	}
}

// Hidden versions and deletions are counted apart from rows.
func TestVersionsAreNoRows(t *testing.T) {
	row := fsmtest.String("k").Row("v")
	gone := fsmtest.String("gone").Row("v")
	b := fsmtest.Snapshot(fsmtest.Node(3), row.At(3), row.At(2), row.At(1), gone.DeletedAt(2), gone.At(1))
	s, err := fsm.Open(bytes.NewReader(b), int64(len(b)), fsm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []fsm.ClassCount{{Class: "string", Live: 1, Tombstones: 1, Superseded: 3}}
	if diff := cmp.Diff(want, s.Info().Classes()); diff != "" {
		t.Errorf("classes (-want +got):\n%s", diff)
	}
}

// A store without a payload is told from one without rows.
func TestEmptyPayload(t *testing.T) {
	for _, tt := range []struct {
		name string
		file []byte
		want bool
	}{
		{"a footer alone", []byte{0, 0, 0, 0}, true},
		{"a payload without rows", fsmtest.Snapshot(fsmtest.Node(1)), false},
	} {
		if got := mustOpen(t, tt.file, fsm.Options{}).Info().EmptyPayload; got != tt.want {
			t.Errorf("%s: EmptyPayload = %v, want %v", tt.name, got, tt.want)
		}
	}
}

// open opens a snapshot of the rows, committed in one moment.
func open(t *testing.T, opts fsm.Options, rows ...fsmtest.Row) *fsm.Snapshot {
	t.Helper()
	b := fsmtest.Snapshot(fsmtest.Node(1), fsmtest.At(1, rows...)...)
	s, err := fsm.Open(bytes.NewReader(b), int64(len(b)), opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Of several expire times in metas, that of the list counts before that of the hash.
func TestInlineExpiryOrder(t *testing.T) {
	got, _ := collect(t, open(t, fsm.Options{},
		fsmtest.String("k").Legacy("v"), fsmtest.List("k").Meta32(0, 0, 0, 1_800_000_000_001),
		fsmtest.Hash("k").Meta16(0, 1_800_000_000_002)))
	if want := keyspace.ExpireAtMs(1_800_000_000_001); got["k"].ExpireAt != want {
		t.Errorf("expires %v, want %v", got["k"].ExpireAt, want)
	}
}

// An entry has the ID of its row, not the one that its client sent.
func TestEntryHasTheIDOfItsRow(t *testing.T) {
	id := keyspace.ID{Ms: 5, Seq: 1}
	got, _ := collect(t, open(t, fsm.Options{},
		fsmtest.Stream("k").Meta24(1, id), fsmtest.Stream("k").EntryText(id, "4-9", "a", "b")))
	want := keyspace.Stream{LastID: id, Entries: []keyspace.Entry{{ID: id, Pairs: []keyspace.Pair{{Field: "a", Value: "b"}}}}}
	if diff := cmp.Diff(keyspace.Value(want), got["k"].Value); diff != "" {
		t.Errorf("stream (-want +got):\n%s", diff)
	}
}

// A key whose last row cannot be read is not delivered in part.
func TestNothingOfAnUnreadableKey(t *testing.T) {
	bad := fsmtest.ZSet("k").Member("z", 1)
	bad.Body = bad.Body[:4]
	s := open(t, fsm.Options{Part: keyspace.PartLimit{Elements: 1}},
		fsmtest.ZSet("k").Member("a", 1), fsmtest.ZSet("k").Member("b", 2), bad)
	var notes []keyspace.Note
	for k, err := range s.Keys(func(n keyspace.Note) { notes = append(notes, n) }) {
		t.Errorf("part %d of %q (%v) was delivered", k.Part, k.Name, err)
	}
	if len(notes) == 0 || notes[0].Kind != keyspace.NoteUnreadable {
		t.Errorf("notes %+v, want one of kind unreadable", notes)
	}
}

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
)

// Tests that a planted mistake asked for: each kills one that all others let
// live (docs/MUTANTS.md).

// A raft snapshot token is told from a wrapper, whatever its bytes.
func TestMutantTokenIsNamed(t *testing.T) {
	for _, b := range [...]byte{0, '1', '2', '3'} {
		token := append([]byte("EKVT\x01"), 0, 0, b, 0, 0, 0, 0, 0, 0, 0, 0, 0)
		_, err := fsm.Open(bytes.NewReader(token), int64(len(token)), fsm.Options{})
		if !errors.Is(err, decoder.ErrUnsupported) || !strings.Contains(err.Error(), "token") {
			t.Errorf("token with byte %q: error %v, want one of class unsupported that names it", b, err)
		}
	}
}

// Hidden versions and deletions are counted apart from rows.
func TestMutantVersionsAreNoRows(t *testing.T) {
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

package fsm_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"redrill/decoder"
	"redrill/decoder/fsm"
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

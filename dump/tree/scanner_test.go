package tree

import (
	"errors"
	"strings"
	"testing"
)

// TestBudget bounds what is held of one element, not of a file.
func TestBudget(t *testing.T) {
	const limit = 16 << 10
	array := "[" + strings.Repeat(`"`+strings.Repeat("x", 1000)+`",`, 100) + `"end"]`
	tests := []struct {
		name, json string
		elements   int
		ok         bool
	}{
		{"many short ones", array, 101, true},
		{"a long one", `["a","` + strings.Repeat("x", 10*limit) + `"]`, 1, false},
		{"a long one that never ends", `["a","` + strings.Repeat("x", 10*limit), 1, false},
		{"blanks", `["a",` + strings.Repeat(" ", 10*limit) + `"b"]`, 1, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScannerAt(strings.NewReader(tt.json), "file", 0)
			s.budget.limit = limit
			s.budget.renew()
			n := 0
			s.array(func() error {
				if s.bytes(); s.err == nil {
					n++
				}
				return nil
			})
			if n != tt.elements {
				t.Errorf("%d elements, want %d", n, tt.elements)
			}
			if tt.ok != (s.err == nil) || !tt.ok && !errors.Is(s.err, ErrTree) {
				t.Errorf("error %v, want one: %v", s.err, !tt.ok)
			}
		})
	}
}

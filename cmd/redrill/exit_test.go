package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"redrill/decoder"
	"redrill/dump"
	"redrill/dump/tree"
	"redrill/restore"
	"redrill/target"
	"redrill/verify"
)

// TestStatusOf: each class of error has its status, also wrapped, and an
// interrupt is what it is whatever failed because of it.
func TestStatusOf(t *testing.T) {
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	for _, row := range []struct {
		name string
		ctx  context.Context
		err  error
		want int
	}{
		{"none", t.Context(), nil, 0},
		{"a status", t.Context(), statusError(exitDifferences), 1},
		{"a status of an interrupted run", interrupted, statusError(exitDifferences), 1},
		{"usage", t.Context(), usagef("no"), 2},
		{"usage of a target", t.Context(), target.ErrUsage, 2},
		{"no file", t.Context(), fs.ErrNotExist, 2},
		{"a forbidden file", t.Context(), fs.ErrPermission, 2},
		{"corrupt", t.Context(), decoder.ErrCorrupt, 3},
		{"unsupported", t.Context(), decoder.ErrUnsupported, 3},
		{"too large", t.Context(), decoder.ErrLimit, 3},
		{"a broken dump", t.Context(), dump.ErrDump, 3},
		{"another dump", t.Context(), dump.ErrVersion, 3},
		{"a broken directory", t.Context(), tree.ErrTree, 3},
		{"anything else", t.Context(), errors.New("disk full"), 4},
		{"no target", t.Context(), target.ErrUnreachable, 5},
		{"a target that refuses", t.Context(), target.ErrRefused, 5},
		{"a target that refuses", t.Context(), restore.ErrTarget, 5},
		{"a target that cannot be read", t.Context(), verify.ErrTarget, 5},
		{"an interrupt", t.Context(), context.Canceled, 130},
		{"what an interrupt broke", interrupted, verify.ErrTarget, 130},
	} {
		t.Run(row.name, func(t *testing.T) {
			if row.err != nil {
				row.err = fmt.Errorf("wrapped: %w", row.err)
			}
			if got := statusOf(row.ctx, row.err); got != row.want {
				t.Errorf("statusOf(%v) = %d, want %d", row.err, got, row.want)
			}
		})
	}
}

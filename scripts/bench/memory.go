package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"redrill/fuzz/fsmlayout"
)

type memoryOptions struct {
	keys, elements int64
	types          string
	limitMiB       int64
}

// memory decodes snapshots of any size and fails if one takes more memory than
// the limit.
func (b *bench) memory(ctx context.Context, w io.Writer, opts memoryOptions) error {
	var stores []fsmlayout.Store
	if opts.keys > 0 {
		stores = append(stores, fsmlayout.Store{Seed: b.seed, N: opts.keys, Profile: fsmlayout.ProfileMixed})
	}
	if opts.elements > 0 {
		for name := range strings.SplitSeq(opts.types, ",") {
			profile := fsmlayout.Profile("one-big-" + strings.TrimSpace(name))
			stores = append(stores, fsmlayout.Store{Seed: b.seed, N: opts.elements, Profile: profile})
		}
	}
	b.describe(ctx, w)
	fmt.Fprint(w, "\n| Snapshot | Keys or elements | Size | `decode` | Peak memory |\n|---|---|---|---|---|\n")
	tooMuch := false
	for _, store := range stores {
		peak, err := b.decodeOnce(ctx, w, store)
		if err != nil {
			return fmt.Errorf("%s: %w", store.Profile, err)
		}
		tooMuch = tooMuch || peak > opts.limitMiB<<20
	}
	if tooMuch {
		return fmt.Errorf("peak memory is above %d MiB", opts.limitMiB)
	}
	return nil
}

// decodeOnce generates a snapshot, decodes it and prints its row.
func (b *bench) decodeOnce(ctx context.Context, w io.Writer, store fsmlayout.Store) (peakBytes int64, err error) {
	path := filepath.Join(b.dir, string(store.Profile)+".fsm")
	progress("generate %s of %d", store.Profile, store.N)
	size, err := writeSnapshot(path, store)
	if err != nil {
		return 0, err
	}
	progress("decode %d bytes", size)
	u, err := execute(ctx, nil, b.redrill, "decode", path, "-o", os.DevNull, "--quiet")
	if err != nil {
		return 0, err
	}
	fmt.Fprintf(w, "| %s | %d | %.2f GiB | %.0f s, %.0f MB/s | %s |\n", store.Profile, store.N,
		float64(size)/(1<<30), u.wall.Seconds(), float64(size)/1e6/u.wall.Seconds(), mebibytes(u.peakBytes))
	return u.peakBytes, os.Remove(path)
}

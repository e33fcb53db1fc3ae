package main

import (
	"bufio"
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
	rdbTypes       string
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
		peak, err := b.decodeOnce(ctx, w, bigFile{string(store.Profile), ".fsm", store.N, func(path string) (int64, error) { return writeSnapshot(path, store) }})
		if err != nil {
			return fmt.Errorf("%s: %w", store.Profile, err)
		}
		tooMuch = tooMuch || peak > opts.limitMiB<<20
	}
	if opts.elements > 0 && opts.rdbTypes != "" {
		for _, name := range rdbKeys(opts.rdbTypes) {
			write, known := bigKeys[name]
			if !known {
				return fmt.Errorf("no type %q", name)
			}
			n := opts.elements / nodeEntries * nodeEntries
			peak, err := b.decodeOnce(ctx, w, bigFile{"RDB of one " + name, ".rdb", n, func(path string) (int64, error) {
				return writeFile(path, func(w *bufio.Writer) error { return write(w, n) })
			}})
			if err != nil {
				return fmt.Errorf("RDB file of one %s: %w", name, err)
			}
			tooMuch = tooMuch || peak > opts.limitMiB<<20
		}
	}
	if tooMuch {
		return fmt.Errorf("peak memory is above %d MiB", opts.limitMiB)
	}
	return nil
}

// bigFile is a file that is decoded once.
type bigFile struct {
	name, suffix string
	n            int64 // keys or elements
	write        func(path string) (bytes int64, err error)
}

// decodeOnce generates a file, decodes it and prints its row.
func (b *bench) decodeOnce(ctx context.Context, w io.Writer, f bigFile) (peakBytes int64, err error) {
	path := filepath.Join(b.dir, "big"+f.suffix)
	progress("generate %s of %d", f.name, f.n)
	size, err := f.write(path)
	if err != nil {
		return 0, err
	}
	progress("decode %d bytes", size)
	u, err := execute(ctx, nil, b.redrill, "decode", path, "-o", os.DevNull, "--quiet")
	if err != nil {
		return 0, err
	}
	fmt.Fprintf(w, "| %s | %d | %.2f GiB | %.0f s, %.0f MB/s | %s |\n", f.name, f.n,
		float64(size)/(1<<30), u.wall.Seconds(), float64(size)/1e6/u.wall.Seconds(), mebibytes(u.peakBytes))
	return u.peakBytes, os.Remove(path)
}

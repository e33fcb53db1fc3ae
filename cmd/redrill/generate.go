package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"redrill/dump"
	"redrill/fuzz/fsmlayout"
	"redrill/internal/atomicfile"
	"redrill/keyspace"
)

// generateFlags are the flags of generate.
type generateFlags struct {
	store   fsmlayout.Store
	profile string
	out     string
	dump    string
	force   forceFlag
	asJSON  bool
}

func (a *app) generateCommand() *cobra.Command {
	var flags generateFlags
	profiles := profileNames()
	c := &cobra.Command{
		Use:   "generate -o FILE",
		Short: "Generate a snapshot of any size",
		Long: `Generate a snapshot as a busy node would write it: keys of every type, older
versions, tombstones, delta rows. A node can load it, unless --foreign-rows adds
rows of other services with made-up contents. The same seed, number of keys and
profile give the same bytes. Memory does not grow with the number of keys.

--dump also writes the expected dump. "redrill decode" must produce the same dump,
byte for byte; compare the two with cmp. The expected dump comes from the generator, not
from a decoder.

A file whose name ends in .gz or .zst is compressed. Each file appears under its
name when it is complete. An existing snapshot is replaced only with --force,
because a node may have written it.`,
		Example: "  redrill generate --seed 1 --keys 1000000 -o big.fsm --dump big.jsonl.zst\n" +
			"  redrill generate --keys 5000000 --profile one-big-list -o list.fsm",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			flags.store.Profile = fsmlayout.Profile(flags.profile)
			return a.generate(c.Context(), flags)
		},
	}
	c.Flags().Uint64Var(&flags.store.Seed, "seed", 1, "seed: another one gives other names and values")
	c.Flags().Int64Var(&flags.store.N, "keys", 1000, "visible keys, or elements of the one big key; up to 1e9")
	c.Flags().StringVar(&flags.profile, "profile", string(fsmlayout.ProfileMixed), "what it holds: "+strings.Join(profiles, ", "))
	c.Flags().StringVarP(&flags.out, "output", "o", "", "where the snapshot goes")
	c.Flags().StringVar(&flags.dump, "dump", "", "where the expected dump goes (default: none is written)")
	c.Flags().BoolVar(&flags.store.ForeignRows, "foreign-rows", false, "add rows of other services and of the shard catalog, which no node can load")
	flags.force.register(c.Flags())
	c.Flags().BoolVar(&flags.asJSON, "json", false, "print the summary as JSON")
	return c
}

// generated is what generate wrote; its member names are stable.
type generated struct {
	Snapshot string          `json:"snapshot"` // its name
	Dump     string          `json:"dump,omitempty"`
	Source   keyspace.Origin `json:"source"`
	Keys     int64           `json:"keys"`
}

func (a *app) generate(ctx context.Context, flags generateFlags) (err error) {
	if flags.out == "" {
		return usagef("no output: give -o FILE")
	}
	if err := flags.store.Check(); err != nil {
		return usageError{err}
	}
	// A generated snapshot cannot be told from a node's: none is replaced.
	if err := a.planFiles(flags.force, nil, outputFile{flag: "-o", path: flags.out}, dumpOutput("--dump", flags.dump)); err != nil {
		return err
	}
	g := generated{Snapshot: flags.out, Dump: flags.dump, Source: keyspace.Origin{Format: "elastickv-fsm"}}
	update, done := a.progress("generate", -1)
	defer done()
	snapshot, err := atomicfile.Create(flags.out)
	if err != nil {
		return usageError{err}
	}
	var expected *atomicfile.File
	if flags.dump != "" {
		if expected, err = atomicfile.Create(flags.dump); err != nil {
			return errors.Join(usageError{err}, snapshot.Abort())
		}
		defer func() { err = errors.Join(err, expected.Abort()) }()
	}
	if err := writeStore(ctx, snapshot, flags.store, &g.Source); err != nil {
		return errors.Join(err, snapshot.Abort())
	}
	if err := generateDump(ctx, flags, expected, &g, update); err != nil {
		return errors.Join(err, snapshot.Abort())
	}
	if err := snapshot.Commit(); err != nil {
		return err
	}
	done()
	return a.printGenerated(g, flags)
}

// writeStore writes the snapshot and completes what is known about it.
func writeStore(ctx context.Context, w io.Writer, store fsmlayout.Store, about *keyspace.Origin) error {
	sum := sha256.New()
	n, err := store.Write(contextWriter{ctx, io.MultiWriter(w, sum)})
	if err != nil {
		return err
	}
	about.SHA256, about.Bytes = hex.EncodeToString(sum.Sum(nil)), n
	about.Facts = []keyspace.Fact{{Name: "last_commit_ts", Value: fsmlayout.StoreLastCommitTS}}
	return nil
}

// generateDump writes the expected dump to f, or only counts the keys.
func generateDump(ctx context.Context, flags generateFlags, f *atomicfile.File, g *generated, update func(int64)) error {
	if f == nil {
		g.Keys = flags.store.N
		if flags.store.Profile.Big() {
			g.Keys = min(1, flags.store.N)
		}
		return nil
	}
	w, err := dump.NewWriter(f, g.Source)
	if err != nil {
		return err
	}
	for k, err := range flags.store.Parts(keyspace.DefaultPartLimit.Elements) {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = w.Key(k)
		}
		if err != nil {
			return err
		}
		if !k.More {
			g.Keys++
		}
		if g.Keys%progressEvery == 0 {
			update(g.Keys)
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return f.Commit()
}

func (a *app) printGenerated(g generated, flags generateFlags) error {
	if flags.asJSON {
		return writeResult(a, a.stdout, exitVerified, g)
	}
	if a.quiet {
		return nil
	}
	p := &printer{w: a.stdout}
	p.line("generated", fmt.Sprintf("%s: %s, %s (%s, seed %d)", g.Snapshot, count(g.Keys, "key"),
		count(g.Source.Bytes, "byte"), flags.profile, flags.store.Seed))
	p.line("", "SHA-256 "+g.Source.SHA256)
	if g.Dump != "" {
		p.line("dump", g.Dump)
	}
	return p.err
}

// contextWriter ends with an error when its context ends.
type contextWriter struct {
	ctx context.Context
	w   io.Writer
}

func (c contextWriter) Write(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.w.Write(p)
}

// profileNames lists the profiles.
func profileNames() (names []string) {
	for _, p := range fsmlayout.Profiles {
		names = append(names, string(p))
	}
	return names
}

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"redrill/keyspace"
	"redrill/restore"
	"redrill/target"
	"redrill/verify"
)

// drillFlags are the flags of a whole drill.
type drillFlags struct {
	from     sourceFlags
	to       targetFlags
	restore  restoreFlags
	verify   verifyFlags
	keepDump string
}

func (a *app) drillCommand() *cobra.Command {
	var flags drillFlags
	var asOf asOfFlag
	c := &cobra.Command{
		Use:   "drill FILE",
		Short: "Decode, restore and verify a snapshot: does it come back?",
		Long: `Run the whole drill: decode FILE into a dump, replay the dump into a Redis, read
the live state back and compare it with the snapshot, both ways. FILE is a
path, "-" for standard input, or a directory for its newest snapshot; .gz and
.zst are read as they are; a dump is taken as well.

The target is, by default, a Redis that redrill starts and removes: a container
if a Docker daemon and the image are there, else a redis-server or
valkey-server from PATH, else an embedded imitation, which is said.`,
		Example: "  redrill drill data/fsm-snap\n  redrill drill last-night.fsm.zst --target docker --image redis:7.4",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			at, err := asOf.time()
			if err != nil {
				return err
			}
			return a.drill(c.Context(), args[0], flags, at)
		},
	}
	flags.from.register(c.Flags())
	flags.to.register(c.Flags(), target.Auto)
	flags.restore.register(c.Flags())
	flags.verify.register(c.Flags())
	asOf.register(c.Flags())
	c.Flags().StringVar(&flags.keepDump, "keep-dump", "", "keep the dump in this file")
	return c
}

func (a *app) drill(ctx context.Context, path string, flags drillFlags, asOf time.Time) (err error) {
	s, err := a.openSource(ctx, path, flags.from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	out, err := a.newOutcome(flags.verify)
	if err != nil {
		return err
	}
	out.source = s
	result, err := a.drillStages(ctx, s, flags, asOf, out)
	return out.finish(result, err)
}

// drillStages runs the stages. What is restored has gone through a dump; what
// it is compared with comes from the snapshot again, so that a loss in the
// dump is found too.
func (a *app) drillStages(ctx context.Context, s *source, flags drillFlags, asOf time.Time, out *outcome) (*verify.Result, error) {
	dumped, sum, err := a.drillDump(ctx, s, flags, out.problems.note)
	if err != nil {
		return nil, err
	}
	defer func() { _ = dumped.close() }() // Only read from.
	out.decoded = &sum
	t, err := a.openTarget(ctx, &flags.to, asOf)
	if err != nil {
		return nil, err
	}
	defer a.closeTarget(t)
	out.target = t
	restored, err := a.drillRestore(ctx, t, dumped, flags, asOf, sum.Keys)
	if err != nil {
		return nil, err
	}
	out.restored = &restored
	result, err := a.verifyAgainst(ctx, t, s.keys, flags.to.connections, flags.restore.noScan, asOf, out.diff, sum.Keys)
	if err != nil {
		return nil, err
	}
	if restored.Evicted > 0 {
		result.Invalid = append(result.Invalid, evictedText(restored.Evicted))
	}
	return result, nil
}

// drillDump decodes the source into a dump and opens that.
func (a *app) drillDump(ctx context.Context, s *source, flags drillFlags, see func(keyspace.Note)) (*source, summary, error) {
	path := flags.keepDump
	if path == "" {
		dir, err := os.MkdirTemp("", "redrill-drill-*")
		if err != nil {
			return nil, summary{}, err
		}
		defer func() { _ = os.RemoveAll(dir) }() // The open file outlives its name.
		path = filepath.Join(dir, "dump.jsonl")
	}
	sum, err := a.decodeTo(s, path, see)
	if err != nil {
		return nil, sum, err
	}
	dumped, err := a.openSource(ctx, path, flags.from)
	return dumped, sum, err
}

func (a *app) drillRestore(ctx context.Context, t *target.Target, dumped *source, flags drillFlags, asOf time.Time, total int64) (restore.Result, error) {
	_, result, err := a.restoreTo(ctx, t, dumped, flags.to.connections, flags.restore, asOf, total)
	return result, err
}

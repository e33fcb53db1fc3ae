package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"redrill/internal/shift"
	"redrill/restore"
	sources "redrill/source"
	"redrill/target"
	"redrill/verify"
)

// drillRequest is what a command line asks of a drill.
type drillRequest struct {
	path     string
	asOf     time.Time
	from     sources.Options
	to       targetFlags
	restore  restoreFlags
	verify   verifyFlags
	keepDump string

	via       string // how to restore; "": as it suits
	asOfGiven bool
}

func (a *app) drillCommand() *cobra.Command {
	var req drillRequest
	var asOf asOfFlag
	c := &cobra.Command{
		Use:   "drill FILE",
		Short: "Decode, restore and verify a snapshot: does it come back?",
		Long: `Run the whole drill: decode FILE into a dump, replay the dump into a Redis, read
the live state back and compare it with the snapshot in both directions. FILE is
a path, "-" for standard input, or a directory for its newest snapshot. Files
ending in .gz or .zst are decompressed while they are read. FILE may be a dump.

By default, redrill starts and removes the target itself: a container if a Docker
daemon and the image are available, else a redis-server or valkey-server from
PATH, else an embedded imitation. A drill on the imitation ends with status 4
unless you give --allow-embedded or --target embedded. redrill starts or reaches
the target, and checks that it is empty, before it reads FILE; a server that starts
with FILE comes after that was checked.

A server that redrill starts is started with a copy of an RDB file, as an operator
would do it (--via load), and the time that takes is the restore time. A server that
refuses the file, or dies of it, ends the drill with status 1: the backup does not
come back there.

Keys that have expired since FILE was written are not proven. --expiry shift moves
all expire times by the same amount, so that the earliest of what was alive in FILE
lies a day ahead (then a drill restores by commands). FILE and the dump stay as they
are.`,
		Example: "  redrill drill data/fsm-snap\n  redrill drill last-night.fsm.zst --target docker --image redis:7.4",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			req.path = args[0]
			req.asOfGiven = c.Flags().Changed("as-of")
			if req.asOf, err = asOf.time(); err != nil {
				return err
			}
			return a.drill(c.Context(), req)
		},
	}
	req.from.Register(c.Flags())
	req.to.register(c.Flags(), target.Auto)
	req.restore.register(c.Flags())
	req.verify.register(c.Flags())
	asOf.register(c.Flags())
	c.Flags().BoolVar(&req.verify.allow.Embedded, "allow-embedded", false, "accept the embedded imitation where auto finds nothing else")
	c.Flags().StringVar(&req.via, "via", "", "how to restore: load (the server starts with a copy of the file; default for RDB files on servers that redrill starts) or commands")
	c.Flags().StringVar(&req.keepDump, "keep-dump", "", "keep the dump in this file")
	return c
}

// drill opens everything that can be wrong before it reads the source: that
// may take long.
func (a *app) drill(ctx context.Context, req drillRequest) error {
	if err := a.checkSourcePath(req.path); err != nil {
		return err
	}
	way, err := req.wayOf()
	if err != nil {
		return err
	}
	a.stages = drillStages
	outputs := append(req.verify.out.outputs(), dumpOutput("--keep-dump", req.keepDump))
	if err := a.planFiles(req.verify.out.force, append(req.to.files(), req.path), outputs...); err != nil {
		return err
	}
	out, err := a.newOutcome(req.path, req.verify)
	if err != nil {
		return err
	}
	var result *verify.Result
	err = guard(func() (err error) {
		if way == viaLoad {
			result, err = a.drillLoaded(ctx, req, out)
		} else {
			result, err = a.drillWithDump(ctx, req, out)
		}
		return err
	})
	return out.finish(ctx, result, err)
}

// drillWithDump runs the stages with a place for the dump.
func (a *app) drillWithDump(ctx context.Context, req drillRequest, out *outcome) (result *verify.Result, err error) {
	dumped, err := newDrillDump(req.keepDump, req.path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, dumped.close()) }()
	t, err := a.openEmptyTarget(ctx, &req.to, req.restore, req.asOf)
	if err != nil {
		return nil, err
	}
	defer func() { a.closeTarget(t) }()
	out.reached(t)
	s, err := a.openSource(ctx, req.path, req.from)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if n := databasesOf(s); n > 0 && t.Owned { // it is started again with as many
		a.closeTarget(t)
		req.to.databases = n
		again, err := a.openEmptyTarget(ctx, &req.to, req.restore, req.asOf)
		if err != nil {
			return nil, err
		}
		t = again
		out.target = t
	}
	out.opened(s)
	return a.drillStages(ctx, req, dumped, out)
}

// databasesOf returns how many databases a server needs for the source; 0: the usual
// number.
func databasesOf(s *source) int {
	if s.opened.Load == nil {
		return 0
	}
	return s.opened.Load.Databases
}

// drillStages runs the stages. What is restored has gone through a dump; what
// it is compared with comes from the snapshot again, so that a loss in the
// dump is found too.
func (a *app) drillStages(ctx context.Context, req drillRequest, dumped *drillDump, out *outcome) (*verify.Result, error) {
	s, t := out.source, out.target
	if req.restore.expiry.shift {
		s.survey = shift.NewSurvey(s.about, req.asOf.UnixMilli())
	} else {
		s.needs = restore.NewNeeds(req.asOf.UnixMilli())
	}
	sum, err := a.decodeForDrill(s, dumped, out.problems.note)
	if err != nil {
		return nil, err
	}
	out.decodedAll(sum)
	again, err := dumped.source(ctx, sum)
	if err != nil {
		return nil, err
	}
	defer func() { _ = again.close() }() // Only read from.
	s.moveExpiry(req.asOf)
	again.needs, again.shift = s.needs, s.shift
	out.surveyed()
	restored, err := a.drillRestore(ctx, t, again, req, sum.Keys)
	if err != nil {
		return nil, err
	}
	out.restoredAll(restored)
	result, err := a.verifyAgainst(ctx, t, comparison{
		source: s, keys: s.keys, connections: req.to.connections, noScan: req.restore.noScan, asOf: req.asOf, diffs: out.diff, since: restored.Info, total: sum.Keys,
		byCommands: true,
	})
	if err != nil {
		return nil, err
	}
	result.Unchecked = append(result.Unchecked, restored.Unchecked...)
	if restored.Evicted > 0 {
		result.Invalid = append(result.Invalid, evictedText(restored.Evicted))
	}
	return result, nil
}

func (a *app) drillRestore(ctx context.Context, t *target.Target, dumped *source, req drillRequest, total int64) (restore.Result, error) {
	_, result, err := a.restoreTo(ctx, t, restoration{
		source: dumped, flags: req.restore, connections: req.to.connections, asOf: req.asOf, total: total,
		written: t.ProbeByWriting, // what it writes comes before the verification looks for writes
	})
	return result, err
}

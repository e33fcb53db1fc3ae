package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"redrill/keyspace"
	"redrill/target"
	"redrill/verify"
)

// verifyFlags are the flags of comparing and reporting.
type verifyFlags struct {
	allow verify.Allow
	out   reportFlags
}

func (f *verifyFlags) register(c flagSet) {
	c.BoolVar(&f.allow.Unrepresentable, "allow-unrepresentable", false, "elements that no Redis can hold do not fail the run")
	c.BoolVar(&f.allow.Unresolved, "allow-unresolved", false, "unresolved transactions in the snapshot do not fail the run")
	c.BoolVar(&f.allow.Unknown, "allow-unknown", false, "rows of unknown internal families do not fail the run")
	f.out.register(c)
}

func (a *app) verifyCommand() *cobra.Command {
	var from sourceFlags
	var to targetFlags
	var flags verifyFlags
	var asOf asOfFlag
	var noScan bool
	c := &cobra.Command{
		Use:   "verify DUMP|SNAPSHOT --target URL",
		Short: "Compare a live server with a dump or a snapshot",
		Long: `Compare a live server with a dump or a snapshot, both ways, and change nothing:
every value, order, score bit, stream ID and expiry, and no key too many.
In every run deliberately altered expectations are compared too; if one of them
is not reported, the run is invalid.

A live elastickv can be compared as well. It cannot list its keys safely, so
extra keys are not looked for there, and the result says so.`,
		Example: "  redrill verify dump.jsonl --target redis://localhost:6379",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			at, err := asOf.time()
			if err != nil {
				return err
			}
			return a.verify(c.Context(), args[0], from, &to, flags, noScan, at)
		},
	}
	from.register(c.Flags())
	to.register(c.Flags(), "")
	flags.register(c.Flags())
	asOf.register(c.Flags())
	c.Flags().BoolVar(&noScan, "no-scan", false, "never count or enumerate the target's keys; extra keys are then not looked for")
	return c
}

func (a *app) verify(ctx context.Context, path string, from sourceFlags, to *targetFlags, flags verifyFlags, noScan bool, asOf time.Time) (err error) {
	if err := wantsURL(to.spec); err != nil {
		return err
	}
	s, err := a.openSource(ctx, path, from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	t, err := a.openTarget(ctx, to, asOf)
	if err != nil {
		return err
	}
	defer a.closeTarget(t)
	out, err := a.newOutcome(flags)
	if err != nil {
		return err
	}
	out.source, out.target = s, t
	result, err := a.verifyAgainst(ctx, t, noted(s.keys, out.problems.note), to.connections, noScan, asOf, out.diff, -1)
	return out.finish(result, err)
}

// noted lets see see the notes of the first sequence of a source.
func noted(open func() (verify.Source, error), see func(keyspace.Note)) func() (verify.Source, error) {
	first := true
	return func() (verify.Source, error) {
		src, err := open()
		if err != nil || !first {
			return src, err
		}
		first = false
		return notedSource{src, see}, nil
	}
}

type notedSource struct {
	verify.Source
	see func(keyspace.Note)
}

func (s notedSource) Keys(note func(keyspace.Note)) keyspace.Seq {
	return s.Source.Keys(func(n keyspace.Note) {
		s.see(n)
		note(n)
	})
}

// verifyAgainst compares every key of a source with a target.
func (a *app) verifyAgainst(ctx context.Context, t *target.Target, open func() (verify.Source, error), connections int, noScan bool, asOf time.Time, diffs func(verify.Difference), total int64) (*verify.Result, error) {
	update, done := a.progress("verify", total)
	defer done()
	result, err := verify.Run(ctx, t.Options, open, verify.Options{
		Server:      verifyServer(t.Caps),
		AsOfMs:      asOf.UnixMilli(),
		Connections: connections,
		NoScan:      noScan || !t.Caps.Scan,
		FrozenClock: t.Kind == target.KindEmbedded,
		Now:         time.Now,
		Diffs:       diffs,
		Seed:        uint64(time.Now().UnixNano()),
		Progress:    update,
	})
	if err != nil {
		return nil, err
	}
	result.Unchecked = append(result.Unchecked, t.Unchecked...)
	return result, nil
}

package main

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"redrill/keyspace"
	sources "redrill/source"
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
	registerAllow(c, &f.allow)
	c.BoolVar(&f.allow.Empty, "allow-empty", false, "a run that compares no key does not fail")
	c.Var((*promisesFlag)(&f.allow.Unchecked), "allow-unchecked", "promises of status 0 that may stay unchecked: extra (no other key), guards (nobody wrote meanwhile), or both")
	c.BoolVar(&f.allow.StrictCounters, "strict-counters", false, "fail if counters in the snapshot promise more elements than it holds")
	c.Uint64Var(&f.allow.MinKeys, "min-keys", 0, "fail unless at least this many keys are proven equal")
	f.out.register(c)
}

// verifyRequest is what a command line asks of a verification.
type verifyRequest struct {
	path   string
	asOf   time.Time
	from   sources.Options
	to     targetFlags
	verify verifyFlags
	noScan bool
	live   int
	via    string
}

// The rounds of --live.
const (
	liveRounds    = 3
	maxLiveRounds = 100
	livePause     = time.Second
)

func (a *app) verifyCommand() *cobra.Command {
	var req verifyRequest
	var asOf asOfFlag
	c := &cobra.Command{
		Use:   "verify DUMP|SNAPSHOT --target URL",
		Short: "Compare a live server with a dump or a snapshot",
		Long: `Compare a live server with a dump or a snapshot in both directions, and change
nothing: every value, order, score bit, stream ID and expiry must be equal, and
the server must hold no extra key. Every run also compares deliberately altered
expectations; if one of them is not reported, the run is invalid.

If a client writes to the server during the run, the run proves nothing: status 4.
With --live, redrill reads keys that differ again, in rounds a second apart. A key
that becomes equal counts as equal; a key that still differs is a difference.

redrill can also compare a live elastickv. An elastickv cannot list its keys safely
and does not say whether a client wrote to it. Such a run ends with status 4 unless
--allow-unchecked extra,guards is given.`,
		Example: "  redrill verify dump.jsonl --target redis://localhost:6379",
		Args:    verifyArgs,
		RunE: func(c *cobra.Command, args []string) (err error) {
			req.path = args[0]
			if req.asOf, err = asOf.time(); err != nil {
				return err
			}
			if c.Flags().Changed("live") && (req.live < 1 || req.live > maxLiveRounds) {
				return usagef("--live must be between 1 and %d", maxLiveRounds)
			}
			if req.via != "" && req.via != viaLoad && req.via != viaCommands {
				return usagef("--via %q is neither load nor commands", req.via)
			}
			return a.verify(c.Context(), req)
		},
	}
	req.from.Register(c.Flags())
	req.to.register(c.Flags(), "")
	req.verify.register(c.Flags())
	asOf.register(c.Flags())
	c.Flags().IntVar(&req.live, "live", 0, "the server takes writes: read keys that differ again, in this many rounds")
	c.Flags().Lookup("live").NoOptDefVal = strconv.Itoa(liveRounds)
	c.Flags().StringVar(&req.via, "via", "", "how the keys came to the server: load (it came up with the file) or commands (which cannot set the times of consumers)")
	c.Flags().BoolVar(&req.noScan, "no-scan", false, "never count or enumerate the target's keys; redrill then does not look for extra keys")
	return c
}

// verifyArgs is one argument. A second one may be the number of --live, which takes
// it behind "=" only, because it can do without.
func verifyArgs(c *cobra.Command, args []string) error {
	err := cobra.ExactArgs(1)(c, args)
	if err == nil || !c.Flags().Changed("live") || len(args) != 2 {
		return err
	}
	for _, arg := range args {
		if _, numErr := strconv.Atoi(arg); numErr == nil {
			return didYouMean(err, "--live=", []string{arg})
		}
	}
	return err
}

func (a *app) verify(ctx context.Context, req verifyRequest) error {
	if err := wantsURL(req.to.spec); err != nil {
		return err
	}
	if err := a.checkSourcePath(req.path); err != nil {
		return err
	}
	if err := a.planFiles(req.verify.out.force, append(req.to.files(), req.path), req.verify.out.outputs()...); err != nil {
		return err
	}
	out, err := a.newOutcome(req.path, req.verify)
	if err != nil {
		return err
	}
	var result *verify.Result
	err = guard(func() (err error) {
		result, err = a.verifyStages(ctx, req, out)
		return err
	})
	return out.finish(ctx, result, err)
}

// verifyStages reaches the target before it reads the source, which may take
// long.
func (a *app) verifyStages(ctx context.Context, req verifyRequest, out *outcome) (result *verify.Result, err error) {
	t, err := a.openTarget(ctx, &req.to, req.asOf)
	if err != nil {
		return nil, err
	}
	defer a.closeTarget(t)
	out.reached(t)
	s, err := a.openSource(ctx, req.path, req.from)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	out.opened(s)
	return a.verifyAgainst(ctx, t, comparison{
		source: s, keys: noted(s.keys, out.problems.note), connections: req.to.connections, noScan: req.noScan,
		asOf: req.asOf, diffs: out.diff, total: -1, live: req.live,
		byCommands: req.via == viaCommands, loaded: req.via == viaLoad,
	})
}

// noted calls see with the notes of the first sequence of a source.
func noted(open func() (keyspace.Source, error), see func(keyspace.Note)) func() (keyspace.Source, error) {
	first := true
	return func() (keyspace.Source, error) {
		src, err := open()
		if err != nil || !first {
			return src, err
		}
		first = false
		return notedSource{src, see}, nil
	}
}

type notedSource struct {
	keyspace.Source
	see func(keyspace.Note)
}

func (s notedSource) Keys(note func(keyspace.Note)) keyspace.Seq {
	return s.Source.Keys(func(n keyspace.Note) {
		s.see(n)
		note(n)
	})
}

// comparison says what to compare with a target, and how.
type comparison struct {
	source      *source
	keys        func() (keyspace.Source, error)
	connections int
	noScan      bool
	asOf        time.Time
	diffs       func(verify.Difference)
	since       string // what the server said when the restore ended; "": nobody knows
	total       int64  // keys, for the progress; -1: unknown
	live        int    // rounds of reading again; 0: none
	byCommands  bool   // the keys were written by commands
	loaded      bool   // the server came up with the file
}

// verifyAgainst compares every key of a source with a target.
func (a *app) verifyAgainst(ctx context.Context, t *target.Target, c comparison) (*verify.Result, error) {
	update, done := a.progressOfKeys("verify", c.total, c.source)
	defer done()
	result, err := verify.Run(ctx, t.Options, c.keys, verify.Options{
		Server:      verifyServer(t.Caps),
		AsOfMs:      c.asOf.UnixMilli(),
		Connections: c.connections,
		NoScan:      c.noScan,
		Live:        c.live,
		Pause:       livePause,
		Since:       c.since,
		ByCommands:  c.byCommands,
		Loaded:      c.loaded,
		FrozenClock: t.Kind == target.KindEmbedded,
		Embedded:    t.Kind == target.KindEmbedded,
		Now:         time.Now,
		Diffs:       c.diffs,
		Seed:        uint64(time.Now().UnixNano()),
		Progress:    update,
	})
	if err != nil {
		return nil, err
	}
	result.Unchecked = append(result.Unchecked, t.Unchecked...)
	result.Fallback = t.Kind == target.KindEmbedded && t.Why != "" // auto says why
	return result, nil
}

// promisesFlag is a list of promises that need not be checked.
type promisesFlag []verify.Promise

func (f *promisesFlag) Set(text string) error {
	all, err := verify.ParsePromises(text)
	*f = append(*f, all...)
	return err
}

func (f *promisesFlag) String() string {
	var names []string
	for _, p := range *f {
		names = append(names, string(p))
	}
	return strings.Join(names, ",")
}

func (f *promisesFlag) Type() string { return "LIST" }

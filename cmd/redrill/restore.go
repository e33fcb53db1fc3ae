package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"redrill/keyspace"
	"redrill/restore"
	sources "redrill/source"
	"redrill/target"
	"redrill/verify"
)

// restoreFlags are the flags of restoring.
type restoreFlags struct {
	replace bool
	noScan  bool
	allow   verify.Allow // of restore alone: a drill judges the source when it verifies
	keep    bool
	expiry  expiryFlag
}

func (f *restoreFlags) register(c flagSet) {
	c.BoolVar(&f.replace, "replace", false, "accept a target that is not empty; each key is deleted right before it is written")
	c.BoolVar(&f.noScan, "no-scan", false, "never count or enumerate the target's keys")
	c.BoolVar(&f.keep, "keep", false, "when the restore fails, keep on the target the keys that it wrote")
	f.expiry.register(c)
}

// restoreRequest is what a command line asks of a restore.
type restoreRequest struct {
	path    string
	asOf    time.Time
	from    sources.Options
	to      targetFlags
	restore restoreFlags
	asJSON  bool
}

func (a *app) restoreCommand() *cobra.Command {
	var req restoreRequest
	var asOf asOfFlag
	c := &cobra.Command{
		Use:   "restore DUMP --target URL",
		Short: "Replay a dump into a Redis",
		Long: `Replay a dump (or a snapshot) into a Redis with ordinary commands: SET, HSET,
RPUSH, SADD, ZADD, XADD, XGROUP, XCLAIM, PFADD, PEXPIREAT, HPEXPIREAT, FUNCTION
LOAD. The target must hold neither keys nor functions unless --replace is given;
redrill checks this before it reads the dump. redrill never flushes the target.
It does not write keys that have expired at the reference time.

redrill reads the dump twice, with --expiry shift once more. Before it writes the
first key it knows what the keys need of the server, including memory. A restore
that fails deletes exactly the keys that it wrote, unless --keep or --replace is
given. While a restore writes, the key ` + restore.MarkerKey + ` keeps other
runs of redrill away.

What commands cannot bring to this server is listed as not restorable. The status
is 4 then, unless it is a time of a consumer or something else that is never
compared.`,
		Example: "  redrill restore dump.jsonl --target redis://localhost:6379",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			req.path = args[0]
			if req.asOf, err = asOf.time(); err != nil {
				return err
			}
			return a.restore(c.Context(), req)
		},
	}
	req.from.Register(c.Flags())
	req.to.register(c.Flags(), "")
	req.restore.register(c.Flags())
	registerAllow(c.Flags(), &req.restore.allow)
	asOf.register(c.Flags())
	c.Flags().BoolVar(&req.asJSON, "json", false, "print the summary as JSON")
	return c
}

func (a *app) restore(ctx context.Context, req restoreRequest) (err error) {
	if err := wantsURL(req.to.spec); err != nil {
		return err
	}
	if err := a.checkSourcePath(req.path); err != nil {
		return err
	}
	if err := a.planFiles(false, []string{req.path}); err != nil {
		return err
	}
	t, err := a.openEmptyTarget(ctx, &req.to, req.restore, req.asOf)
	if err != nil {
		return err
	}
	defer a.closeTarget(t)
	s, err := a.openSource(ctx, req.path, req.from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if !req.asJSON && !a.quiet {
		p := &printer{w: a.stdout}
		p.line("target", t.Description)
		p.snapshot(s)
		if p.err != nil {
			return p.err
		}
	}
	if err := a.surveyed(s, req); err != nil {
		return err
	}
	if !req.asJSON && !a.quiet && s.survey != nil {
		p := &printer{w: a.stdout}
		p.shifted(s.shift)
		if p.err != nil {
			return p.err
		}
	}
	notes, result, err := a.restoreTo(ctx, t, restoration{
		source: s, flags: req.restore, connections: req.to.connections, asOf: req.asOf, total: -1,
	})
	if err != nil {
		return err
	}
	told := statusOfNotes(notes, req.restore.allow)
	if result.Evicted > 0 || lost(result) != nil {
		told = statusError(exitCannotTell)
	}
	if req.asJSON {
		err = writeResult(a, a.stdout, statusOf(ctx, told), restoreResult{s.about, t.Description, s.shift.Ms, result, notes})
	} else {
		err = printRestored(a.stdout, result, notes, req.restore.allow, a.quiet)
	}
	if err != nil {
		return err
	}
	return told
}

// restoreResult is the result of a restore; its member names are stable.
type restoreResult struct {
	Source   keyspace.Origin `json:"source"`
	Target   string          `json:"target"`
	ShiftMs  int64           `json:"expiry_shift_ms,omitempty"` // what --expiry shift added to expire times
	Restored restore.Result  `json:"restored"`
	Notes    keyspace.Tally  `json:"notes"`
}

// evictedText says that the target lost keys by itself.
func evictedText(n int64) string {
	return "the target evicted " + count(n, "key") + " while it was restored; give it more memory"
}

// wantsURL refuses targets that vanish with the command.
func wantsURL(spec string) error {
	switch spec {
	case "":
		return usagef("no target: give --target redis://…, rediss://… or unix://…")
	case target.Auto, string(target.KindDocker), string(target.KindProcess), string(target.KindEmbedded):
		return usagef("target %q would end with this command; `redrill drill` uses such targets", spec)
	}
	return nil
}

// restoration says what to restore, and how.
type restoration struct {
	source      *source
	flags       restoreFlags
	connections int
	asOf        time.Time
	total       int64 // keys, for the progress; -1: unknown
	written     func(context.Context) error
}

// restoreTo restores every key of a source.
func (a *app) restoreTo(ctx context.Context, t *target.Target, r restoration) (keyspace.Tally, restore.Result, error) {
	needs, err := a.needsOf(r.source, r.asOf)
	if err != nil {
		return nil, restore.Result{}, err
	}
	update, done := a.progressOfKeys("restore", r.total, r.source)
	defer done()
	src, err := r.source.keys()
	if err != nil {
		return nil, restore.Result{}, err
	}
	notes := keyspace.Tally{}
	opts := restoreOptions(t, r.flags, r.connections, r.asOf)
	opts.Progress, opts.Needs, opts.Written, opts.Functions = update, needs, r.written, src.Functions()
	if !t.Owned { // what is nobody else's ends with the command
		opts.Again = r.source.keysAgain
	}
	result, err := restore.Run(ctx, t.Options, src.Keys(func(n keyspace.Note) { notes[n.Kind]++ }), opts)
	for kind, n := range src.Counted() {
		notes[kind] += n
	}
	if err != nil && !t.Owned {
		a.cleanedUp(result)
	}
	return notes, result, err
}

// keysAgain returns the keys of a source from the beginning, also when the command
// was interrupted: what it wrote is removed by reading the source again. Its notes
// have been heard, and nobody else reads it any more.
func (s *source) keysAgain() (keyspace.Seq, error) {
	s.opened.Uninterrupted()
	src, err := s.keys()
	if err != nil {
		return nil, err
	}
	return src.Keys(func(keyspace.Note) {}), nil
}

// restoreOptions says how to restore to a target.
func restoreOptions(t *target.Target, flags restoreFlags, connections int, asOf time.Time) restore.Options {
	opts := restore.Options{
		Server:      restoreServer(t.Caps),
		AsOfMs:      asOf.UnixMilli(),
		Replace:     flags.replace,
		NoScan:      flags.noScan || !t.Caps.DBSize,
		Connections: connections,
		Keep:        flags.keep,
		Now:         time.Now,
	}
	if !t.Owned {
		opts.RunID = rand.Text()
	}
	return opts
}

// cleanedUp says what became of the keys of a restore that failed.
func (a *app) cleanedUp(r restore.Result) {
	if r.CleanUp != nil {
		a.say("restore failed: %s", r.CleanUp)
	}
	for _, text := range r.Unchecked {
		a.say("note: %s", text)
	}
}

// needsOf returns what the keys of a source need of a server: what was gathered
// while they were decoded, or what a reading of the source finds.
func (a *app) needsOf(s *source, asOf time.Time) (*restore.Needs, error) {
	if s.needs != nil {
		return s.needs, nil
	}
	update, done := a.progressOf("check", s)
	defer done()
	src, err := s.keys()
	if err != nil {
		return nil, err
	}
	needs := restore.NewNeeds(asOf.UnixMilli())
	needs.AddFunctions(src.Functions())
	n := int64(0)
	for k, err := range src.Keys(func(keyspace.Note) {}) {
		if err != nil {
			return nil, err
		}
		needs.Add(k)
		if n++; n%progressEvery == 0 {
			update(n)
		}
	}
	return needs, nil
}

// gatheredKeys is keys; what they need of a server, or by how much their expire times
// are to be moved, is gathered meanwhile, where somebody asks for it.
func (s *source) gatheredKeys() (keyspace.Source, error) {
	src, err := s.keys()
	switch {
	case err != nil:
	case s.survey != nil:
		src = gathering{src, s.survey.Add}
	case s.needs != nil:
		s.needs.AddFunctions(src.Functions())
		src = gathering{src, s.needs.Add}
	}
	return src, err
}

// gathering shows the keys of a source to somebody, while they are read.
type gathering struct {
	keyspace.Source
	add func(keyspace.Key)
}

func (g gathering) Keys(note func(keyspace.Note)) keyspace.Seq {
	return func(yield func(keyspace.Key, error) bool) {
		for k, err := range g.Source.Keys(note) {
			if err == nil {
				g.add(k)
			}
			if !yield(k, err) {
				return
			}
		}
	}
}

func printRestored(w io.Writer, r restore.Result, notes keyspace.Tally, allow verify.Allow, quiet bool) error {
	p := &printer{w: w}
	if !quiet {
		p.restored(r)
	}
	p.incomplete(notes, allow, "restored")
	if parts := lost(r); parts != nil {
		p.line("result", "INCOMPLETE: not restorable: "+strings.Join(parts, "; "))
	}
	if r.Evicted > 0 {
		p.line("result", "INCOMPLETE: "+evictedText(r.Evicted))
	}
	return p.err
}

func (p *printer) restored(r restore.Result) {
	text := count(r.Keys, "key") + ", " + count(r.Elements, "element") + ", " + count(r.Commands, "command")
	if r.Functions > 0 {
		text += ", " + count(r.Functions, "function library")
	}
	for _, extra := range []struct {
		n          int64
		noun, what string
	}{
		{r.Expired, "expired key", "left out"},
		{r.ExpiredFields, "expired field", "left out"},
		{r.Dropped, "element", "that no Redis can hold left out"},
		{r.Rebuilt, "key", "rebuilt after a broken connection or a busy server"},
	} {
		if extra.n > 0 {
			text += "; " + count(extra.n, extra.noun) + " " + extra.what
		}
	}
	p.line("restored", text)
	if e := r.RelativeExpiry; e != nil {
		text := count(e.Keys, "expire time") + " set by PEXPIRE, up to " + count(e.LateMs, "millisecond") + " late"
		if e.LocalClock {
			text += ", if the server's clock agrees with that of this machine"
		}
		p.line("expiry", text)
	}
	for _, l := range r.NotCarried {
		p.line("not restorable", l.String())
	}
	for _, text := range r.Unchecked {
		p.line("not checked", text)
	}
}

// lost says what of the source is not on the server, in keys or beside them, because
// commands could not bring it there; nil when nothing is. What lies beyond the
// promise of status 0 does not count.
func lost(r restore.Result) (parts []string) {
	for _, l := range r.NotCarried {
		if !l.BeyondPromise() {
			parts = append(parts, l.String())
		}
	}
	return parts
}

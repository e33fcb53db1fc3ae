package fuzz

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"redrill/dump"
	"redrill/fuzz/layout"
	"redrill/internal/client"
	"redrill/keyspace"
	"redrill/restore"
	"redrill/verify"
)

// Server is a server that one worker has for itself: verification looks at all
// databases of a server and at whether anything else changes it, so that two
// workers cannot share one. What they share instead is a round: the scenarios of a
// round lie in the same databases, each key in another one than its namesakes.
type Server struct {
	Options *redis.Options
	Restore restore.Server
	Verify  verify.Server
	// Owned says that the server was started for the campaign: between two
	// rounds it is emptied. Of any other server, which has to be empty, exactly
	// the keys that were written are deleted.
	Owned  bool
	NoScan bool // as in the options of restore and verify
}

// maxDatabases is over how many databases keys are spread, which every Redis has
// unless it is told otherwise.
const maxDatabases = 16

// clearTimeout bounds deleting the keys of a round.
const clearTimeout = 10 * time.Second

// ErrServer is the class of errors of a server that does not answer.
var ErrServer = errors.New("server of the campaign")

// live is a server with connections to its databases.
type live struct {
	Server
	asOfMs  int64
	clients []*redis.Client // by database
}

// openLive connects and finds out how many databases there are. The snapshots of
// the layout have to fit.
func openLive(ctx context.Context, s Server, of layout.Layout, asOfMs int64) (*live, error) {
	l := &live{Server: s, asOfMs: asOfMs}
	for db := range maxDatabases {
		o := *s.Options
		o.DB, o.PoolSize, o.MaxRetries, o.Protocol = db, 1, -1, 2
		client := client.New(&o)
		err := client.Ping(ctx).Err()
		if err == nil {
			l.clients = append(l.clients, client)
			continue
		}
		_ = client.Close()
		if db < of.Databases() {
			l.close()
			return nil, fmt.Errorf("%w: database %d: %w", ErrServer, db, err)
		}
		break
	}
	return l, nil
}

func (l *live) close() {
	for _, c := range l.clients {
		_ = c.Close()
	}
}

// liveFailure is a failure together with the case it is about; -1 where that
// cannot be told.
type liveFailure struct {
	*Failure
	at int
}

// liveRun is one round on a server.
type liveRun struct {
	*live
	cases []Case
	wants []Expectation // what the server has to hold of each
	dumps [][]byte
	// dropped are the places of keys that the server cannot hold.
	dropped map[place]bool
	r       *rand.Rand
	// thorough tries every edit of every key, not one for each case.
	thorough bool
	edits    []edit // that were made, for clearing
	foreign  bool   // the server was not empty: nothing may be deleted
}

// check restores the dumps of the cases, verifies, edits and verifies again. It
// leaves the server empty; one that was started for the campaign may not be
// after an error.
func (l *live) check(ctx context.Context, cases []Case, dumps [][]byte, r *rand.Rand, thorough bool) (*liveFailure, error) {
	run := &liveRun{live: l, cases: cases, dumps: dumps, r: r, thorough: thorough, dropped: map[place]bool{}}
	for _, c := range cases {
		run.wants = append(run.wants, l.held(c.spread.expectation(c.Want), l.asOfMs, run.dropped))
	}
	f, err := run.guarded(PropertyRestore, func() (*liveFailure, error) { return run.restoreAndVerify(ctx) })
	if f == nil && err == nil {
		f, err = run.guarded(PropertyEdit, func() (*liveFailure, error) { return run.sensitivity(ctx) })
	}
	if err != nil && run.Owned {
		return nil, err
	}
	// What is not the campaign's is left as it was found, also at its end.
	clearCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), clearTimeout)
	defer cancel()
	if err = errors.Join(err, run.clear(clearCtx)); err != nil {
		return nil, err
	}
	return f, nil
}

// guarded makes a failure of a panic, also of one in a goroutine of a stage: it
// is repeated where the stage was called.
func (run *liveRun) guarded(p Property, do func() (*liveFailure, error)) (f *liveFailure, err error) {
	defer func() {
		if v := recover(); v != nil {
			f = run.failed(p, nil, "panic: %v\n%s", v, debug.Stack())
		}
	}()
	return do()
}

func (run *liveRun) restoreAndVerify(ctx context.Context) (*liveFailure, error) {
	connections := 1 + run.r.IntN(3)
	pipeline, base := run.speaking(run.r.IntN(4))
	functions, err := run.dumped()
	if err != nil {
		return run.failed(PropertyRestore, nil, "read the dump: %v", err), nil
	}
	_, err = restore.Run(ctx, base, run.restored(), restore.Options{
		Server: run.Restore, AsOfMs: run.asOfMs, NoScan: run.NoScan,
		Connections: connections, PipelineCommands: []int{0, 5}[pipeline], Functions: functions,
	})
	if err != nil {
		return run.refused(ctx, "restore", err)
	}
	limit := keyspace.PartLimit{}
	if run.r.IntN(4) == 0 {
		limit = keyspace.PartLimit{Elements: 1 + run.r.IntN(3), Bytes: 1 + run.r.IntN(100)}
	}
	open := func() (keyspace.Source, error) { return run.decoded(limit) }
	if run.r.IntN(2) == 0 {
		open = func() (keyspace.Source, error) { return run.modelled(limit.Elements) }
	}
	res, diffs, err := run.verify(ctx, open)
	if err != nil {
		return run.refused(ctx, "verify", err)
	}
	if len(diffs) > 0 {
		return run.failed(PropertyRestore, diffs, "the server holds something else than what was restored"), nil
	}
	if text := run.judge(res); text != "" {
		return run.failed(PropertyRestore, nil, "%s", text), nil
	}
	return nil, nil
}

// judge returns what is wrong with a result without differences.
func (run *liveRun) judge(res *verify.Result) string {
	want := run.wantVerdicts()
	switch {
	case len(res.Invalid) > 0:
		return fmt.Sprintf("the verification is invalid: %q", res.Invalid)
	case res.Verdicts != want:
		return fmt.Sprintf("verdicts %+v, want %+v", res.Verdicts, want)
	case res.Canaries.Planted != res.Canaries.Caught || res.Canaries.Planted == 0 && want.Equal > 0:
		return fmt.Sprintf("%d canaries of %d were caught", res.Canaries.Caught, res.Canaries.Planted)
	case len(run.unplanted(res)) > 0:
		return fmt.Sprintf("there are equal keys of the types %v and no canary", run.unplanted(res))
	case run.wrongFunctions(res.Functions) != "":
		return run.wrongFunctions(res.Functions)
	case !res.Extra.Checked && !run.NoScan:
		return "extra keys were not looked for"
	}
	allow := verify.Allow{
		Unrepresentable: true, Unresolved: true, Unknown: true, Empty: true, Unchecked: verify.Promises[:], // extra: see above
	}
	outcome := verify.Verified
	if want.Unreadable > 0 || run.unaccounted(allow) {
		outcome = verify.Incomplete
	}
	if got := res.Outcome(allow); got != outcome {
		return fmt.Sprintf("outcome %v, want %v", got, outcome)
	}
	return ""
}

// unaccounted reports whether a snapshot holds rows that belong to keys and are
// in none, or that modules wrote, which nobody allows.
func (run *liveRun) unaccounted(allow verify.Allow) bool {
	for _, c := range run.cases {
		for kind, n := range c.Want.Counts {
			if m := kind.Meaning().Missing; n > 0 && m.Noun != "" && !allow.Allows(m) {
				return true
			}
		}
	}
	return false
}

// unplanted returns the types that have equal keys and no canary.
func (run *liveRun) unplanted(res *verify.Result) (types []string) {
	planted := map[string]int64{}
	for _, c := range res.Canaries.Kinds {
		planted[c.Type] += c.Planted
	}
	for _, t := range keyspace.Types {
		if r := res.Types[t.String()]; r != nil && r.Verdicts.Equal > 0 && planted[t.String()] == 0 {
			types = append(types, t.String())
		}
	}
	return types
}

// wantVerdicts returns what the model says about every key.
func (run *liveRun) wantVerdicts() (v verify.Verdicts) {
	for _, want := range run.wants {
		partial, unreadable := map[place]bool{}, map[place]bool{}
		for _, n := range want.Notes {
			switch kind := n.Kind; {
			case kind == keyspace.NoteUnrepresentable:
				partial[place{n.DB, n.Name}] = true
			case kind.Meaning().Absent:
				v.Empty++
			case kind.Meaning().InPlace:
				unreadable[place{n.DB, n.Name}] = true
			}
		}
		v.Unreadable += int64(len(unreadable))
		for _, k := range want.Keys {
			_, dropped := keyspace.Representable(k)
			switch {
			case k.ExpireAt.ExpiredAt(run.asOfMs):
				v.Expired++
			case run.goneByFields(k):
				v.Expired++
			case run.unsupported(k):
				v.Unsupported++
			case dropped > 0 || partial[place{k.DB, k.Name}]:
				v.Unrepresentable++
			default:
				v.Equal++
			}
		}
	}
	return v
}

// goneByFields reports whether the key is a hash of which all fields have expired.
func (run *liveRun) goneByFields(k keyspace.Key) bool {
	v, ok := k.Value.(keyspace.Hash)
	alive, _ := v.AliveAt(run.asOfMs)
	return ok && len(v) > 0 && len(alive) == 0
}

// unsupported reports whether the key is there and has something that the server can neither
// hold nor show.
func (run *liveRun) unsupported(k keyspace.Key) bool {
	switch v := k.Value.(type) {
	case keyspace.Hash:
		alive, _ := v.AliveAt(run.asOfMs)
		return !run.Verify.FieldExpiry && slices.ContainsFunc(alive, func(f keyspace.Field) bool { _, expires := f.ExpireAt.Ms(); return expires })
	case keyspace.Stream:
		return !run.Verify.GivesBack && slices.ContainsFunc(v.Groups, func(g keyspace.Group) bool {
			return slices.ContainsFunc(g.Pending, func(e keyspace.Pending) bool { _, owned := e.Owner.Get(); return !owned })
		})
	case keyspace.String, keyspace.List, keyspace.Set, keyspace.ZSet, keyspace.HyperLogLog, keyspace.Array, keyspace.Opaque:
	}
	return false
}

// speaking returns the options for one protocol, and one of two cases of
// something else. One draw of four decides both, the lower bit the latter, so
// that what is drawn next is the same as without a protocol.
func (run *liveRun) speaking(draw int) (other int, base *redis.Options) {
	o := *run.Options
	o.Protocol = 2 + draw/2
	return draw % 2, &o
}

// verify compares the server with what open returns.
func (run *liveRun) verify(ctx context.Context, open func() (keyspace.Source, error)) (*verify.Result, []verify.Difference, error) {
	var diffs []verify.Difference
	connections, base := run.speaking(run.r.IntN(4))
	res, err := verify.Run(ctx, base, open, verify.Options{
		Server: run.Verify, AsOfMs: run.asOfMs, Connections: 1 + connections, NoScan: run.NoScan, ByCommands: true,
		Diffs: func(d verify.Difference) { diffs = append(diffs, d) }, Seed: run.r.Uint64(),
	})
	sortDifferences(diffs) // which database is blamed first must not depend on the order of replies
	return res, diffs, err
}

// refused tells a server that does not answer from one that was asked for
// something wrong.
func (run *liveRun) refused(ctx context.Context, what string, err error) (*liveFailure, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if errors.Is(err, restore.ErrNotEmpty) {
		run.foreign = true
		return nil, fmt.Errorf("%w: %w", ErrServer, err)
	}
	if ping := run.clients[0].Ping(ctx).Err(); ping != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrServer, what, err)
	}
	return run.failed(PropertyRestore, nil, "%s: %v", what, err), nil
}

// failed makes a failure about the case whose key the first difference is about.
func (run *liveRun) failed(p Property, diffs []verify.Difference, format string, args ...any) *liveFailure {
	at := -1
	if len(diffs) > 0 {
		at = run.caseOf(diffs[0])
		diffs = slices.DeleteFunc(diffs, func(d verify.Difference) bool { return run.caseOf(d) != at })
	}
	c := run.cases[max(at, 0)]
	return &liveFailure{&Failure{Case: c.as(p), Detail: fmt.Sprintf(format, args...), Differences: diffs}, at}
}

// caseOf returns whose key would stand where the difference is; -1 if nobody's.
func (run *liveRun) caseOf(d verify.Difference) int {
	if aboutFunctions(d.Kind) {
		return run.libraryCase()
	}
	return slices.IndexFunc(run.cases, func(c Case) bool {
		for db := range c.Layout.Databases() {
			if c.spread.db(db, string(d.Key)) == d.DB {
				return true
			}
		}
		return false
	})
}

// restored returns the keys of all dumps.
func (run *liveRun) restored() keyspace.Seq {
	return func(yield func(keyspace.Key, error) bool) {
		for _, b := range run.dumps {
			r, err := dump.NewReader(bytes.NewReader(b))
			if err != nil {
				yield(keyspace.Key{}, err)
				return
			}
			for k, err := range (lacking{r, run.dropped}).Keys(func(keyspace.Note) {}) {
				if !yield(k, err) || err != nil {
					return
				}
			}
		}
	}
}

// decoded returns the cases as one source.
func (run *liveRun) decoded(limit keyspace.PartLimit) (keyspace.Source, error) {
	var all []keyspace.Source
	for _, c := range run.cases {
		c.Options.Part = limit
		src, err := c.Layout.Open(c.File, c.Options)
		if err != nil {
			return nil, err
		}
		all = append(all, lacking{c.spread.source(src), run.dropped})
	}
	return together{all, run.libraryCase()}, nil
}

// modelled returns what the server has to hold as one source.
func (run *liveRun) modelled(limit int) (keyspace.Source, error) {
	var all []keyspace.Source
	for _, want := range run.wants {
		src := want.source()
		src.Limit = limit
		all = append(all, src)
	}
	return together{all, run.libraryCase()}, nil
}

// together is one source of several, with the function libraries of one of them; -1: of
// none.
type together struct {
	all       []keyspace.Source
	functions int
}

// Keys implements [keyspace.Source].
func (t together) Keys(note func(keyspace.Note)) keyspace.Seq {
	return func(yield func(keyspace.Key, error) bool) {
		for _, src := range t.all {
			for k, err := range src.Keys(note) {
				if !yield(k, err) || err != nil {
					return
				}
			}
		}
	}
}

// Counted implements [keyspace.Source].
func (t together) Counted() keyspace.Tally {
	sum := keyspace.Tally{}
	for _, src := range t.all {
		for kind, n := range src.Counted() {
			sum[kind] += n
		}
	}
	return sum
}

// Functions implements [keyspace.Source].
func (t together) Functions() []string {
	if t.functions < 0 {
		return nil
	}
	return t.all[t.functions].Functions()
}

// Origin implements [keyspace.Source].
func (t together) Origin() keyspace.Origin { return keyspace.Origin{} }

// clear removes what the round wrote.
func (run *liveRun) clear(ctx context.Context) error {
	if run.foreign {
		return nil
	}
	if run.Owned {
		if err := run.clients[0].Do(ctx, "FLUSHALL").Err(); err != nil {
			return fmt.Errorf("%w: empty it: %w", ErrServer, err)
		}
		return run.clearFunctions(ctx)
	}
	written := make([][]any, len(run.clients)) // by database
	for _, want := range run.wants {
		for _, k := range want.Keys {
			written[k.DB] = append(written[k.DB], k.Name)
		}
	}
	for _, e := range run.edits {
		written[e.key.DB] = append(written[e.key.DB], e.key.Name)
	}
	for db, names := range written {
		pipe := run.clients[db].Pipeline()
		for _, name := range names {
			pipe.Do(ctx, "DEL", name)
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return fmt.Errorf("%w: delete the keys of a round: %w", ErrServer, err)
		}
	}
	return run.clearFunctions(ctx)
}

func sortDifferences(diffs []verify.Difference) {
	slices.SortFunc(diffs, func(a, b verify.Difference) int {
		return cmp.Or(cmp.Compare(a.DB, b.DB), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Path, b.Path))
	})
}

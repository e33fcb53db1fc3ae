package fuzz

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"sync"

	"redrill/fuzz/gen"
	"redrill/fuzz/layout"

	"pgregory.net/rapid"
)

// Campaign draws scenarios and checks every property of each. A scenario is a
// pure function of Seed and its number; what is drawn along the way (edits, part
// sizes, connections) is as well.
//
// One worker runs for each server. It takes rounds of as many scenarios as fit into
// the databases of the server, over all of which the keys of each are spread, so that the fixed costs of a restore and a verification
// are shared:
//
//	for each scenario of the round     write, decode, compare, dump, one relation
//	for the round                      restore, verify, edit, verify, empty
type Campaign struct {
	Layout layout.Layout // of the snapshots
	Seed   uint64
	// First is the number of the first scenario.
	First int64
	// Scenarios is how many to run, rounded up to whole rounds; 0 is no bound.
	Scenarios int64
	// More is asked before every round; false ends the campaign. Nil is no bound.
	// It may be called concurrently.
	More func() bool
	// Servers each get one worker. Without any, the properties that need a
	// server are not checked.
	Servers []Server
	// Commands are checked instead of the stages of this program, without any of
	// the Servers.
	Commands []Command
	// Workers is how many to run without Servers; 0 is 1.
	Workers int
	// AsOfMs is the reference time in Unix milliseconds, not before 2023-11-15
	// and not after the clocks of the servers.
	AsOfMs int64
	// Progress is told how far the campaign is after every round, never
	// concurrently. It must not keep the maps.
	Progress func(Report)

	keys [2]int // draws of keys for a scenario; 0 and 0 is drawnKeys
}

// drawnKeys gives scenarios of about 20 visible keys.
var drawnKeys = [2]int{20, 30}

// Tally counts what a campaign did.
type Tally struct {
	Scenarios int64            `json:"scenarios"`
	Keys      int64            `json:"keys"` // visible ones
	Edits     int64            `json:"edits"`
	Checks    map[string]int64 `json:"checks"`   // by property
	Features  map[string]int64 `json:"features"` // see [layout.Layout]
}

// Add adds the counts of o.
func (t *Tally) Add(o Tally) {
	t.Scenarios += o.Scenarios
	t.Keys += o.Keys
	t.Edits += o.Edits
	t.Checks = addCounts(t.Checks, o.Checks)
	t.Features = addCounts(t.Features, o.Features)
}

func addCounts(to, from map[string]int64) map[string]int64 {
	if to == nil {
		to = map[string]int64{}
	}
	for k, n := range from {
		to[k] += n
	}
	return to
}

// Report is how far a campaign came.
type Report struct {
	Tally Tally // of the scenarios from First to Next
	// Next is the number of the first scenario that was not completed. Rounds
	// beyond it that other workers had completed are not counted.
	Next int64
	// Failure is what was found, minimised, or nil.
	Failure *Failure
}

// Run runs the campaign until it is told to stop, has run all scenarios, or has
// found a failure, which it minimises. The report is right whatever the error.
//
// Errors: [ErrServer] when a server does not answer, the cause of ctx when it
// is done, that of a command that cannot be run.
func (c *Campaign) Run(ctx context.Context) (Report, error) {
	r := &running{Campaign: c, done: map[int64]Tally{}}
	r.next, r.report.Next = c.First, c.First
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var group sync.WaitGroup
	workers := len(c.Servers)
	if workers == 0 {
		workers = max(1, c.Workers)
	}
	for i := range workers {
		group.Go(func() {
			if err := r.work(ctx, i); err != nil {
				cancel(err)
			}
		})
	}
	group.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, errFound) {
		return r.report, err
	}
	return r.report, nil
}

// errFound ends the other workers when one has found a failure.
var errFound = errors.New("a failure was found")

// running is a campaign that runs.
type running struct {
	*Campaign

	mu     sync.Mutex
	next   int64           // to be taken
	done   map[int64]Tally // completed rounds beyond report.Next, by first scenario
	sizes  map[int64]int64 // their scenarios
	report Report
}

func (r *running) work(ctx context.Context, i int) error {
	w := &worker{running: r, ctx: ctx, databases: maxDatabases}
	if len(r.Servers) > 0 {
		l, err := openLive(ctx, r.Servers[i], r.Layout, r.AsOfMs)
		if err != nil {
			return err
		}
		defer l.close()
		w.live, w.databases = l, len(l.clients)
	}
	w.size = int64(w.databases / r.Layout.Databases())
	if len(r.Commands) > 0 {
		w.size = 1 // they have no fixed costs to share
	}
	for ctx.Err() == nil && (r.More == nil || r.More()) {
		first, ok := r.take(w.size)
		if !ok {
			return nil
		}
		tally, f, err := w.round(first)
		if err != nil {
			return err
		}
		if f == nil {
			r.completed(first, w.size, tally)
			continue
		}
		return r.found(w, f)
	}
	return nil
}

// take returns the first number of the next round.
func (r *running) take(n int64) (first int64, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Scenarios > 0 && r.next >= r.First+r.Scenarios {
		return 0, false
	}
	r.next += n
	return r.next - n, true
}

// completed counts a round, and those behind it that waited for it.
func (r *running) completed(first, n int64, t Tally) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done[first] = t
	if r.sizes == nil {
		r.sizes = map[int64]int64{}
	}
	r.sizes[first] = n
	for {
		t, ok := r.done[r.report.Next]
		if !ok {
			break
		}
		at := r.report.Next
		r.report.Tally.Add(t)
		r.report.Next += r.sizes[at]
		delete(r.done, at)
		delete(r.sizes, at)
	}
	if r.Progress != nil {
		r.Progress(r.report)
	}
}

// found minimises the first failure; later ones of other workers are left.
func (r *running) found(w *worker, f *Failure) error {
	r.mu.Lock()
	first := r.report.Failure == nil
	if first {
		r.report.Failure = f.withGot()
	}
	r.mu.Unlock()
	if !first {
		return nil
	}
	smaller, err := w.minimise(f)
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.report.Failure = smaller.withGot()
	r.mu.Unlock()
	return errFound
}

// worker runs rounds on one server.
type worker struct {
	*running
	ctx       context.Context // of the campaign
	live      *live           // nil: no server
	databases int             // of the server, or those of dumps
	size      int64           // of a round, in scenarios
}

// scenario draws the scenario of a number.
func (c *Campaign) scenario(number int64, shape gen.Shape) layout.Scenario {
	draw := rapid.Custom(func(t *rapid.T) layout.Scenario { return c.Layout.Draw(t, shape) })
	return draw.Example(int(source(c.Seed, number).Uint64()))
}

// shape is that of a scenario of the campaign. Every other one for commands is
// complete: a command may refuse the others as a whole.
func (c *Campaign) shape(number int64) gen.Shape {
	keys := c.keys
	if keys[1] == 0 {
		keys = drawnKeys
	}
	return gen.Shape{MinKeys: keys[0], MaxKeys: keys[1], Complete: len(c.Commands) > 0 && number%2 == 0}
}

// rand returns the source of what is drawn for a scenario beside it, the same
// for every run.
func (c *Campaign) rand(number int64, what string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(what)) // A hash takes everything.
	return rand.New(rand.NewPCG(source(c.Seed, number).Uint64(), h.Sum64()))
}

// source returns the source of all that is drawn for a scenario.
func source(seed uint64, number int64) *rand.PCG { return rand.NewPCG(seed, uint64(number)) }

// round runs the scenarios from first on.
func (w *worker) round(first int64) (Tally, *Failure, error) {
	if len(w.Commands) > 0 {
		return w.commandRound(first)
	}
	t := Tally{Checks: map[string]int64{}, Features: map[string]int64{}}
	cases, dumps := make([]Case, 0, w.size), make([][]byte, 0, w.size)
	for number := first; number < first+w.size; number++ {
		if w.ctx.Err() != nil {
			return t, nil, context.Cause(w.ctx)
		}
		s := w.scenario(number, w.shape(number))
		t.count(s)
		base, dumped, f := w.offline(number, s, "", t.Checks)
		if f != nil {
			return t, w.of(number, f), nil
		}
		cases, dumps = append(cases, base), append(dumps, dumped)
	}
	if w.live == nil {
		return t, nil, nil
	}
	t.Checks[string(PropertyRestore)] += w.size
	t.Checks[string(PropertyEdit)] += w.size
	t.Edits += w.size
	f, err := w.live.check(w.ctx, cases, dumps, w.rand(first, "live"), false)
	if f == nil || err != nil {
		return t, nil, err
	}
	single, err := w.blame(first, cases, dumps, f)
	return t, single, err
}

// blame runs the scenarios of a failed round alone and returns the failure of
// one, first of the one that the differences point to. A failure that only
// occurs together is returned as it was.
func (w *worker) blame(first int64, cases []Case, dumps [][]byte, together *liveFailure) (*Failure, error) {
	suspects := []int{max(together.at, 0)}
	for i := range cases {
		if i != together.at {
			suspects = append(suspects, i)
		}
	}
	for round := range replayRounds {
		for _, i := range suspects {
			number := first + int64(i)
			f, err := w.alone(number, cases[i], dumps[i], round)
			if f != nil || err != nil {
				return w.of(number, f), err
			}
		}
	}
	together.Unstable = true
	return w.of(first+int64(max(together.at, 0)), together.Failure), nil
}

// alone runs one scenario on the server, with every edit of every key. Each
// round draws other connections, part sizes and edits.
func (w *worker) alone(number int64, c Case, dumped []byte, round int) (*Failure, error) {
	f, err := w.live.check(w.ctx, []Case{c}, [][]byte{dumped}, w.rand(number, fmt.Sprint("alone ", round)), true)
	if f == nil || err != nil {
		return nil, err
	}
	f.round = round
	return f.Failure, nil
}

func (w *worker) of(number int64, f *Failure) *Failure {
	if f != nil {
		f.Seed, f.Number = w.Seed, number
	}
	return f
}

// offline checks what needs no server, or only the one property that is not "".
// It returns the scenario's case and a dump of it.
func (w *worker) offline(number int64, s layout.Scenario, only Property, checks map[string]int64) (Case, []byte, *Failure) {
	base := baseCase(w.Layout, s)
	base.spread = spread{turn: int(number%w.size) * w.Layout.Databases(), databases: w.databases}
	wanted := func(p Property) bool {
		if only == "" || only == p {
			checks[string(p)]++
			return true
		}
		return false
	}
	dumped, f := base.checkDump()
	wanted(PropertyDecode)
	wanted(PropertyDump)
	if f != nil && (only == "" || only == f.Property) {
		return base, nil, f
	}
	if dumped != nil && number%4 == 0 && wanted(PropertyRepeat) {
		if f := base.checkRepeat(dumped); f != nil {
			return base, nil, f
		}
	}
	if number%treeEvery == 0 && w.Layout.Trees() && wanted(PropertyTree) {
		if f := base.checkTree(); f != nil {
			return base, nil, f
		}
	}
	for _, c := range variants(s.Snapshot, base, number, w.rand(number, "variant")) {
		if !wanted(c.Property) {
			continue
		}
		if f := c.check(); f != nil {
			return base, nil, f
		}
	}
	return base, dumped, nil
}

func (t *Tally) count(s layout.Scenario) {
	t.Scenarios++
	t.Keys += int64(len(s.Keys))
	for feature, n := range s.Features {
		t.Features[feature] += int64(n)
	}
}

// String returns the counts in one line.
func (t Tally) String() string {
	return fmt.Sprintf("%d scenarios, %d keys, %d edits", t.Scenarios, t.Keys, t.Edits)
}

package verify

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"redrill/keyspace"
	"redrill/verify/internal/compare"
)

// Bounds of the canaries of one run.
const (
	canariesPerKind = 3       // of each type and kind, for keys in one part and in several
	canaryTries     = 200     // keys of a type that are looked at
	canaryBytes     = 8 << 20 // of a key in parts that is kept to plant in it
)

// Canaries says which deliberately altered expectations were compared, and how
// many of them were reported exactly.
type Canaries struct {
	Planted int64         `json:"planted"`
	Caught  int64         `json:"caught"`
	Kinds   []CanaryCount `json:"kinds"` // in report order
}

// CanaryCount counts the canaries of one type and kind. The type is "database"
// for those of the search for extra keys.
type CanaryCount struct {
	Type    string `json:"type"`
	Kind    Kind   `json:"kind"`
	Planted int64  `json:"planted"`
	Caught  int64  `json:"caught"`
}

// canary is one altered expectation, tagged on the state of its key.
type canary struct {
	want    Difference // kind, database, key and path that must be reported
	typ     string
	planner *planner
	witness bool   // the key as it is, read with a canary: not one itself
	replant func() // plants the canary once more; nil when that has been done often enough
}

// planner plants canaries and keeps their score.
type planner struct {
	server Server
	seed   uint64
	exact  bool                                // expire times are shown to the millisecond
	open   [2][len(keyspace.Types)]atomic.Bool // by more than one part, type

	mu     sync.Mutex
	draws  uint64
	tried  [2][len(keyspace.Types)]int
	placed map[placement]int
	score  map[placement]*CanaryCount
	missed []string
	known  map[int]string // by database: a key that was found equal

	shadowed [len(keyspace.Types)]bool
}

type placement struct {
	parts bool
	typ   string
	kind  Kind
}

func newPlanner(opts Options) *planner {
	p := &planner{server: opts.Server, seed: opts.Seed, exact: opts.Server.PExpireTime || opts.FrozenClock,
		placed: map[placement]int{}, score: map[placement]*CanaryCount{}, known: map[int]string{}}
	for i := range p.open {
		for j := range p.open[i] {
			p.open[i][j].Store(true)
		}
	}
	return p
}

// wants reports whether a key of the type, in one part or several, may still be
// used to plant in. It is cheap.
func (p *planner) wants(typ keyspace.Type, parts bool) bool { return p.open[b2i(parts)][typ].Load() }

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// pick draws a number below n.
func (p *planner) pick(n int) int {
	p.draws++
	x := p.seed + p.draws*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return int((x ^ x>>31) % uint64(n))
}

// draw returns the altered expectations to compare for a key that was found
// equal: those of which not enough have been planted.
func (p *planner) draw(parts []keyspace.Key) []compare.Alteration {
	typ := parts[0].Value.Type()
	several := len(parts) > 1
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, expires := parts[0].ExpireAt.Ms(); !several && !expires {
		p.known[parts[0].DB] = parts[0].Name
	}
	var drawn []compare.Alteration
	for _, m := range compare.Alterations(parts, p.server, p.exact, p.pick) {
		at := placement{several, typ.String(), m.Kind}
		if p.placed[at] < canariesPerKind {
			p.placed[at]++
			p.planted(typ.String(), m.Kind)
			drawn = append(drawn, m)
		}
	}
	tried := &p.tried[b2i(several)][typ]
	*tried++
	if *tried >= canaryTries || len(drawn) == 0 && *tried > 10*canariesPerKind {
		p.open[b2i(several)][typ].Store(false)
	}
	return drawn
}

func (p *planner) planted(typ string, kind Kind) { p.count(typ, kind).Planted++ }

func (p *planner) count(typ string, kind Kind) *CanaryCount {
	at := placement{typ: typ, kind: kind}
	if p.score[at] == nil {
		p.score[at] = &CanaryCount{Type: typ, Kind: kind}
	}
	return p.score[at]
}

// reported compares what was reported for a canary with what had to be.
func (c *canary) reported(st *keyState, diffs []Difference) {
	if c.witness {
		return
	}
	c.planner.mu.Lock()
	defer c.planner.mu.Unlock()
	if st.genuine != nil && st.genuine.verdict != VerdictEqual || len(diffs) == 0 && st.Unasked(c.want.Kind) {
		c.planner.count(c.typ, c.want.Kind).Planted-- // nothing can be told from it
		return
	}
	if len(diffs) == 1 && exactly(diffs[0], c.want) {
		c.planner.count(c.typ, c.want.Kind).Caught++
		return
	}
	if c.replant != nil {
		c.replant()
		return
	}
	c.planner.missed = append(c.planner.missed, fmt.Sprintf("canary missed: %s %s at %s, reported %s",
		c.typ, c.want.Kind, c.want.Path, describeAll(diffs)))
}

// exactly reports whether got is the difference that was planted.
func exactly(got, want Difference) bool {
	return got.Kind == want.Kind && got.DB == want.DB && got.Key == want.Key &&
		got.Path == want.Path && got.Weight() == 1
}

func describeAll(diffs []Difference) string {
	if len(diffs) == 0 {
		return "nothing"
	}
	var words []string
	for _, d := range diffs[:min(3, len(diffs))] {
		words = append(words, fmt.Sprintf("%s at %s", d.Kind, d.Path))
	}
	return fmt.Sprintf("%d: %s", len(diffs), strings.Join(words, ", "))
}

// arithmetic plants one key too many in the comparison of a database's size.
func (p *planner) arithmetic(size, sure, may int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.planted("database", KindExtra)
	low, high := surplusKeys(size, sure, may)
	low1, high1 := surplusKeys(size+1, sure, may)
	low2, high2 := surplusKeys(size, sure-1, may)
	if low1 == low+1 && high1 == high+1 && low2 == low+1 && high2 == high+1 {
		p.count("database", KindExtra).Caught++
		return
	}
	p.missed = append(p.missed, "canary missed: one key too many in a database")
}

// hidden returns a key of the database that the naming pass is to take for an
// extra one, and must name.
func (p *planner) hidden(db int) (name string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if name, ok = p.known[db]; ok {
		p.planted("database", KindExtra)
	}
	return name, ok
}

// withdrawn takes back a key that hidden returned, of which nothing can be told.
func (p *planner) withdrawn() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count("database", KindExtra).Planted--
}

// unhidden says whether the naming pass named the key.
func (p *planner) unhidden(name string, named bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if named {
		p.count("database", KindExtra).Caught++
		return
	}
	p.missed = append(p.missed, "canary missed: extra at "+compare.KeyPath(name)+", reported nothing")
}

// conclude writes the score into the result.
func (p *planner) conclude(res *Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	order := func(c CanaryCount) int {
		for i, t := range keyspace.Types {
			if t.String() == c.Type {
				return i*len(Kinds) + slices.Index(Kinds[:], c.Kind)
			}
		}
		return len(keyspace.Types) * len(Kinds)
	}
	res.Canaries.Kinds = []CanaryCount{}
	for _, c := range p.score {
		if c.Planted == 0 { // a shadow of a key that differs
			continue
		}
		res.Canaries.Planted += c.Planted
		res.Canaries.Caught += c.Caught
		res.Canaries.Kinds = append(res.Canaries.Kinds, *c)
	}
	slices.SortFunc(res.Canaries.Kinds, func(a, b CanaryCount) int { return order(a) - order(b) })
	res.Invalid = append(res.Invalid, p.missed[:min(len(p.missed), 5)]...)
	if res.Canaries.Caught != res.Canaries.Planted {
		res.Invalid = append(res.Invalid, fmt.Sprintf("%d canaries planted, %d caught",
			res.Canaries.Planted, res.Canaries.Caught))
	}
}

// plantCanaries compares altered expectations of keys of the batch that were
// found equal (V6), as any other keys.
func (w *worker) plantCanaries(ctx context.Context, b *batch) error {
	planted := newBatch(b.db)
	for i := range b.parts {
		p := &b.parts[i]
		if p.verdict != VerdictEqual || p.st.canary != nil || p.Key.Value == nil {
			continue
		}
		parts := p.kept
		if p.Key.Whole() {
			if !w.run.canaries.wants(p.st.Type, false) {
				continue
			}
			parts = []keyspace.Key{p.Key}
		}
		if ms, expires := p.Key.ExpireAt.Ms(); len(parts) == 0 || expires && ms < w.reader.To+60_000 {
			continue
		}
		for _, m := range w.run.canaries.draw(parts) {
			planted.plant(m, w.run.canaries, w.replanting(m, parts, 0))
			if !planted.full() {
				continue
			}
			if err := w.compareBatch(ctx, planted); err != nil {
				return err
			}
			planted.free()
			planted = newBatch(b.db)
		}
	}
	if n := len(w.missed); n > 0 && len(planted.parts) == 0 { // the next ones when this has been compared
		again := w.missed[n-1]
		w.missed = w.missed[:n-1]
		planted.plant(again.Alteration, w.run.canaries, w.replanting(again.Alteration, again.genuine, again.tries))
	}
	defer planted.free()
	if len(planted.parts) == 0 {
		return nil
	}
	return w.compareBatch(ctx, planted)
}

// replanting is a canary that is planted on a server that takes writes: with a
// witness, the key as it is, and once more when it was missed while the witness
// was equal. Somebody may have written between the two.
type replanting struct {
	compare.Alteration
	genuine []keyspace.Key
	tries   int
	missed  *[]replanting // of the worker
}

const canaryReplants = 5

// replanting returns nil unless the server takes writes.
func (w *worker) replanting(m compare.Alteration, genuine []keyspace.Key, tries int) *replanting {
	if w.run.live == nil {
		return nil
	}
	return &replanting{m, genuine, tries, &w.missed}
}

// plant adds one altered expectation, behind its witness if it has one.
func (b *batch) plant(m compare.Alteration, from *planner, again *replanting) {
	first := m.Parts[0]
	st := newKeyState(first)
	st.Planted = true
	st.canary = &canary{typ: m.Type.String(), planner: from,
		want: Difference{Kind: m.Kind, DB: first.DB, Key: Bytes(first.Name), Path: m.Path}}
	if again != nil {
		witness := newKeyState(again.genuine[0])
		witness.canary, witness.Planted = &canary{witness: true}, true
		b.addParts(again.genuine, &witness)
		st.genuine = &witness
		if again.tries < canaryReplants {
			next := replanting{again.Alteration, again.genuine, again.tries + 1, again.missed}
			st.canary.replant = func() { *again.missed = append(*again.missed, next) }
		}
	}
	b.addParts(m.Parts, &st)
}

func (b *batch) addParts(parts []keyspace.Key, st *keyState) {
	var at compare.Place
	for _, k := range parts {
		b.parts = append(b.parts, item{Part: compare.Part{Key: k, State: &st.State, Place: at}, st: st})
		b.bytes += partBytes(k)
		b.elements += k.Elements()
		at.Advance(k)
	}
}

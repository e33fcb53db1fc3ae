package canary

import (
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
	canariesPerKind = 3   // of each type and kind, for keys in one part and in several
	canaryTries     = 200 // keys of a type that are looked at
)

// Score says which deliberately altered expectations were compared, and how
// many of them were reported exactly.
type Score struct {
	Planted int64   `json:"planted"`
	Caught  int64   `json:"caught"`
	Kinds   []Count `json:"kinds"` // in report order
}

// Count counts the canaries of one type and kind. The type is "database"
// for those of the search for extra keys, and "functions" for function libraries.
type Count struct {
	Type    string       `json:"type"`
	Kind    compare.Kind `json:"kind"`
	Planted int64        `json:"planted"`
	Caught  int64        `json:"caught"`
}

// Canary is one altered expectation, tagged on the state of its key.
type Canary struct {
	want    compare.Difference // kind, database, key and path that must be reported
	typ     string
	planner *Planner
	Replant func() // plants the canary once more; nil when that has been done often enough
}

// Planner plants canaries and keeps their score.
type Planner struct {
	server compare.Server
	seed   uint64
	exact  bool                                // expire times are shown to the millisecond
	open   [2][len(keyspace.Types)]atomic.Bool // by more than one part, type

	mu     sync.Mutex
	draws  uint64
	tried  [2][len(keyspace.Types)]int
	placed map[placement]int
	score  map[placement]*Count
	missed []string
	known  map[int]string // by database: a key that was found equal

	shadowed [len(keyspace.Types)]bool
}

type placement struct {
	parts bool
	typ   string
	kind  compare.Kind
}

// New returns a planner for a server. Exact says that expire times are
// shown to the millisecond; the seed draws the places.
func New(server compare.Server, exact bool, seed uint64) *Planner {
	p := &Planner{server: server, seed: seed, exact: exact,
		placed: map[placement]int{}, score: map[placement]*Count{}, known: map[int]string{}}
	for i := range p.open {
		for j := range p.open[i] {
			p.open[i][j].Store(true)
		}
	}
	return p
}

// Wants reports whether a key of the type, in one part or several, may still be
// used to plant in. It is cheap.
func (p *Planner) Wants(typ keyspace.Type, parts bool) bool { return p.open[b2i(parts)][typ].Load() }

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// pick draws a number below n.
func (p *Planner) pick(n int) int {
	p.draws++
	x := p.seed + p.draws*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return int((x ^ x>>31) % uint64(n))
}

// Draw returns the altered expectations to compare for a key that was found
// equal: those of which not enough have been planted.
func (p *Planner) Draw(parts []keyspace.Key) []compare.Alteration {
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

func (p *Planner) planted(typ string, kind compare.Kind) { p.count(typ, kind).Planted++ }

func (p *Planner) count(typ string, kind compare.Kind) *Count {
	at := placement{typ: typ, kind: kind}
	if p.score[at] == nil {
		p.score[at] = &Count{Type: typ, Kind: kind}
	}
	return p.score[at]
}

// Canary returns what has to be reported for an alteration of a key.
func (p *Planner) Canary(a compare.Alteration) *Canary {
	first := a.Parts[0]
	return &Canary{typ: a.Type.String(), planner: p,
		want: compare.Difference{Kind: a.Kind, DB: first.DB, Key: compare.Bytes(first.Name), Path: a.Path}}
}

// Shadow returns an altered expectation to compare along with a key of which
// first is the first part, from that to the last: for a type of which no smaller
// key has come yet, because such a key cannot be kept to plant in it afterwards.
// It is given once per type, else nil. Whether it counts is known at the end,
// when the key itself has been judged.
func (p *Planner) Shadow(first keyspace.Key) *compare.Alteration {
	typ := first.Value.Type()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shadowed[typ] || p.tried[0][typ]+p.tried[1][typ] > 0 {
		return nil
	}
	for _, a := range compare.AlteredFirst(first, p.server, p.pick) {
		p.shadowed[typ] = true
		p.planted(typ.String(), a.Kind)
		return &a
	}
	return nil
}

// Reported compares what was reported for a canary with what had to be. Told is
// false if the key as it is was not equal, so that nothing can be told from it.
func (c *Canary) Reported(st *compare.State, diffs []compare.Difference, told bool) {
	c.planner.mu.Lock()
	defer c.planner.mu.Unlock()
	if !told || len(diffs) == 0 && st.Unasked(c.want.Kind) {
		c.planner.count(c.typ, c.want.Kind).Planted-- // nothing can be told from it
		return
	}
	if len(diffs) == 1 && exactly(diffs[0], c.want) {
		c.planner.count(c.typ, c.want.Kind).Caught++
		return
	}
	if c.Replant != nil {
		c.Replant()
		return
	}
	c.planner.missed = append(c.planner.missed, fmt.Sprintf("canary missed: %s %s at %s, reported %s",
		c.typ, c.want.Kind, c.want.Path, describeAll(diffs)))
}

// exactly reports whether got is the difference that was planted.
func exactly(got, want compare.Difference) bool {
	return got.Kind == want.Kind && got.DB == want.DB && got.Key == want.Key &&
		got.Path == want.Path && got.Weight() == 1
}

func describeAll(diffs []compare.Difference) string {
	if len(diffs) == 0 {
		return "nothing"
	}
	var words []string
	for _, d := range diffs[:min(3, len(diffs))] {
		words = append(words, fmt.Sprintf("%s at %s", d.Kind, d.Path))
	}
	return fmt.Sprintf("%d: %s", len(diffs), strings.Join(words, ", "))
}

// Arithmetic plants one key too many in the comparison of a database's size,
// surplus.
func (p *Planner) Arithmetic(surplus func(size, sure, may int64) (low, high int64), size, sure, may int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.planted("database", compare.KindExtra)
	low, high := surplus(size, sure, may)
	low1, high1 := surplus(size+1, sure, may)
	low2, high2 := surplus(size, sure-1, may)
	if low1 == low+1 && high1 == high+1 && low2 == low+1 && high2 == high+1 {
		p.count("database", compare.KindExtra).Caught++
		return
	}
	p.missed = append(p.missed, "canary missed: one key too many in a database")
}

// Functions counts an altered expectation of the function libraries of the server, and
// whether it was reported exactly.
func (p *Planner) Functions(kind compare.Kind, caught bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.planted("functions", kind)
	if caught {
		p.count("functions", kind).Caught++
		return
	}
	p.missed = append(p.missed, fmt.Sprintf("canary missed: %s", kind))
}

// Hidden returns a key of the database that the naming pass is to take for an
// extra one, and must name.
func (p *Planner) Hidden(db int) (name string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if name, ok = p.known[db]; ok {
		p.planted("database", compare.KindExtra)
	}
	return name, ok
}

// Withdrawn takes back a key that hidden returned, of which nothing can be told.
func (p *Planner) Withdrawn() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count("database", compare.KindExtra).Planted--
}

// Unhidden says whether the naming pass named the key.
func (p *Planner) Unhidden(name string, named bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if named {
		p.count("database", compare.KindExtra).Caught++
		return
	}
	p.missed = append(p.missed, "canary missed: extra at "+compare.KeyPath(name)+", reported nothing")
}

// Conclude returns the score, and why the run proves nothing because of it.
func (p *Planner) Conclude() (score Score, invalid []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	order := func(c Count) int {
		for i, t := range keyspace.Types {
			if t.String() == c.Type {
				return i*len(compare.Kinds) + slices.Index(compare.Kinds[:], c.Kind)
			}
		}
		last := len(keyspace.Types) * len(compare.Kinds)
		if c.Type == "functions" {
			last += 1 + slices.Index(compare.Kinds[:], c.Kind)
		}
		return last
	}
	score.Kinds = []Count{}
	for _, c := range p.score {
		if c.Planted == 0 { // a shadow of a key that differs
			continue
		}
		score.Planted += c.Planted
		score.Caught += c.Caught
		score.Kinds = append(score.Kinds, *c)
	}
	slices.SortFunc(score.Kinds, func(a, b Count) int { return order(a) - order(b) })
	invalid = append(invalid, p.missed[:min(len(p.missed), 5)]...)
	if score.Caught != score.Planted {
		invalid = append(invalid, fmt.Sprintf("%d canaries planted, %d caught",
			score.Planted, score.Caught))
	}
	return score, invalid
}

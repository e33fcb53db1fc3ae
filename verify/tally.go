package verify

import (
	"redrill/keyspace"
	"redrill/verify/internal/compare"
	"redrill/verify/internal/guard"
)

// expiryHorizonMs is how long after its start a run can tell by the second
// which keys may have expired meanwhile.
const expiryHorizonMs = 3600_000

// tally is what one worker counts; the sum of all is the result.
type tally struct {
	keys      int64
	types     [len(keyspace.Types)]typeTally
	presence  map[int]*presence // by database
	negatives []KeyRef
	negative  int64
	errorMs   int64
	disputed  guard.Disputed
	compare.Findings
}

type typeTally struct {
	keys, elements int64
	verdicts       Verdicts
}

// presence counts keys that were found on the server in one database.
type presence struct {
	sure    int64           // cannot have expired during the run
	may     map[int64]int64 // by the second after which they are gone
	late    int64           // beyond the horizon
	unknown int64           // keys of which the server does not say whether they exist
}

func newTally() *tally {
	return &tally{presence: map[int]*presence{}, Findings: compare.NewFindings()}
}

// in returns the presence in a database.
func (t *tally) in(db int) *presence {
	if t.presence[db] == nil {
		t.presence[db] = &presence{may: map[int64]int64{}}
	}
	return t.presence[db]
}

// found counts a key that is on the server, or may be.
func (t *tally) found(db int, e compare.LiveExpiry, startMs int64) {
	switch p := t.in(db); {
	case e.Unknown:
		p.unknown++
	case e.None:
		p.sure++
	case e.Low > startMs+expiryHorizonMs:
		p.late++
	default:
		p.may[e.Low/1000]++
	}
}

// bounds returns how many of the keys must still be there at endMs, and how
// many more can be.
func (p *presence) bounds(startMs, endMs int64) (sure, may int64) {
	sure, may = p.sure, p.unknown
	if endMs > startMs+expiryHorizonMs {
		may += p.late
	} else {
		sure += p.late
	}
	for second, n := range p.may {
		if second <= endMs/1000 {
			may += n
		} else {
			sure += n
		}
	}
	return sure, may
}

func (p *presence) merge(o *presence) {
	p.sure += o.sure
	p.late += o.late
	p.unknown += o.unknown
	for second, n := range o.may {
		p.may[second] += n
	}
}

func (t *tally) merge(o *tally) {
	t.keys += o.keys
	for i := range t.types {
		t.types[i].keys += o.types[i].keys
		t.types[i].elements += o.types[i].elements
		t.types[i].verdicts.merge(o.types[i].verdicts)
	}
	for db, p := range o.presence {
		t.in(db).merge(p)
	}
	t.negative += o.negative
	t.negatives = append(t.negatives, o.negatives...)
	t.negatives = t.negatives[:min(len(t.negatives), compare.MaxPerKey)]
	t.disputed.Merge(o.disputed)
	t.errorMs = max(t.errorMs, o.errorMs)
	t.Merge(&o.Findings)
}

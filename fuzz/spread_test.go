package fuzz

import (
	"fmt"
	"testing"
	"time"

	"redrill/fuzz/gen"
	"redrill/fuzz/layout"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

// TestSpreadKeepsKeysApart: the keys of a round lie in all databases, and none in
// the place of another: neither of its own case nor of another one, whatever it
// is called.
func TestSpreadKeepsKeysApart(t *testing.T) {
	for _, held := range []int{1, 2, 3, 16} { // databases of a snapshot
		seen := map[string]string{}
		used := map[int]int{}
		for i := range maxDatabases / held {
			s := spread{turn: i * held, databases: maxDatabases}
			for name := range 50 {
				for db := range held {
					at := s.db(db, fmt.Sprint(name))
					place, who := fmt.Sprint(at, " ", name), fmt.Sprint(i, " ", db)
					if other, taken := seen[place]; taken || at < 0 || at >= maxDatabases {
						t.Fatalf("key %d of database %d, case %d, lies in database %d, as that of case and database %q", name, db, i, at, other)
					}
					seen[place] = who
					used[at]++
				}
			}
		}
		if len(used) != maxDatabases {
			t.Errorf("%d databases in a snapshot: keys in %v, want all databases", held, used)
		}
	}
	if at := (spread{}).db(3, "a"); at != 3 {
		t.Errorf("without databases the key lies in %d, want 3", at)
	}
}

// several is a layout whose snapshots hold several databases.
type several struct{ layout.Layout }

const severalDatabases = 3

func (several) Databases() int { return severalDatabases }

func (l several) Draw(t *rapid.T, shape gen.Shape) layout.Scenario {
	s := l.Layout.Draw(t, shape)
	e := spread{databases: severalDatabases}.expectation(Expectation{Keys: s.Keys, Notes: s.Notes})
	s.Keys, s.Notes = e.Keys, e.Notes
	return s
}

func (l several) Open(file []byte, opts layout.Options) (keyspace.Source, error) {
	src, err := l.Layout.Open(file, opts)
	if err != nil {
		return nil, err
	}
	return spread{databases: severalDatabases}.source(src), nil
}

// TestCampaignOfSeveralDatabases: a format may hold several databases, whose keys
// come back each from its own; a decoder that puts them into one is found.
func TestCampaignOfSeveralDatabases(t *testing.T) {
	c := Campaign{Layout: several{fsm}, Seed: 1, Scenarios: 40, Servers: []Server{startRedis(t)}, AsOfMs: time.Now().UnixMilli()}
	report, err := c.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if f := report.Failure; f != nil {
		t.Fatalf("scenario %d, %s: %s\n%+v", f.Number, f.Property, f.Detail, f.Differences)
	}
	if report.Next != 40 { // rounds of 5
		t.Errorf("report.Next = %d, want 40", report.Next)
	}
	c = Campaign{Layout: lossy{several{fsm}, func(k keyspace.Key) keyspace.Key { k.DB = 0; return k }}, Seed: 1, Scenarios: 40, AsOfMs: asOfMs}
	if report, err = c.Run(t.Context()); err != nil || report.Failure == nil || report.Failure.Property != PropertyDecode {
		t.Fatalf("Run() = %+v, %v; want a failure of %s", report.Failure, err, PropertyDecode)
	}
	if f := report.Failure; len(f.Want.Keys) != 1 || f.Want.Keys[0].DB == 0 {
		t.Errorf("minimised to %v, want one key of another database than 0", f.Want.Keys)
	}
}

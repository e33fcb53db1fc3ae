package rdblayout

import (
	"redrill/fuzz/gen"
	"redrill/fuzz/layout"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

// Layout is the format for campaigns.
type Layout struct {
	// Loads, unless it is 0, keeps to what a Redis without modules loads that writes
	// this version, from 10 to 11: no key is broken, no stream says what does not fit its entries.
	Loads int
}

var _ layout.Layout = Layout{}

// Format implements [layout.Layout].
func (Layout) Format() string { return "rdb" }

// Facts implements [layout.Layout].
func (Layout) Facts() []keyspace.Fact {
	return []keyspace.Fact{{Name: "rdb_version", Value: "0"}} // that of the file is no part of what is expected
}

// Trees implements [layout.Layout]: a directory has no place for consumer groups,
// expire times of fields, arrays and functions.
func (Layout) Trees() bool { return false }

// FileName implements [layout.Layout].
func (Layout) FileName() string { return "dump.rdb" }

// Databases implements [layout.Layout].
func (Layout) Databases() int { return 16 }

// Features implements [layout.Layout].
func (Layout) Features() []string { return features() }

// Draw implements [layout.Layout]: a file of one of the versions of one of the
// families.
func (l Layout) Draw(t *rapid.T, shape gen.Shape) layout.Scenario { return draw(t, shape, l.Loads) }

// Contained implements [layout.Layout].
func (Layout) Contained() bool { return false }

// Bare implements [layout.Layout]: a file has no container that could be left out.
func (Layout) Bare([]byte) (payload []byte, ok bool) { return nil, false }

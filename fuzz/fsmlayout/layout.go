package fsmlayout

import (
	"redrill/fuzz/gen"
	"redrill/fuzz/layout"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

// Layout is the format for campaigns.
type Layout struct{}

var _ layout.Layout = Layout{}

// Format implements [layout.Layout].
func (Layout) Format() string { return "elastickv-fsm" }

// Facts implements [layout.Layout]: the first version of dumps holds everything.
func (Layout) Facts() []keyspace.Fact { return nil }

// Trees implements [layout.Layout].
func (Layout) Trees() bool { return true }

// FileName implements [layout.Layout].
func (Layout) FileName() string { return "0000000000000001.fsm" }

// Databases implements [layout.Layout]: the store has one.
func (Layout) Databases() int { return 1 }

// Features implements [layout.Layout].
func (Layout) Features() []string { return features() }

// Draw implements [layout.Layout]: each key is in one of its storage layouts, or
// in several at once, among noise. One in four comes with a neighbour.
func (Layout) Draw(t *rapid.T, shape gen.Shape) layout.Scenario { return draw(t, shape) }

// Contained implements [layout.Layout].
func (Layout) Contained() bool { return true }

// Bare implements [layout.Layout]: the payload without wrapper, footer and
// operational rows.
func (Layout) Bare(file []byte) (payload []byte, ok bool) { return barePayload(file) }

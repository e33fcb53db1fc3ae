package main

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"redrill/fuzz/fsmlayout"
	"redrill/fuzz/layout"
	"redrill/fuzz/rdblayout"
)

// campaignLayouts are the formats of the snapshots that campaigns, replays and
// scores can be about; the first is that without a flag.
var campaignLayouts = [...]layout.Layout{fsmlayout.Layout{}, rdblayout.Layout{}}

// snapshotFormats are the names of the formats, in the same order.
var snapshotFormats = []string{"fsm", "rdb"}

// layoutFlag is the format of the snapshots. The zero value is the first one.
type layoutFlag struct{ name string }

func (f *layoutFlag) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.name, "snapshot-format", snapshotFormats[0], "format of the snapshots: "+strings.Join(snapshotFormats, " or "))
}

// layout returns the format; the flag was checked.
func (f layoutFlag) layout() layout.Layout {
	return campaignLayouts[max(slices.Index(snapshotFormats, f.name), 0)]
}

func (f layoutFlag) check() error {
	if f.name != "" && !slices.Contains(snapshotFormats, f.name) {
		return usagef("--snapshot-format %q is neither %s", f.name, strings.Join(snapshotFormats, " nor "))
	}
	return nil
}

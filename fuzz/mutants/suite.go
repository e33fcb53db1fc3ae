package mutants

import "path"

// quick are the tests of the decoder that find most mistakes and take no time.
const quick = "^Test(Vectors|NodeSnapshots|Mutant.*)$"

// drills are the tests of the command that compare what a server holds.
const drills = "^Test(StatusOf|DrillCompares.*|Script|Guarantee3|ServerReplaced|ConnectionCut)$"

// suites are the tests that have to find a mistake in a package, cheapest first.
var suites = map[string][]Step{
	"keyspace":      {{"./keyspace", ""}, {"./decoder/fsm", quick}, {"./dump", ""}, {"./restore", ""}, {"./verify", ""}},
	"decoder":       {{"./decoder/fsm", quick}, {"./decoder/fsm", ""}, {"./fuzz", ""}},
	"decoder/fsm":   {{"./decoder/fsm", quick}, {"./decoder/fsm", ""}, {"./fuzz", ""}},
	"dump":          {{"./dump", ""}, {"./fuzz", ""}},
	"dump/tree":     {{"./dump/tree", ""}},
	"restore":       {{"./restore", ""}, {"./fuzz", ""}, {"./cmd/redrill", drills}},
	"verify":        {{"./verify", ""}, {"./fuzz", ""}, {"./cmd/redrill", drills}},
	"verify/report": {{"./verify/report", ""}, {"./cmd/redrill", drills}},
	"cmd/redrill":   {{"./cmd/redrill", drills}},
	"target":        {{"./target", ""}, {"./cmd/redrill", drills}},
}

// suiteOf returns the default suite of a source file, nil when there is none.
func suiteOf(file string) []Step { return suites[path.Dir(file)] }

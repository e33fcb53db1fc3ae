package mutants

// Tests that find most mistakes of a package for little time. What they leave
// to a later step are the slow tests, which damage every byte or edit everything.
const (
	quick      = "^Test(Vectors|NodeSnapshots|TokenIsNamed|VersionsAreNoRows|EmptyPayload|InlineExpiryOrder|EntryHasTheIDOfItsRow|NothingOfAnUnreadableKey|HiddenMetaOfEveryType)$"
	quickFSM   = "^Test([^FN]|Filter|Full|FlippedBitIsRefused|NodeS)"
	quickDump  = "^Test([^DR]|RoundTrip|ReaderRefuses(Lines|First|Last))"
	quickTree  = "^Test([^ENR]|Read)"
	quickPlans = "^Test(Commands|Parts)"
	// All kinds of edits, each looked for in one way.
	quickVerify = "^Test([^ES]|E[^d]|S[^e])|^TestEdits$/^redis_7$/./^parts_of_1000000,_RESP2$"
	// What the command says and decides, without campaigns.
	quickCommand = "^Test(StatusOf|DrillCompares|ServerReplaced)|^TestScript$/^[^cfg]"
)

// verification are the tests of verify and of what uses it.
var verification = []Step{{"./verify", quickVerify}, {"./verify", ""}, {"./fuzz", ""}, {"./cmd/redrill", quickCommand}, {"./cmd/redrill", ""}}

// roomOfVerify is the suite of a package that only verify uses.
func roomOfVerify(name string) []Step {
	return append([]Step{{"./verify/internal/" + name, ""}}, verification...)
}

// suites are the tests that have to find a mistake in a package, cheapest first.
// Each holds all tests of the package and of what uses it, so that the order
// decides on the time alone.
var suites = map[string][]Step{
	"keyspace": {{"./keyspace", ""}, {"./decoder/fsm", quick}, {"./restore", quickPlans}, {"./verify", quickVerify},
		{"./dump", quickDump}, {"./restore", ""}, {"./dump", ""}, {"./verify", ""}, {"./decoder/fsm", ""}},
	"decoder":                 {{"./decoder/fsm", quick}, {"./decoder/fsm", quickFSM}, {"./decoder/fsm", ""}, {"./fuzz", ""}},
	"decoder/fsm":             {{"./decoder/fsm", quick}, {"./decoder/fsm", quickFSM}, {"./decoder/fsm", ""}, {"./fuzz", ""}},
	"decoder/rdb":             {{"./decoder/rdb", ""}},
	"decoder/internal/pages":  {{"./decoder/internal/pages", ""}, {"./decoder/rdb", ""}, {"./decoder/fsm", quick}, {"./decoder/fsm", ""}},
	"dump":                    {{"./dump", quickDump}, {"./dump", ""}, {"./fuzz", ""}},
	"dump/tree":               {{"./dump/tree", quickTree}, {"./dump/tree", ""}},
	"restore":                 {{"./restore", ""}, {"./fuzz", ""}, {"./cmd/redrill", quickCommand}, {"./cmd/redrill", ""}},
	"verify":                  verification,
	"verify/report":           {{"./verify/report", ""}, {"./cmd/redrill", quickCommand}, {"./cmd/redrill", ""}},
	"cmd/redrill":             {{"./cmd/redrill", quickCommand}, {"./cmd/redrill", ""}},
	"fuzz/pipeline":           {{"./fuzz/pipeline", "^TestScore$"}, {"./fuzz/pipeline", ""}},
	"verify/internal/canary":  roomOfVerify("canary"),
	"verify/internal/compare": roomOfVerify("compare"),
	"verify/internal/guard":   roomOfVerify("guard"),
	"verify/internal/wire":    roomOfVerify("wire"),
	"internal/client":         {{"./internal/client", ""}, {"./restore", ""}, {"./verify", quickVerify}, {"./verify", ""}, {"./target", ""}},
	"internal/atomicfile":     {{"./internal/atomicfile", ""}, {"./cmd/redrill", quickCommand}, {"./cmd/redrill", ""}},
	"internal/compress":       {{"./internal/compress", ""}, {"./source", ""}, {"./cmd/redrill", quickCommand}, {"./cmd/redrill", ""}},
	"internal/figures":        {{"./internal/figures", ""}},
	"internal/interrupt":      {{"./internal/interrupt", ""}},
	"internal/junit":          {{"./internal/junit", ""}, {"./verify/report", ""}, {"./cmd/redrill", quickCommand}, {"./cmd/redrill", ""}},
	"internal/owner":          {{"./internal/owner", ""}, {"./target", ""}},
	"internal/secret":         {{"./internal/secret", ""}, {"./internal/client", ""}},
	"internal/shift":          {{"./internal/shift", ""}, {"./cmd/redrill", quickCommand}, {"./cmd/redrill", ""}},
	"source":                  {{"./source", ""}, {"./cmd/redrill", quickCommand}, {"./cmd/redrill", ""}},
	"target":                  {{"./target", ""}, {"./cmd/redrill", quickCommand}, {"./cmd/redrill", ""}},
}

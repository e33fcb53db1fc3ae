package verify

import (
	"slices"

	"redrill/keyspace"
)

// Result is what a verification found. Verdicts, differences and notes are
// complete counts; only Sample and NegativeZeros are bounded lists.
type Result struct {
	Server string `json:"server"`
	AsOfMs int64  `json:"as_of_ms"`
	// HoldsAll says that the server can hold what no Redis can, so that this was
	// compared like everything else.
	HoldsAll bool  `json:"holds_all,omitempty"`
	Keys     int64 `json:"keys"` // of the source, unreadable and empty ones included
	Elements int64 `json:"elements"`

	Verdicts Verdicts               `json:"verdicts"` // they sum to Keys
	Types    map[string]*TypeResult `json:"types"`
	Extra    Extra                  `json:"extra"`

	Differences int64          `json:"differences"`
	Kinds       map[Kind]int64 `json:"kinds"`
	Sample      []Difference   `json:"sample"`

	// NegativeZero counts scores of -0 that read as 0 where the server may not be
	// able to hold them;
	// NegativeZeros names the first keys that hold them.
	NegativeZero  int64    `json:"negative_zero"`
	NegativeZeros []KeyRef `json:"negative_zeros,omitempty"`

	// Unanswered names the first keys that are unreadable on the target.
	Unanswered []Unanswered `json:"unreadable_on_target,omitempty"`

	Notes    keyspace.Tally `json:"notes"` // of the source, delivered and counted ones
	Expiry   Expiry         `json:"expiry"`
	Canaries Canaries       `json:"canaries"`
	Before   Guard          `json:"before"`
	After    Guard          `json:"after"`
	Live     *Live          `json:"live,omitempty"` // of a run that reads again
	Counters Counters       `json:"counters"`       // of the source
	// Functions is nil when neither the source nor the server has function libraries.
	Functions *Functions `json:"functions,omitempty"`
	// Promises says of each part of what status 0 promises whether it was checked.
	// One that is not here was not.
	Promises  map[Promise]Check `json:"promises"`
	Embedded  bool              `json:"embedded,omitempty"` // the server is an imitation in this process
	Fallback  bool              `json:"fallback,omitempty"` // and nobody asked for it by name
	Unchecked []string          `json:"unchecked"`          // what could not be checked, for people
	Invalid   []string          `json:"invalid"`            // why the run proves nothing, for people
}

// Verdict is what was found about one key of the source.
type Verdict string

// The verdicts. Every key of the source gets exactly one.
const (
	VerdictEqual           Verdict = "equal"
	VerdictDifferent       Verdict = "different"
	VerdictMissing         Verdict = "missing"
	VerdictExpired         Verdict = "expired"         // by the clock, absent as it must be
	VerdictEmpty           Verdict = "empty"           // empty in the source, absent as it must be
	VerdictUnrepresentable Verdict = "unrepresentable" // equal as far as a Redis can hold it
	VerdictUnreadable      Verdict = "unreadable"      // could not be decoded, so not compared
	VerdictUnsupported     Verdict = "unsupported"     // the server has no command to show it with
	// VerdictUnanswered is a key that is unreadable on the target: the server has
	// the commands, but answers them for this key with an error or an unexpected
	// reply.
	VerdictUnanswered Verdict = "unreadable_on_target"
	// VerdictOpaque is a value of a module that is there, of the type and with the expire
	// time that are expected; its content was not compared.
	VerdictOpaque Verdict = "opaque"
)

// Verdicts counts keys by verdict.
type Verdicts struct {
	Equal           int64 `json:"equal"`
	Different       int64 `json:"different"`
	Missing         int64 `json:"missing"`
	Expired         int64 `json:"expired"`
	Empty           int64 `json:"empty"`
	Unrepresentable int64 `json:"unrepresentable"`
	Unreadable      int64 `json:"unreadable"`
	Unsupported     int64 `json:"unsupported"`
	Unanswered      int64 `json:"unreadable_on_target"`
	Opaque          int64 `json:"opaque,omitempty"`
}

// verdicts lists every verdict once, in the order of [Verdicts.counts].
var verdicts = [...]Verdict{VerdictEqual, VerdictDifferent, VerdictMissing, VerdictExpired, VerdictEmpty,
	VerdictUnrepresentable, VerdictUnreadable, VerdictUnsupported, VerdictUnanswered, VerdictOpaque}

func (v *Verdicts) counts() [len(verdicts)]*int64 {
	return [...]*int64{&v.Equal, &v.Different, &v.Missing, &v.Expired, &v.Empty,
		&v.Unrepresentable, &v.Unreadable, &v.Unsupported, &v.Unanswered, &v.Opaque}
}

// Sum returns the number of keys that have a verdict.
func (v Verdicts) Sum() (sum int64) {
	for _, n := range v.counts() {
		sum += *n
	}
	return sum
}

func (v *Verdicts) count(verdict Verdict) { *v.counts()[slices.Index(verdicts[:], verdict)]++ }

func (v *Verdicts) merge(o Verdicts) {
	for i, n := range o.counts() {
		*v.counts()[i] += *n
	}
}

// TypeResult is the part of a result that is about the keys of one type.
type TypeResult struct {
	Keys     int64          `json:"keys"`
	Elements int64          `json:"elements"`
	Verdicts Verdicts       `json:"verdicts"`
	Kinds    map[Kind]int64 `json:"kinds"`
}

// Extra is what is known about keys that are on the server and not in the source.
type Extra struct {
	Checked bool  `json:"checked"`          // false: they were not looked for
	Partly  bool  `json:"partly,omitempty"` // some databases could not be looked at
	Keys    int64 `json:"keys"`
	Named   int64 `json:"named"` // of them reported by name
}

// Expiry says how expire times were compared.
type Expiry struct {
	Method string `json:"method"` // "pexpiretime", "pttl" or "pttl, frozen clock"
	// ErrorMs is the largest uncertainty of an expire time that was accepted as
	// equal; 0 means to the millisecond.
	ErrorMs int64 `json:"error_ms"`
	// ClockMs is how far the server's clock is ahead of the local one, negative
	// behind it; 0 when it is near, or when they cannot be compared.
	ClockMs int64 `json:"clock_ms,omitempty"`
}

// Allow says what does not keep a run from ending with status 0, and what it
// has to have beyond. The zero value allows nothing.
type Allow struct {
	Unrepresentable bool      // elements that no Redis can hold
	Unresolved      bool      // unresolved transactions of the source
	Unknown         bool      // rows of unknown families in the source
	Opaque          bool      // values of modules, whose content is not compared
	Empty           bool      // a run that compares no key
	Embedded        bool      // an imitation that no flag named
	Unchecked       []Promise // promises that need not be checked
	StrictCounters  bool      // counters of the source that promise more than its rows do keep it
	MinKeys         uint64    // so many keys must be proven equal
}

// Allows reports whether the source may lack what m says.
func (a Allow) Allows(m keyspace.Missing) bool {
	return a.Unresolved && m.Allow == "unresolved" || a.Unknown && m.Allow == "unknown" || a.Opaque && m.Allow == "opaque"
}

// Outcome is the result of a run in one word. The zero value is Incomplete: what
// nobody has said is not verified.
type Outcome uint8

// The outcomes.
const (
	Incomplete Outcome = iota
	Different
	Verified
)

// String returns the word.
func (o Outcome) String() string { return [...]string{"incomplete", "different", "verified"}[o] }

// Outcome returns what the run says. An invalid run proves nothing, neither
// equality nor a difference: incomplete. Differences that a valid run found are
// certain, whatever else could not be told: different. What could not be told
// alone: incomplete.
func (r *Result) Outcome(allow Allow) Outcome {
	switch {
	case len(r.Invalid) > 0:
		return Incomplete
	case r.Differences > 0 || r.Extra.Keys > 0,
		r.Verdicts.Unrepresentable > 0 && !allow.Unrepresentable,
		r.Notes[keyspace.NoteUnrepresentable] > 0 && !allow.Unrepresentable && !r.HoldsAll:
		return Different
	case len(r.Reasons(allow)) > 0:
		return Incomplete
	}
	return Verified
}

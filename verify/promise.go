package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"redrill/internal/figures"
	"redrill/keyspace"
)

// Promise is a part of the meaning of status 0 besides equal keys. The
// names are stable: results and flags carry them.
type Promise string

// The promises.
const (
	// PromiseExtra: no database of the server holds another key.
	PromiseExtra Promise = "extra"
	// PromiseGuards: nobody wrote to the server during the run, and it neither
	// restarted nor lost keys by itself.
	PromiseGuards Promise = "guards"
)

// Promises lists every promise once, in report order.
var Promises = [...]Promise{PromiseExtra, PromiseGuards}

// Check says whether a promise was checked, and if not why, for people.
type Check struct {
	Checked bool     `json:"checked"`
	Why     []string `json:"why,omitempty"`
}

// ParsePromises reads names of promises, separated by commas.
func ParsePromises(text string) ([]Promise, error) {
	var all []Promise
	for name := range strings.SplitSeq(text, ",") {
		p := Promise(strings.TrimSpace(name))
		if !slices.Contains(Promises[:], p) {
			return nil, fmt.Errorf("unknown promise %q: want %s", name, promiseNames())
		}
		all = append(all, p)
	}
	return all, nil
}

func promiseNames() string {
	var names []string
	for _, p := range Promises {
		names = append(names, string(p))
	}
	return strings.Join(names, ", ")
}

// Reason is why a run does not end with status 0 although it found no
// difference. Its name is stable: a verdict, a kind of note, a [Promise], or the
// flag that excuses it.
type Reason struct {
	Name string `json:"name"`
	Text string `json:"text"` // for people
}

// Reasons returns why the run does not end with status 0 although no difference
// was found, in report order: what could not be told, what was not checked of
// the [Promises], and what [Allow] asks for and is not there. An invalid run
// has its reasons in Invalid.
func (r *Result) Reasons(allow Allow) (all []Reason) {
	say := func(name, format string, args ...any) {
		all = append(all, Reason{name, fmt.Sprintf(format, args...)})
	}
	counted := func(name string, n int64, noun, what string) {
		if n > 0 {
			say(name, "%s %s", figures.Count(n, noun), what)
		}
	}
	counted(string(VerdictUnreadable), r.Verdicts.Unreadable, "key", "could not be decoded")
	counted(string(VerdictUnsupported), r.Verdicts.Unsupported, "key", "cannot be shown by the server")
	counted(string(VerdictUnanswered), r.Verdicts.Unanswered, "key", "could not be read from the server")
	if !allow.Opaque {
		counted(string(VerdictOpaque), r.Verdicts.Opaque, "key", "of modules have content that is not compared (--allow-opaque)")
	}
	if r.Functions != nil && r.Functions.Unsupported > 0 {
		say("functions", "function libraries that the server does not show: %d", r.Functions.Unsupported)
	}
	for _, kind := range keyspace.NoteKinds {
		m := kind.Meaning()
		if m.Delivered || m.Missing.Noun == "" || allow.Allows(m.Missing) {
			continue // a key that was not decoded has a verdict
		}
		what := m.Missing.What
		if m.Missing.Allow != "" {
			what += " (--allow-" + m.Missing.Allow + ")"
		}
		counted(string(kind), r.Notes[kind], m.Missing.Noun, what)
	}
	for _, p := range Promises {
		if c := r.Promises[p]; !c.Checked && !slices.Contains(allow.Unchecked, p) {
			say(string(p), "%s (--allow-unchecked %s)", cmp.Or(strings.Join(c.Why, "; "), "not checked"), p)
		}
	}
	if text := r.Counters.Text(); text != "" && allow.StrictCounters {
		say("counters", "%s (--strict-counters)", text)
	}
	if r.Fallback && !allow.Embedded {
		say("embedded", "the server is an imitation that nobody asked for (--target embedded or --allow-embedded)")
	}
	switch n := r.Proven(); {
	case uint64(n) < allow.MinKeys:
		say("min-keys", "%s proven equal, fewer than %d (--min-keys)", figures.Count(n, "key"), allow.MinKeys)
	case n == 0 && !allow.Empty:
		say("empty", "no key was compared (--allow-empty)")
	}
	return all
}

// Proven returns how many keys were found equal, as far as a Redis can hold them.
func (r *Result) Proven() int64 { return r.Verdicts.Equal + r.Verdicts.Unrepresentable }

// promise writes down what of the promises was checked. The embedded server is
// reached by nobody else and ends with this process: its guards need no reading.
func (r *run) promise() {
	extra, guards := r.uncheckedExtra(), r.uncheckedGuards()
	r.res.Promises = map[Promise]Check{
		PromiseExtra:  {Checked: len(extra) == 0, Why: extra},
		PromiseGuards: {Checked: len(guards) == 0, Why: guards},
	}
	r.res.Unchecked = append(append(r.res.Unchecked, extra...), guards...)
}

func (r *run) uncheckedExtra() (why []string) {
	if !r.res.Extra.Checked {
		why = append(why, "extra keys: not looked for")
	}
	if r.res.Extra.Partly {
		why = append(why, "extra keys: in databases that could not be selected")
	}
	return why
}

func (r *run) uncheckedGuards() (why []string) {
	if r.opts.Embedded {
		return nil
	}
	if r.res.Before.RunID == "" {
		why = append(why, "guards: the server does not say whether it was restarted, or evicted or expired keys")
	}
	if !r.res.Before.CountsWrites() && r.live == nil { // there, writes are expected
		why = append(why, "guards: the server does not say whether it was written to during the run")
	}
	return why
}

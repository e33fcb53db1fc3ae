package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"redrill/keyspace"
	"redrill/verify"
)

// maxShown bounds the differences that a text shows.
const maxShown = 20

// TextOptions says how a text looks.
type TextOptions struct {
	Allow verify.Allow // decides the last line
	Diffs string       // where the complete list of differences is, if anywhere
	Color bool
	// Failed says why another report of the run could not be written: then the
	// last line does not say that the run is verified.
	Failed error
}

// Text writes a summary for people: a table of verdicts by type, what else was
// found, at most 20 differences, and the conclusion.
func Text(w io.Writer, r *verify.Result, o TextOptions) error {
	b := bufio.NewWriter(w)
	table(b, r)
	findings(b, r)
	sample(b, r, o)
	conclusion(b, r, o)
	return b.Flush()
}

func table(w io.Writer, r *verify.Result) {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', tabwriter.AlignRight)
	line := func(cells ...any) {
		for _, c := range cells {
			_, _ = fmt.Fprintf(t, "%v\t", c) // errors surface at Flush of the caller's buffer
		}
		_, _ = fmt.Fprintln(t)
	}
	line("type", "keys", "elements", "equal", "different", "missing", "expired", "other")
	row := func(name string, keys, elements int64, v verify.Verdicts) {
		line(name, keys, elements, v.Equal, v.Different, v.Missing, v.Expired,
			v.Empty+v.Unrepresentable+v.Unreadable+v.Unsupported+v.Unanswered)
	}
	for _, typ := range keyspace.Types {
		if tr := r.Types[typ.String()]; tr != nil {
			row(typ.String(), tr.Keys, tr.Elements, tr.Verdicts)
		}
	}
	row("total", r.Keys, r.Elements, r.Verdicts)
	_ = t.Flush()
}

// findings writes one line for everything that is not zero.
func findings(w io.Writer, r *verify.Result) {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	say("")
	if n := r.Verdicts.Empty; n > 0 {
		say("empty: %s without elements in the source, absent here as they must be", keys(n))
	}
	if n := r.Verdicts.Unrepresentable; n > 0 {
		say("unrepresentable: %s with elements that no Redis can hold; the rest is equal", keys(n))
	}
	if n := r.Verdicts.Unreadable; n > 0 {
		say("unreadable: %s that could not be decoded, and not compared", keys(n))
	}
	if n := r.Verdicts.Unsupported; n > 0 {
		say("unsupported: %s that the server cannot show", keys(n))
	}
	if n := r.Verdicts.Unanswered; n > 0 {
		say("unreadable on the target: %s that the server answers with an error, or oddly", keys(n))
		for _, k := range r.Unanswered {
			say("  %s %s: %s", k.Type, Visible(strconv.Quote(string(k.Key))), Visible(k.Why))
		}
	}
	if n := r.NegativeZero; n > 0 {
		say("negative-zero: scores of -0 that read back as 0, as in small sets that commands have written: %d, in %s", n, keyNames(r.NegativeZeros))
	}
	switch {
	case !r.Extra.Checked:
		say("extra keys: not looked for")
	case r.Extra.Keys == 0 && r.Extra.Partly:
		say("extra keys: none in the databases that could be looked at")
	case r.Extra.Keys == 0:
		say("extra keys: none")
	default:
		say("extra keys: %d, of which %d are named", r.Extra.Keys, r.Extra.Named)
	}
	if r.Expiry.ErrorMs > 0 {
		say("expire times: compared within %d ms (%s)", r.Expiry.ErrorMs, r.Expiry.Method)
	}
	say("canaries: %d planted, %d caught", r.Canaries.Planted, r.Canaries.Caught)
	for _, what := range r.Unchecked {
		say("not checked: %s", Visible(what))
	}
	for _, kind := range slices.Sorted(maps.Keys(r.Notes)) {
		if n := r.Notes[kind]; n > 0 {
			say("note: %d %s", n, kind)
		}
	}
}

// keys returns a number of keys in words.
func keys(n int64) string {
	if n == 1 {
		return "1 key"
	}
	return fmt.Sprintf("%d keys", n)
}

func keyNames(refs []verify.KeyRef) string {
	var names []string
	for _, k := range refs[:min(3, len(refs))] {
		names = append(names, fmt.Sprintf("%q", string(k.Key)))
	}
	if len(refs) > 3 {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}

func sample(w io.Writer, r *verify.Result, o TextOptions) {
	if r.Differences == 0 {
		return
	}
	_, _ = fmt.Fprintf(w, "\n%d differences:", r.Differences)
	for _, kind := range verify.Kinds {
		if n := r.Kinds[kind]; n > 0 {
			_, _ = fmt.Fprintf(w, " %s %d", kind, n)
		}
	}
	_, _ = fmt.Fprintln(w)
	shown := r.Sample[:min(maxShown, len(r.Sample))]
	var weight int64
	for _, d := range shown {
		_, _ = fmt.Fprintln(w, "  "+paint(o, "31", string(d.Kind))+" "+Line(d))
		weight += max(d.Count, 1)
	}
	if rest := r.Differences - weight; rest > 0 {
		_, _ = fmt.Fprintf(w, "  … and %d more\n", rest)
	}
	if o.Diffs != "" {
		_, _ = fmt.Fprintf(w, "complete list: %s\n", Visible(o.Diffs))
	} else if r.Differences > weight {
		_, _ = fmt.Fprintln(w, "complete list: with --diffs FILE")
	}
}

// Line returns a difference without its kind, in one line for people.
func Line(d verify.Difference) string {
	s := d.Path
	if d.DB != 0 {
		s = fmt.Sprintf("db %d, %s", d.DB, s)
	}
	if d.Want != "" || d.Got != "" {
		s += fmt.Sprintf(": want %s, got %s", cmp.Or(d.Want, "nothing"), cmp.Or(d.Got, "nothing"))
	}
	if d.Offset != nil {
		s += fmt.Sprintf(" (first at byte %d of %d and %d)", *d.Offset, d.WantBytes, d.GotBytes)
	}
	if d.Detail != "" {
		s += " (" + d.Detail + ")"
	}
	return Visible(s)
}

func conclusion(w io.Writer, r *verify.Result, o TextOptions) {
	say := func(color, format string, args ...any) {
		_, _ = fmt.Fprintln(w, paint(o, color, fmt.Sprintf(format, args...)))
	}
	_, _ = fmt.Fprintln(w)
	for _, why := range r.Invalid {
		say("33", "invalid: %s", Visible(why))
	}
	if o.Failed != nil {
		say("33", "incomplete: %s equal, but a report is missing: %s", keys(r.Verdicts.Equal+r.Verdicts.Unrepresentable), Visible(o.Failed.Error()))
		return
	}
	switch r.Status(o.Allow) {
	case verify.StatusVerified:
		say("32", "verified: %s", proven(r))
	case verify.StatusDifferences:
		if r.Differences == 0 && r.Extra.Keys == 0 {
			say("31", "different: the source holds elements that no Redis can hold; they can be allowed")
			return
		}
		say("31", "different: the server does not hold what the source holds")
	case verify.StatusIncomplete:
		if len(r.Invalid) > 0 {
			say("33", "invalid: this run proves nothing")
		} else {
			for _, why := range r.Reasons(o.Allow) {
				say("33", "incomplete: %s", Visible(why.Text))
			}
			say("33", "incomplete: %s, but that is not all that status 0 promises", proven(r))
		}
	}
}

// proven says in words what was proven of the keys.
func proven(r *verify.Result) string {
	text := keys(r.Proven()) + " equal"
	if n := r.Verdicts.Expired; n > 0 {
		text += fmt.Sprintf(", %d expired", n)
	}
	if r.Embedded {
		text += " (embedded: not a Redis)"
	}
	if counters := r.Counters.Text(); counters != "" {
		text += "; " + counters
	}
	return text
}

func paint(o TextOptions, color, s string) string {
	if !o.Color {
		return s
	}
	return "\x1b[" + color + "m" + s + "\x1b[0m"
}

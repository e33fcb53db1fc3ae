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
	"time"

	"redrill/internal/figures"
	"redrill/keyspace"
	"redrill/verify"
)

// maxShown bounds the differences that a text shows.
const maxShown = 20

// TextOptions says how a text looks.
type TextOptions struct {
	Allow verify.Allow // decides the first line
	Diffs string       // where the complete list of differences is, if anywhere
	Color bool
	// Columns is the width of the terminal; 0 means unknown. Below 70 there is a
	// line per type and no table.
	Columns int
	// Facts are names and values that stand below the verdict: what was compared
	// with what, and when.
	Facts [][2]string
	// Failed says why another report of the run could not be written: then the
	// first line does not say that the run is verified.
	Failed error
	// Unexpired is the option with which a run proves keys that have expired since
	// the file was written, "" where there is none. It is named when more than one
	// key in a hundred had expired.
	Unexpired string
}

// tableColumns is what the table needs.
const tableColumns = 70

// Text writes a summary for people: the verdict and the facts, at most 20
// differences, verdicts by type, and what else was found.
func Text(w io.Writer, r *verify.Result, o TextOptions) error {
	b := bufio.NewWriter(w)
	conclusion(b, r, o)
	for _, fact := range o.Facts {
		_, _ = fmt.Fprintf(b, "%-10s %s\n", fact[0], strings.ReplaceAll(Visible(fact[1]), "\n", `\n`)) // errors surface at Flush
	}
	differences(b, r, o)
	_, _ = fmt.Fprintln(b)
	if o.Columns > 0 && o.Columns < tableColumns {
		rows(b, r)
	} else {
		table(b, r)
	}
	findings(b, r)
	return b.Flush()
}

func table(w io.Writer, r *verify.Result) {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', tabwriter.AlignRight)
	line := func(cells ...string) {
		for _, c := range cells {
			_, _ = fmt.Fprintf(t, "%s\t", c) // errors surface at Flush of the caller's buffer
		}
		_, _ = fmt.Fprintln(t)
	}
	line("type", "keys", "elements", "equal", "different", "missing", "expired", "other")
	byType(r, func(name string, keys, elements int64, v verify.Verdicts) {
		line(name, figures.Number(keys), figures.Number(elements), figures.Number(v.Equal), figures.Number(v.Different), figures.Number(v.Missing), figures.Number(v.Expired),
			figures.Number(v.Empty+v.Unrepresentable+v.Unreadable+v.Unsupported+v.Unanswered+v.Opaque))
	})
	_ = t.Flush()
}

// rows is the table for a narrow terminal: one line per type, of what is not zero.
func rows(w io.Writer, r *verify.Result) {
	byType(r, func(name string, keys, _ int64, v verify.Verdicts) {
		text := name + ": " + figures.Count(keys, "key")
		for _, part := range []struct {
			n    int64
			what string
		}{
			{v.Equal, "equal"}, {v.Different, "different"}, {v.Missing, "missing"}, {v.Expired, "expired"},
			{v.Empty + v.Unrepresentable + v.Unreadable + v.Unsupported + v.Unanswered + v.Opaque, "other"},
		} {
			if part.n > 0 {
				text += ", " + figures.Number(part.n) + " " + part.what
			}
		}
		_, _ = fmt.Fprintln(w, text)
	})
}

// byType calls line for every type that the source holds, and for the total.
func byType(r *verify.Result, line func(name string, keys, elements int64, v verify.Verdicts)) {
	for _, typ := range keyspace.Types {
		if tr := r.Types[typ.String()]; tr != nil {
			line(typ.String(), tr.Keys, tr.Elements, tr.Verdicts)
		}
	}
	line("total", r.Keys, r.Elements, r.Verdicts)
}

// findings writes one line for everything that is not zero.
func findings(w io.Writer, r *verify.Result) {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	say("")
	if n := r.Verdicts.Empty; n > 0 {
		say("empty: %s without elements in the source, absent on the server, as they must be", keys(n))
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
		say("unreadable on the target: %s for which the server answers with an error or an unexpected reply", keys(n))
		for _, k := range r.Unanswered {
			say("  %s %s: %s", k.Type, Visible(strconv.Quote(string(k.Key))), Visible(k.Why))
		}
	}
	if n := r.Verdicts.Opaque; n > 0 {
		say("opaque: %s of modules, there as they must be; what they hold is not compared", keys(n))
	}
	if n := r.NegativeZero; n > 0 {
		say("negative-zero: scores of -0 that read back as 0, as in small sets that commands have written: %s, in %s", figures.Number(n), keyNames(r.NegativeZeros))
	}
	switch {
	case !r.Extra.Checked:
		say("extra keys: not looked for")
	case r.Extra.Keys == 0 && r.Extra.Partly:
		say("extra keys: none in the databases that could be looked at")
	case r.Extra.Keys == 0:
		say("extra keys: none")
	default:
		say("extra keys: %s, %s of them named", figures.Number(r.Extra.Keys), figures.Number(r.Extra.Named))
	}
	if f := r.Functions; f != nil {
		say("function libraries: %s", FunctionsText(*f))
	}
	if r.Expiry.ErrorMs > 0 {
		say("expire times: compared within %s ms (%s)", figures.Number(r.Expiry.ErrorMs), r.Expiry.Method)
	}
	say("canaries: %s planted, %s caught", figures.Number(r.Canaries.Planted), figures.Number(r.Canaries.Caught))
	for _, what := range r.Unchecked {
		say("not checked: %s", Visible(what))
	}
	for _, kind := range slices.Sorted(maps.Keys(r.Notes)) {
		if n := r.Notes[kind]; n > 0 {
			say("note: %s %s: %s", figures.Number(n), kind, kind.Meaning().Phrase)
		}
	}
}

// FunctionsText says what was found of function libraries.
func FunctionsText(f verify.Functions) string {
	text := figures.Number(f.Equal) + " equal of " + figures.Number(f.Libraries)
	for _, part := range []struct {
		n    int64
		what string
	}{{f.Different, "different"}, {f.Missing, "missing"}, {f.Extra, "too many"}, {f.Unsupported, "not shown by the server"}} {
		if part.n > 0 {
			text += ", " + figures.Number(part.n) + " " + part.what
		}
	}
	return text
}

func keys(n int64) string { return figures.Count(n, "key") }

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

// differences writes how many there are, by type and kind, and some of them in
// that order.
func differences(w io.Writer, r *verify.Result, o TextOptions) {
	if r.Differences == 0 {
		return
	}
	_, _ = fmt.Fprintf(w, "\n%s:\n", figures.Count(r.Differences, "difference"))
	for _, typ := range keyspace.Types {
		if tr := r.Types[typ.String()]; tr != nil {
			byKind(w, typ.String(), tr.Kinds)
		}
	}
	byKind(w, "of any type", untyped(r))
	shown := slices.Clone(r.Sample[:min(maxShown, len(r.Sample))])
	slices.SortStableFunc(shown, func(a, b verify.Difference) int {
		return cmp.Or(cmp.Compare(typeRank(a.Type), typeRank(b.Type)), cmp.Compare(kindRank(a.Kind), kindRank(b.Kind)))
	})
	var weight int64
	for _, d := range shown {
		_, _ = fmt.Fprintln(w, "  "+paint(o, "31", string(d.Kind))+" "+Line(d))
		weight += max(d.Count, 1)
	}
	if rest := r.Differences - weight; rest > 0 {
		_, _ = fmt.Fprintf(w, "  … and %s more\n", figures.Number(rest))
	}
	if o.Diffs != "" {
		_, _ = fmt.Fprintf(w, "complete list: %s\n", Visible(o.Diffs))
	} else if r.Differences > weight {
		_, _ = fmt.Fprintln(w, "complete list: with --diffs FILE")
	}
}

// byKind writes a line of what a group of differences consists of.
func byKind(w io.Writer, name string, kinds map[verify.Kind]int64) {
	var parts []string
	for _, kind := range verify.Kinds {
		if n := kinds[kind]; n > 0 {
			parts = append(parts, figures.Number(n)+" "+string(kind))
		}
	}
	if len(parts) > 0 {
		_, _ = fmt.Fprintf(w, "  %s: %s\n", name, strings.Join(parts, ", "))
	}
}

// untyped counts the differences that no type has, as of extra keys that are not
// named.
func untyped(r *verify.Result) map[verify.Kind]int64 {
	rest := maps.Clone(r.Kinds)
	for _, tr := range r.Types {
		for kind, n := range tr.Kinds {
			rest[kind] -= n
		}
	}
	return rest
}

func typeRank(name string) int {
	for i, typ := range keyspace.Types {
		if typ.String() == name {
			return i
		}
	}
	return len(keyspace.Types)
}

func kindRank(kind verify.Kind) int { return slices.Index(verify.Kinds[:], kind) }

// Line returns a difference without its kind, in one line for people.
func Line(d verify.Difference) string {
	s := d.Path
	if d.DB != 0 {
		s = fmt.Sprintf("db %d, %s", d.DB, s)
	}
	if d.Kind.Property() == verify.PropertyExpiry {
		d.Want, d.Got = dated(d.Want), dated(d.Got)
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

// lastDatedMs is the end of the year 9999.
const lastDatedMs = 253402300799999

// dated puts the date behind an expire time in milliseconds.
func dated(text string) string {
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil || ms < 0 || ms > lastDatedMs {
		return text
	}
	return text + " (" + time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z") + ")"
}

func conclusion(w io.Writer, r *verify.Result, o TextOptions) {
	say := func(color, format string, args ...any) {
		_, _ = fmt.Fprintln(w, paint(o, color, fmt.Sprintf(format, args...)))
	}
	outcome := r.Outcome(o.Allow)
	switch {
	case o.Failed != nil:
		say("33", "incomplete: %s, but a report is missing: %s", proven(r, o), Visible(strings.ReplaceAll(o.Failed.Error(), "\n", "; ")))
	case outcome == verify.Verified:
		say("32", "verified: %s", proven(r, o))
	case outcome == verify.Different && r.Differences == 0 && r.Extra.Keys == 0:
		say("31", "different: the source holds elements that no Redis can hold; --allow-unrepresentable allows them")
	case outcome == verify.Different && onlyExtra(r):
		say("31", "different: the server holds %s that the source does not; %s", keys(r.Extra.Keys), proven(r, o))
	case outcome == verify.Different:
		say("31", "different: the server does not hold what the source holds: %s", proven(r, o))
		if allMissing(r.Verdicts) {
			say("31", "every key is missing: is this the right server?")
		}
	case len(r.Invalid) > 0:
		say("33", "invalid: this run proves nothing")
	default:
		say("33", "incomplete: %s, but status 0 promises more", proven(r, o))
		for _, why := range r.Reasons(o.Allow) {
			say("33", "incomplete: %s", Visible(why.Text))
		}
	}
	for _, why := range r.Invalid {
		say("33", "invalid: %s", Visible(why))
	}
}

// onlyExtra reports whether the server holds everything, and more.
func onlyExtra(r *verify.Result) bool {
	return r.Extra.Keys > 0 && r.Differences == r.Kinds[verify.KindExtra] && r.Verdicts.Different == 0
}

// allMissing reports whether not one of several keys was found.
func allMissing(v verify.Verdicts) bool {
	return v.Missing > 1 && v.Equal+v.Different+v.Unrepresentable+v.Unsupported+v.Unanswered+v.Opaque == 0
}

// proven says in words what was proven of the keys.
func proven(r *verify.Result, o TextOptions) string {
	text := keys(r.Proven()) + " equal of " + figures.Number(r.Keys)
	if n := r.Verdicts.Expired; n > 0 {
		text += ", " + figures.Number(n) + " expired"
		if o.Unexpired != "" && n > r.Keys/100 {
			text += " (" + o.Unexpired + " proves those that were alive in the file)"
		}
	}
	if r.Embedded {
		text += " (embedded: not a Redis)"
	}
	if r.Live != nil && r.Live.Settled > 0 {
		text += fmt.Sprintf("; %s settled when read again", keys(r.Live.Settled))
	}
	if r.Live != nil && r.Live.Written != "" {
		text += "; " + Visible(r.Live.Written)
	}
	if counters := r.Counters.Text(); counters != "" {
		text += "; " + counters
	}
	if r.Notes[keyspace.NoteUnprotected] > 0 {
		text += "; the file has no checksum: not protected"
	}
	return text
}

func paint(o TextOptions, color, s string) string {
	if !o.Color {
		return s
	}
	return "\x1b[" + color + "m" + s + "\x1b[0m"
}

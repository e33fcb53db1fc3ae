package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"redrill/keyspace"
	"redrill/verify"
	"redrill/verify/report"
)

// drawResult draws a result that no run needs to come to: any words, any numbers.
func drawResult(t *rapid.T) *verify.Result {
	word := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "\x00", "\xff", "]]>", "<a b='c'>&amp;", "\u202e", "\x1b[2J", "a\nb", "\u0085", "\ufffe"}))
	number := rapid.OneOf(rapid.Int64Range(0, 9), rapid.Int64Min(0))
	kind := rapid.SampledFrom(verify.Kinds[:])
	typ := rapid.SampledFrom([]string{"string", "hash", "list", "set", "zset", "stream", "hyperloglog", ""})
	words := rapid.SliceOfN(word, 0, 3)
	verdicts := func(label string) verify.Verdicts {
		return verify.Verdicts{Equal: number.Draw(t, label), Different: number.Draw(t, label), Missing: number.Draw(t, label),
			Expired: number.Draw(t, label), Unreadable: number.Draw(t, label)}
	}
	kinds := func(label string) map[verify.Kind]int64 { return rapid.MapOfN(kind, number, 0, 4).Draw(t, label) }
	r := &verify.Result{
		Server: word.Draw(t, "server"), AsOfMs: rapid.Int64().Draw(t, "as of"), Keys: number.Draw(t, "keys"), Elements: number.Draw(t, "elements"),
		Verdicts: verdicts("verdict"), Types: map[string]*verify.TypeResult{}, Differences: number.Draw(t, "differences"), Kinds: kinds("kinds"),
		Notes:     rapid.MapOfN(rapid.SampledFrom(keyspace.NoteKinds[:]), number, 0, 4).Draw(t, "notes"),
		Unchecked: words.Draw(t, "unchecked"), Invalid: words.Draw(t, "invalid"), Embedded: rapid.Bool().Draw(t, "embedded"),
		Extra:    verify.Extra{Checked: rapid.Bool().Draw(t, "extra checked")},
		Promises: map[verify.Promise]verify.Check{verify.PromiseExtra: {Checked: rapid.Bool().Draw(t, "extra promised"), Why: words.Draw(t, "why")}},
	}
	for range rapid.IntRange(0, 3).Draw(t, "types") {
		r.Types[typ.Draw(t, "type")] = &verify.TypeResult{Keys: number.Draw(t, "keys"), Verdicts: verdicts("verdict of a type"), Kinds: kinds("kinds of a type")}
	}
	for range rapid.IntRange(0, 25).Draw(t, "sample") {
		r.Sample = append(r.Sample, verify.Difference{Kind: kind.Draw(t, "kind"), Type: typ.Draw(t, "type"), Key: verify.Bytes(word.Draw(t, "key")),
			Path: word.Draw(t, "path"), Want: word.Draw(t, "want"), Got: word.Draw(t, "got"), Detail: word.Draw(t, "detail"), Count: number.Draw(t, "count")})
	}
	return r
}

// TestAnyResult: whatever a result holds, its JSON and its XML read back, its
// differences are one a line, and no text acts on a terminal.
func TestAnyResult(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawResult(t)
		var b bytes.Buffer
		if err := report.JSON(&b, r); err != nil || !json.Valid(b.Bytes()) {
			t.Errorf("JSON() = %v and wrote\n%q", err, &b)
		}
		harmless(t, "JSON", b.String())
		b.Reset()
		if err := report.JUnit(&b, r, verify.Allow{}); err != nil {
			t.Errorf("JUnit() = %v", err)
		}
		for d := xml.NewDecoder(&b); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("the XML does not read back: %v", err)
			}
		}
		b.Reset()
		if err := report.Text(&b, r, report.TextOptions{}); err != nil || b.Len() == 0 {
			t.Errorf("Text() = %v and %d bytes", err, b.Len())
		}
		harmless(t, "Text", b.String())
		b.Reset()
		d := report.NewDiffs(&b)
		for _, one := range r.Sample {
			d.Write(one)
		}
		if err := d.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
		if n := strings.Count(b.String(), "\n"); n != len(r.Sample) {
			t.Errorf("%d lines of %d differences", n, len(r.Sample))
		}
		for line := range strings.Lines(b.String()) {
			if !json.Valid([]byte(line)) {
				t.Errorf("a line of differences is no JSON: %q", line)
			}
			harmless(t, "Diffs", line)
		}
	})
}

func harmless(t *rapid.T, what, text string) {
	t.Helper()
	for _, r := range text {
		if r != '\n' && r != '\t' && !unicode.IsPrint(r) {
			t.Errorf("%s holds %U", what, r)
			return
		}
	}
}

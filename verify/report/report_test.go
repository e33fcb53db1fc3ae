package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
	"redrill/verify"
	"redrill/verify/report"
)

func differing(n int) *verify.Result {
	offset := int64(1)
	r := &verify.Result{
		Keys: 3, Elements: 4, Verdicts: verify.Verdicts{Equal: 1, Different: 1, Missing: 1},
		Types: map[string]*verify.TypeResult{
			"string": {Keys: 1, Elements: 1, Verdicts: verify.Verdicts{Equal: 1}},
			"hash": {Keys: 2, Elements: 3, Verdicts: verify.Verdicts{Different: 1, Missing: 1},
				Kinds: map[verify.Kind]int64{verify.KindFieldValue: int64(n), verify.KindMissing: 1}},
		},
		Kinds:       map[verify.Kind]int64{verify.KindFieldValue: int64(n), verify.KindMissing: 1},
		Differences: int64(n) + 1, Extra: verify.Extra{Checked: true},
		Notes:    keyspace.Tally{keyspace.NoteCounter: 2},
		Promises: map[verify.Promise]verify.Check{verify.PromiseExtra: {Checked: true}, verify.PromiseGuards: {Checked: true}},
	}
	for range min(n, 30) {
		r.Sample = append(r.Sample, verify.Difference{Kind: verify.KindFieldValue, Key: "h\xff", Type: "hash",
			Path: `key "h\xff"/field "f"/value`, Want: `"a\x00b"`, Got: `"a\x01b"`, WantBytes: 3, GotBytes: 3, Offset: &offset})
	}
	return r
}

func text(t *testing.T, r *verify.Result, o report.TextOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.Text(&b, r, o); err != nil {
		t.Fatalf("Text() = %v", err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	got := text(t, differing(25), report.TextOptions{Diffs: "diffs.jsonl", Facts: [][2]string{{"file", "in.fsm"}}})
	want := `different: the server does not hold what the source holds: 1 key equal of 3
file       in.fsm

26 differences:
  hash: 1 missing, 25 field_value
` + strings.Repeat(`  field_value key "h\xff"/field "f"/value: want "a\x00b", got "a\x01b" (first at byte 1 of 3 and 3)
`, 20) + `  … and 6 more
complete list: diffs.jsonl

    type  keys  elements  equal  different  missing  expired  other
  string     1         1      1          0        0        0      0
    hash     2         3      0          1        1        0      0
   total     3         4      1          1        1        0      0

extra keys: none
canaries: 0 planted, 0 caught
note: 2 counter: stored lengths that disagree with the rows; the rows count
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Text() (-want +got):\n%s", diff)
	}
}

var checked = map[verify.Promise]verify.Check{verify.PromiseExtra: {Checked: true}, verify.PromiseGuards: {Checked: true}}

func TestTextConclusions(t *testing.T) {
	for _, row := range []struct {
		name string
		r    verify.Result
		want string
	}{
		{"verified", verify.Result{Verdicts: verify.Verdicts{Equal: 7}, Promises: checked}, "verified: 7 keys equal of 0\n"},
		{"one key too many", verify.Result{Keys: 9, Verdicts: verify.Verdicts{Equal: 7, Expired: 2}, Promises: checked,
			Differences: 1, Kinds: map[verify.Kind]int64{verify.KindExtra: 1}, Extra: verify.Extra{Checked: true, Keys: 1, Named: 1}},
			"different: the server holds 1 key that the source does not; 7 keys equal of 9, 2 expired\n"},
		{"keys too many that nobody named", verify.Result{Keys: 7, Verdicts: verify.Verdicts{Equal: 7}, Promises: checked,
			Differences: 3, Kinds: map[verify.Kind]int64{verify.KindExtra: 3}, Extra: verify.Extra{Checked: true, Keys: 3}},
			"different: the server holds 3 keys that the source does not; 7 keys equal of 7\n"},
		{"a key too many and a key too few", verify.Result{Keys: 2, Verdicts: verify.Verdicts{Equal: 1, Missing: 1}, Promises: checked, Differences: 2,
			Kinds: map[verify.Kind]int64{verify.KindExtra: 1, verify.KindMissing: 1}, Extra: verify.Extra{Checked: true, Keys: 1, Named: 1}},
			"different: the server does not hold what the source holds: 1 key equal of 2\n"},
		{"a key of the source that should be gone", verify.Result{Keys: 2, Verdicts: verify.Verdicts{Equal: 1, Different: 1}, Promises: checked, Differences: 1,
			Kinds: map[verify.Kind]int64{verify.KindExtra: 1}, Extra: verify.Extra{Checked: true, Keys: 1, Named: 1}},
			"different: the server does not hold what the source holds: 1 key equal of 2\n"},
		{"some expired", verify.Result{Verdicts: verify.Verdicts{Equal: 7, Expired: 2}, Promises: checked}, "verified: 7 keys equal of 0, 2 expired\n"},
		{"on an imitation", verify.Result{Verdicts: verify.Verdicts{Equal: 7}, Promises: checked, Embedded: true},
			"verified: 7 keys equal of 0 (embedded: not a Redis)\n"},
		{"read again", verify.Result{Verdicts: verify.Verdicts{Equal: 7}, Promises: checked, Live: &verify.Live{Rounds: 3, Settled: 2, Written: "9 changes"}},
			"verified: 7 keys equal of 0; 2 keys settled when read again; 9 changes\n"},
		{"counters", verify.Result{Verdicts: verify.Verdicts{Equal: 7}, Promises: checked, Counters: verify.Counters{Keys: 1, Elements: 2}},
			"verified: 7 keys equal of 0; counters of 1 key promise 2 elements that no row holds\n"},
		{"a promise unchecked", verify.Result{Verdicts: verify.Verdicts{Equal: 7}, Promises: map[verify.Promise]verify.Check{
			verify.PromiseExtra: {Why: []string{"why"}}, verify.PromiseGuards: {Checked: true}}},
			"incomplete: 7 keys equal of 0, but status 0 promises more\nincomplete: why (--allow-unchecked extra)\n"},
		{"invalid", verify.Result{Invalid: []string{"why"}}, "invalid: this run proves nothing\ninvalid: why\n"},
		{"unreadable", verify.Result{Verdicts: verify.Verdicts{Equal: 1, Unreadable: 1}, Promises: checked},
			"incomplete: 1 key equal of 0, but status 0 promises more\nincomplete: 1 key could not be decoded\n"},
		{"in another group", verify.Result{Verdicts: verify.Verdicts{Equal: 1}, Promises: checked,
			Notes: keyspace.Tally{keyspace.NoteDetached: 2, keyspace.NoteUnknownRedis: 1}},
			"incomplete: 1 key equal of 0, but status 0 promises more\n" +
				"incomplete: 2 elements of lists or streams that are in another group's snapshot\n" +
				"incomplete: 1 row of unknown families among the rows of Redis keys\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := text(t, &row.r, report.TextOptions{}); !strings.HasPrefix(got, row.want) {
				t.Errorf("Text() = %q, want prefix %q", got, row.want)
			}
		})
	}
	for expired, named := range map[int64]bool{0: false, 2: false, 3: true} {
		r := &verify.Result{Keys: 299, Verdicts: verify.Verdicts{Equal: 299 - expired, Expired: expired}, Promises: checked}
		got := text(t, r, report.TextOptions{Unexpired: "--option"})
		if strings.Contains(got, " expired (--option proves those that were alive in the file)\n") != named {
			t.Errorf("Text() with %d of 299 expired = %q, want the option named: %v", expired, got, named)
		}
		if got := text(t, r, report.TextOptions{}); strings.Contains(got, "alive") {
			t.Errorf("Text() = %q without an option to name", got)
		}
	}
	if got := text(t, &verify.Result{Promises: checked}, report.TextOptions{Color: true, Allow: verify.Allow{Empty: true}}); !strings.Contains(got, "\x1b[32m") {
		t.Errorf("Text() in colour = %q, want an escape sequence", got)
	}
}

// TestTextOfFewColumns: a narrow terminal has rows and no table.
func TestTextOfFewColumns(t *testing.T) {
	for columns, table := range map[int]bool{0: true, 69: false, 70: true} {
		got := text(t, differing(1), report.TextOptions{Columns: columns})
		if strings.Contains(got, "  other\n") != table || strings.Contains(got, "\nhash: 2 keys, 1 different, 1 missing\ntotal: 3 keys, 1 equal, ") == table {
			t.Errorf("%d columns:\n%s", columns, got)
		}
	}
}

// TestTextOfDifferences: they are grouped by type and kind, expire times have
// their dates, and a server without any of the keys is doubted.
func TestTextOfDifferences(t *testing.T) {
	r := &verify.Result{Keys: 2000, Verdicts: verify.Verdicts{Missing: 1500, Expired: 500}, Differences: 1502,
		Types: map[string]*verify.TypeResult{
			"hash":   {Kinds: map[verify.Kind]int64{verify.KindMissing: 1500}},
			"string": {Kinds: map[verify.Kind]int64{verify.KindExpiry: 1}}},
		Kinds: map[verify.Kind]int64{verify.KindMissing: 1500, verify.KindExpiry: 1, verify.KindExtra: 1},
		Sample: []verify.Difference{{Kind: verify.KindMissing, Type: "hash", Path: "h"}, {Kind: verify.KindExtra, Path: "x"},
			{Kind: verify.KindExpiry, Type: "string", Path: "s", Want: "1700000000000", Got: "none"}},
	}
	want := "different: the server does not hold what the source holds: 0 keys equal of 2,000, 500 expired\n" +
		"every key is missing: is this the right server?\n\n1,502 differences:\n" +
		"  string: 1 expiry\n  hash: 1,500 missing\n  of any type: 1 extra\n" +
		"  expiry s: want 1700000000000 (2023-11-14T22:13:20.000Z), got none\n  missing h\n  extra x\n  … and 1,499 more\n"
	if got := text(t, r, report.TextOptions{}); !strings.HasPrefix(got, want) {
		t.Errorf("Text() = %s, want the beginning %s", got, want)
	}
	r.Sample = []verify.Difference{{Kind: verify.KindExpiryExtra, Want: "none", Got: "253402300799999"}, {Kind: verify.KindExpiry, Want: "-1", Got: "253402300800000"}}
	got := text(t, r, report.TextOptions{})
	for _, want := range []string{"got 253402300799999 (9999-12-31T23:59:59.999Z)\n", "want -1, got 253402300800000\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("Text() = %s, want %q in it", got, want)
		}
	}
	r.Verdicts.Missing = 1 // as after a single DEL
	if got := text(t, r, report.TextOptions{}); strings.Contains(got, "right server") {
		t.Errorf("the only key is missing:\n%s", got)
	}
	r.Verdicts.Missing, r.Verdicts.Equal = 2, 1
	if got := text(t, r, report.TextOptions{}); strings.Contains(got, "right server") {
		t.Errorf("one key is there:\n%s", got)
	}
}

// TestTextOfNotes: a note of every kind says what it means.
func TestTextOfNotes(t *testing.T) {
	for _, kind := range keyspace.NoteKinds {
		got := text(t, &verify.Result{Notes: keyspace.Tally{kind: 1000}}, report.TextOptions{})
		if _, phrase, ok := strings.Cut(got, "note: 1,000 "+string(kind)+": "); !ok || len(strings.SplitN(phrase, "\n", 2)[0]) < 10 {
			t.Errorf("a note of the kind %s says:\n%s", kind, got)
		}
	}
}

func TestJUnit(t *testing.T) {
	var b bytes.Buffer
	if err := report.JUnit(&b, differing(2), verify.Allow{}); err != nil {
		t.Fatalf("JUnit() = %v", err)
	}
	var parsed struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Suites   []struct {
			Name  string `xml:"name,attr"`
			Cases []struct {
				Name    string `xml:"name,attr"`
				Failure *struct {
					Message string `xml:"message,attr"`
				} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(b.Bytes(), &parsed); err != nil {
		t.Fatalf("JUnit() is no XML: %v\n%s", err, b.String())
	}
	var failed []string
	for _, s := range parsed.Suites {
		for _, c := range s.Cases {
			if c.Failure != nil {
				failed = append(failed, s.Name+"/"+c.Name+": "+c.Failure.Message)
			}
		}
	}
	want := []string{"hash/existence: 1 difference", "hash/content: 2 differences"}
	if diff := cmp.Diff(want, failed); diff != "" {
		t.Errorf("failures (-want +got):\n%s", diff)
	}
	if parsed.Failures != 2 || parsed.Tests != 11 {
		t.Errorf("tests %d, failures %d, want 11 and 2", parsed.Tests, parsed.Failures)
	}
}

// TestJUnitOfTheRun: what keeps a run from being verified is an error of its
// own, and what was not checked is skipped and not passed.
func TestJUnitOfTheRun(t *testing.T) {
	r := &verify.Result{
		Verdicts: verify.Verdicts{Equal: 1, Unreadable: 1}, Notes: keyspace.Tally{keyspace.NoteUnknown: 2}, Fallback: true,
		Promises: map[verify.Promise]verify.Check{verify.PromiseExtra: {Why: []string{"not \xff asked"}}, verify.PromiseGuards: {Checked: true}},
		Types:    map[string]*verify.TypeResult{"set": {Verdicts: verify.Verdicts{Unreadable: 1}}}, Unchecked: []string{"a", "b"},
	}
	var b bytes.Buffer
	if err := report.JUnit(&b, r, verify.Allow{MinKeys: 2}); err != nil {
		t.Fatalf("JUnit() = %v", err)
	}
	var parsed struct {
		Errors  int `xml:"errors,attr"`
		Skipped int `xml:"skipped,attr"`
		Suites  []struct {
			Name    string `xml:"name,attr"`
			Errors  int    `xml:"errors,attr"`
			Skipped int    `xml:"skipped,attr"`
			Cases   []struct {
				Name    string    `xml:"name,attr"`
				Error   *struct{} `xml:"error"`
				Skipped *struct{} `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(b.Bytes(), &parsed); err != nil {
		t.Fatalf("JUnit() is no XML: %v\n%s", err, b.String())
	}
	var got []string
	for _, c := range parsed.Suites[1].Cases {
		switch {
		case c.Error != nil:
			got = append(got, "error "+c.Name)
		case c.Skipped != nil:
			got = append(got, "skipped "+c.Name)
		default:
			got = append(got, c.Name)
		}
	}
	want := []string{"extra keys", "canaries", "valid", "error unknown", "error extra", "error embedded", "error min-keys",
		"skipped not checked: a", "skipped not checked: b"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("cases (-want +got):\n%s", diff)
	}
	if run := parsed.Suites[1]; parsed.Errors != 5 || run.Errors != 4 || parsed.Skipped != 2 || run.Skipped != 2 {
		t.Errorf("%d errors, %d of the run, %d skipped, %d of the run, want 5, 4, 2 and 2", parsed.Errors, run.Errors, parsed.Skipped, run.Skipped)
	}
}

func TestJSONReadsBack(t *testing.T) {
	var b bytes.Buffer
	want := differing(1)
	if err := report.JSON(&b, want); err != nil {
		t.Fatalf("JSON() = %v", err)
	}
	var got verify.Result
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatalf("JSON() does not read back: %v", err)
	}
	if diff := cmp.Diff(want.Sample, got.Sample); diff != "" {
		t.Errorf("sample (-want +got):\n%s", diff)
	}
}

// TestJSONOfAnything: whatever bytes a result holds, its JSON is whole, valid and
// harmless on a terminal.
func TestJSONOfAnything(t *testing.T) {
	odd := "a\xff\x7f\u009b\u202e\U000e0001\n\"世"
	type named string
	v := map[string]any{"text": odd, "named": named(odd), "bytes": verify.Bytes("k\u202e"), odd: []string{odd},
		"zero": struct {
			N int64 `json:"n,omitempty"`
		}{}}
	var b bytes.Buffer
	if err := report.JSON(&b, v); err != nil {
		t.Fatalf("JSON() = %v", err)
	}
	got := map[string]any{}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatalf("JSON() does not read back: %v\n%s", err, &b)
	}
	for _, r := range b.String() {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Errorf("JSON() holds %U:\n%q", r, &b)
		}
	}
	if want := report.Visible(odd); got["text"] != want {
		t.Errorf("text = %q, want %q", got["text"], want)
	}
	if got["bytes"] != "k\u202e" {
		t.Errorf("bytes = %q, want them as they are", got["bytes"])
	}
	if diff := cmp.Diff(map[string]any{}, got["zero"]); diff != "" {
		t.Errorf("an empty number (-want +got):\n%s", diff)
	}
	if want := "a\U000e0001"; !strings.Contains(b.String(), `\udb40\udc01`) {
		t.Errorf("JSON() = %q, want the surrogates of %q", &b, want)
	}
	b.Reset()
	if err := report.JSON(&b, map[string]any{"a": 1, "b": make(chan int)}); err == nil || b.Len() > 0 {
		t.Errorf("JSON() of what has no form = %v and wrote %q, want an error and nothing", err, &b)
	}
}

// TestJUnitShowsEveryKind: a single difference of any kind, of any type, fails
// exactly one case.
func TestJUnitShowsEveryKind(t *testing.T) {
	for _, typ := range keyspace.Types {
		for _, kind := range verify.Kinds {
			r := &verify.Result{Differences: 1, Kinds: map[verify.Kind]int64{kind: 1}, Types: map[string]*verify.TypeResult{
				typ.String(): {Kinds: map[verify.Kind]int64{kind: 1}}},
				Sample: []verify.Difference{{Kind: kind, Type: typ.String(), Path: "somewhere"}}}
			var b bytes.Buffer
			if err := report.JUnit(&b, r, verify.Allow{}); err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(b.String(), "<failure"); n != 1 || !strings.Contains(b.String(), string(kind)+" somewhere") {
				t.Errorf("a %s of a %s fails %d cases, want 1:\n%s", kind, typ, n, &b)
			}
		}
	}
}

type brokenWriter struct{}

var errBroken = errors.New("disk full")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestDiffs(t *testing.T) {
	var b bytes.Buffer
	d := report.NewDiffs(&b)
	d.Write(verify.Difference{Kind: verify.KindMissing, Key: "a\xff", Path: `key "a\xff"`})
	if err := d.Close(); err != nil {
		t.Fatalf("Close() = %v", err)
	}
	want := `{"kind":"missing","db":0,"key":{"base64":"Yf8"},"path":"key \"a\\xff\""}` + "\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("diffs (-want +got):\n%s", diff)
	}
	broken := report.NewDiffs(brokenWriter{})
	broken.Write(verify.Difference{})
	if err := broken.Close(); !errors.Is(err, errBroken) {
		t.Errorf("Close() = %v, want %v", err, errBroken)
	}
	if err := report.Text(brokenWriter{}, &verify.Result{}, report.TextOptions{}); !errors.Is(err, errBroken) {
		t.Errorf("Text() = %v, want %v", err, errBroken)
	}
	if err := report.JSON(brokenWriter{}, &verify.Result{}); !errors.Is(err, errBroken) {
		t.Errorf("JSON() = %v, want %v", err, errBroken)
	}
	if err := report.JUnit(brokenWriter{}, &verify.Result{}, verify.Allow{}); !errors.Is(err, errBroken) {
		t.Errorf("JUnit() = %v, want %v", err, errBroken)
	}
}

// TestFindingsOfOneKey: one key of a class is told like many, and none is not.
func TestFindingsOfOneKey(t *testing.T) {
	for word, v := range map[string]verify.Verdicts{
		"\nempty: 1 key ":                    {Empty: 1},
		"\nunrepresentable: 1 key ":          {Unrepresentable: 1},
		"\nunreadable: 1 key ":               {Unreadable: 1},
		"\nunsupported: 1 key ":              {Unsupported: 1},
		"\nunreadable on the target: 1 key ": {Unanswered: 1},
		"\nopaque: 1 key ":                   {Opaque: 1},
	} {
		if got := text(t, &verify.Result{Verdicts: v, Promises: checked}, report.TextOptions{}); !strings.Contains(got, word) {
			t.Errorf("%+v: %q is missing in\n%s", v, word, got)
		}
		if got := text(t, &verify.Result{Verdicts: verify.Verdicts{Equal: 1}, Promises: checked}, report.TextOptions{}); strings.Contains(got, word) {
			t.Errorf("%q is told of nothing", word)
		}
	}
}

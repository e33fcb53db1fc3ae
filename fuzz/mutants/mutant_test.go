package mutants

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const sample = `rows: M2 C3
seen: a plausible slip

A deletion is ignored.
-- place --
decoder/fsm (*reader).record
-- before --
	a := 1
-- after --
	a := 2
`

func TestParse(t *testing.T) {
	got, err := Parse("name", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	want := Mutant{
		Name: "name", Rows: []string{"M2", "C3"}, Seen: "a plausible slip", Wrong: "A deletion is ignored.",
		Place: Place{"decoder/fsm", "(*reader).record"}, Before: "\ta := 1", After: "\ta := 2",
		Suite: []Step{{"./decoder/fsm", quick}, {"./decoder/fsm", quickFSM}, {"./decoder/fsm", ""}, {"./fuzz", ""}},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Mutant{})); diff != "" {
		t.Errorf("mutant (-want +got):\n%s", diff)
	}
	for name, text := range map[string]string{
		"wrong row":      strings.Replace(sample, "M2", "Q2", 1),
		"no source":      strings.Replace(sample, "seen: a plausible slip", "", 1),
		"no sentence":    strings.Replace(sample, "A deletion is ignored.", "", 1),
		"no after":       strings.Replace(sample, "-- after --", "-- later --", 1),
		"no change":      strings.Replace(sample, "a := 2", "a := 1", 1),
		"no declaration": strings.Replace(sample, " (*reader).record", "", 1),
		"no suite":       strings.Replace(sample, "decoder/fsm", "elsewhere", 1),
		"wrong suite":    sample + "-- suite --\nrm -rf /\n",
		"section twice":  sample + "-- after --\n",
	} {
		if m, err := Parse("name", []byte(text)); err == nil {
			t.Errorf("%s: no error, got %+v", name, m)
		}
	}
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, output string
		ok           bool
		want         reading
	}{
		{"passed", "ok  	redrill/dump	0.1s\n", true, reading{passed: true, built: true}},
		{"failed", "--- FAIL: TestA (0.00s)\nFAIL\n", false, reading{built: true, failed: "TestA"}},
		{"subtest", "--- FAIL: TestA (0.00s)\n    --- FAIL: TestA/b (0.00s)\n", false, reading{built: true, failed: "TestA/b"}},
		{"two", "--- FAIL: TestA (0.00s)\n--- FAIL: TestAB (0.00s)\n", false, reading{built: true, failed: "TestA"}},
		{"build", "x.go:1: undefined: y\nFAIL	redrill/dump [build failed]\n", false, reading{}},
		{"panic", "panic: boom\n", false, reading{built: true, failed: "panic or exit"}},
		{"timeout", "panic: test timed out after 1s\n", false, reading{built: true, timedOut: true}},
		{"late", "--- FAIL: TestA (0.00s)\npanic: test timed out after 1s\n", false, reading{built: true, failed: "TestA"}},
	} {
		if got := read(c.output, c.ok); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestShard(t *testing.T) {
	all := []Mutant{{Name: "a"}, {Name: "b"}, {Name: "c"}, {Name: "d"}, {Name: "e"}}
	var got []string
	for k := 1; k <= 2; k++ {
		for _, m := range Shard(all, k, 2) {
			got = append(got, m.Name)
		}
	}
	if diff := cmp.Diff([]string{"a", "c", "e", "b", "d"}, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

func TestTable(t *testing.T) {
	outcomes := []Outcome{
		{Mutant: Mutant{Name: "a", Rows: []string{"M1", "T2"}}, Verdict: Killed, By: "./dump TestA/x|y", Took: 1500 * time.Millisecond},
		{Mutant: Mutant{Name: "b", Rows: []string{"K1"}}, Verdict: Survived, Took: 2 * time.Second},
	}
	var b bytes.Buffer
	if err := WriteTable(&b, outcomes); err != nil {
		t.Fatal(err)
	}
	want := "| mutant | rows | verdict | killed by | seconds |\n|---|---|---|---|--:|\n" +
		"| a | M1 T2 | killed | `./dump TestA/x\\|y` | 1.5 |\n| b | K1 | survived |  | 2.0 |\n" +
		"\n2 mutants: 1 killed, 1 survived; 4 s of testing.\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
	if AllKilled(outcomes) || !AllKilled(outcomes[:1]) {
		t.Error("AllKilled counts a survivor as killed, or the reverse")
	}
}

func TestDrawnTable(t *testing.T) {
	of := func(dir, name string, v Verdict, by string) Outcome {
		return Outcome{Mutant: Mutant{Place: Place{Dir: dir}, Name: name}, Verdict: v, By: by}
	}
	outcomes := []Outcome{
		of("dump", "a", Killed, "./dump TestA"),
		of("dump", "b", Killed, "./dump TestB"),
		of("dump", "c", Equivalent, ""),
		of("verify", "d", TimedOut, "./verify"),
		of("verify", "e", Survived, ""),
	}
	var b bytes.Buffer
	judged := map[string]Judgement{"b": {"b", Accepted, "Seldom."}, "c": {"c", Equal, "Only faster."}}
	if err := WriteDrawn(&b, outcomes, judged); err != nil {
		t.Fatal(err)
	}
	want := "| package | drawn | killed | by timeout | survived | equivalent | killed of those that are not |\n|---|--:|--:|--:|--:|--:|--:|\n" +
		"| dump | 3 | 2 | 0 | 0 | 1 | 100.0 % |\n| verify | 2 | 0 | 1 | 1 | 0 | 50.0 % |\n| all | 5 | 2 | 1 | 1 | 1 | 75.0 % |\n" +
		"\nb: was judged accepted, and ./dump TestB kills it: remove the judgement" +
		"\nc: equivalent Only faster.\nd: killed by timeout ./verify\ne: survived\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
	if s := Share(outcomes[2:3]); s != 1 {
		t.Errorf("share of nothing but equivalent ones %v, want 1", s)
	}
}

//go:build unix

package pipeline_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"redrill/fuzz/fsmlayout"
	"redrill/fuzz/pipeline"
	"redrill/fuzz/vectors"
	"redrill/testdata"
)

// someVectors are enough to tell the faults of the tests apart: every kind of
// outcome, in less time than all of them take.
const someVectors = `^(stream_|zset_|list_|fsm_footer_|bytes_|string_envelope)`

func load(t *testing.T, form pipeline.Container, pattern string) []pipeline.Case {
	t.Helper()
	list, err := vectors.Load(testdata.Vectors())
	if err != nil {
		t.Fatal(err)
	}
	cases, err := pipeline.Select(pipeline.Cases(list, fsmlayout.Layout{}, form), pattern)
	if err != nil || len(cases) == 0 {
		t.Fatalf("select %s: %d cases, %v", pattern, len(cases), err)
	}
	return cases
}

// command returns this program as one of the pipelines of main_test.go.
func command(t *testing.T, name string) pipeline.Command {
	t.Helper()
	t.Setenv(pipelineVariable, name)
	c, err := pipeline.ParseCommand("'"+os.Args[0]+"' {snapshot} {dump}", pipeline.Snapshot, pipeline.Dump)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestBadPipelines runs decoders with one fault each: the score card must name
// it, and nothing else.
func TestBadPipelines(t *testing.T) {
	type fault struct {
		verdict pipeline.Verdict
		row     string // that must be blamed
		says    string // in its result
	}
	const forged = "must be refused: corrupt"
	tests := []struct {
		name    string
		format  pipeline.Format
		timeout time.Duration
		want    map[string]fault // by case
	}{
		{"good", pipeline.FormatJSONL, 0, nil},
		{"tree", pipeline.FormatTree, 0, nil},
		{"collapses duplicate fields", pipeline.FormatJSONL, 0, map[string]fault{
			"stream_duplicate_fields": {pipeline.Wrong, "V21", `key "x": entry "1-0": want "a"="1" "a"="2", got "a"="2"`},
		}},
		{"collapses duplicate fields in a tree", pipeline.FormatTree, 0, map[string]fault{
			"stream_duplicate_fields": {pipeline.Wrong, "V21", `want "a"="1" "a"="2", got "a"="2"`},
		}},
		{"sorts ids as text", pipeline.FormatJSONL, 0, map[string]fault{
			"stream_numeric_order": {pipeline.Broken, "V24", "stream entry 10-9 after 10-10"},
			"stream_large_ids":     {pipeline.Broken, "V27", "stream entry 9223372036854775808-7 after 18446744073709551615-18446744073709551615"},
		}},
		{"hangs on a huge window", pipeline.FormatJSONL, 5 * time.Second, map[string]fault{
			"list_huge_window": {pipeline.Timeout, "V14", "time limit"},
		}},
		{"panics on a NaN", pipeline.FormatJSONL, 0, map[string]fault{"zset_nan": {pipeline.Crashed, "V31", "exit status 2"}}},
		{"is killed by large ids", pipeline.FormatJSONL, 0, map[string]fault{
			"stream_large_ids": {pipeline.Crashed, "V27", "signal: killed"},
		}},
		{"ignores checksums", pipeline.FormatJSONL, 0, map[string]fault{
			"fsm_footer_bit_flip":          {pipeline.Accepted, "C3", forged},
			"fsm_footer_ieee":              {pipeline.Accepted, "C4", forged},
			"fsm_footer_little_endian":     {pipeline.Accepted, "C4", forged},
			"fsm_footer_over_payload_only": {pipeline.Accepted, "C5", forged},
		}},
		{"drops -0", pipeline.FormatJSONL, 0, map[string]fault{
			"zset_negative_zero": {pipeline.Wrong, "V29", "want -0, got 0"},
		}},
		{"refuses duplicate fields", pipeline.FormatJSONL, 0, map[string]fault{
			"stream_duplicate_fields": {pipeline.Refused, "V21", "exit status 1 for a legal snapshot"},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := &pipeline.Decoder{Command: command(t, tt.name), Format: tt.format, Timeout: tt.timeout, Work: pipeline.Work{TempDir: t.TempDir()}}
			if d.Timeout == 0 {
				d.Timeout = time.Minute
			}
			results, err := pipeline.Run(t.Context(), d, load(t, pipeline.ContainerFile, someVectors), 2, nil)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]pipeline.Verdict{}
			for _, r := range results {
				if r.Verdict.Good() {
					continue
				}
				got[r.Name] = r.Verdict
				want := tt.want[r.Name]
				if text := r.Detail + strings.Join(r.Differences, "\n"); !strings.Contains(text, want.says) {
					t.Errorf("%s: %q does not say %q", r.Name, text, want.says)
				}
				checkRow(t, results, r.Name, want.row)
			}
			want := map[string]pipeline.Verdict{}
			for name, w := range tt.want {
				want[name] = w.verdict
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("cases that did not pass (-want +got):\n%s", diff)
			}
			if pass := pipeline.NewCard(results).Pass(); pass != (len(want) == 0) {
				t.Errorf("Pass() = %v with %d faults", pass, len(want))
			}
		})
	}
}

// TestScore: a decoder that refuses everything passes what must be refused and
// what may be, and nothing else; the score says beforehand how much that is.
func TestScore(t *testing.T) {
	cases := load(t, pipeline.ContainerFile, "^(string_envelope|string_envelope_cut|fsm_footer_bit_flip|strict_unreadable)$")
	for _, tt := range []struct {
		program string
		want    pipeline.Score
	}{
		{"unknown", pipeline.Score{Read: pipeline.Passed{Passed: 0, Of: 1}, Refuse: pipeline.Passed{Passed: 1, Of: 1}, Either: pipeline.Passed{Passed: 1, Of: 1}, RefuseAll: 2}},
		{"writes nothing", pipeline.Score{Read: pipeline.Passed{Passed: 0, Of: 1}, Refuse: pipeline.Passed{Passed: 1, Of: 1}, Either: pipeline.Passed{Passed: 0, Of: 1}, RefuseAll: 2}},
		{"good", pipeline.Score{Read: pipeline.Passed{Passed: 1, Of: 1}, Refuse: pipeline.Passed{Passed: 1, Of: 1}, Either: pipeline.Passed{Passed: 1, Of: 1}, RefuseAll: 2}},
	} {
		t.Run(tt.program, func(t *testing.T) {
			d := &pipeline.Decoder{Command: command(t, tt.program), Format: pipeline.FormatJSONL, Timeout: time.Minute, Work: pipeline.Work{TempDir: t.TempDir()}}
			results, err := pipeline.Run(t.Context(), d, cases, 2, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, pipeline.NewCard(results).Score); diff != "" {
				t.Errorf("score (-want +got):\n%s", diff)
			}
		})
	}
}

// checkRow checks that the card blames the row for the case.
func checkRow(t *testing.T, results []pipeline.Result, name, row string) {
	t.Helper()
	for _, r := range pipeline.NewCard(results).Rows {
		if r.Name == row {
			if r.Verdict.Good() || !strings.Contains(strings.Join(r.Failed, " "), name) {
				t.Errorf("row %s: %s, failed %v; want %s among them", row, r.Verdict, r.Failed, name)
			}
			return
		}
	}
	t.Errorf("the card has no row %s", row)
}

// TestHalfDumps: what is left of a dump is no dump, although the exit status is 0.
func TestHalfDumps(t *testing.T) {
	tests := []struct {
		name   string
		format pipeline.Format
		want   string // regular expression
	}{
		{"writes half a dump", pipeline.FormatJSONL, "exit status 0, but: .*the dump is truncated"},
		{"writes half a tree", pipeline.FormatTree, "exit status 0, but: .*MANIFEST.json"},
		{"writes nothing", pipeline.FormatJSONL, "exit status 0, but: there is no dump"},
		{"good", pipeline.FormatTree, "exit status 0, but: .*not a directory"},
		{"tree", pipeline.FormatJSONL, "exit status 0, but: the dump is not a regular file"},
	}
	for _, tt := range tests {
		t.Run(tt.name+" as "+string(tt.format), func(t *testing.T) {
			d := &pipeline.Decoder{Command: command(t, tt.name), Format: tt.format, Timeout: time.Minute, Work: pipeline.Work{TempDir: t.TempDir()}}
			cases := load(t, pipeline.ContainerFile, `^(string_envelope|zset_infinities|stream_duplicate_fields|fsm_footer_bit_flip)$`)
			results, err := pipeline.Run(t.Context(), d, cases, 2, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range results {
				want := pipeline.Broken
				if r.Name == "fsm_footer_bit_flip" {
					want = pipeline.Pass
				} else if !regexp.MustCompile(tt.want).MatchString(r.Detail) {
					t.Errorf("%s: detail %q, want %s", r.Name, r.Detail, tt.want)
				}
				if r.Verdict != want {
					t.Errorf("%s: %s, want %s", r.Name, r.Verdict, want)
				}
			}
			if entries, err := os.ReadDir(d.Work.TempDir); err != nil || len(entries) > 0 {
				t.Errorf("%d directories were left behind, %v", len(entries), err)
			}
		})
	}
}

// TestTimeLimit: what hangs is killed with its children.
func TestTimeLimit(t *testing.T) {
	tests := []struct {
		name     string
		limit    time.Duration
		timedOut bool
	}{
		{"sleeps", 3 * time.Second, true},
		{"leaves a child", time.Minute, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lock := filepath.Join(t.TempDir(), "lock")
			if err := os.WriteFile(lock, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			exit, err := command(t, tt.name).Run(t.Context(), tt.limit, pipeline.Snapshot, lock, pipeline.Dump, "none")
			if err != nil || exit.TimedOut != tt.timedOut {
				t.Fatalf("Run = %+v, %v; want timed out: %v", exit, err, tt.timedOut)
			}
			f, err := os.Open(lock)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			// The child held the lock. That it can be had says that it is gone.
			if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestKeep: what did not pass can be looked at.
func TestKeep(t *testing.T) {
	keep := t.TempDir()
	d := &pipeline.Decoder{
		Command: command(t, "drops -0"), Format: pipeline.FormatJSONL, Timeout: time.Minute, Work: pipeline.Work{Keep: keep},
	}
	if _, err := pipeline.Run(t.Context(), d, load(t, pipeline.ContainerFile, "^zset_n"), 2, nil); err != nil {
		t.Fatal(err)
	}
	got, err := filepath.Glob(keep + "/*/*")
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		got[i] = strings.TrimPrefix(got[i], keep+"/zset_negative_zero/")
	}
	if diff := cmp.Diff([]string{"0000000000000001.fsm", "dump.jsonl", "stderr.txt"}, got); diff != "" {
		t.Errorf("files that were kept (-want +got):\n%s", diff)
	}
}

func TestRunKeepsHeadAndTailOfStderr(t *testing.T) {
	exit, err := command(t, "talks").Run(t.Context(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if s := exit.Stderr; len(s) > 20<<10 || !strings.HasPrefix(s, "first\n") || !strings.HasSuffix(s, "\nlast\n") {
		t.Errorf("%d bytes of standard error, from %.20q", len(s), s)
	}
}

func TestRunRefuses(t *testing.T) {
	missing, err := pipeline.ParseCommand("/nonexistent/program {dump}")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := missing.Run(t.Context(), time.Minute); err == nil {
		t.Error("Run of a missing program = nil, want an error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d := &pipeline.Decoder{Command: command(t, "good"), Format: pipeline.FormatJSONL, Work: pipeline.Work{TempDir: t.TempDir()}}
	if _, err := pipeline.Run(ctx, d, load(t, pipeline.ContainerFile, "^zset_"), 1, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Run with a cancelled context = %v, want %v", err, context.Canceled)
	}
}

// TestNoShell: placeholders are replaced once, and nothing else is interpreted.
func TestNoShell(t *testing.T) {
	t.Setenv(pipelineVariable, "args")
	out := filepath.Join(t.TempDir(), "out")
	c, err := pipeline.ParseCommand(`'` + os.Args[0] + `' '--in={snapshot} $HOME *' {dump}`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Run(t.Context(), time.Minute, pipeline.Snapshot, "a {dump}", pipeline.Dump, out); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(out)
	if want := "--in=a {dump} $HOME *"; err != nil || string(got) != want {
		t.Errorf("argument = %q, %v; want %q", got, err, want)
	}
}

package fuzz

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"redrill/dump"
	"redrill/fuzz/pipeline"
	"redrill/keyspace"
	"redrill/verify"
)

// judge is a pipeline that runs nothing.
type judge func(c pipeline.Case) pipeline.Result

func (j judge) Judge(_ context.Context, c pipeline.Case) (pipeline.Result, error) { return j(c), nil }

// decodes is a decoder under test that changes each key.
func decodes(change func(keyspace.Key) keyspace.Key) judge {
	return func(c pipeline.Case) pipeline.Result {
		r := pipeline.Result{Verdict: pipeline.Pass, Want: c.Want.Keys}
		if c.Want.Error != "" {
			return r
		}
		for _, k := range r.Want {
			r.Got = append(r.Got, change(k))
		}
		if len(compareKeys(r.Want, r.Got)) > 0 {
			r.Verdict, r.Detail, r.Differences = pipeline.Wrong, "exit status 0, but what it left differs", []string{"a line"}
		}
		return r
	}
}

func commandCampaign(property Property, j judge) *Campaign {
	return &Campaign{
		Layout: fsm, Seed: 1, Scenarios: 100, Workers: 2, AsOfMs: asOfMs,
		Commands: []Command{{Property: property, Pipeline: j, Container: pipeline.ContainerFile, Flags: " --decode-cmd 'x'"}},
	}
}

// TestCampaignOfCommandsFindsNothing: a right decoder passes, and gets damaged
// files to refuse as well.
func TestCampaignOfCommandsFindsNothing(t *testing.T) {
	var damaged, whole atomic.Int64
	right := decodes(func(k keyspace.Key) keyspace.Key { return k })
	c := commandCampaign(PropertyDecodeCommand, func(c pipeline.Case) pipeline.Result {
		n := &whole
		if c.Want.Error != "" {
			n = &damaged
		}
		n.Add(1)
		return right(c)
	})
	report, err := c.Run(t.Context())
	if err != nil || report.Failure != nil {
		t.Fatal(report.Failure, err)
	}
	if report.Tally.Scenarios != 100 || whole.Load() != 100 || damaged.Load() < 10 {
		t.Errorf("%d scenarios, %d whole and %d damaged files; want 100, 100 and at least 10",
			report.Tally.Scenarios, whole.Load(), damaged.Load())
	}
	if n := report.Tally.Checks[string(PropertyDecode)]; n != 0 {
		t.Errorf("%d checks of the decoder of this program, want none", n)
	}
}

// TestCampaignFindsALossyCommand: what a command loses becomes small, and a
// folder that a replay with the command runs again.
func TestCampaignFindsALossyCommand(t *testing.T) {
	c := commandCampaign(PropertyDecodeCommand, decodes(dropField))
	report, err := c.Run(t.Context())
	if err != nil || report.Failure == nil {
		t.Fatalf("Run() = %+v, %v; want a failure", report, err)
	}
	f := report.Failure
	if len(f.Want.Keys) != 1 || f.Want.Keys[0].Value.Type() != keyspace.TypeHash || f.Want.Keys[0].Value.Len() > 2 {
		t.Errorf("minimised to %v, want one hash of at most 2 elements", f.Want.Keys)
	}
	if len(f.Differences) != 1 || f.Differences[0].Kind != verify.KindValue {
		t.Errorf("differences %+v, want one of %s", f.Differences, verify.KindValue)
	}
	dir, err := f.Write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(dir, readmeFile))
	if err != nil || !bytes.Contains(readme, []byte("redrill replay . --decode-cmd 'x'\n")) || !bytes.Contains(readme, []byte("    a line\n")) {
		t.Errorf("README.md: %v\n%s", err, readme)
	}
	wantKeysOfDump(t, filepath.Join(dir, gotFile), 1)
	again, err := ReadCase(dir, fsm)
	if err != nil {
		t.Fatal(err)
	}
	right := commandCampaign(PropertyDecodeCommand, decodes(func(k keyspace.Key) keyspace.Key { return k })).Commands[0]
	for _, row := range []struct {
		name string
		cmd  Command
		want bool
	}{{"the same command", c.Commands[0], true}, {"a right command", right, false}} {
		if f, err := ReplayCommand(t.Context(), again, row.cmd); err != nil || (f != nil) != row.want {
			t.Errorf("replay with %s: failure %v, %v; want one: %v", row.name, f, err, row.want)
		}
	}
}

func wantKeysOfDump(t *testing.T, path string, want int) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := dump.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	e, err := observe(r)
	if err != nil || len(e.Keys) != want {
		t.Errorf("%s holds %v, %v; want %d keys", path, e.Keys, err, want)
	}
}

// TestMinimiseKeepsTheVerdict: what becomes of a smaller scenario for another
// reason is another failure.
func TestMinimiseKeepsTheVerdict(t *testing.T) {
	c := commandCampaign(PropertyEncodeCommand, func(c pipeline.Case) pipeline.Result {
		switch {
		case len(c.Want.Keys) < 3:
			return pipeline.Result{Verdict: pipeline.Refused}
		case slices.ContainsFunc(c.Want.Keys, func(k keyspace.Key) bool { return k.Value.Type() == keyspace.TypeStream }):
			return pipeline.Result{Verdict: pipeline.Crashed}
		}
		return pipeline.Result{Verdict: pipeline.Pass}
	})
	report, err := c.Run(t.Context())
	if err != nil || report.Failure == nil {
		t.Fatalf("Run() = %+v, %v; want a failure", report, err)
	}
	if f := report.Failure; f.verdict != pipeline.Crashed || len(f.Want.Keys) != 3 {
		t.Errorf("minimised to %s with %d keys, want %s with 3", f.verdict, len(f.Want.Keys), pipeline.Crashed)
	}
}

// TestMinimiseOfTimeoutsIsShort: each costs the whole time limit.
func TestMinimiseOfTimeoutsIsShort(t *testing.T) {
	var calls atomic.Int64
	c := commandCampaign(PropertyDecodeCommand, func(pipeline.Case) pipeline.Result {
		calls.Add(1)
		return pipeline.Result{Verdict: pipeline.Timeout}
	})
	c.Workers = 1
	report, err := c.Run(t.Context())
	if err != nil || report.Failure == nil {
		t.Fatalf("Run() = %+v, %v; want a failure", report, err)
	}
	if n := calls.Load(); n > minimiseTimeoutTries+2 {
		t.Errorf("%d runs, want at most %d", n, minimiseTimeoutTries+2)
	}
}

// TestCommandThatFailsOnce: what does not fail again is said to be so.
func TestCommandThatFailsOnce(t *testing.T) {
	var calls atomic.Int64
	c := commandCampaign(PropertyRestoreCommand, func(pipeline.Case) pipeline.Result {
		if calls.Add(1) == 3 {
			return pipeline.Result{Verdict: pipeline.Wrong, Live: []verify.Difference{{Kind: verify.KindMissing, Path: "key"}}}
		}
		return pipeline.Result{Verdict: pipeline.Pass}
	})
	c.Workers = 1
	report, err := c.Run(t.Context())
	if err != nil || report.Failure == nil || !report.Failure.Unstable || len(report.Failure.Differences) != 1 {
		t.Fatalf("Run() = %+v, %v; want an unstable failure with a difference", report.Failure, err)
	}
}

// TestCommandContainers: a decoder of bare payloads gets neither wrapper nor
// footer, now and when a counterexample is replayed.
func TestCommandContainers(t *testing.T) {
	var files [][]byte
	const name = "_meta_applied_index" // without a suffix, which a key of this name has
	raw := append(binary.LittleEndian.AppendUint64(nil, uint64(len(name))), name...)
	cmd := Command{Property: PropertyDecodeCommand, Container: pipeline.ContainerPayload, Pipeline: judge(func(c pipeline.Case) pipeline.Result {
		files = append(files, c.Snapshot)
		return pipeline.Result{Verdict: pipeline.Pass}
	})}
	s := (&Campaign{Layout: fsm, Seed: 1}).scenario(4, (&Campaign{}).shape(4))
	cases := cmd.cases(fsm, s, 4, (&Campaign{}).rand(4, "command"))
	if len(cases) != 1 {
		t.Fatalf("%d cases, want 1: no damage can be told from a bare payload", len(cases))
	}
	for _, c := range []Case{cases[0], baseCase(fsm, s)} {
		if _, err := ReplayCommand(t.Context(), c, cmd); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Contains(baseCase(fsm, s).File, raw) {
		t.Fatal("the scenario has no operational rows to leave out")
	}
	for i, file := range files {
		if !strings.HasPrefix(string(file), "EKVPBBL1") || bytes.Contains(file, raw) {
			t.Errorf("file %d is no bare payload: %.40q", i, file)
		}
	}
	if !bytes.Equal(files[0], files[1]) {
		t.Error("the payload of the campaign differs from that of the replay")
	}
}

// TestCampaignOfCommandsIsComplete: a command that refuses what no Redis can
// hold is checked all the same.
func TestCampaignOfCommandsIsComplete(t *testing.T) {
	complete := 0
	c := commandCampaign(PropertyDecodeCommand, func(c pipeline.Case) pipeline.Result {
		lossy := slices.ContainsFunc(c.Want.Notes, func(n keyspace.Note) bool {
			return n.Kind == keyspace.NoteUnreadable || n.Kind == keyspace.NoteUnrepresentable
		})
		if !lossy && c.Want.Error == "" && len(c.Want.Keys) > 5 {
			complete++
		}
		return pipeline.Result{Verdict: pipeline.Pass}
	})
	c.Workers = 1
	if report, err := c.Run(t.Context()); err != nil || report.Failure != nil || complete < 50 {
		t.Errorf("Run() = %+v, %v with %d complete scenarios; want at least 50", report.Failure, err, complete)
	}
}

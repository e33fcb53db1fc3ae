package main

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"redrill/keyspace"
)

// anyVerbs are verbs with flags that they have; others are drawn, too. What
// hunts, and what starts containers, is left out: it takes too long.
var anyVerbs = map[string][]string{
	"drill": {"--allow-embedded", "--allow-empty", "--allow-unchecked=extra", "--allow-unknown", "--allow-unrepresentable", "--allow-unresolved",
		"--as-of", "--connections", "--diffs", "--force", "--json", "--junit", "--keep", "--keep-dump", "--min-keys", "--no-footer", "--no-scan",
		"--replace", "--strict", "--tls-insecure"},
	"decode":  {"--allow-unknown", "--format", "--json", "--no-footer", "-o", "--strict", "--force"},
	"restore": {"--as-of", "--connections", "--json", "--no-footer", "--replace", "--strict", "--no-scan", "--keep"},
	"verify":  {"--allow-unknown", "--as-of", "--connections", "--diffs", "--json", "--junit", "--no-scan", "--strict", "--min-keys"},
	"inspect": {"--allow-unknown", "--as-of", "--json", "--strict", "--top"},
	"version": {"--json"}, "doctor": {"--nothing"}, "help": nil, "": nil, "dril": nil,
}

// TestAnyCommandLine: whatever stands on the command line, the command ends with
// a documented status and without a panic; with --json, what is printed is one
// JSON value or nothing, and says the same status.
func TestAnyCommandLine(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(t.TempDir()) // where an output with an odd name goes
	good := filepath.Join(dir, "0000000000000001.fsm")
	damaged := filepath.Join(dir, "0000000000000002.fsm")
	b := snapshotOf(t, keyspace.Key{Name: "k", Value: keyspace.String("v")}, keyspace.Key{Name: "l", Value: keyspace.List{"a", "b"}})
	for path, data := range map[string][]byte{good: b, damaged: append(slices.Clone(b[:len(b)-1]), b[len(b)-1]^1), filepath.Join(dir, "text"): []byte("text\n")} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	documented := []int{exitVerified, exitDifferences, exitUsage, exitCorrupt, exitCannotTell, exitTarget}
	for _, status := range documented {
		if !strings.Contains(exitStatusHelp, "\n  "+string(rune('0'+status))+" ") {
			t.Fatalf("status %d is not documented", status)
		}
	}
	file := rapid.SampledFrom([]string{good, good, good, good, good, good, good, damaged, damaged, filepath.Join(dir, "text"), filepath.Join(dir, "none"), dir, "-", "", "\x00", "s3://a/b"})
	outputs := make([]string, 6)
	for i := range outputs {
		outputs[i] = filepath.Join(dir, "out", string(rune('a'+i)))
	}
	odd := rapid.SampledFrom([]string{"", "0", "-1", "99999999999999999999", "\x00", "-", good, dir})
	fitting := map[string][]string{
		"--as-of": {"2026-01-01T00:00:00Z", "1700000000000"}, "--connections": {"1", "16"}, "--min-keys": {"0", "1", "3"}, "--top": {"0", "5"},
		"--format": {"jsonl", "tree"}, "--diffs": outputs, "--junit": outputs, "--keep-dump": outputs, "-o": outputs,
	}
	if err := os.Mkdir(filepath.Join(dir, "out"), 0o700); err != nil {
		t.Fatal(err)
	}
	statuses := map[int]int{}
	rapid.Check(t, func(t *rapid.T) {
		verb := rapid.SampledFrom(slices.Sorted(maps.Keys(anyVerbs))).Draw(t, "verb")
		args := []string{verb}
		if flags := anyVerbs[verb]; len(flags) > 0 {
			for range rapid.IntRange(0, 4).Draw(t, "flags") {
				flag := rapid.SampledFrom(flags).Draw(t, "flag")
				args = append(args, flag)
				switch values := fitting[flag]; {
				case rapid.IntRange(0, 9).Draw(t, "odd") == 0:
					args = append(args, odd.Draw(t, "odd value"))
				case values != nil:
					args = append(args, rapid.SampledFrom(values).Draw(t, "value"))
				}
			}
		}
		if rapid.IntRange(0, 9).Draw(t, "foreign") == 0 {
			args = append(args, rapid.SampledFrom([]string{"-q", "-v", "--help", "--version", "--nonsense", "--json=x", "--", "-"}).Draw(t, "flag of no verb"))
		}
		for range rapid.SampledFrom([]int{1, 1, 1, 1, 1, 1, 0, 2}).Draw(t, "files") {
			args = append(args, file.Draw(t, "file"))
		}
		// No target may be looked for: a Docker daemon, a server of the machine.
		if verb == "drill" || verb == "restore" || verb == "verify" {
			args = slices.Insert(args, 1, "--target", rapid.SampledFrom([]string{"embedded", "embedded", "embedded", "embedded", "redis://127.0.0.1:1", "unix:///nowhere", "redis://:", "nonsense"}).Draw(t, "target"))
		}
		var stdout, stderr bytes.Buffer
		a := &app{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr}
		status := a.execute(context.Background(), args)
		statuses[status]++
		if !slices.Contains(documented, status) || strings.Contains(stderr.String(), "goroutine ") {
			t.Errorf("%q ended with %d\n%s", args, status, &stderr)
		}
		if status == exitUsage && stderr.Len() == 0 {
			t.Errorf("%q is wrong use, and nothing says why", args)
		}
		asJSON := slices.Contains(args, "--json") && !slices.Contains(args, "--help") && verb != "help" && verb != ""
		if asJSON && stdout.Len() > 0 && !slices.Contains(args, "-o") {
			var result struct{ Status *int }
			if err := json.Unmarshal(stdout.Bytes(), &result); err != nil {
				t.Errorf("%q printed no JSON: %v\n%s", args, err, &stdout)
			} else if result.Status != nil && *result.Status != status {
				t.Errorf("%q ended with %d and printed the status %d", args, status, *result.Status)
			}
		}
	})
	if statuses[exitUsage] == 0 || statuses[exitVerified] == 0 {
		t.Errorf("runs by status: %v, want some of 0 and 2", statuses)
	}
}

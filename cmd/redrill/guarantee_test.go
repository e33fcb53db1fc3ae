package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"redrill/internal/race"
	"redrill/keyspace"
	"redrill/target"
	"redrill/verify"
)

// TestGuarantee3: any single change of the restored state is reported, at that
// key and with that kind, and nothing else is.
func TestGuarantee3(t *testing.T) {
	t.Run("process", func(t *testing.T) {
		s := startServer(t)
		testGuarantee3(t, s.url(), "unix", s.socket, true)
	})
	t.Run("docker", func(t *testing.T) {
		race.Skip(t, "the same goroutines as on a process")
		needDocker(t)
		c, err := target.Open(t.Context(), string(target.KindDocker), target.Options{Image: testImage()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		})
		testGuarantee3(t, "redis://"+c.Options.Addr, c.Options.Network, c.Options.Addr, false)
	})
}

// testGuarantee3 makes every edit. That an edit is undone shows in the
// differences of the next one; eachTime asks in between as well.
func testGuarantee3(t *testing.T, url, network, addr string, eachTime bool) {
	t.Helper()
	keys := guaranteeKeys()
	dir := t.TempDir()
	snapshot := filepath.Join(dir, "0000000000000001.fsm")
	if err := os.WriteFile(snapshot, snapshotOf(t, keys...), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, out := redrill(t, "restore", snapshot, "--target", url); status != exitVerified {
		t.Fatalf("restore ended with %d:\n%s", status, out)
	}
	c := newClient(t, network, addr, 0)
	kept := keep(t, c, keys)
	v := verifier{snapshot: snapshot, url: url, diffs: filepath.Join(dir, "diffs.jsonl")}
	v.wantNone(t)
	for _, e := range guaranteeEdits() {
		t.Run(e.name, func(t *testing.T) {
			for _, args := range e.commands {
				do(t, c, args...)
			}
			v.wantOne(t, e)
			kept.bringBack(t, c)
			if eachTime {
				v.wantNone(t)
			}
		})
	}
	v.wantNone(t)
}

// redrill runs the command in this process and returns its status and output.
func redrill(tb testing.TB, args ...string) (status int, output string) {
	tb.Helper()
	var stdout, stderr bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr}
	status = a.execute(context.WithoutCancel(tb.Context()), args)
	return status, stdout.String() + stderr.String()
}

// verifier verifies a live server through the command.
type verifier struct{ snapshot, url, diffs string }

// run returns the status, the kinds in the JSON result, and the differences.
func (v verifier) run(t *testing.T) (status int, found []string) {
	t.Helper()
	status, out := redrill(t, "verify", v.snapshot, "--target", v.url, "--json", "--diffs", v.diffs)
	var result struct {
		Status int
		Verify struct {
			Differences int64
			Kinds       map[verify.Kind]int64
			Invalid     []string
		}
	}
	if err := json.Unmarshal([]byte(out), &result); err != nil {
		t.Fatalf("verify ended with %d: %v\n%s", status, err, out)
	}
	if result.Status != status || len(result.Verify.Invalid) > 0 {
		t.Errorf("status %d, in the result %d, invalid %q", status, result.Status, result.Verify.Invalid)
	}
	text, err := os.ReadFile(v.diffs)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var d verify.Difference
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatal(err)
		}
		found = append(found, differenceText(d.Kind, string(d.Key), d.Path, d.Offset))
		result.Verify.Kinds[d.Kind]--
	}
	for kind, n := range result.Verify.Kinds {
		if n != 0 {
			t.Errorf("%d differences of kind %s are not in the file", n, kind)
		}
	}
	if int64(len(found)) != result.Verify.Differences {
		t.Errorf("differences = %d, want %d", result.Verify.Differences, len(found))
	}
	return status, found
}

func differenceText(kind verify.Kind, key, path string, offset *int64) string {
	s := fmt.Sprintf("%s of %q: %s", kind, key, path)
	if offset != nil {
		s += fmt.Sprintf("@%d", *offset)
	}
	return s
}

// wantOne demands the difference of an edit, and no other.
func (v verifier) wantOne(t *testing.T, e edit) {
	t.Helper()
	status, got := v.run(t)
	path := strings.TrimPrefix(differenceText("", e.key, "", nil), ` of `)
	want := []string{differenceText(e.kind, e.key, "key "+strings.TrimSuffix(path, ": ")+e.path, nil)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
	if status != exitDifferences {
		t.Errorf("status %d, want %d", status, exitDifferences)
	}
}

// wantNone demands a verified server.
func (v verifier) wantNone(t *testing.T) {
	t.Helper()
	if status, out := redrill(t, "verify", v.snapshot, "--target", v.url); status != exitVerified {
		t.Fatalf("status %d, want %d\n%s", status, exitVerified, out)
	}
}

// keptKeys are the payloads of keys, by name, as DUMP gives them.
type keptKeys map[string]keptKey

type keptKey struct {
	payload  string
	expireAt keyspace.ExpireAt
}

func keep(t *testing.T, c *redis.Client, keys []keyspace.Key) keptKeys {
	t.Helper()
	kept := keptKeys{}
	for _, k := range keys {
		kept[k.Name] = keptKey{do(t, c, "DUMP", k.Name).(string), k.ExpireAt}
	}
	return kept
}

// bringBack makes the server hold exactly the kept keys.
func (kept keptKeys) bringBack(t *testing.T, c *redis.Client) {
	t.Helper()
	p := c.Pipeline()
	p.Do(t.Context(), "FLUSHALL")
	for name, k := range kept {
		ms, _ := k.expireAt.Ms() // 0: none
		p.Do(t.Context(), "RESTORE", name, ms, k.payload, "ABSTTL")
	}
	if _, err := p.Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
}

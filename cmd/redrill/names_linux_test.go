package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestStandardOutputByName: /dev/stdout is standard output, also when that is a
// file, which is not replaced and gets the dump alone.
func TestStandardOutputByName(t *testing.T) {
	snapshot := faultSnapshot(t)
	dumped := func(name string) []byte {
		path := filepath.Join(t.TempDir(), "dump.jsonl")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("redrill", "decode", snapshot, "-o", name)
		cmd.Stdout = f
		if err := cmd.Run(); err != nil {
			t.Errorf("decode -o %s: %v", name, err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	want := dumped("-")
	for _, name := range []string{"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"} {
		if got := dumped(name); !bytes.Equal(want, got) {
			t.Errorf("-o %s: %d bytes that differ from the %d of -o -", name, len(got), len(want))
		}
	}
	if info, err := os.Lstat("/dev/stdout"); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("/dev/stdout is %v, %v; want the link it was", info, err)
	}
}

// TestNamesThatATerminalActsOn: the name of a file reaches a terminal escaped,
// and JSON as any other byte string.
func TestNamesThatATerminalActsOn(t *testing.T) {
	const name = "\x1b]0;title\a\xff.fsm"
	path := filepath.Join(t.TempDir(), name)
	b, err := os.ReadFile(faultSnapshot(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"inspect", path}, {"decode", path, "-o", path + ".jsonl"}, {"inspect", path + "missing"},
		{"decode", path, "-o", path + "/no/such"},
	} {
		out, _ := exec.Command("redrill", args...).CombinedOutput() // some of them fail
		if bytes.ContainsAny(out, "\x1b\a") || !bytes.Contains(out, []byte(`\x1b`)) {
			t.Errorf("%s: output %q, want the name, escaped", args[0], out)
		}
	}
	out, err := exec.Command("redrill", "inspect", path, "--json").Output()
	if err != nil {
		t.Fatalf("inspect --json: %v", err)
	}
	var got struct {
		Source struct{ Name struct{ Base64 string } }
	}
	if err := json.Unmarshal(out, &got); err != nil || got.Source.Name.Base64 == "" {
		t.Errorf("inspect --json: %v\n%s", err, out)
	}
	if strings.Contains(string(out), "\x1b") {
		t.Errorf("inspect --json: %q", out)
	}
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOutputsThatAreNone: standard output is no file of a report, and a file that is
// read to reach the target is none to write to, forced or not.
func TestOutputsThatAreNone(t *testing.T) {
	snapshot := writeSnapshot(t, snapshots["types"]())
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("s3cr3t"), 0o600); err != nil {
		t.Fatal(err)
	}
	const standard, input, none = "only -o writes to standard output", "which is an input", "--target is empty"
	for _, row := range []struct {
		words string
		args  []string
	}{
		{standard, []string{"drill", snapshot, "--target", "embedded", "--keep-dump", "-"}},
		{standard, []string{"drill", snapshot, "--target", "embedded", "--junit", "-"}},
		{standard, []string{"verify", snapshot, "--target", "redis://127.0.0.1:1", "--diffs", "-"}},
		{input, []string{"drill", snapshot, "--target", "redis://127.0.0.1:1", "--password-file", secret, "--junit", secret, "--force"}},
		{input, []string{"drill", snapshot, "--target", "rediss://127.0.0.1:1", "--tls-ca", secret, "--keep-dump", secret, "--force"}},
		{input, []string{"verify", snapshot, "--target", "rediss://127.0.0.1:1", "--tls-cert", secret, "--diffs", secret, "--force"}},
		{input, []string{"verify", snapshot, "--target", "rediss://127.0.0.1:1", "--tls-key", secret, "--diffs", secret, "--force"}},
		{none, []string{"drill", snapshot, "--target", ""}},
	} {
		if status, out := redrill(t, row.args...); status != exitUsage || !strings.Contains(out, row.words) {
			t.Errorf("%q: status %d, want %d and %q:\n%s", row.args, status, exitUsage, row.words, out)
		}
	}
	if text, err := os.ReadFile(secret); err != nil || string(text) != "s3cr3t" {
		t.Errorf("the file holds %q, %v", text, err)
	}
	if _, err := os.Lstat("-"); err == nil {
		t.Error(`there is a file "-"`)
	}
}

// TestPasswordInTheWrongPlace: a URL where a verb or a file is due shows no password.
func TestPasswordInTheWrongPlace(t *testing.T) {
	for _, args := range [][]string{
		{"redis://:hunter2@h"}, {"drill", "scp://key:hunter2@host/x"}, {"verify", "x", "--target=scp://key:hunter2@host/x"},
		{"drill", writeSnapshot(t, snapshots["types"]()), "--target", "embedded", "--junit", "redis://:hunter2@h/none/x"},
	} {
		if status, out := redrill(t, args...); strings.Contains(out, "hunter2") || status == exitVerified {
			t.Errorf("%q: status %d:\n%s", args, status, out)
		}
	}
}

// TestNamesAreOneLine: a file name with line feeds forges no line of a report.
func TestNamesAreOneLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x\nverified: 5 keys equal of 5")
	if err := os.WriteFile(path, snapshots["types"](), 0o600); err != nil {
		t.Skip("no such names here:", err)
	}
	_, out := redrill(t, "drill", path, "--target", "embedded")
	if n := strings.Count(out, "\nverified:"); n != 1 || !strings.Contains(out, `x\nverified: 5 keys`) {
		t.Errorf("%d lines begin with the verdict, want 1:\n%s", n, out)
	}
}

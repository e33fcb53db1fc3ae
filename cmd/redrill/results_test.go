package main

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"redrill/fuzz/pipeline"
	"redrill/internal/atomicfile"
	"redrill/target"
)

// sudden is a reader that does something before it is read.
type sudden struct {
	io.Reader
	then func()
}

func (s *sudden) Read(p []byte) (int, error) {
	if s.then != nil {
		s.then()
		s.then = nil
	}
	return s.Reader.Read(p)
}

// brokenOutput takes n writes.
type brokenOutput struct {
	bytes.Buffer
	n int
}

func (b *brokenOutput) Write(p []byte) (int, error) {
	if b.n--; b.n < 0 {
		return 0, errors.New("no space left on device")
	}
	return b.Buffer.Write(p)
}

// TestUnwrittenReport: when a report cannot be written, nothing says that the run
// is verified: the last line, the JSON and the status agree.
func TestUnwrittenReport(t *testing.T) {
	for _, flag := range []string{"--junit", "--diffs"} {
		for _, form := range []string{"text", "--json", "-q"} {
			t.Run(flag+" "+form, func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), "out")
				if err := os.Mkdir(dir, 0o700); err != nil {
					t.Fatal(err)
				}
				args := []string{"drill", "-", "--target", "embedded", flag, filepath.Join(dir, "report")}
				if form != "text" {
					args = append(args, form)
				}
				var stdout, stderr bytes.Buffer
				a := &app{stdout: &stdout, stderr: &stderr, stdin: &sudden{bytes.NewReader(snapshots["types"]()), func() {
					if err := os.RemoveAll(dir); err != nil {
						t.Error(err)
					}
				}}}
				if status := a.execute(context.Background(), args); status != exitCannotTell {
					t.Errorf("status %d, want %d", status, exitCannotTell)
				}
				if out := stdout.String(); strings.Contains(out, "verified:") {
					t.Errorf("stdout says that it is verified:\n%s", out)
				}
				if !strings.Contains(stderr.String(), "error: write the report: ") {
					t.Errorf("stderr = %q, want to read why", &stderr)
				}
				if form != "--json" {
					if !strings.Contains(stdout.String(), "incomplete: 8 keys equal of 8 (embedded: not a Redis), but a report is missing: ") {
						t.Errorf("stdout = %q, want to read that a report is missing", &stdout)
					}
					return
				}
				var result struct {
					Status int
					Error  struct{ Class, Message string }
					Verify struct{ Verdicts struct{ Equal int } }
				}
				if err := json.Unmarshal(stdout.Bytes(), &result); err != nil {
					t.Fatalf("%v\n%s", err, &stdout)
				}
				if result.Status != exitCannotTell || result.Error.Class != "cannot_tell" || result.Verify.Verdicts.Equal != 8 {
					t.Errorf("result = %+v, want status 4, an error and 8 equal keys", result)
				}
			})
		}
	}
}

// TestUnwrittenOutput: when the result cannot be printed, the JUnit report does
// not say that all is well.
func TestUnwrittenOutput(t *testing.T) {
	for _, n := range []int{0, 3} { // writes before the end
		junit := filepath.Join(t.TempDir(), "junit.xml")
		var stderr bytes.Buffer
		a := &app{stdin: bytes.NewReader(snapshots["types"]()), stdout: &brokenOutput{n: n}, stderr: &stderr}
		if status := a.execute(context.Background(), []string{"drill", "-", "--target", "embedded", "--junit", junit}); status != exitCannotTell {
			t.Errorf("status %d, want %d", status, exitCannotTell)
		}
		text, err := os.ReadFile(junit)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), `failures="1"`) || !strings.Contains(string(text), "no space left") {
			t.Errorf("the JUnit report says:\n%s", text)
		}
	}
}

// TestInterruptedResult: an interrupt leaves a result, too.
func TestInterruptedResult(t *testing.T) {
	junit := filepath.Join(t.TempDir(), "junit.xml")
	ctx, cancel := context.WithCancel(t.Context())
	var stdout, stderr bytes.Buffer
	a := &app{stdout: &stdout, stderr: &stderr, stdin: &sudden{bytes.NewReader(snapshots["types"]()), cancel}}
	if status := a.execute(ctx, []string{"drill", "-", "--target", "embedded", "--json", "--junit", junit}); status != exitInterrupted {
		t.Errorf("status %d, want %d", status, exitInterrupted)
	}
	var result struct {
		Status int
		Error  struct{ Class string }
	}
	if err := json.Unmarshal(stdout.Bytes(), &result); err != nil || result.Status != exitInterrupted || result.Error.Class != "interrupted" {
		t.Errorf("result = %+v, %v:\n%s", result, err, &stdout)
	}
	text, err := os.ReadFile(junit)
	if err != nil || !strings.Contains(string(text), `message="interrupted: interrupted"`) {
		t.Errorf("the JUnit report says: %v\n%s", err, text)
	}
}

// TestStoredDigest: the digest is that of the file as it lies there, compressed
// or not, snapshot or dump.
func TestStoredDigest(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "in.fsm")
	if err := os.WriteFile(plain, snapshots["types"](), 0o600); err != nil {
		t.Fatal(err)
	}
	files := []string{plain}
	for _, name := range []string{"dump.jsonl", "dump.jsonl.gz", "dump.jsonl.zst"} {
		path := filepath.Join(dir, name)
		if status, out := redrill(t, "decode", plain, "-o", path); status != exitVerified {
			t.Fatalf("decode ended with %d:\n%s", status, out)
		}
		files = append(files, path)
	}
	packed := filepath.Join(dir, "in.tar") // followed by what pads it to a whole record
	if err := os.WriteFile(packed, append(tarOf(t, "in.fsm", snapshots["types"]()), make([]byte, 64<<10)...), 0o600); err != nil {
		t.Fatal(err)
	}
	files = append(files, packed)
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(b)
		for _, args := range [][]string{{"inspect", path, "--json"}, {"drill", path, "--target", "embedded", "--json"}} {
			_, out := redrill(t, args...)
			var result struct{ File storedFile }
			if err := json.Unmarshal([]byte(out), &result); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			want := storedFile{Path: path, Bytes: int64(len(b)), SHA256: hex.EncodeToString(sum[:])}
			if path == packed {
				want.Path += " (in.fsm)"
			}
			if result.File != want {
				t.Errorf("%s: file = %+v, want %+v", args[0], result.File, want)
			}
		}
	}
}

// tarOf returns an archive of one file.
func tarOf(t *testing.T, name string, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(b))}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestRateOfReadingBack: the summary says how many keys a second were compared,
// where the stage took any time.
func TestRateOfReadingBack(t *testing.T) {
	for _, test := range []struct {
		name    string
		seconds map[string]float64
		want    string
	}{
		{"drill", map[string]float64{"check": 1, "decode": 1, "restore": 0.5, "verify": 2}, "check 1.00 s, decode 1.00 s, restore 0.50 s, verify 2.00 s (2,500 keys/s)"},
		{"verify", map[string]float64{"check": 1, "verify": 0.5}, "check 1.00 s, verify 0.50 s (10,000 keys/s)"},
		{"no time", map[string]float64{"check": 1, "verify": 0}, "check 1.00 s, verify 0.00 s"},
	} {
		o := outcome{a: &app{record: record{seconds: test.seconds, path: "in.fsm"}}, target: &target.Target{}}
		facts := o.facts(5000)
		if got := facts[len(facts)-1]; got != [2]string{"stages", test.want} {
			t.Errorf("%s: the last fact is %q, want the stages %q", test.name, got, test.want)
		}
	}
}

// TestInterruptedEnvelope: so do verbs that read no snapshot of the command line.
func TestInterruptedEnvelope(t *testing.T) {
	program, err := os.Executable() // it is never run
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, b := range map[string][]byte{
		"snapshot.fsm": snapshots["types"](), "case.json": []byte(`{"redrill_case": 1, "property": "decode-cmd", "must": "decode"}`),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if status, out := redrill(t, "decode", filepath.Join(dir, "snapshot.fsm"), "-o", filepath.Join(dir, "expected.jsonl")); status != exitVerified {
		t.Fatalf("decode ended with %d:\n%s", status, out)
	}
	command := []string{"--decode-cmd", program + " -test.run=^$ {snapshot} {dump}"}
	for _, args := range [][]string{
		{"generate", "--keys", "10", "-o", filepath.Join(dir, "out.fsm")},
		append([]string{"conformance", "--scenarios", "1"}, command...),
		append([]string{"fuzz", "--scenarios", "1"}, command...),
		append([]string{"replay", dir}, command...),
	} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var stdout, stderr bytes.Buffer
		a := &app{stdin: bytes.NewReader(nil), stdout: &stdout, stderr: &stderr}
		status := a.execute(ctx, append(args, "--json"))
		var result struct {
			Schema, Status int
			Command        string
			Error          struct{ Class string }
		}
		if err := json.Unmarshal(stdout.Bytes(), &result); err != nil {
			t.Fatalf("%s: %v\n%s", args[0], err, &stdout)
		}
		if status != exitInterrupted || result.Status != status || result.Schema != resultSchema || result.Command != args[0] || result.Error.Class != "interrupted" {
			t.Errorf("%s ended with %d and %+v, want 130 in an envelope\n%s", args[0], status, result, &stderr)
		}
	}
}

// TestUnwrittenCards: a score card says that its JUnit report is missing.
func TestUnwrittenCards(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	junit, err := atomicfile.Create(filepath.Join(dir, "junit.xml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	var stdout bytes.Buffer
	a := &app{stdout: &stdout}
	cards := []scoreCard{{Stage: "decode", Card: pipeline.NewCard([]pipeline.Result{{Verdict: pipeline.Pass}})}}
	err = a.reportCards(t.Context(), cards, conformanceFlags{json: true}, junit)
	if status := statusOf(t.Context(), err); status != exitCannotTell {
		t.Errorf("status %d, want %d", status, exitCannotTell)
	}
	var result struct {
		Status int
		Error  struct{ Class string }
		Cards  []struct{ Stage string }
	}
	if err := json.Unmarshal(stdout.Bytes(), &result); err != nil {
		t.Fatalf("%v\n%s", err, &stdout)
	}
	if result.Status != exitCannotTell || result.Error.Class != "cannot_tell" || len(result.Cards) != 1 {
		t.Errorf("result = %+v, want status 4, an error and the card", result)
	}
}

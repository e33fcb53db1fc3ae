package fuzz

import (
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/decoder"
	"redrill/fuzz/layout"
	"redrill/fuzz/vectors"
	"redrill/internal/compress"
	"redrill/keyspace"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// TestFixtureDumps: every snapshot in testdata has the dump it had, byte for
// byte with its notes and counts, or is refused at the same place. A line of the
// golden file says
//
//	name  SHA-256 of the dump  SHA-256 of the dump in small parts
//	name  offset N: class of the error
func TestFixtureDumps(t *testing.T) {
	const golden = "testdata/fixtures.golden"
	var got strings.Builder
	for _, f := range fixtures(t) {
		fmt.Fprintf(&got, "%s  %s\n", f.name, outcomeOf(f))
	}
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Errorf("dumps of fixtures (-want +got); `make golden` rewrites them:\n%s", diff)
	}
}

// fixture is a snapshot in testdata.
type fixture struct {
	name string
	file []byte
	opts layout.Options
}

// fixtures returns every snapshot in testdata, ascending by name.
func fixtures(t *testing.T) (list []fixture) {
	t.Helper()
	const dir = "../testdata"
	for _, pattern := range []string{"node/*/*.fsm*", "field/*.fsm", "counterexamples/*/*.fsm"} {
		paths, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no snapshot %s: %v", pattern, err)
		}
		for _, path := range paths {
			name, err := filepath.Rel(dir, path)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, fixture{name: filepath.ToSlash(name), file: readFixture(t, path)})
		}
	}
	all, err := vectors.Load(os.DirFS(filepath.Join(dir, "vectors")))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors.Of(all, fsm.Format()) {
		list = append(list, fixture{"vectors/" + v.Name, v.Snapshot, v.Options})
	}
	slices.SortFunc(list, func(a, b fixture) int { return strings.Compare(a.name, b.name) })
	return list
}

func readFixture(t *testing.T, path string) []byte {
	t.Helper()
	r, err := compress.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	return data
}

// outcomeOf returns what the golden file says about a fixture.
func outcomeOf(f fixture) string {
	small := f.opts
	small.Part = keyspace.PartLimit{Elements: 2, Bytes: 100}
	var sums []string
	for _, opts := range []layout.Options{f.opts, small} {
		b, err := Case{Layout: fsm, File: f.file, Options: opts}.dump(spread{})
		var bad *decoder.Error
		switch {
		case err == nil:
			sums = append(sums, fmt.Sprintf("%x", sha256.Sum256(b)))
		case errors.As(err, &bad):
			sums = append(sums, fmt.Sprintf("offset %d: %v", bad.Offset, bad.Err))
		default:
			sums = append(sums, err.Error())
		}
	}
	return strings.Join(slices.Compact(sums), "  ")
}

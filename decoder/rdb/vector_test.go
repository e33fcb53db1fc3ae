package rdb_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/decoder"
	"redrill/decoder/rdb"
	"redrill/fuzz/vectors"
	"redrill/keyspace"
)

const vectorDir = "../../testdata/vectors"

func loadVectors(t *testing.T) []vectors.Vector {
	t.Helper()
	list, err := vectors.Load(os.DirFS(vectorDir))
	if err != nil {
		t.Fatal(err)
	}
	return vectors.Of(list, "rdb")
}

// TestVectors decodes every vector as a whole and in the smallest parts, and
// compares keys, functions, notes and counts with what the vector wants.
func TestVectors(t *testing.T) {
	for _, v := range loadVectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			for _, part := range []keyspace.PartLimit{{}, {Elements: 1, Bytes: 1}} {
				want, got := wanted(v), outcomeOf(v, part)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("in parts of %v (-want +got):\n%s", part, diff)
				}
			}
		})
	}
}

// outcome is what decoding ends in, as text.
type outcome struct {
	Error       string // its class
	Keys, Notes []string
	Functions   []string
	Counts      keyspace.Tally
}

func wanted(v vectors.Vector) outcome {
	if v.Want.Error != "" {
		return outcome{Error: v.Want.Error}
	}
	return outcomeText(v.Want.Keys, v.Want.Notes, v.Want.Functions, v.Want.Counts)
}

func outcomeText(keys []keyspace.Key, notes []keyspace.Note, functions []string, counts keyspace.Tally) outcome {
	o := outcome{Keys: []string{}, Notes: []string{}, Functions: functions, Counts: keyspace.Tally{}}
	for _, k := range keys {
		o.Keys = append(o.Keys, fmt.Sprintf("%d %q %v %v %+q", k.DB, k.Name, k.ExpireAt, k.Value.Type(), fmt.Sprintf("%+v", k.Value)))
	}
	for _, n := range notes {
		element := ""
		if n.Element != nil {
			element = *n.Element
		}
		o.Notes = append(o.Notes, fmt.Sprintf("%v of %v %q in %d, %q", n.Kind, n.Type, n.Name, n.DB, element))
	}
	slices.Sort(o.Notes)
	for kind, n := range counts {
		if n > 0 {
			o.Counts[kind] = n
		}
	}
	return o
}

func outcomeOf(v vectors.Vector, part keyspace.PartLimit) outcome {
	src, err := rdb.Open(bytes.NewReader(v.Snapshot), int64(len(v.Snapshot)), rdb.Options{Part: part, Strict: v.Options.Strict})
	if err != nil {
		return outcome{Error: class(err)}
	}
	var notes []keyspace.Note
	keys, err := keyspace.Assemble(src.Keys(func(n keyspace.Note) { notes = append(notes, n) }))
	if err != nil {
		return outcome{Error: class(err)}
	}
	return outcomeText(keys, notes, src.Functions(), src.Counted())
}

func class(err error) string {
	switch {
	case errors.Is(err, decoder.ErrCorrupt):
		return "corrupt"
	case errors.Is(err, decoder.ErrUnsupported):
		return "unsupported"
	case errors.Is(err, decoder.ErrLimit):
		return "limit"
	}
	return "none: " + err.Error()
}

// TestVectorCoverage checks that every row of the catalogue has a vector, or a
// reason in testdata/vectors/README.md why none can be written down.
func TestVectorCoverage(t *testing.T) {
	rows := map[string]bool{}
	for area, n := range map[string]int{"C": 32, "P": 14, "B": 16, "V": 36, "S": 9} {
		for i := range n {
			rows[fmt.Sprintf("%s%d", area, i+1)] = false
		}
	}
	for _, v := range loadVectors(t) {
		for _, row := range v.Rows {
			row = strings.TrimPrefix(row, "SPEC-RDB ")
			if _, ok := rows[row]; !ok {
				t.Errorf("%s: unknown catalogue row %s", v.Name, row)
			}
			rows[row] = true
		}
	}
	readme, err := os.ReadFile(filepath.Join(vectorDir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^\| RDB ([CPBVS]\d+) \| no vector: \S`).FindAllSubmatch(readme, -1) {
		row := string(m[1])
		if rows[row] {
			t.Errorf("row %s has a vector and a reason why it has none", row)
		}
		rows[row] = true
	}
	for row, covered := range rows {
		if !covered {
			t.Errorf("row %s has neither a vector nor a reason", row)
		}
	}
}

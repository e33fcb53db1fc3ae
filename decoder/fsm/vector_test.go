package fsm_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"redrill/decoder/fsm"
	"redrill/fuzz/vectors"
	"redrill/keyspace"
)

const vectorDir = "../../testdata/vectors"

// TestVectors decodes every vector, whole and in the smallest parts, and
// compares keys, notes and counts with what the vector wants.
func TestVectors(t *testing.T) {
	for _, v := range loadVectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			whole := fsm.Options{AllowNoFooter: v.Options.Unprotected, Strict: v.Options.Strict}
			runVector(t, v, whole)
			small := whole
			small.Part = keyspace.PartLimit{Elements: 1, Bytes: 1}
			runVector(t, v, small)
		})
	}
}

// TestVectorCoverage checks that every row of the catalogue has a vector, or a
// reason in testdata/vectors/README.md why none can be written down.
func TestVectorCoverage(t *testing.T) {
	rows := map[string]bool{}
	for area, n := range map[string]int{"C": 21, "M": 19, "K": 17, "V": 46, "E": 24} {
		for i := range n {
			rows[fmt.Sprintf("%s%d", area, i+1)] = false
		}
	}
	for _, v := range loadVectors(t) {
		for _, row := range v.Rows {
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
	for _, m := range regexp.MustCompile(`(?m)^\| ([CMKVE]\d+) \| no vector: \S`).FindAllSubmatch(readme, -1) {
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

func loadVectors(t *testing.T) []vectors.Vector {
	t.Helper()
	list, err := vectors.Load(os.DirFS(vectorDir))
	if err != nil {
		t.Fatal(err)
	}
	return vectors.Of(list, "elastickv-fsm")
}

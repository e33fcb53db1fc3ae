package compare_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"redrill/verify/internal/compare"
)

// TestKindsAreComplete: every constant of a kind is in the list, once, and is
// about one property of the list. Reports are built from both.
func TestKindsAreComplete(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "difference.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, "Kind") && len(spec.Values) == 1 {
			if value, ok := spec.Values[0].(*ast.BasicLit); ok {
				names = append(names, strings.Trim(value.Value, `"`))
			}
		}
		return true
	})
	var listed []string
	for _, kind := range compare.Kinds {
		listed = append(listed, string(kind))
		if !slices.Contains(compare.Properties[:], kind.Property()) {
			t.Errorf("%s is about the property %q, which is not in the list", kind, kind.Property())
		}
	}
	slices.Sort(names)
	slices.Sort(listed)
	if !slices.Equal(names, listed) {
		t.Errorf("Kinds = %q, want the constants %q", listed, names)
	}
}

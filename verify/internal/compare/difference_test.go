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

// TestPropertyOfEveryKind: a report counts a difference where people look for it.
func TestPropertyOfEveryKind(t *testing.T) {
	want := map[compare.Property]string{
		compare.PropertyExistence: "missing extra",
		compare.PropertyType:      "type",
		compare.PropertyContent: "value field_value field_missing field_extra member_missing member_extra entry_missing entry_extra entry_fields " +
			"hll_register more element_missing element_extra next function_missing function_extra function_code",
		compare.PropertyOrder:  "order",
		compare.PropertyLength: "length",
		compare.PropertyScores: "score",
		compare.PropertyIDs:    "last_id max_deleted_id",
		compare.PropertyGroups: "entries_added first_id group_missing group_extra group_last_id group_entries_read consumer_missing consumer_extra " +
			"consumer_time pending_missing pending_extra pending_owner pending_time pending_count",
		compare.PropertyExpiry: "expiry_missing expiry_extra expiry field_expiry field_expiry_missing field_expiry_extra",
	}
	for property, kinds := range want {
		for kind := range strings.FieldsSeq(kinds) {
			if got := compare.Kind(kind).Property(); got != property {
				t.Errorf("%s is about %q, want %q", kind, got, property)
			}
		}
	}
}

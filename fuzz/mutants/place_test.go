package mutants

import (
	"testing"
	"testing/fstest"
)

func TestApply(t *testing.T) {
	module := fstest.MapFS{
		"a/a.go":        {Data: []byte("package a\n\nfunc f() int { return 1 }\n\nfunc (t *T) f() int { return 11 }\n\nfunc (t T) g() int { return 1 }\n")},
		"a/b.go":        {Data: []byte("package a\n\n// T has 1 field.\ntype T struct{ one [1]int }\n\nconst (\n\tc = 1 // first\n\td = 2\n)\n")},
		"a/c_linux.go":  {Data: []byte("package a\n\nfunc os() int { return 1 }\n")},
		"a/c_darwin.go": {Data: []byte("package a\n\nfunc os() int { return 3 }\n")},
		"a/d_linux.go":  {Data: []byte("package a\n\nfunc both() int { return 1 }\n")},
		"a/d_darwin.go": {Data: []byte("package a\n\nfunc both() int { return 1 }\n")},
		"a/a_test.go":   {Data: []byte("package a\n\nfunc tests() int { return 1 }\n")},
	}
	for _, c := range []struct{ name, decl, before, after, file string }{
		{"function", "f", "1", "2", "a/a.go"},
		{"method of a pointer", "(*T).f", "11", "2", "a/a.go"},
		{"method of a value", "T.g", "return 1", "return 2", "a/a.go"},
		{"type", "T", "[1]", "[2]", "a/b.go"},
		{"constant of a group", "c", "= 1", "= 2", "a/b.go"},
		{"to the end of the line", "c", "1 // first", "2", "a/b.go"},
		{"function of one system", "os", "1", "2", "a/c_linux.go"},
		{"never", "f", "11", "2", ""},
		{"twice", "(*T).f", "1", "2", ""},
		{"in two files", "both", "1", "2", ""},
		{"in another declaration", "d", "1", "2", ""},
		{"no such declaration", "h", "1", "2", ""},
		{"a test", "tests", "1", "2", ""},
		{"no Go", "f", "{", "1", ""},
	} {
		m := Mutant{Place: Place{"a", c.decl}, Before: c.before, After: c.after}
		got, err := m.Apply(module)
		if got.File != c.file || (err == nil) != (c.file != "") {
			t.Errorf("%s: edits %q, %v; want %q", c.name, got.File, err, c.file)
		}
		if err == nil && (len(got.Text)-len(got.Before) != len(c.after)-len(c.before) || got.Text == got.Before) {
			t.Errorf("%s: the edited source is %q", c.name, got.Text)
		}
	}
}

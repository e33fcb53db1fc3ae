package edits

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"strings"
)

// Operator is a kind of edit.
type Operator string

// The operators.
const (
	Negate    Operator = "negate"    // a condition
	Bound     Operator = "bound"     // moves a comparison or the bound of a slice by one
	Statement Operator = "statement" // drops it, or a guard: an if that only leaves
	Error     Operator = "error"     // returns nil in its place
	Arguments Operator = "arguments" // swaps two of one type
	Constant  Operator = "constant"  // replaces it by its neighbour
)

// Edit is one edit of a source file.
type Edit struct {
	File     string // relative to the module, with slashes
	Func     string // "name", "T.name" or "(*T).name"; of a declaration, what it declares
	Operator Operator
	Before   string // the text that is replaced
	After    string // what takes its place
	N        int    // 1 for the first of this text in the function, and so on

	offset int // of Before in the file
	in     *source
}

// source is a file with what is known of its package.
type source struct {
	pkg  *pkg
	at   int // index of the file in the package
	text string
}

// pkg is a package that was type-checked.
type pkg struct {
	path    string
	fset    *token.FileSet
	files   []*ast.File
	info    *types.Info
	sizes   types.Sizes
	imports map[string]*types.Package
}

// maxShown bounds the text of an edit in its name, in bytes.
const maxShown = 80

// String returns the name of the edit: unique, and the same as long as the
// package has the function with the same text in the same order. It does not say
// in which file that is.
func (e Edit) String() string {
	name := fmt.Sprintf("%s %s %s: `%s` -> `%s`", path.Dir(e.File), e.Func, e.Operator, shown(e.Before), shown(e.After))
	if e.N > 1 {
		name += fmt.Sprintf(" #%d", e.N)
	}
	return name
}

// shown returns the text in one line, cut when it is long.
func shown(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > maxShown {
		text = strings.ToValidUTF8(text[:maxShown], "") + "…"
	}
	return text
}

// Source returns the file before and after the edit.
func (e Edit) Source() (before, after string) {
	text := e.in.text
	return text, text[:e.offset] + e.After + text[e.offset+len(e.Before):]
}

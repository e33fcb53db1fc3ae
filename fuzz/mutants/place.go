package mutants

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"

	"redrill/fuzz/mutants/edits"
)

// Place is a declaration of a package. It does not say in which file that is, so
// that code may move between the files of a package.
type Place struct {
	Dir  string // of the package, relative to the module, with slashes
	Decl string // "name", "T.name" or "(*T).name"
}

// String returns the place as a catalogue file spells it.
func (p Place) String() string { return p.Dir + " " + p.Decl }

// Edited is a source file with a mistake in it.
type Edited struct {
	File         string // relative to the module, with slashes
	Before, Text string // without the mistake and with it
}

// Apply plants the mutant in the module. It is an error if the text to replace
// does not stand in the declaration exactly once, or if the result is no Go
// source. Where systems have a declaration each, the text stands in one of them.
func (m *Mutant) Apply(module fs.FS) (Edited, error) {
	if m.drawn.File != "" {
		return m.drawn, nil
	}
	files, err := fs.Glob(module, path.Join(m.Place.Dir, "*.go"))
	if err != nil {
		return Edited{}, fmt.Errorf("list sources: %w", err)
	}
	var found []Edited
	declared := false
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		data, err := fs.ReadFile(module, file)
		if err != nil {
			return Edited{}, fmt.Errorf("read source: %w", err)
		}
		source := string(data)
		begin, end, ok, err := span(file, source, m.Place.Decl)
		if err != nil {
			return Edited{}, err
		}
		declared = declared || ok
		for at := begin; ok; {
			n := strings.Index(source[at:end], m.Before)
			if n < 0 {
				break
			}
			at += n
			found = append(found, Edited{File: file, Before: source, Text: source[:at] + m.After + source[at+len(m.Before):]})
			at++
		}
	}
	switch {
	case !declared:
		return Edited{}, fmt.Errorf("%s: no such declaration", m.Place)
	case len(found) != 1:
		return Edited{}, fmt.Errorf("%s: the text to replace stands there %d times", m.Place, len(found))
	}
	if _, err := parser.ParseFile(token.NewFileSet(), found[0].File, found[0].Text, parser.SkipObjectResolution); err != nil {
		return Edited{}, fmt.Errorf("the edited source does not parse: %w", err)
	}
	return found[0], nil
}

// span returns where a file declares a name, from the beginning of the line.
func span(file, source, decl string) (begin, end int, ok bool, err error) {
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, file, source, parser.SkipObjectResolution)
	if err != nil {
		return 0, 0, false, fmt.Errorf("read source: %w", err)
	}
	for _, d := range parsed.Decls {
		node := ast.Node(d)
		if general, isGeneral := d.(*ast.GenDecl); isGeneral && general.Lparen.IsValid() {
			i := slices.IndexFunc(general.Specs, func(s ast.Spec) bool { return edits.Declares(s, decl) })
			if i < 0 {
				continue
			}
			node = general.Specs[i]
		} else if !edits.Declares(d, decl) {
			continue
		}
		begin, end = fset.Position(node.Pos()).Offset, fset.Position(node.End()).Offset
		begin = strings.LastIndexByte(source[:begin], '\n') + 1
		if n := strings.IndexByte(source[end:], '\n'); n >= 0 {
			end += n
		}
		return begin, end, true, nil
	}
	return 0, 0, false, nil
}

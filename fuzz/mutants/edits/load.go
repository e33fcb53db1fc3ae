package edits

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/tools/go/packages"
)

// Load returns every edit of the packages in directories of the module, in the
// order of directories, files and places. Tests are left out.
func Load(ctx context.Context, module string, dirs []string, env []string) ([]Edit, error) {
	module, err := filepath.Abs(module)
	if err != nil {
		return nil, err
	}
	patterns := make([]string, len(dirs))
	for i, dir := range dirs {
		patterns[i] = "./" + dir
	}
	loaded, err := packages.Load(&packages.Config{
		Context: ctx, Dir: module, Env: env, Fset: token.NewFileSet(),
		Mode: packages.NeedName | packages.NeedModule | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
			packages.NeedTypes | packages.NeedTypesSizes | packages.NeedSyntax | packages.NeedTypesInfo,
	}, patterns...)
	if err != nil {
		return nil, fmt.Errorf("load packages: %w", err)
	}
	slices.SortFunc(loaded, func(a, b *packages.Package) int {
		return slices.Index(dirs, dirOf(a)) - slices.Index(dirs, dirOf(b))
	})
	var all []Edit
	for _, p := range loaded {
		if len(p.Errors) > 0 {
			return nil, fmt.Errorf("load %s: %w", p.PkgPath, p.Errors[0])
		}
		checked := &pkg{path: p.PkgPath, fset: p.Fset, files: p.Syntax, info: p.TypesInfo, sizes: p.TypesSizes,
			imports: map[string]*types.Package{"unsafe": types.Unsafe}}
		for _, imported := range p.Types.Imports() {
			checked.imports[imported.Path()] = imported
		}
		found, err := checked.edits(module)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// dirOf returns the directory of a package below its module.
func dirOf(p *packages.Package) string {
	if p.Module == nil {
		return p.PkgPath
	}
	return p.PkgPath[min(len(p.PkgPath), len(p.Module.Path)+1):]
}

// edits returns the edits of all files of the package.
func (p *pkg) edits(module string) (all []Edit, err error) {
	for i, file := range p.files {
		path := p.fset.File(file.FileStart).Name()
		name, err := filepath.Rel(module, path)
		if err != nil {
			return nil, err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read source: %w", err)
		}
		if ast.IsGenerated(file) {
			continue
		}
		all = append(all, find(&source{p, i, string(text)}, filepath.ToSlash(name))...)
	}
	return all, nil
}

// Builds reports whether the edited file still passes the type checker.
func (e Edit) Builds() bool {
	p := e.in.pkg
	_, after := e.Source()
	fset := p.fset
	file, err := parser.ParseFile(fset, e.File, after, parser.SkipObjectResolution)
	if err != nil {
		return false
	}
	files := slices.Clone(p.files)
	files[e.in.at] = file
	config := types.Config{Importer: importer(p.imports), Sizes: p.sizes}
	_, err = config.Check(p.path, fset, files, nil)
	return err == nil
}

// importer finds packages that were loaded already.
type importer map[string]*types.Package

// Import implements [types.Importer].
func (m importer) Import(path string) (*types.Package, error) {
	if p := m[path]; p != nil {
		return p, nil
	}
	return nil, errors.New("not imported: " + path)
}

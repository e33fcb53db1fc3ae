package edits

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// finder collects the edits of one file.
type finder struct {
	*source
	name  string
	base  int // of the file's positions
	found []Edit
	place string            // the function that is looked at
	stack []ast.Node        // from the file to the node that is looked at
	seen  map[ast.Expr]bool // conditions that were negated
}

// find returns the edits of a file by place, each named.
func find(s *source, name string) []Edit {
	file := s.pkg.files[s.at]
	f := &finder{source: s, name: name, base: s.pkg.fset.File(file.FileStart).Base(), seen: map[ast.Expr]bool{}}
	for _, decl := range file.Decls {
		if d, ok := decl.(*ast.GenDecl); ok && d.Tok == token.IMPORT {
			continue
		}
		if fn, ok := decl.(*ast.FuncDecl); ok {
			f.place = functionOf(fn)
		}
		ast.PreorderStack(decl, nil, func(n ast.Node, stack []ast.Node) bool {
			if spec, ok := n.(ast.Spec); ok && len(stack) == 1 {
				f.place = nameOf(spec)
			}
			f.stack = stack
			f.look(n)
			return true
		})
	}
	slices.SortStableFunc(f.found, func(a, b Edit) int {
		return cmp.Or(cmp.Compare(a.offset, b.offset), cmp.Compare(a.Operator, b.Operator))
	})
	count := map[string]int{}
	for i := range f.found {
		e := &f.found[i]
		name := e.String()
		count[name]++
		e.N = count[name]
	}
	return f.found
}

// Declares reports whether a declaration, or one of a group, has the name, as
// [Edit] writes it in Func.
func Declares(n ast.Node, name string) bool {
	switch n := n.(type) {
	case *ast.FuncDecl:
		return functionOf(n) == name
	case *ast.GenDecl:
		return n.Tok != token.IMPORT && len(n.Specs) == 1 && nameOf(n.Specs[0]) == name
	case ast.Spec:
		return nameOf(n) == name
	}
	return false
}

// functionOf names a function or method.
func functionOf(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return d.Name.Name
	}
	return receiver(d.Recv.List[0].Type) + "." + d.Name.Name
}

// nameOf names what a declaration declares.
func nameOf(spec ast.Spec) string {
	switch s := spec.(type) {
	case *ast.ValueSpec:
		return s.Names[0].Name
	case *ast.TypeSpec:
		return s.Name.Name
	}
	return "-"
}

func receiver(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return "(*" + receiver(t.X) + ")"
	case *ast.IndexExpr:
		return receiver(t.X)
	case *ast.IndexListExpr:
		return receiver(t.X)
	case *ast.Ident:
		return t.Name
	}
	return "?"
}

// add notes that the text of a node may be replaced.
func (f *finder) add(op Operator, n ast.Node, after string) { f.replace(op, n.Pos(), n.End(), after) }

func (f *finder) replace(op Operator, from, to token.Pos, after string) {
	before := f.text[int(from)-f.base : int(to)-f.base]
	if before != after {
		f.found = append(f.found, Edit{File: f.name, Func: f.place, Operator: op, Before: before, After: after,
			offset: int(from) - f.base, in: f.source})
	}
}

// textOf returns the source of a node.
func (f *finder) textOf(n ast.Node) string {
	return f.text[int(n.Pos())-f.base : int(n.End())-f.base]
}

// look adds the edits of one node.
func (f *finder) look(n ast.Node) {
	switch n := n.(type) {
	case *ast.IfStmt:
		f.negate(n.Cond)
		if leaves(n) {
			f.statement(n)
		}
	case *ast.ForStmt:
		f.negate(n.Cond)
	case *ast.SwitchStmt:
		if n.Tag == nil {
			f.cases(n.Body)
		}
	case *ast.BinaryExpr:
		f.binary(n)
	case *ast.ReturnStmt:
		f.returned(n)
	case *ast.SliceExpr:
		f.slice(n)
	case *ast.CallExpr:
		f.call(n)
	case *ast.BasicLit:
		f.literal(n)
	case *ast.Ident:
		f.constant(n)
	case *ast.ExprStmt, *ast.SendStmt, *ast.IncDecStmt, *ast.DeferStmt, *ast.GoStmt, *ast.BranchStmt:
		f.statement(n)
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			f.statement(n)
		}
	}
}

// parent returns the node that holds the one that is looked at.
func (f *finder) parent() ast.Node {
	if len(f.stack) == 0 {
		return nil
	}
	return f.stack[len(f.stack)-1]
}

// statement drops one that stands in a block: the parts of if, for and select
// stay.
func (f *finder) statement(n ast.Node) {
	switch parent := f.parent().(type) {
	case *ast.BlockStmt, *ast.CaseClause, *ast.LabeledStmt:
		f.add(Statement, n, "")
	case *ast.CommClause:
		if parent.Comm != n {
			f.add(Statement, n, "")
		}
	}
}

// leaves reports whether an if has one statement only, which leaves the block.
func leaves(n *ast.IfStmt) bool {
	if n.Else != nil || len(n.Body.List) != 1 {
		return false
	}
	switch n.Body.List[0].(type) {
	case *ast.ReturnStmt, *ast.BranchStmt:
		return true
	}
	return false
}

// cases negates the conditions of a switch without a tag.
func (f *finder) cases(body *ast.BlockStmt) {
	for _, stmt := range body.List {
		if clause, ok := stmt.(*ast.CaseClause); ok {
			for _, cond := range clause.List {
				f.negate(cond)
			}
		}
	}
}

// negate adds the negation of a condition, once.
func (f *finder) negate(cond ast.Expr) {
	if cond == nil || f.seen[cond] {
		return
	}
	f.seen[cond] = true
	switch c := cond.(type) {
	case *ast.ParenExpr:
		f.negate(c.X)
		return
	case *ast.UnaryExpr:
		if c.Op == token.NOT {
			f.add(Negate, c, f.textOf(c.X))
			return
		}
	case *ast.BinaryExpr:
		// Few tokens have an edit.
		//exhaustive:ignore
		switch c.Op {
		case token.EQL:
			f.add(Negate, c, f.textOf(c.X)+" != "+f.textOf(c.Y))
			return
		case token.NEQ:
			f.add(Negate, c, f.textOf(c.X)+" == "+f.textOf(c.Y))
			return
		}
	}
	f.add(Negate, cond, "!("+f.textOf(cond)+")")
}

// binary moves the bound of a comparison, and negates the operands of && and ||.
func (f *finder) binary(n *ast.BinaryExpr) {
	moved := map[token.Token]string{token.LSS: "<=", token.LEQ: "<", token.GTR: ">=", token.GEQ: ">"}
	// Few tokens have an edit.
	//exhaustive:ignore
	switch n.Op {
	case token.LSS, token.LEQ, token.GTR, token.GEQ:
		f.add(Bound, n, f.textOf(n.X)+" "+moved[n.Op]+" "+f.textOf(n.Y))
	case token.LAND, token.LOR:
		f.negate(n.X)
		f.negate(n.Y)
	}
}

// slice moves the bounds of a slice by one, inwards.
func (f *finder) slice(n *ast.SliceExpr) {
	if n.Low != nil {
		f.add(Bound, n.Low, "("+f.textOf(n.Low)+")+1")
	}
	if n.High != nil {
		f.add(Bound, n.High, "("+f.textOf(n.High)+")-1")
	}
}

// returned drops a returned error and negates a returned condition.
func (f *finder) returned(n *ast.ReturnStmt) {
	results := f.results()
	if results == nil || len(n.Results) != results.Len() {
		return // none, or those of a call
	}
	for i, expr := range n.Results {
		switch want := results.At(i).Type(); {
		case types.Identical(want, types.Universe.Lookup("error").Type()):
			f.add(Error, expr, "nil")
		case isBool(want) && f.pkg.info.Types[expr].Value == nil:
			f.negate(expr)
		}
	}
}

func isBool(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsBoolean != 0
}

// results returns what the innermost function returns.
func (f *finder) results() *types.Tuple {
	for _, n := range slices.Backward(f.stack) {
		var t types.Type
		switch fn := n.(type) {
		case *ast.FuncLit:
			t = f.pkg.info.TypeOf(fn)
		case *ast.FuncDecl:
			t = f.pkg.info.TypeOf(fn.Name)
		default:
			continue
		}
		if sig, ok := t.(*types.Signature); ok {
			return sig.Results()
		}
		return nil
	}
	return nil
}

// call swaps arguments of one type. What a variadic parameter takes is left
// alone: it is a list, or what a message shows.
func (f *finder) call(n *ast.CallExpr) {
	sig, ok := f.pkg.info.TypeOf(n.Fun).(*types.Signature)
	if !ok || f.pkg.info.Types[n.Fun].IsType() {
		return
	}
	fixed := sig.Params().Len()
	if sig.Variadic() {
		fixed--
	}
	for i := range min(fixed, len(n.Args)) {
		for j := i + 1; j < min(fixed, len(n.Args)); j++ {
			a, b := n.Args[i], n.Args[j]
			if types.Identical(f.pkg.info.TypeOf(a), f.pkg.info.TypeOf(b)) && f.textOf(a) != f.textOf(b) {
				between := f.text[int(a.End())-f.base : int(b.Pos())-f.base]
				f.replace(Arguments, a.Pos(), b.End(), f.textOf(b)+between+f.textOf(a))
			}
		}
	}
}

// literal replaces a number or a character by the next, and lengthens a string
// that is no sentence.
func (f *finder) literal(n *ast.BasicLit) {
	if field, ok := f.parent().(*ast.Field); ok && field.Tag == n {
		return
	}
	// Few tokens have an edit.
	//exhaustive:ignore
	switch n.Kind {
	case token.INT, token.CHAR:
		f.add(Constant, n, "("+n.Value+" + 1)")
	case token.STRING:
		if !strings.ContainsAny(n.Value, " %") {
			f.add(Constant, n, n.Value+` + "x"`)
		}
	}
}

// constant replaces true by false, and a named constant by the next of its type.
func (f *finder) constant(n *ast.Ident) {
	c, ok := f.pkg.info.Uses[n].(*types.Const)
	if !ok {
		return
	}
	if c.Parent() == types.Universe {
		if swapped := map[string]string{"true": "false", "false": "true"}[n.Name]; swapped != "" {
			f.add(Constant, n, swapped)
		}
		return
	}
	if _, named := c.Type().(*types.Named); !named || c.Parent() == nil || c.Pkg().Scope() != c.Parent() {
		return
	}
	if next := f.nextOf(c); next != nil {
		f.add(Constant, n, next.Name())
	}
}

// nextOf returns the constant of the same type and package that is declared
// next, the first after the last. It is exported if c is.
func (f *finder) nextOf(c *types.Const) *types.Const {
	var all []*types.Const
	for _, name := range c.Parent().Names() {
		if other, ok := c.Parent().Lookup(name).(*types.Const); ok && types.Identical(other.Type(), c.Type()) &&
			name != "_" && (other.Exported() || !c.Exported()) {
			all = append(all, other)
		}
	}
	slices.SortFunc(all, func(a, b *types.Const) int {
		p, q := f.pkg.fset.Position(a.Pos()), f.pkg.fset.Position(b.Pos())
		return cmp.Or(cmp.Compare(p.Filename, q.Filename), cmp.Compare(p.Offset, q.Offset),
			cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column), cmp.Compare(a.Name(), b.Name()))
	})
	if i := slices.Index(all, c); i >= 0 && len(all) > 1 {
		return all[(i+1)%len(all)]
	}
	return nil
}

package fuzz

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"redrill/dump"
	"redrill/keyspace"
	"redrill/verify"
)

// Function libraries belong to the server, and two cases may have some of the same
// name: a round has those of one case.

// libraryCase returns the first case with libraries, or -1 where there is none or the
// server has no functions.
func (run *liveRun) libraryCase() int {
	if !run.Restore.Functions || !run.Verify.Functions {
		return -1
	}
	return slices.IndexFunc(run.cases, func(c Case) bool { return len(c.Want.Functions) > 0 })
}

// libraries returns the code that the server has to have.
func (run *liveRun) libraries() []string {
	if i := run.libraryCase(); i >= 0 {
		return run.cases[i].Want.Functions
	}
	return nil
}

// dumped returns the code of the libraries as the dump has it.
func (run *liveRun) dumped() ([]string, error) {
	i := run.libraryCase()
	if i < 0 {
		return nil, nil
	}
	r, err := dump.NewReader(bytes.NewReader(run.dumps[i]))
	if err != nil {
		return nil, err
	}
	return r.Functions(), nil
}

// wrongFunctions returns what is wrong with what a verification without differences
// says of libraries.
func (run *liveRun) wrongFunctions(got *verify.Functions) string {
	n := int64(len(run.libraries()))
	if n == 0 && got == nil {
		return ""
	}
	if got == nil || *got != (verify.Functions{Libraries: n, Equal: n}) {
		return fmt.Sprintf("function libraries %+v, want %d equal", got, n)
	}
	return ""
}

// functionEdit draws an edit of a library of the round.
func (run *liveRun) functionEdit() edit {
	all := run.libraries()
	code := all[run.r.IntN(len(all))]
	name, _ := keyspace.LibraryName(code)
	of := func(name string) keyspace.Key { return keyspace.Key{Name: name} }
	switch run.r.IntN(3) {
	case 0:
		return edit{kind: verify.KindFunctionMissing, what: "deleted", key: of(name), commands: [][]any{{"FUNCTION", "DELETE", name}}}
	case 1:
		more := "#!lua name=more\nredis.register_function('more', function() return 1 end)"
		return edit{kind: verify.KindFunctionExtra, what: "loaded", key: of("more"), commands: [][]any{{"FUNCTION", "LOAD", more}}}
	}
	return edit{kind: verify.KindFunctionCode, what: "a blank more", key: of(name), commands: [][]any{{"FUNCTION", "LOAD", "REPLACE", code + " "}}}
}

// clearFunctions removes the libraries of the round.
func (run *liveRun) clearFunctions(ctx context.Context) error {
	if len(run.libraries()) == 0 {
		return nil
	}
	names := []string{"more"}
	for _, code := range run.libraries() {
		name, _ := keyspace.LibraryName(code)
		names = append(names, name)
	}
	for _, name := range names {
		// An edit, or a failed restore, may have left it out.
		if err := run.clients[0].Do(ctx, "FUNCTION", "DELETE", name).Err(); err != nil && ctx.Err() != nil {
			return fmt.Errorf("%w: delete function library %s: %w", ErrServer, name, err)
		}
	}
	return nil
}

// aboutFunctions reports whether a difference is of a function library.
func aboutFunctions(kind verify.Kind) bool {
	return slices.Contains([]verify.Kind{verify.KindFunctionMissing, verify.KindFunctionExtra, verify.KindFunctionCode}, kind)
}

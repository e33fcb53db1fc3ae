// Package mutants plants mistakes that decoders, restorers and verifiers have
// really made, or would plausibly make, and expects the tests to find every one.
//
// A mistake is a file of the catalogue: a comment, then an edit of one
// declaration, as a txtar archive. The product does not know about it: the go
// command gets the edited copy as an overlay.
//
//	rows: M2 C4
//	seen: where it was made, or how easily it is made
//
//	One sentence on what goes wrong.
//	-- place --
//	decoder/fsm (*reader).record
//	-- before --
//	text that occurs in this declaration exactly once
//	-- after --
//	its replacement
//	-- suite --
//	./decoder/fsm -run TestName
//
// Rows name the rules of the format that the mistake breaks, if there are any;
// `redrill conformance` prints each rule beside its code. The suite is optional:
// by default it follows from the package, cheapest tests first.
//
// The command scripts/mutants runs the catalogue and prints a table.
package mutants

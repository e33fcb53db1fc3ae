// Package mutants plants mistakes that decoders, restorers and verifiers have
// really made, or would plausibly make, and expects the tests to find every one.
//
// A mistake is a file of the catalogue: a comment, then an edit of one
// declaration, as a txtar archive. Nothing in the product knows of it: the edited copy
// is handed to the go command as an overlay.
//
//	rows: M2 D4
//	seen: where it was made, or how easily it is made
//
//	One sentence on what goes wrong.
//	-- place --
//	decoder/fsm (*reader).record
//	-- before --
//	text that stands in this declaration exactly once
//	-- after --
//	what to put in its place
//	-- suite --
//	./decoder/fsm -run TestName
//
// Rows name what the mistake stands for: rows of the catalogue of ways to get a
// snapshot wrong (C container, M versions, K keys, V values, E expiry, R dump
// and restore), traps (T1 to T15), and the first batch of planted bugs with the
// prefixes bug-D, bug-R and bug-V. The suite is optional: by default it follows
// from the file's package, cheapest tests first.
//
// The catalogue is run by the command scripts/mutants; docs/MUTANTS.md has
// the table.
package mutants

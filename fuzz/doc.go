// Package fuzz puts the stages together against generated stores: whatever is
// written must come back equal, in every layout, container and part size.
//
// The generators are in fuzz/gen, the writer they use in fuzz/fsmtest; the
// oracle is the model they return.
package fuzz

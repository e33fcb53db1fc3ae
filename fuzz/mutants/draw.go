package mutants

import (
	"maps"
	"math/rand/v2"
	"path"
	"slices"

	"redrill/fuzz/mutants/edits"
)

// Directories returns the directories whose sources have a suite, ascending.
func Directories() []string { return slices.Sorted(maps.Keys(suites)) }

// Draw returns n edits in the order of a seed, each once: less if there are
// less. An edit that does not build is not drawn.
func Draw(all []edits.Edit, n int, seed uint64) []Mutant {
	r := rand.New(rand.NewPCG(seed, seed))
	var drawn []Mutant
	for _, i := range r.Perm(len(all)) {
		if len(drawn) == n {
			break
		}
		if all[i].Builds() {
			drawn = append(drawn, FromEdit(all[i]))
		}
	}
	return drawn
}

// FromEdit returns the mutant that an edit makes of its file.
func FromEdit(e edits.Edit) Mutant {
	before, after := e.Source()
	dir := path.Dir(e.File)
	return Mutant{Name: e.String(), Place: Place{dir, e.Func}, Before: e.Before, After: e.After, Suite: suites[dir],
		drawn: Edited{File: e.File, Before: before, Text: after}}
}

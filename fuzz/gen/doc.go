// Package gen generates snapshots together with the keys they hold.
//
// A [Store] is a large one: any number of keys, or one key of any number of
// elements, streamed in bounded memory and reproducible from a seed, for
// benchmarks. A [Scenario] is a small, nasty one drawn by rapid, for property
// tests: every storage layout, versions, remains and rows of other services.
//
// Both return what they wrote as keys of the model. The model is the oracle; no
// decoder takes part in it.
package gen

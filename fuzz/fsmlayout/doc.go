// Package fsmlayout generates elastickv .fsm snapshots together with the keys
// they hold.
//
// [Layout] stores the small, nasty keys of package gen for property tests, in
// every storage layout, among versions, remains and rows of other services. A
// [Store] is a large snapshot: any number of keys, or one key of any number of
// elements, streamed in bounded memory and reproducible from a seed, for
// benchmarks.
//
// Both return what they wrote as keys of the model. The model is the oracle; the
// decoder takes part in [Layout.Open] alone.
package fsmlayout

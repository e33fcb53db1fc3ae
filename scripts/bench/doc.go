// Command bench measures the built redrill, as a user runs it: whole processes,
// from files, against a redis-server of its own on a unix socket.
//
//	bench speed     decode, restore, verify and drill of generated mixed keys, and
//	                redis-cli --pipe with the same commands, in alternating rounds
//	bench memory    peak memory of decoding a large snapshot and a large key
//
// Speeds are kept as lines of Go benchmarks, which benchstat summarises and compares
// (make bench-compare). Ratios of one round and peak memory are printed as Markdown
// tables. The snapshots follow from a seed. What the command starts and writes is ended
// and removed, also on an interrupt.
package main

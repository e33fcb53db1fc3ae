// Package fsmtest writes elastickv .fsm snapshots, for tests and benchmarks.
//
// It was written from docs/FORMAT.md alone and shares no code with the decoder,
// so writer and decoder do not share a misunderstanding. It writes legal files,
// and damages them on request.
//
//	file   = [wrapper] ∥ "EKVPBBL1" ∥ lastCommitTS(8, LE) ∥ entry* ∥ [CRC-32C(4, BE)]
//	entry  = keyLen(8, LE) ∥ encoded key ∥ valLen(8, LE) ∥ encoded value
//	encoded key   = storage key ∥ ^commitTS(8, BE)
//	encoded value = flags(1) ∥ expireAt(8, LE, HLC) ∥ body
//
// A [Row] is a storage key with its body; the types String, Hash, List, Set,
// ZSet, Stream and HyperLogLog are names of keys whose methods return the rows
// of every storage layout. A [Record] is one version of a row. [Snapshot] sorts
// records and returns a file; a [Writer] streams records that are sorted.
// [Layout] goes from a key of the model to its rows.
package fsmtest

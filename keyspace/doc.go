// Package keyspace is the data model that every stage shares: what a backup
// holds and what a Redis server is expected to serve, key by key.
//
// It imports the standard library only, does no I/O and reads no clock.
//
//	Key   = logical database, name, expire time, value
//	Value = String | Hash | List | Set | ZSet | Stream | HyperLogLog
//	Seq   = the keys of a source, each once, large ones in consecutive parts
//	Note  = a finding of a source that is not a key (empty, unreadable, …)
//	Source = keys, notes, and the file that they were decoded from
//	Parts = checks a sequence against the promises of a Seq
//
// [PartLimit] says how large a part is. [Split], [Join] and [Sort] convert whole
// keys to parts and back. [Representable] says what a Redis can hold.
//
// Values are slices in canonical order, never maps, because duplicate fields of
// a stream entry and the order of a list are data:
//
//	Hash         ascending by field name (unsigned bytes), names unique
//	List         head to tail
//	Set          ascending by member, unique
//	ZSet         ascending by member (not by score), unique
//	Stream       ascending by ID, unique; pairs in insertion order, duplicates kept
//	HyperLogLog  ascending by element, unique: the elements, not the registers
//
// The order holds inside a part. Parts of an unordered collection (hash, set,
// sorted set, HyperLogLog) follow the order of their source and share no
// element; parts of a list or a stream follow each other.
package keyspace

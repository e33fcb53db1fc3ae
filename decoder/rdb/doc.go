// Package rdb decodes the dump files of Redis and Valkey ("RDB") into keys, in
// bounded memory: every version of both families up to those in [header.check].
//
//	file     = magic version (opcode | key)* FF [checksum]
//	key      = [expire time] [idle time | frequency] [metadata] type name value
//	database = FE number, for the keys that follow
//
// It is written from a specification of the format and of what servers do with it,
// called SPEC-RDB in comments. Decoding takes two passes:
//
//	Open  reads every byte once: framing, lengths and the checksum. It counts keys
//	      by type byte, keeps auxiliary fields and function libraries, and finds
//	      the keys that the file has twice.
//	Keys  decodes the values, in the order of the file.
//
// Values are checked more deeply than servers check them when they load a file.
// What breaks the framing ends decoding: the file is corrupt. What breaks a value
// alone makes its key unreadable, a note, because where the value ends is known. A
// key in several parts is checked as a whole before the first of them is delivered.
//
// Each file of the package holds one type or one structure: bytes (reader), lengths
// and strings (primitive), packed blobs, the walk from key to key, the passes, and
// the types on top. [form] lists how values are laid out, [kind] which type byte has
// which form.
//
// # Memory
//
// The largest packed blob, and a part of a key. The groups of one stream are held as
// a whole, about 60 bytes for each pending entry. The names of all keys take 8 bytes
// each, up to 32 MiB; those of the elements of one large key as much, up to 64 MiB.
package rdb

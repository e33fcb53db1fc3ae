// Package fsm decodes elastickv `.fsm` snapshots into keys, in bounded memory.
//
// It is not a storage engine. It reads a finished file and does not reproduce
// the defects of the live server, which docs/FORMAT.md lists.
//
//	file    = [wrapper] payload [footer]
//	payload = magic lastCommitTS record*
//	record  = keyLen(8, LE) encodedKey valLen(8, LE) encodedValue
//	encodedKey   = storageKey ^commitTS(8, BE)
//	encodedValue = flags(1) expireAt(8, LE) body
//
// The records are in strictly ascending order of their encoded keys, which
// makes the file its own index. Decoding takes two passes:
//
//	Open  reads every byte once: framing, order, checksum, and every record
//	      counted into exactly one class. It keeps a sparse index (one key per
//	      block, with the families the block holds) and a Bloom filter of which
//	      encodings each user key may have. Both are bounded.
//	Keys  walks the families of each type through the sparse index and joins
//	      elements, meta and deltas, which share one order. Rows in another
//	      order (TTL index, competing encodings) are looked up, and only if
//	      the filter says that they may exist.
//
// A record is one version; the newest version of a storage key decides, and is
// a visible row unless it is a tombstone. Versions of one storage key need not
// be adjacent, see [versions].
//
// Both passes read records through [frames]. The storage key and one table,
// [familyTable], determine the kind of a row. Types with the same layout share
// one reader, see [collection].
//
// A key that cannot be decoded becomes a note and is left out; all other keys are
// decoded. The decoder guesses nothing. After an error the sequence ends, and the
// keys delivered so far are not the whole snapshot.
//
// The package is larger than most because the format has four generations of
// encodings for seven types. Each file holds one type or one structure, and uses
// those below it: bytes (window, feed, pages), records, the first pass, scans and
// lookups, the tools of a walk (run), types, and Keys on top.
package fsm

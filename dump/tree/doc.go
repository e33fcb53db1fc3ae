// Package tree writes keys as elastickv's logical dump directory and reads such
// directories of any writer. It knows no snapshot, no server, and not the JSON
// Lines dump of package dump.
//
// A tree is (docs/FORMAT-TREE.md has the details):
//
//	MANIFEST.json                  last to appear: a tree without it is unfinished
//	CHECKSUMS                      SHA-256 of every other file, sorted by path
//	redis/db_<n>/KEYMAP.jsonl      names of keys whose segment cannot be decoded
//	             strings/<seg>.bin    strings_ttl.jsonl
//	             hll/<seg>.bin        hll_ttl.jsonl
//	             lists/ hashes/ sets/ zsets/   <seg>.json
//	             streams/<seg>.jsonl
//	dynamodb/… s3/… sqs/… .scratch/   of other adapters
//
// <seg> is the key's name, percent-encoded, or its hash where that is too long
// or ambiguous; see [Segment].
//
// # Writing
//
// [Create] takes a new or empty directory, because CHECKSUMS would list any other
// file in it. Every file is created exclusively. Two names that a file system
// takes for one (A.bin and a.bin where it ignores case) are an error; no key
// overwrites another. The writer is deterministic and refuses keys out
// of sequence (W1: parts in sequence; W2: elements of unordered collections
// ascending, across parts too, because files are sorted and nothing is held
// back to sort it). A writer stays failed after its first error.
//
// What the layout, or the store's encoder that reads it, cannot hold is counted
// in [Losses]: NaN scores, max deleted IDs, last IDs behind the largest entry,
// expire times at 0 ms, other databases than 0, bytes that are not UTF-8 where
// the store keeps text, notes. An expire time before 1970 is an error.
//
// # Reading
//
// The reader opens nothing but directories and regular files with one name
// (S1), all of them below the root (S2), and delivers no byte of a file before
// it has checked the file's checksum (S3). So it reads a file larger than one part
// twice. It refuses with an [Error]
//
//   - symbolic links, hard links, devices, pipes; files that CHECKSUMS does not
//     list, files that it lists and that are not there, any other checksum,
//   - a manifest that is missing, of another version or without Redis keys,
//   - file and directory names that the layout does not know, segments that
//     cannot be decoded or that the writer would have spelled differently (R1:
//     so that a key has one file per type), KEYMAP records that do not hash to
//     their segment,
//   - unknown, missing or duplicate members, numbers that are not 64-bit
//     integers, trailing data, elements out of order, streams whose last line is
//     not their only "_meta".
//
// The published decoder writes the stored counters of streams. A counter that is
// not the number of entries, or a last ID behind the largest entry, becomes a note
// (counter, last_id): the entries are the data.
//
// A key in several types (the published decoder writes every encoding that it
// finds) is the first of string, HyperLogLog, list, hash, set, sorted set and
// stream; the others are notes of kind shadowed. Files of other adapters must
// be listed and are counted; their contents are not read, so their checksums
// are not checked.
//
// # Expire times
//
// "expire_at_ms": null means no expire time. 0 is a time, the first millisecond
// of 1970: for elastickv the key has expired, and its decoder writes 0 for such a
// key. Its encoder takes 0 for no expire time and makes the key permanent; this
// reader does not. Values above 2^63-1 are clamped to it, as the store does. Of
// several sidecar lines for a key the last counts, which is what the store's
// encoder does; if they differ, a note of kind duplicate says so.
//
// # Memory
//
// The writer holds one part, and sorts the checksums on disk. The reader holds the
// index of the tree, which takes about 500 bytes for each key while it is
// built, and otherwise one part; HyperLogLog files are held whole.
package tree

// Package dump writes keys as a JSON Lines stream and reads them back, and
// keeps such streams in files. It knows no snapshot and no server.
//
// A dump of version 1 is UTF-8, one JSON object per line, a line feed after
// every line, the last one included:
//
//	{"redrill_dump":1,"source":{…}}                                  first line, once
//	{"db":0,"key":V,"type":"hash","fields":[[V,V],…]}                 a key, or one part of it
//	{"note":"empty","db":0,"key":V,"type":"hash"}                     a note, see [keyspace.Note]
//	{"end":true,"keys":N,"elements":N,"notes":{…},"sha256":"…"}       last line, once
//
// V is a byte string: a JSON string when it is valid UTF-8, otherwise
// {"base64":"…"} in the URL-safe alphabet without padding; "element" and
// "detail" of a note are byte strings too. Scores are JSON
// numbers with the shortest digits that read back to the same bits, or one of
// "inf", "-inf" and "nan" (the bits of a NaN are not kept). A key in several
// parts has "part" on all of them and "more" on all but the last; notes may
// stand between parts, other keys may not.
//
// Version 2 adds facts of the source, function libraries, expire times of fields,
// consumer groups, arrays and opaque values; docs/FORMAT.md, 7.6, has its lines.
//
// # Writing
//
// The output is compact, escapes only what JSON demands and depends only on the
// input: the same calls give the same bytes. The writer refuses what the reader
// would refuse (W1: parts in sequence, W2: elements in canonical order, W3:
// lines up to the limit) and stays failed after its first error. The output of a
// failed writer has no last line, so no reader accepts it.
//
// # Reading
//
// The last line carries the SHA-256 of every byte before it, so the
// reader refuses a dump that was truncated anywhere, or changed before its last
// line. The reader checks every number of the last line against the dump, except
// the counts of kinds that are only counted (such as "unknown"). The digits of
// these counts are the only unprotected bytes.
//
// The reader also takes dumps of other producers. It accepts
//
//   - members of an object in any order, and blanks between tokens,
//   - any escape that JSON allows, and scores in any notation of JSON,
//   - an envelope around bytes that are valid UTF-8,
//   - fields and members of unordered collections in any order; it sorts them,
//
// and refuses everything else with an [Error] that names line and column:
// unknown or duplicate members, invalid UTF-8, lone surrogates, envelopes with
// padding, foreign characters or loose bits, numbers out of range, parts out
// of sequence, duplicate elements in a part, stream entries out of
// order, wrong counts, anything after the last line. It does not check that each
// key occurs once, or that parts of an unordered collection share no element,
// because these checks would take memory that grows with the dump.
//
// # Memory
//
// The writer holds a buffer of constant size, the reader a small multiple of the
// line it reads, and all function libraries.
package dump

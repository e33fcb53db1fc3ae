// Package pipeline runs another program's decoder, encoder or restorer as a
// command and judges its output, case by case. It is not a drill: it knows what the
// input holds. It starts no server; the caller gives one to a restorer.
//
//	case = snapshot, what it holds (or that it must be refused), catalogue rows
//	case ──▶ {snapshot} ──▶ their decoder ──▶ {dump} ──▶ verdict
//	case ──▶ {dump} ──▶ their encoder ──▶ {snapshot} ──▶ our decoder ──▶ verdict
//	case ──▶ {dump} ──▶ their restorer ──▶ {target} ──▶ verification ──▶ verdict
//
// # What is compared
//
// Keys: database, name, type, every value with its order and its score bits, and
// the expire time. Notes are compared on request only; other decoders have none.
//
//   - A key that cannot be decoded must be absent, or the whole snapshot refused.
//     So may a snapshot with an element that no dump can hold.
//   - A hash, list, set or sorted set that exists for the store without elements
//     may be in the dump, empty, or absent.
//   - Nothing expires: a key whose time has passed is in the dump with its time.
//   - Any NaN equals any other.
//   - A dump in the form of a tree holds no max deleted ID, no NaN, and the larger
//     of last ID and largest entry; a snapshot with a NaN may be refused.
//
// # Commands
//
// A command is a text. The package splits it into words as a shell does, but runs
// no shell. {snapshot} and {dump} stand for paths, {target} for a URL. Each run has
// a time limit; after it, the whole process group is killed. The package keeps only
// the head and the tail of standard error, and reads the output strictly: a dump
// that is truncated or breaks its format is wrong, whatever the exit status.
package pipeline

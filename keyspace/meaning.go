package keyspace

import "slices"

// Meaning says what a kind of notes means for a reader of keys and notes.
type Meaning struct {
	Phrase    string // what such notes count, for people
	Delivered bool   // each note is delivered and names a key or an element; others are only counted
	InPlace   bool   // the note stands in the place of a key that is not in the sequence
	Absent    bool   // of such a key: it is expected to be absent
	Missing   Missing
}

// Missing says that the source has content that is not among the keys, so that
// what is made of the keys cannot be the whole. The zero value says nothing.
type Missing struct {
	Noun, What string // "row", "of unknown families": for people
	Allow      string // the name under which a user may accept it; "" if no user may
}

// Meaning returns what the kind means, the zero value of a kind that is not in
// [NoteKinds].
func (k NoteKind) Meaning() Meaning { return meanings[k] }

// Known reports whether the kind is in [NoteKinds].
func (k NoteKind) Known() bool { return slices.Contains(NoteKinds[:], k) }

// NoteKinds lists every kind once, in report order.
var NoteKinds = [...]NoteKind{
	NoteEmpty, NoteUnreadable, NoteUnrepresentable, NoteShadowed, NoteCounter,
	NoteScoreIndex, NoteLastID, NoteStreamBlob, NoteDuplicate, NoteOrphanTTL,
	NoteOrphanRows, NoteDetached, NoteLeftover, NoteUnresolved, NoteUnknown,
	NoteUnknownRedis, NoteNewer, NoteUnprotected, NoteExpired, NoteDatabase,
	NoteModuleData, NoteFunction, NoteProducers, NoteImporting, NoteTrailing,
}

var meanings = map[NoteKind]Meaning{
	NoteEmpty: {Delivered: true, InPlace: true, Absent: true,
		Phrase: "keys without an element; no Redis keeps them"},
	NoteUnreadable: {Delivered: true, InPlace: true,
		Phrase:  "keys that could not be decoded",
		Missing: Missing{Noun: "key", What: "unreadable"}},
	NoteUnrepresentable: {Delivered: true,
		Phrase: "elements that no Redis can hold"},
	NoteShadowed: {Delivered: true,
		Phrase: "older encodings, not read by the store"},
	NoteCounter: {Delivered: true,
		Phrase: "stored lengths that disagree with the rows; the rows count"},
	NoteScoreIndex: {Delivered: true,
		Phrase: "sorted sets whose score index disagrees with the members; the members count"},
	NoteLastID: {Delivered: true,
		Phrase: "streams whose last ID is behind their largest entry"},
	NoteStreamBlob: {Delivered: true,
		Phrase: "streams stored in one old row; the store discards their entries"},
	NoteDuplicate: {Delivered: true,
		Phrase: "members that an old row holds twice; the last counts"},

	NoteOrphanTTL: {
		Phrase: "expire times without a key"},
	NoteOrphanRows: {
		Phrase: "rows of collections that do not exist"},
	NoteDetached: {
		Phrase:  "rows of collections that lie in another group of the store",
		Missing: Missing{Noun: "element", What: "of lists or streams that are in another group's snapshot"}},
	NoteLeftover: {
		Phrase: "rows that no longer belong to their key"},
	NoteUnresolved: {
		Phrase:  "transactions that the store had not decided yet",
		Missing: Missing{Noun: "write", What: "of unresolved transactions or migrations", Allow: "unresolved"}},
	NoteUnknown: {
		Phrase:  "rows of unknown internal families",
		Missing: Missing{Noun: "row", What: "of unknown families of other services", Allow: "unknown"}},
	NoteUnknownRedis: {
		Phrase:  "unknown rows of Redis keys; these keys lack what the rows hold",
		Missing: Missing{Noun: "row", What: "of unknown families among the rows of Redis keys"}},
	NoteNewer: {
		Phrase: "rows newer than the header says"},
	NoteUnprotected: {
		Phrase: "no checksum: damage or a cut cannot be excluded"},
	NoteExpired: {
		Phrase: "keys that had expired when the file was written; a server drops them"},
	NoteDatabase: {
		Phrase: "keys in databases above 15; a server needs `databases` set to load them"},
	NoteModuleData: {
		Phrase:  "records of modules beside the keys or with them; a server without the module refuses the file",
		Missing: Missing{Noun: "record", What: "of modules", Allow: "opaque"}},
	NoteFunction: {
		Phrase: "function libraries of a release candidate; Redis 7.2 and later refuse the file"},
	NoteProducers: {
		Phrase: "streams that remember what idempotent producers sent; that is not compared"},
	NoteImporting: {
		Phrase: "slots that were moving to this shard; some of their keys may be in another file"},
	NoteTrailing: {
		Phrase: "bytes behind the end, which no server reads"},
}

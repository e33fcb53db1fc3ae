package keyspace

// NoteKind says what a note is about. Kinds are stable: dumps carry them. What a
// kind means to those who read notes is in [NoteKind.Meaning].
type NoteKind string

// Kinds of notes about a key or an element; each such note is delivered.
const (
	// NoteEmpty is a key that exists without an element. Redis has no empty
	// hash, list, set or sorted set: the key is expected to be absent.
	NoteEmpty NoteKind = "empty"
	// NoteUnreadable is a key that could not be decoded. It is not in the
	// sequence; nothing about it is guessed.
	NoteUnreadable NoteKind = "unreadable"
	// NoteUnrepresentable is an element that no Redis can hold: a NaN score, a
	// stream entry 0-0, without fields or with an odd number of strings. The
	// first three stay in their key (see [Representable]); an odd entry cannot
	// and is in the note alone, cut where it is long.
	NoteUnrepresentable NoteKind = "unrepresentable"
	// NoteShadowed is an encoding of a key that a preferred one hides.
	NoteShadowed NoteKind = "shadowed"
	// NoteCounter is a stored length that disagrees with the visible rows.
	NoteCounter NoteKind = "counter"
	// NoteScoreIndex is a sorted set whose score index disagrees with its members.
	NoteScoreIndex NoteKind = "score_index"
	// NoteLastID is a stream whose last ID is behind its largest entry.
	NoteLastID NoteKind = "last_id"
	// NoteStreamBlob is a stream stored as one blob, whose entries its own
	// server discards: an empty stream is expected.
	NoteStreamBlob NoteKind = "stream_blob"
	// NoteDuplicate is a member that a legacy blob holds twice; the last wins.
	NoteDuplicate NoteKind = "duplicate"
)

// Kinds that are only counted.
const (
	// NoteOrphanTTL counts expire times without a key.
	NoteOrphanTTL NoteKind = "orphan_ttl"
	// NoteOrphanRows counts rows of collections that do not exist: entries
	// without a stream, items without a list, index rows without a sorted set.
	NoteOrphanRows NoteKind = "orphan_rows"
	// NoteDetached counts such items and entries where the source shows that
	// the collection exists: the row that makes it lies in another source, that
	// of another group of the same store.
	NoteDetached NoteKind = "detached"
	// NoteLeftover counts rows that exist but are not part of the visible
	// value: items outside a list's window, entries up to a trim cursor.
	NoteLeftover NoteKind = "leftover"
	// NoteUnresolved counts transaction locks on Redis rows.
	NoteUnresolved NoteKind = "unresolved"
	// NoteUnknown counts rows of unknown internal families.
	NoteUnknown NoteKind = "unknown"
	// NoteUnknownRedis counts those among the rows of Redis keys: what they hold
	// belongs to keys, and is missing there.
	NoteUnknownRedis NoteKind = "unknown_redis"
	// NoteNewer counts rows newer than the snapshot's header says.
	NoteNewer NoteKind = "newer_than_header"
	// NoteUnprotected is 1 for a source without a checksum of its own: damage that
	// keeps its form cannot be excluded.
	NoteUnprotected NoteKind = "unprotected"
	// NoteExpired counts keys whose expire time had passed when the file was written.
	NoteExpired NoteKind = "expired_in_file"
	// NoteDatabase counts keys in databases that a server has only if it is told to.
	NoteDatabase NoteKind = "database"
	// NoteModuleData counts what modules keep beside the keys, and what they attach
	// to keys.
	NoteModuleData NoteKind = "module_data"
	// NoteFunction counts function libraries in a form that only Redis 7.0 loads.
	NoteFunction NoteKind = "function"
	// NoteProducers counts streams that remember what idempotent producers sent.
	NoteProducers NoteKind = "producers"
	// NoteImporting counts ranges of slots that were moving to this shard: some of
	// their keys may lie in the file of another.
	NoteImporting NoteKind = "importing"
	// NoteTrailing counts bytes behind the end of the file, which no server reads.
	NoteTrailing NoteKind = "trailing"
)

// Note is a finding of a source that a key cannot express.
//
// A note about a key is delivered before the last part of that key, or where
// the key would stand when the sequence does not hold it.
type Note struct {
	Kind    NoteKind
	DB      int
	Name    string  // of the key; the stored key where no name can be told
	Type    Type    // of the key, or of the encoding that is noted
	Element *string // the member or entry ID the note is about, if any
	Offset  int64   // of the row in the uncompressed snapshot; -1 if there is none
	Detail  string  // for people; of a [NoteCounter] see [CounterDetail]
}

// Tally counts notes per kind.
type Tally map[NoteKind]int64

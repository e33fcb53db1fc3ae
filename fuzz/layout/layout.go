// Package layout says what campaigns and judges need of a format of snapshots.
// Each format has one [Layout], in a package of its own.
package layout

import (
	"math/rand/v2"

	"redrill/fuzz/gen"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

// Layout is a format of snapshots: it draws keys together with how they are
// stored, and opens what is stored. It is used by several goroutines at once.
type Layout interface {
	// Format is the name of the format in a [keyspace.Origin].
	Format() string
	// Facts are facts of an origin of which a dump can hold all that a snapshot can.
	Facts() []keyspace.Fact
	// Trees reports whether a directory of elastickv's layout can hold all that a
	// snapshot can.
	Trees() bool
	// FileName is how a server names a snapshot, with the suffix of the format.
	FileName() string
	// Databases is how many logical databases a snapshot can hold, of the 16 that a
	// Redis has.
	Databases() int
	// Features lists every feature that a scenario can have, each once.
	Features() []string
	// Draw draws a scenario of the shape.
	Draw(t *rapid.T, shape gen.Shape) Scenario
	// Open opens a snapshot with the decoder of this program. Errors have the
	// classes of package decoder.
	Open(file []byte, opts Options) (keyspace.Source, error)
	// Contained reports whether snapshots have a container that can be left out.
	Contained() bool
	// Bare returns a snapshot without its container; ok is false if it has none
	// that can be left out.
	Bare(file []byte) (payload []byte, ok bool)
}

// Options say how a snapshot is opened.
type Options struct {
	Unprotected bool // one without a checksum is accepted
	Strict      bool // the first unreadable key is an error
	Part        keyspace.PartLimit
}

// Scenario is a small snapshot together with what it holds.
type Scenario struct {
	Snapshot Snapshot
	// Keys are the visible keys, whole, ascending by database and name.
	Keys []keyspace.Key
	// Functions is the code of the function libraries that the snapshot holds, in its
	// order.
	Functions []string
	// Notes are the expected notes of the kinds that are [Predicted], with kind,
	// database, name, type and element only, ascending by database and name. A
	// key with several hidden encodings of one type has one note about them.
	Notes []keyspace.Note
	// Counts are the expected numbers of the kinds in [Counted] that are not 0;
	// nil where they are not known.
	Counts keyspace.Tally
	// Features counts what was drawn, see [Layout.Features].
	Features map[string]int
	// Drawn is how many keys were drawn, those left out included.
	Drawn int
}

// Snapshot is how the keys of a scenario are stored. Methods that return another
// one change nothing about the keys.
type Snapshot interface {
	// File returns the bytes.
	File() []byte
	// Options returns what opening them takes.
	Options() Options
	// Protected returns it with a checksum, as every server writes it.
	Protected() Snapshot
	// Plain returns it in the container that current servers write.
	Plain() Snapshot
	// Rewrapped returns it in a drawn container.
	Rewrapped(r *rand.Rand) Snapshot
	// Noise names what is stored beside the keys and is no part of them.
	Noise() []string
	// WithoutNoise returns it without the noise of the names that drop has. Only the
	// counts of [OfKeys] are left when all noise is dropped.
	WithoutNoise(drop func(name string) bool) Snapshot
	// Damaged returns the bytes with a flipped bit or cut; certain says that
	// whoever reads them has to notice.
	Damaged(r *rand.Rand) (file []byte, certain bool)
	// Forged returns the bytes with flipped bits under a right checksum.
	Forged(r *rand.Rand) []byte
}

// Predicted reports whether a scenario says exactly which keys have a note of
// the kind. About other kinds it says nothing.
func Predicted(kind keyspace.NoteKind) bool {
	switch kind {
	case keyspace.NoteEmpty, keyspace.NoteUnreadable, keyspace.NoteUnrepresentable, keyspace.NoteStreamBlob,
		keyspace.NoteDuplicate, keyspace.NoteLastID, keyspace.NoteShadowed, keyspace.NoteCounter:
		return true
	case keyspace.NoteScoreIndex, keyspace.NoteOrphanTTL, keyspace.NoteOrphanRows, keyspace.NoteLeftover,
		keyspace.NoteUnresolved, keyspace.NoteUnknown, keyspace.NoteUnknownRedis,
		keyspace.NoteDetached, keyspace.NoteNewer, keyspace.NoteUnprotected,
		keyspace.NoteExpired, keyspace.NoteDatabase, keyspace.NoteModuleData, keyspace.NoteFunction,
		keyspace.NoteProducers, keyspace.NoteImporting, keyspace.NoteTrailing:
	}
	return false
}

// Counted are the kinds that are only counted and of which a scenario says how
// many there are, in report order.
var Counted = [...]keyspace.NoteKind{
	keyspace.NoteUnknown, keyspace.NoteUnknownRedis, keyspace.NoteUnresolved, keyspace.NoteDetached, keyspace.NoteOrphanTTL,
	keyspace.NoteModuleData, keyspace.NoteProducers, keyspace.NoteImporting, keyspace.NoteTrailing,
}

// OfKeys returns the counts that stay when all noise is dropped: those of keys.
func OfKeys(counts keyspace.Tally) keyspace.Tally {
	kept := keyspace.Tally{}
	if n := counts[keyspace.NoteProducers]; n > 0 {
		kept[keyspace.NoteProducers] = n
	}
	return kept
}

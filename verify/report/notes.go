package report

import "redrill/keyspace"

// meaning says in a phrase what a note of a kind stands for.
func meaning(kind keyspace.NoteKind) string {
	switch kind {
	case keyspace.NoteEmpty:
		return "keys without an element, which no Redis keeps"
	case keyspace.NoteUnreadable:
		return "keys that could not be decoded"
	case keyspace.NoteUnrepresentable:
		return "elements that no Redis can hold"
	case keyspace.NoteShadowed:
		return "older encodings, not read by the store"
	case keyspace.NoteCounter:
		return "stored lengths that disagree with the rows, which count"
	case keyspace.NoteScoreIndex:
		return "sorted sets whose score index disagrees with the members, which count"
	case keyspace.NoteLastID:
		return "streams whose last ID is behind their largest entry"
	case keyspace.NoteStreamBlob:
		return "streams in one old row, whose entries the store discards"
	case keyspace.NoteDuplicate:
		return "members that an old row holds twice; the last counts"
	case keyspace.NoteOrphanTTL:
		return "expire times without a key"
	case keyspace.NoteOrphanRows:
		return "rows of collections that do not exist"
	case keyspace.NoteDetached:
		return "rows of collections that lie in another group of the store"
	case keyspace.NoteLeftover:
		return "rows that are no part of their key any more"
	case keyspace.NoteUnresolved:
		return "transactions that the store had not decided yet"
	case keyspace.NoteUnknown:
		return "rows of internal families that nobody knows"
	case keyspace.NoteUnknownRedis:
		return "unknown rows of Redis keys, which lack what they hold"
	case keyspace.NoteNewer:
		return "rows newer than the header says"
	case keyspace.NoteUnprotected:
		return "no checksum: a cut between two records cannot be excluded"
	}
	return ""
}

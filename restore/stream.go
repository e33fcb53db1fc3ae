package restore

import (
	"math"
	"strconv"

	"redrill/keyspace"
)

// streamGroup is the group that creates an empty stream and is destroyed at once.
const streamGroup = "redrill"

// streamPlan is what is known of a stream while its parts are planned.
type streamPlan struct {
	entries uint64 // that were planned
	added   uint64 // what the server counts as entries ever added
	group   string // the last one that was planned
	grouped bool   // there was one
}

// stream plans groups, entries with their stored IDs and, after the last part, the
// last ID and the counters.
func (p *commands) stream(b *batch, k keyspace.Key, v keyspace.Stream) {
	p.groups(b, k, v)
	for _, e := range v.Entries {
		b.begin("XADD")
		b.add(k.Name)
		b.add(e.ID.String())
		for _, pair := range e.Pairs {
			b.add(pair.Field)
			b.add(pair.Value)
		}
		b.end(ReplyID, 0)
		p.top = keyspace.MaxID(p.top, e.ID)
		p.exists = true
		p.streamed.entries++
		p.streamed.added++
	}
	if k.More {
		return
	}
	if !p.exists {
		p.emptyStream(b, k.Name, v.LastID)
	}
	if _, stored := v.FirstID.Get(); stored {
		p.losses.add(LostFirstIDs, 1)
	}
	p.lastID(b, k.Name, keyspace.MaxID(v.LastID, p.top), v.MaxDeletedID, v.EntriesAdded)
}

// emptyStream creates a stream without entries and without groups. On a stream
// that exists (an earlier part that is not known) it changes nothing.
//
// Where that takes what the server lacks, an entry with the last ID is added and
// trimmed away at once, if there is such an ID.
func (p *commands) emptyStream(b *batch, key string, last keyspace.ID) {
	s := p.server
	p.exists = true
	if !last.IsZero() && (s.NoXGroup || s.NoXDel && !s.XSetID) {
		b.put(Reply{Kind: ReplyID, N: 2}, "XADD", key, "MAXLEN", "0", last.String(), "", "")
		p.top = last
		p.streamed.added++
		return
	}
	b.putOK("XGROUP", "CREATE", key, streamGroup, "$", "MKSTREAM")
	b.putInt(1, "XGROUP", "DESTROY", key, streamGroup)
}

// lastID plans the last ID, which is at least that of the largest entry, the
// largest deleted ID, which a server refuses above the last ID, and how many
// entries were ever added.
func (p *commands) lastID(b *batch, key string, last, deleted keyspace.ID, added keyspace.Optional[uint64]) {
	if deleted.Compare(last) > 0 {
		deleted = last
	}
	withDeleted := p.server.XSetID && p.server.MaxDeletedID && !deleted.IsZero()
	count, withCount := p.entriesAdded(added)
	switch {
	case withDeleted || withCount:
		b.begin("XSETID")
		b.add(key)
		b.add(last.String())
		if withCount {
			b.add("ENTRIESADDED")
			b.add(strconv.FormatUint(count, 10))
		}
		if withDeleted {
			b.add("MAXDELETEDID")
			b.add(deleted.String())
		}
		b.end(ReplyOK, 0)
	case last == p.top: // the last XADD, or the creation of the stream, set it
	case p.server.XSetID:
		b.putOK("XSETID", key, last.String())
	default:
		b.put(Reply{Kind: ReplyID}, "XADD", key, last.String(), "", "")
		b.putInt(1, "XDEL", key, last.String())
	}
}

// entriesAdded returns how many entries the server has to count as ever added, and
// whether it has to be told: it has counted the XADDs.
func (p *commands) entriesAdded(stored keyspace.Optional[uint64]) (n uint64, told bool) {
	n, known := stored.Get()
	takes := p.server.XSetID && p.server.MaxDeletedID
	switch {
	case !known: // without what stood in for pending entries
		return p.streamed.entries, takes && p.known && p.streamed.added != p.streamed.entries
	case !takes, n > math.MaxInt64, p.known && n < p.streamed.entries: // fewer than there are is refused
		p.losses.add(LostEntriesAdded, 1)
		return 0, false
	}
	return n, !p.known || n != p.streamed.added
}

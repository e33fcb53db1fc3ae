package restore

import "redrill/keyspace"

// streamGroup is the group that creates an empty stream and is destroyed at once.
const streamGroup = "redrill"

// stream plans entries with their stored IDs and, after the last part, the last
// ID.
func (p *commands) stream(b *batch, k keyspace.Key, v keyspace.Stream) {
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
	}
	if k.More {
		return
	}
	if !p.exists {
		p.emptyStream(b, k.Name, v.LastID)
	}
	p.lastID(b, k.Name, keyspace.MaxID(v.LastID, p.top), v.MaxDeletedID)
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
		return
	}
	b.putOK("XGROUP", "CREATE", key, streamGroup, "$", "MKSTREAM")
	b.putInt(1, "XGROUP", "DESTROY", key, streamGroup)
}

// lastID plans the last ID, which is at least that of the largest entry, and the
// largest deleted ID, which a server refuses above the last ID.
func (p *commands) lastID(b *batch, key string, last, deleted keyspace.ID) {
	if deleted.Compare(last) > 0 {
		deleted = last
	}
	withDeleted := p.server.XSetID && p.server.MaxDeletedID && !deleted.IsZero()
	switch {
	case withDeleted:
		b.putOK("XSETID", key, last.String(), "MAXDELETEDID", deleted.String())
	case last == p.top: // the last XADD, or the creation of the stream, set it
	case p.server.XSetID:
		b.putOK("XSETID", key, last.String())
	default:
		b.put(Reply{Kind: ReplyID}, "XADD", key, last.String(), "", "")
		b.putInt(1, "XDEL", key, last.String())
	}
}

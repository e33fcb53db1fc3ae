package compare

import (
	"context"
	"strconv"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

const infoReply = 64 << 10 // of XINFO STREAM; the entries it ends with may be cut

// What a server may not show of streams.
const (
	UncheckedLastID       = "streams: last ID"
	UncheckedMaxDeletedID = "streams: largest deleted ID"
	UncheckedEntriesAdded = "streams: how many entries were ever added"
	UncheckedFirstID      = "streams: first ID"
	UncheckedGroups       = "streams: consumer groups"
)

func askInfo(r *wire.Round, st *State) wire.Slot {
	return r.Add(infoReply, "XINFO", "STREAM", &st.Name)
}

// finish compares what belongs to the stream as a whole.
func (s *streamKey) finish(ctx context.Context, q *Reader, p *Part) (bool, error) {
	v, _ := p.Key.Value.(keyspace.Stream)
	if p.about == wire.None {
		return true, s.compareGroups(ctx, q, p, streamInfo{})
	}
	got := q.round.Reply(p.about)
	info, ok := parseStreamInfo(got)
	if _, failed := got.Failure(); s.full && (failed || !ok || got.Cut || info.live == nil) { // it is asked piece by piece
		if err := s.groups.comparePart(ctx, q, p.State, v.Groups, false); err != nil {
			return false, err
		}
		var err error
		if got, err = q.ask(ctx, p.State, func(r *wire.Round) wire.Slot { return askInfo(r, p.State) }); err != nil {
			return false, err
		}
		info, ok = parseStreamInfo(got)
	}
	if !ok || got.Cut && (!info.hasLastID || !info.hasMaxDeletedID || !info.hasGroups) {
		return false, nil
	}
	s.compareInfo(q, p.State, v, info)
	return true, s.compareGroups(ctx, q, p, info)
}

// streamInfo is what XINFO STREAM says, fields by name.
type streamInfo struct {
	lastID, maxDeletedID, firstID        keyspace.ID
	hasLastID, hasMaxDeletedID, hasFirst bool

	added     uint64 // as many entries as were ever added
	hasAdded  bool
	groups    int64 // how many
	hasGroups bool
	live      []liveGroup // all of them, where everything was asked; never nil then
}

func parseStreamInfo(got wire.Reply) (info streamInfo, ok bool) {
	n, ok := got.Array()
	for ; ok && n >= 2; n -= 2 {
		var name wire.Bulk
		if name, ok = got.Bulk(); !ok {
			break
		}
		switch string(name.B) {
		case "last-generated-id":
			info.lastID, info.hasLastID = bulkID(&got)
			ok = info.hasLastID
		case "max-deleted-entry-id":
			info.maxDeletedID, info.hasMaxDeletedID = bulkID(&got)
			ok = info.hasMaxDeletedID
		case "recorded-first-entry-id":
			info.firstID, info.hasFirst = bulkID(&got)
			ok = info.hasFirst
		case "entries-added":
			var added int64
			added, info.hasAdded = got.Integer()
			info.added, ok = uint64(added), info.hasAdded
		case "groups":
			at := got
			if info.groups, info.hasGroups = got.Integer(); info.hasGroups {
				break
			}
			got = at
			if info.live, ok = parseGroups(&got); ok {
				info.groups, info.hasGroups = int64(len(info.live)), true
			}
		default:
			ok = got.Skip()
		}
	}
	return info, ok || got.Cut
}

func bulkID(p *wire.Reply) (keyspace.ID, bool) {
	text, ok := p.Bulk()
	if !ok {
		return keyspace.ID{}, false
	}
	if text.Size == 0 { // miniredis, of a stream that never had an entry
		return keyspace.ID{}, true
	}
	return parseLiveID(text.B)
}

// compareInfo compares what belongs to the stream as a whole, as far as the server
// shows it.
func (s *streamKey) compareInfo(q *Reader, st *State, v keyspace.Stream, info streamInfo) {
	server := q.server
	shown := func(kind Kind, can, shows bool, unchecked string) bool {
		if !shows {
			st.hidden = append(st.hidden, kind)
		}
		if can && !shows {
			q.Unchecked.Add(unchecked)
		}
		return can && shows
	}
	differ := func(kind Kind, path string, want, got keyspace.ID) {
		if want != got {
			st.Add(Difference{Kind: kind, Path: st.Path() + path, Want: want.String(), Got: got.String()})
		}
	}
	last := liveLastID(v, s.lastID, server)
	if shown(KindLastID, server.LastID, info.hasLastID, UncheckedLastID) {
		differ(KindLastID, "/last_id", last, info.lastID)
	}
	if shown(KindMaxDeletedID, server.MaxDeletedID, info.hasMaxDeletedID, UncheckedMaxDeletedID) {
		differ(KindMaxDeletedID, "/max_deleted_id", liveMaxDeletedID(v, last, server), info.maxDeletedID)
	}
	switch added, known := v.EntriesAdded.Get(); {
	case !known && (!info.hasAdded || !server.EntriesAdded):
	case !known || !info.hasAdded || !server.EntriesAdded:
		st.hidden = append(st.hidden, KindEntriesAdded)
		q.Unchecked.Add(UncheckedEntriesAdded)
	case added != info.added:
		st.Add(Difference{Kind: KindEntriesAdded, Path: st.Path() + "/entries_added",
			Want: strconv.FormatUint(added, 10), Got: strconv.FormatUint(info.added, 10)})
	}
	if first, known := v.FirstID.Get(); known {
		switch {
		case server.ByCommands:
			q.leave(st, leftFirstID, 1)
		case shown(KindFirstID, true, info.hasFirst, UncheckedFirstID):
			differ(KindFirstID, "/first_id", first, info.firstID)
		}
	}
	if !info.hasGroups && s.groups == nil {
		q.Unchecked.Add(UncheckedGroups)
	}
}

// liveLastID returns the last ID that a stream with a largest entry has on the server:
// at least that of the entry, unless the server has it from the file.
func liveLastID(v keyspace.Stream, largest keyspace.ID, server Server) keyspace.ID {
	if server.Loaded {
		return v.LastID
	}
	return keyspace.MaxID(v.LastID, largest)
}

// liveMaxDeletedID returns the largest deleted ID that a stream with a last ID has on
// the server: no command sets it above that.
func liveMaxDeletedID(v keyspace.Stream, last keyspace.ID, server Server) keyspace.ID {
	if !server.Loaded && v.MaxDeletedID.Compare(last) > 0 {
		return last
	}
	return v.MaxDeletedID
}

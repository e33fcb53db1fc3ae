package compare

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

const streamWindow = 1000 // entries read at a time beyond the expected ones

// streamKey compares a stream: it asks for the window of each part, and with the
// last for what belongs to the stream as a whole. The windows of all parts cover
// every possible ID, so that nothing can hide between parts. One entry more than
// expected is asked for.
type streamKey struct {
	lastID  keyspace.ID // the largest expected entry so far
	extra   int64       // entries that are not expected
	entries int64       // as the server says; 0 when it was not asked
	groups  *groupsKey  // nil of a stream that is expected to have no groups
	full    bool        // XINFO STREAM was asked for everything
}

func (s *streamKey) plan(q *Reader, p *Part) {
	v, _ := p.Key.Value.(keyspace.Stream)
	_, counted := v.EntriesAdded.Get()
	p.State.uncounted = !counted
	if n := len(v.Entries); n > 0 {
		s.lastID = v.Entries[n-1].ID
	}
	if len(v.Entries) > 0 || !p.Key.More {
		p.content = askEntries(&q.round, p, v.Entries, p.cursor(), len(v.Entries)+1)
	}
	switch {
	case p.Key.More:
	case p.Key.Whole() && len(v.Groups) > 0:
		s.full = true
		p.about = askFull(&q.round, p.State, v)
		p.aside = true
	case q.server.LastID || q.server.MaxDeletedID || q.server.EntriesAdded:
		p.about = askInfo(&q.round, p.State)
	}
}

func (s *streamKey) compare(ctx context.Context, q *Reader, p *Part) (bool, error) {
	v, _ := p.Key.Value.(keyspace.Stream)
	if len(v.Groups) > 0 && s.groups == nil {
		s.groups = new(groupsKey)
	}
	if s.groups != nil && !s.full {
		if err := s.groups.comparePart(ctx, q, p.State, v.Groups, p.Key.More); err != nil {
			return false, err
		}
	}
	if p.content == wire.None {
		return true, nil
	}
	asked := len(v.Entries) + 1
	c, ok := s.compareEntries(p.State, v.Entries, q.round.Reply(p.content), asked, p.cursor())
	for ok && c.more {
		if over, err := s.outlasts(ctx, q, p.State); err != nil {
			return false, err
		} else if over {
			return false, errRefused
		}
		asked = max(len(v.Entries)-c.done+1, streamWindow)
		got, err := q.ask(ctx, p.State, func(r *wire.Round) wire.Slot { return askEntries(r, p, v.Entries, c, asked) })
		if err != nil {
			return false, err
		}
		c, ok = s.compareEntries(p.State, v.Entries, got, asked, c)
	}
	return ok, nil
}

// outlasts reports whether a stream shows more entries that are not expected
// than it can have, and makes the run invalid then: there would always be more.
func (s *streamKey) outlasts(ctx context.Context, q *Reader, st *State) (bool, error) {
	if s.extra <= streamWindow {
		return false, nil
	}
	if s.entries == 0 {
		n, _, err := q.askNumber(ctx, st, "XLEN")
		if err != nil {
			return false, err
		}
		s.entries = max(n, 1)
	}
	if s.extra/2 <= s.entries+streamWindow/2 {
		return false, nil
	}
	q.Invalid.Add(fmt.Sprintf("%s: XRANGE %s: %d entries that are not expected, where the server says that there are %d in all",
		st.Path(), wire.ErrEndless, s.extra, s.entries))
	return true, nil
}

// streamCursor is how far the window of a part has been compared.
type streamCursor struct {
	done int         // entries of the part that were looked for
	last keyspace.ID // the last live entry seen, or where the window begins
	seen bool        // last is an entry, so that even 0-0 is behind the cursor
	more bool        // the window goes on after last
}

// cursor returns where the window of the part begins.
func (p *Part) cursor() streamCursor { return streamCursor{last: p.prev, seen: p.base > 0} }

// askEntries asks for count entries from the cursor on, up to the end of the
// window of the part. The limit of the reply is that of the entries v.
func askEntries(r *wire.Round, p *Part, v []keyspace.Entry, c streamCursor, count int) wire.Slot {
	start, end := "-", "+"
	if c.seen {
		start = nextID(c.last).String()
	}
	if n := len(v); p.Key.More && n > 0 {
		end = v[n-1].ID.String()
	}
	return r.Add(entriesBytes(v), "XRANGE", &p.State.Name, start, end, "COUNT", count)
}

// entriesBytes returns how many bytes entries take in a reply.
func entriesBytes(v []keyspace.Entry) (n int) {
	for i := range v {
		n += 64
		for _, pair := range v[i].Pairs {
			n += len(pair.Field) + len(pair.Value) + 2*wire.PerBulk
		}
	}
	return n
}

// isLargest reports whether no entry can follow the one with the ID.
func isLargest(id keyspace.ID) bool { return nextID(id).IsZero() }

// nextID returns the smallest ID above id, 0-0 above the largest.
func nextID(id keyspace.ID) keyspace.ID {
	id.Seq++
	if id.Seq == 0 {
		id.Ms++
	}
	return id
}

// compareEntries merges the expected entries v with the reply to askEntries,
// both ascending. Entries before c.done are behind it already.
func (s *streamKey) compareEntries(st *State, v []keyspace.Entry, got wire.Reply, asked int, c streamCursor) (streamCursor, bool) {
	n, ok := got.Array()
	if !ok {
		return c, false
	}
	for i := range n {
		id, fields, ok := entryHeader(&got)
		if !ok {
			c.more = true
			return c, got.Cut && i > 0
		}
		if c.seen && id.Compare(c.last) <= 0 {
			return c, false // behind what has been seen: it would never end
		}
		for c.done < len(v) && v[c.done].ID.Compare(id) < 0 {
			st.Add(missingEntry(st, v[c.done]))
			c.done++
		}
		expected := c.done < len(v) && v[c.done].ID == id
		if expected && sameFields(v[c.done], &got, fields) {
			st.Present++
			c.done++
			c.last, c.seen = id, true
			continue
		}
		at := got
		whole := skipAll(&got, fields)
		if !whole && i > 0 { // judged when it is the first of a reply
			c.more = true
			return c, got.Cut
		}
		c.last, c.seen = id, true
		if expected {
			st.Present++
			st.Add(differingEntry(st, v[c.done], at, fields))
			c.done++
		} else {
			s.extra++
			st.Add(Difference{Kind: KindEntryExtra, Path: entryPath(st, id)})
		}
		if !whole {
			if c.more = !isLargest(c.last); !c.more {
				finishWindow(st, v, &c)
			}
			return c, got.Cut
		}
	}
	c.more = n >= int64(asked) && !isLargest(c.last)
	if !c.more {
		finishWindow(st, v, &c)
	}
	return c, true
}

// finishWindow reports the entries that the end of the window leaves unseen.
func finishWindow(st *State, v []keyspace.Entry, c *streamCursor) {
	for ; c.done < len(v); c.done++ {
		st.Add(missingEntry(st, v[c.done]))
	}
}

func entryHeader(p *wire.Reply) (id keyspace.ID, fields int64, ok bool) {
	if n, ok := p.Array(); !ok || n != 2 {
		return id, 0, false
	}
	text, ok := p.Bulk()
	if !ok || text.Null() || !text.Whole() {
		return id, 0, false
	}
	if id, ok = parseLiveID(text.B); !ok {
		return id, 0, false
	}
	fields, ok = p.Array()
	return id, fields, ok
}

// parseLiveID reads an ID as a server prints it; one that keeps the text its
// client sent may print leading zeros.
func parseLiveID(text []byte) (id keyspace.ID, ok bool) {
	part, seen := &id.Ms, false
	digits := 0
	for _, c := range text {
		switch {
		case c == '-' && !seen && digits > 0:
			part, seen, digits = &id.Seq, true, 0
		case c < '0' || c > '9':
			return id, false
		default:
			next := *part*10 + uint64(c-'0')
			if *part > (1<<64-1)/10 || next < *part*10 {
				return id, false
			}
			*part = next
			digits++
		}
	}
	return id, seen && digits > 0
}

func skipAll(p *wire.Reply, n int64) bool {
	for ; n > 0; n-- {
		if !p.Skip() {
			return false
		}
	}
	return true
}

// sameFields reports whether the fields of an entry follow in p exactly as
// expected; only then p moves.
func sameFields(want keyspace.Entry, p *wire.Reply, fields int64) bool {
	if fields != int64(2*len(want.Pairs)) {
		return false
	}
	at := *p
	for i := range want.Pairs {
		field, ok1 := at.Bulk()
		value, ok2 := at.Bulk()
		if !ok1 || !ok2 || !field.Equal(want.Pairs[i].Field) || !value.Equal(want.Pairs[i].Value) {
			return false
		}
	}
	*p = at
	return true
}

// differingEntry describes how an entry differs: at its first differing field.
func differingEntry(st *State, want keyspace.Entry, got wire.Reply, fields int64) Difference {
	var live []keyspace.Pair
	first := -1
	var d Difference
	path := entryPath(st, want.ID)
	for i := 0; i < int(fields/2); i++ {
		field, ok1 := got.Bulk()
		value, ok2 := got.Bulk()
		if !ok1 || !ok2 {
			break
		}
		if len(live) <= len(want.Pairs) {
			live = append(live, keyspace.Pair{Field: string(field.B), Value: string(value.B)})
		}
		if first >= 0 || i >= len(want.Pairs) {
			continue
		}
		place := elementPath(path, "field", int64(i))
		if !field.Equal(want.Pairs[i].Field) {
			first, d = i, valueDifference(KindEntryFields, place+"/name", want.Pairs[i].Field, field.B, field.Size)
		} else if !value.Equal(want.Pairs[i].Value) {
			first, d = i, valueDifference(KindEntryFields, place+"/value", want.Pairs[i].Value, value.B, value.Size)
		}
	}
	if first < 0 {
		d = Difference{Kind: KindEntryFields, Path: path + "/fields",
			Want: fmt.Sprint(len(want.Pairs)), Got: fmt.Sprint(fields / 2)}
	}
	d.Detail = entryDetail(want.Pairs, live, fields)
	return d
}

func entryDetail(want, live []keyspace.Pair, fields int64) string {
	switch {
	case fields != int64(2*len(want)):
		return fmt.Sprintf("%d fields instead of %d", fields/2, len(want))
	case samePairs(want, live):
		return "the same fields in another order"
	}
	return ""
}

func samePairs(a, b []keyspace.Pair) bool {
	order := func(x, y keyspace.Pair) int {
		if c := strings.Compare(x.Field, y.Field); c != 0 {
			return c
		}
		return strings.Compare(x.Value, y.Value)
	}
	a, b = slices.Clone(a), slices.Clone(b)
	slices.SortFunc(a, order)
	slices.SortFunc(b, order)
	return slices.Equal(a, b)
}

func entryPath(st *State, id keyspace.ID) string { return st.Path() + "/entry " + id.String() }

func missingEntry(st *State, e keyspace.Entry) Difference {
	return Difference{Kind: KindEntryMissing, Path: entryPath(st, e.ID)}
}

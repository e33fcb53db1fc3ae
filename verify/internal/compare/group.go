package compare

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// infoBytes is more than what XINFO says about a group, a consumer or a pending entry takes,
// besides names.
const infoBytes = 512

const (
	uncheckedEntriesRead = "streams: how many entries consumer groups have read"
	uncheckedActive      = "streams: when consumers were last active"
)

// errNoGroup is a request about a consumer group that the stream does not have.
var errNoGroup = errors.New("no such group")

// groupsKey compares the consumer groups of a stream. A stream in one part is asked for
// everything at once, with exact times, if its reply is as long as expected:
//
//	XINFO STREAM key FULL COUNT n
//
// n is one more than the pending entries that are expected of any group: as many are shown
// of each, and as many of the entries of the stream. Any other stream is asked piece by
// piece. Pending entries are read in windows of which each ends where the next begins, with
// their parts; groups and consumers, which a server shows only as a whole, at the end.
//
//	XPENDING key group start end count
//	XINFO GROUPS key
//	XINFO CONSUMERS key group
//
// These show distances instead of times.
type groupsKey struct {
	want    []keyspace.Group // of all parts so far, without pending entries
	items   int              // groups and consumers in it
	bytes   int              // of their names
	tooMany bool
	open    *pendingKey // of the last group so far
	refused bool        // what a part was compared with is not known
}

func askFull(r *wire.Round, st *State, v keyspace.Stream) wire.Slot {
	shown := 1
	limit := infoReply
	for i := range v.Groups {
		g := &v.Groups[i]
		shown = max(shown, 1+len(g.Pending))
		limit += len(g.Name) + infoBytes
		for _, c := range g.Consumers {
			limit += len(c.Name) + infoBytes
		}
		for _, e := range g.Pending {
			owner, _ := e.Owner.Get()
			limit += 2 * (len(owner) + infoBytes/2)
		}
	}
	limit += entriesBytes(v.Entries[:min(shown, len(v.Entries))])
	return r.Add(limit, "XINFO", "STREAM", &st.Name, "FULL", "COUNT", shown)
}

// comparePart compares the pending entries of a part that is not shown as a whole, and
// keeps its groups for the end. Behind a refusal the windows of the parts no longer join:
// nothing more is compared, so that nothing is called missing or extra that is neither.
func (c *groupsKey) comparePart(ctx context.Context, q *Reader, st *State, groups []keyspace.Group, more bool) error {
	if c.refused {
		return errRefused
	}
	err := c.compareNext(ctx, q, st, groups, more)
	c.refused = errors.Is(err, errRefused)
	return err
}

func (c *groupsKey) compareNext(ctx context.Context, q *Reader, st *State, groups []keyspace.Group, more bool) error {
	if c.open != nil && (len(groups) == 0 || groups[0].Name != c.open.group) {
		if err := c.close(ctx, q, st, nil); err != nil {
			return err
		}
	}
	for i := range groups {
		g := &groups[i]
		c.collect(g)
		if c.open == nil {
			c.open = &pendingKey{group: g.Name}
		}
		if more && i == len(groups)-1 { // the next part may continue it
			return c.open.comparePart(ctx, q, st, g.Pending)
		}
		if err := c.close(ctx, q, st, g.Pending); err != nil {
			return err
		}
	}
	return nil
}

// close compares the last pending entries of the open group.
func (c *groupsKey) close(ctx context.Context, q *Reader, st *State, last []keyspace.Pending) error {
	open := c.open
	c.open = nil
	return open.compareLast(ctx, q, st, last)
}

func (c *groupsKey) collect(g *keyspace.Group) {
	if c.tooMany {
		return
	}
	if n := len(c.want); n > 0 && c.want[n-1].Name == g.Name {
		c.want[n-1].Consumers = append(c.want[n-1].Consumers, g.Consumers...)
	} else {
		head := *g
		head.Consumers, head.Pending = append([]keyspace.Consumer(nil), g.Consumers...), nil
		c.want = append(c.want, head)
		c.items++
		c.bytes += len(g.Name)
	}
	c.items += len(g.Consumers)
	for _, consumer := range g.Consumers {
		c.bytes += len(consumer.Name)
	}
	if c.items > wholeElements || c.bytes > wholeBytes {
		c.want, c.tooMany = nil, true
	}
}

// compareGroups compares the groups of the whole key.
func (s *streamKey) compareGroups(ctx context.Context, q *Reader, p *Part, info streamInfo) error {
	st := p.State
	switch v, _ := p.Key.Value.(keyspace.Stream); {
	case s.groups == nil && info.groups <= 0:
		return nil
	case s.groups == nil:
		s.groups = new(groupsKey)
		return s.groups.compareListed(ctx, q, st)
	case info.live == nil:
		return s.groups.compareListed(ctx, q, st)
	default:
		for w, g := range pairGroups(v.Groups, info.live) {
			if !q.compareGroup(st, w, g) {
				continue
			}
			q.compareConsumers(st, w, g.consumers)
			if int64(len(g.pending)) == g.delivered {
				q.comparePending(st, w, g.pending)
				continue
			} // else there are more than are shown
			if err := (&pendingKey{group: w.Name}).compareLast(ctx, q, st, w.Pending); err != nil {
				return err
			}
		}
		return nil
	}
}

func pairGroups(want []keyspace.Group, live []liveGroup) iter.Seq2[*keyspace.Group, *liveGroup] {
	return keyspace.SideBySide(want, live, func(w *keyspace.Group, g *liveGroup) int { return cmp.Compare(w.Name, g.name) })
}

// compareListed compares the groups that were collected with those that the server lists.
func (c *groupsKey) compareListed(ctx context.Context, q *Reader, st *State) error {
	if c.tooMany {
		q.lacks(st, "streams: consumer groups are too many to be read as a whole")
		return nil
	}
	var live []liveGroup
	err := q.askWholeList(ctx, st, c.bytes+c.items*infoBytes, func(r *wire.Round, limit int) wire.Slot {
		return r.Add(limit, "XINFO", "GROUPS", &st.Name)
	}, func(got wire.Reply, _ span) (ok bool) {
		live, ok = parseGroups(&got)
		return ok
	})
	if err != nil {
		return err
	}
	for w, g := range pairGroups(c.want, live) {
		if !q.compareGroup(st, w, g) || len(w.Consumers) == 0 && g.members == 0 {
			continue
		}
		if err := c.compareListedConsumers(ctx, q, st, w); err != nil {
			return err
		}
	}
	return nil
}

func (c *groupsKey) compareListedConsumers(ctx context.Context, q *Reader, st *State, w *keyspace.Group) error {
	limit := 0
	for _, consumer := range w.Consumers {
		limit += len(consumer.Name) + infoBytes
	}
	var live []liveConsumer
	err := q.askWholeList(ctx, st, limit, func(r *wire.Round, limit int) wire.Slot {
		return r.Add(limit, "XINFO", "CONSUMERS", &st.Name, &w.Name)
	}, func(got wire.Reply, now span) (ok bool) {
		live, ok = parseConsumers(&got, now)
		return ok
	})
	if errors.Is(err, errNoGroup) {
		st.Changes = append(st.Changes, "a consumer group vanished during the run")
		return nil
	}
	if err != nil {
		return err
	}
	q.compareConsumers(st, w, live)
	return nil
}

// askWholeList asks for a list that a server shows only as a whole, again with the largest
// limit when it is longer than expected. Errors are those of askTimed.
func (q *Reader) askWholeList(ctx context.Context, st *State, limit int, ask func(r *wire.Round, limit int) wire.Slot,
	parse func(got wire.Reply, now span) bool) error {
	for {
		var s wire.Slot
		got, now, err := q.askTimed(ctx, st, func(r *wire.Round) wire.Slot { s = ask(r, limit); return s })
		switch {
		case err != nil:
			return err
		case got.Cut && limit < wholeBytes:
			limit = wholeBytes
			continue
		case got.Cut:
			q.lacks(st, fmt.Sprintf("streams: consumer groups: a reply of more than %d bytes", wholeBytes))
			return errRefused
		case !parse(got, now):
			q.fails(st, &q.aux, s)
			return errRefused
		}
		return nil
	}
}

func groupPath(st *State, name string) string { return st.Path() + "/group " + quote(name) }

// compareGroup compares a group with a live one, either of which may be missing, and reports
// whether both are there.
func (q *Reader) compareGroup(st *State, w *keyspace.Group, g *liveGroup) bool {
	switch {
	case g == nil:
		st.Add(Difference{Kind: KindGroupMissing, Path: groupPath(st, w.Name)})
		return false
	case w == nil:
		st.Add(Difference{Kind: KindGroupExtra, Path: groupPath(st, g.name)})
		return false
	}
	path := groupPath(st, w.Name)
	if w.LastDeliveredID != g.lastID {
		st.Add(Difference{Kind: KindGroupLastID, Path: path + "/last_delivered_id", Want: w.LastDeliveredID.String(), Got: g.lastID.String()})
	}
	switch {
	case st.uncounted && w.EntriesRead == keyspace.Optional[uint64]{}: // the server made it up
		q.Unchecked.Add(uncheckedEntriesRead)
	case !g.showsRead:
		st.hidden = append(st.hidden, KindGroupEntriesRead)
		q.Unchecked.Add(uncheckedEntriesRead)
	case w.EntriesRead != g.read:
		st.Add(Difference{Kind: KindGroupEntriesRead, Path: path + "/entries_read", Want: w.EntriesRead.String(), Got: g.read.String()})
	}
	return true
}

// compareConsumers compares the consumers of a group with live ones.
func (q *Reader) compareConsumers(st *State, group *keyspace.Group, live []liveConsumer) {
	path := groupPath(st, group.Name) + "/consumer "
	byName := func(w *keyspace.Consumer, g *liveConsumer) int { return cmp.Compare(w.Name, g.name) }
	for w, g := range keyspace.SideBySide(group.Consumers, live, byName) {
		switch {
		case g == nil:
			st.Add(Difference{Kind: KindConsumerMissing, Path: path + quote(w.Name)})
		case w == nil:
			st.Add(Difference{Kind: KindConsumerExtra, Path: path + quote(g.name)})
		default:
			q.compareConsumer(st, path+quote(w.Name), w, g)
		}
	}
}

func (q *Reader) compareConsumer(st *State, path string, w *keyspace.Consumer, g *liveConsumer) {
	seen, hasSeen := w.SeenMs.Get()
	active, hasActive := w.ActiveMs.Get()
	if q.server.ByCommands {
		if hasSeen || hasActive {
			q.leave(st, leftConsumerTimes, 1)
		}
		return
	}
	if hasSeen && g.showsSeen {
		q.compareTime(st, KindConsumerTime, path+"/seen_ms", seen, g.seen)
	}
	switch {
	case !hasActive:
	case g.showsActive:
		q.compareTime(st, KindConsumerTime, path+"/active_ms", active, g.active)
	default:
		q.Unchecked.Add(uncheckedActive)
	}
}

// compareOne compares a pending entry with a live one of the same ID. When an entry was
// delivered that has no owner means nothing.
func (q *Reader) compareOne(st *State, path string, w *keyspace.Pending, g *livePending) {
	path += w.ID.String()
	owner, owned := w.Owner.Get()
	if owner != g.owner {
		d := Difference{Kind: KindPendingOwner, Path: path + "/owner", Want: "none", Got: "none"}
		if owned {
			d.Want = quote(owner)
		}
		if g.owner != "" {
			d.Got = quote(g.owner)
		}
		st.Add(d)
	}
	if owned {
		q.compareTime(st, KindPendingTime, path+"/delivered_ms", w.DeliveredMs, g.delivered)
	}
	if w.Deliveries != g.deliveries {
		st.Add(Difference{Kind: KindPendingCount, Path: path + "/deliveries",
			Want: strconv.FormatUint(w.Deliveries, 10), Got: strconv.FormatUint(g.deliveries, 10)})
	}
}

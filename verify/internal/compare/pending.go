package compare

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// pendingKey compares the pending entries of one consumer group, part by part. Those with an
// owner ascend by ID and are merged with what the windows show; those without one come in an
// order of their own behind them, and are asked one by one.
type pendingKey struct {
	group  string
	last   keyspace.ID // the last live entry seen
	seen   bool        // there was one
	absent bool        // the server does not have the group
	given  givenBack
	extra  int64 // entries that are not expected
	total  int64 // as the server says; 0 when it was not asked
}

// Why a stream is unsupported that has entries without an owner.
const (
	uncheckedGiven = "streams: pending entries without an owner: the server has no XNACK"
	unwrittenGiven = "streams: pending entries without an owner: commands cannot give entries back"
)

// holdable returns the entries without an owner, where the server can hold any.
func (q *Reader) holdable(st *State, given []keyspace.Pending) []keyspace.Pending {
	switch {
	case len(given) == 0:
	case !q.server.GivesBack:
		q.lacks(st, uncheckedGiven)
		return nil
	case q.server.ByCommands:
		q.lacks(st, unwrittenGiven)
		return nil
	}
	return given
}

func splitPending(all []keyspace.Pending) (owned, given []keyspace.Pending) {
	at := slices.IndexFunc(all, func(e keyspace.Pending) bool { _, owned := e.Owner.Get(); return !owned })
	if at < 0 {
		return all, nil
	}
	return all[:at], all[at:]
}

func (k *pendingKey) path(st *State) string { return groupPath(st, k.group) + "/pending " }

// comparePart compares entries that others may follow: up to the last one with an owner.
func (k *pendingKey) comparePart(ctx context.Context, q *Reader, st *State, all []keyspace.Pending) error {
	owned, given := splitPending(all)
	if n := len(owned); n > 0 {
		if err := k.compareWindow(ctx, q, st, owned, owned[n-1].ID.String()); err != nil {
			return err
		}
	}
	return k.compareGiven(ctx, q, st, given)
}

// compareLast compares the last entries, and that the group holds no others.
func (k *pendingKey) compareLast(ctx context.Context, q *Reader, st *State, all []keyspace.Pending) error {
	owned, given := splitPending(all)
	if err := k.compareWindow(ctx, q, st, owned, "+"); err != nil {
		return err
	}
	if err := k.compareGiven(ctx, q, st, given); err != nil {
		return err
	}
	k.given.report(st, groupPath(st, k.group)+"/pending")
	return nil
}

// givenBack counts entries without an owner. Those that the windows have shown and those
// that were asked for and found are the same, in another order.
type givenBack struct {
	shown, found int64
	open         map[keyspace.ID]int // shown more often than found, or the reverse
}

// namedGiven bounds the entries that are told apart.
const namedGiven = 1 << 13

func (g *givenBack) count(id keyspace.ID, step int) {
	if g.open == nil {
		g.open = map[keyspace.ID]int{}
	}
	if step > 0 {
		g.shown++
	} else {
		g.found++
	}
	if n := g.open[id] + step; n == 0 {
		delete(g.open, id)
	} else if len(g.open) < namedGiven {
		g.open[id] = n
	}
}

// report adds a difference for every entry that was shown and not asked for.
func (g *givenBack) report(st *State, path string) {
	var extra []keyspace.ID
	for id, n := range g.open {
		if n > 0 {
			extra = append(extra, id)
		}
	}
	surplus := g.shown - g.found
	if surplus != int64(len(extra)) { // they are too many to be told apart
		if surplus > 0 {
			st.Add(Difference{Kind: KindPendingExtra, Path: path, Count: surplus,
				Detail: fmt.Sprintf("%d without an owner more than expected, not named", surplus)})
		}
		return
	}
	slices.SortFunc(extra, keyspace.ID.Compare)
	for _, id := range extra {
		st.Add(Difference{Kind: KindPendingExtra, Path: path + " " + id.String()})
	}
}

// compareWindow merges the entries with what lies between the last live entry and the end.
func (k *pendingKey) compareWindow(ctx context.Context, q *Reader, st *State, want []keyspace.Pending, end string) error {
	for count := min(len(want)+1, streamWindow); !k.absent && !k.exhausted(); count = streamWindow {
		live, err := k.ask(ctx, q, st, want, end, count)
		if errors.Is(err, errNoGroup) {
			k.absent = true // which is a difference of the groups
			return nil
		}
		if err != nil {
			return err
		}
		for i := range live {
			want = k.merge(q, st, want, &live[i])
		}
		if len(live) < count {
			break
		}
		if err := k.outlasts(ctx, q, st); err != nil {
			return err
		}
	}
	if !k.absent {
		for i := range want {
			st.Add(Difference{Kind: KindPendingMissing, Path: k.path(st) + want[i].ID.String()})
		}
	}
	return nil
}

// exhausted reports whether no entry can follow the last one that was seen.
func (k *pendingKey) exhausted() bool { return k.seen && isLargest(k.last) }

// ask reads one window.
func (k *pendingKey) ask(ctx context.Context, q *Reader, st *State, want []keyspace.Pending, end string, count int) (live []livePending, err error) {
	start := "-"
	if k.seen {
		start = nextID(k.last).String()
	}
	limit := count * infoBytes / 4
	for _, e := range want[:min(count, len(want))] {
		owner, _ := e.Owner.Get()
		limit += len(owner)
	}
	err = q.askWholeList(ctx, st, limit, func(r *wire.Round, limit int) wire.Slot {
		return r.Add(limit, "XPENDING", &st.Name, &k.group, start, end, count)
	}, func(got wire.Reply, now span) (ok bool) {
		live, ok = parsePending(&got, now.ago)
		return ok && (len(live) == 0 || !k.seen || live[0].id.Compare(k.last) > 0)
	})
	return live, err
}

// merge compares one live entry with the next expected ones, and returns what is left of
// them.
func (k *pendingKey) merge(q *Reader, st *State, want []keyspace.Pending, g *livePending) []keyspace.Pending {
	k.last, k.seen = g.id, true
	for len(want) > 0 && want[0].ID.Compare(g.id) < 0 {
		st.Add(Difference{Kind: KindPendingMissing, Path: k.path(st) + want[0].ID.String()})
		want = want[1:]
	}
	switch {
	case len(want) > 0 && want[0].ID == g.id:
		q.compareOne(st, k.path(st), &want[0], g)
		return want[1:]
	case g.owner == "":
		k.given.count(g.id, 1)
	default:
		k.extra++
		st.Add(Difference{Kind: KindPendingExtra, Path: k.path(st) + g.id.String()})
	}
	return want
}

// outlasts ends the comparison, and makes the run invalid, when the group shows more entries
// that are not expected than it can have: there would always be more.
func (k *pendingKey) outlasts(ctx context.Context, q *Reader, st *State) error {
	seen := k.extra + k.given.shown
	if seen <= streamWindow {
		return nil
	}
	if k.total == 0 {
		got, _, err := q.askTimed(ctx, st, func(r *wire.Round) wire.Slot {
			return r.Add(infoReply, "XPENDING", &st.Name, &k.group)
		})
		if err != nil && !errors.Is(err, errNoGroup) {
			return err
		}
		_, _ = got.Array()
		n, _ := got.Integer()
		k.total = max(n, 1)
	}
	if seen/2 <= k.total+streamWindow/2 {
		return nil
	}
	q.Invalid.Add(fmt.Sprintf("%s: XPENDING %s: %d pending entries that are not expected, where the server says that there are %d in all",
		groupPath(st, k.group), wire.ErrEndless, seen, k.total))
	return errRefused
}

// compareGiven compares entries without an owner, whose order no server shows.
func (k *pendingKey) compareGiven(ctx context.Context, q *Reader, st *State, want []keyspace.Pending) error {
	want = q.holdable(st, want)
	for chunk := range slices.Chunk(want, batchPending) {
		if k.absent {
			return nil
		}
		if err := k.compareSome(ctx, q, st, chunk); err != nil {
			return err
		}
	}
	return nil
}

const batchPending = 256 // requests in one round trip

func (k *pendingKey) compareSome(ctx context.Context, q *Reader, st *State, want []keyspace.Pending) error {
	var first wire.Slot
	_, now, err := q.askTimed(ctx, st, func(r *wire.Round) wire.Slot {
		for i := range want {
			id := want[i].ID.String()
			if s := r.Add(infoReply, "XPENDING", &st.Name, &k.group, id, id, 1); i == 0 {
				first = s
			}
		}
		return first
	})
	if errors.Is(err, errNoGroup) {
		k.absent = true
		return nil
	}
	if err != nil {
		return err
	}
	q.leaveOrder(st, len(want))
	for i := range want {
		got := q.aux.Reply(first + wire.Slot(i))
		live, ok := parsePending(&got, now.ago)
		switch {
		case !ok || len(live) > 1:
			q.fails(st, &q.aux, first+wire.Slot(i))
			return errRefused
		case len(live) == 0:
			st.Add(Difference{Kind: KindPendingMissing, Path: k.path(st) + want[i].ID.String()})
		default:
			if live[0].owner == "" {
				k.given.count(want[i].ID, -1)
			}
			q.compareOne(st, k.path(st), &want[i], &live[0])
		}
	}
	return nil
}

// leaveOrder counts entries without an owner, of which no order shows.
func (q *Reader) leaveOrder(st *State, n int) {
	if n > 0 {
		q.leave(st, leftNackOrder, int64(n))
	}
}

// comparePending compares all pending entries of a group with all live ones.
func (q *Reader) comparePending(st *State, group *keyspace.Group, live []livePending) {
	k := &pendingKey{group: group.Name}
	owned, given := splitPending(group.Pending)
	given = q.holdable(st, given)
	q.leaveOrder(st, len(given))
	all := slices.Concat(owned, given)
	slices.SortFunc(all, func(a, b keyspace.Pending) int { return a.ID.Compare(b.ID) })
	for i := range live {
		g := &live[i]
		for len(all) > 0 && all[0].ID.Compare(g.id) < 0 {
			st.Add(Difference{Kind: KindPendingMissing, Path: k.path(st) + all[0].ID.String()})
			all = all[1:]
		}
		if len(all) > 0 && all[0].ID == g.id {
			q.compareOne(st, k.path(st), &all[0], g)
			all = all[1:]
			continue
		}
		st.Add(Difference{Kind: KindPendingExtra, Path: k.path(st) + g.id.String()})
	}
	for i := range all {
		st.Add(Difference{Kind: KindPendingMissing, Path: k.path(st) + all[i].ID.String()})
	}
}

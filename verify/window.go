package verify

import (
	"context"
	"strconv"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// A sorted set of a server that cannot be asked for the scores of some members
// is read in windows, of which each ends where the next begins:
//
//	by rank    ZRANGE key from to WITHSCORES
//	by score   ZRANGEBYSCORE key min +inf WITHSCORES LIMIT skip count
//
// The second way is for servers that refuse the first of a large set, whatever
// the window. It does not show NaN scores: such members are asked for by name.
const (
	zsetWindow      = 1000
	zsetWindowBytes = 4 << 20
)

// zsetCursor is how far a sorted set has been read.
type zsetCursor struct {
	byScore bool
	seen    int     // members before the cursor
	min     float64 // by score: that of the last of them,
	skip    int     // and how many of them have it
}

func askRanks(r *wire.Round, st *keyState, from, count, limit int) wire.Slot {
	return r.Add(limit, "ZRANGE", &st.name, from, from+count-1, "WITHSCORES")
}

func (c *zsetCursor) ask(r *wire.Round, st *keyState, limit int) wire.Slot {
	if !c.byScore {
		return askRanks(r, st, c.seen, zsetWindow, limit)
	}
	from := "-inf"
	if c.seen > 0 {
		from = strconv.FormatFloat(c.min, 'g', -1, 64)
	}
	return r.Add(limit, "ZRANGEBYSCORE", &st.name, from, "+inf", "WITHSCORES", "LIMIT", c.skip, zsetWindow)
}

// pass moves the cursor behind a member.
func (c *zsetCursor) pass(score float64) {
	if c.seen == 0 || score != c.min {
		c.min, c.skip = score, 0
	}
	c.seen++
	c.skip++
}

// refusesRanks reports whether the server refuses to show a sorted set by rank,
// for another reason than its type.
func (w *worker) refusesRanks(p *part) bool {
	if p.st.typ != keyspace.TypeZSet || p.content == wire.None || !w.server.needsWhole(p.st.typ) {
		return false
	}
	text, failed := w.round.Reply(p.content).Failure()
	return failed && wire.Code(text) != wire.WrongType
}

// contentWindows compares a sorted set window by window.
func (w *worker) contentWindows(ctx context.Context, p *part) (bool, error) {
	st := p.st
	left := make(map[string]int, len(st.whole.elements))
	limit := zsetWindowBytes
	for i, e := range st.whole.elements {
		left[e.name] = i
		limit = max(limit, len(e.name)+2*scoreBytes)
	}
	c := zsetCursor{byScore: len(left) >= zsetWindow || w.refusesRanks(p)}
	zero := w.zeroSign(p)
	asked := len(left) + 1
	for first := true; ; first = false {
		var got wire.Reply
		if first && p.content != wire.None && !c.byScore {
			got = w.round.Reply(p.content)
		} else {
			var err error
			if got, err = w.ask(ctx, st, func(r *wire.Round) wire.Slot { return c.ask(r, st, limit) }); err != nil {
				return false, err
			}
			asked = zsetWindow
		}
		n, ok := compareWindow(st, got, left, &c, zero)
		if !ok {
			return false, nil
		}
		if int64(asked) > n && !got.Cut {
			break
		}
		if st.extra >= maxPerKey {
			return w.countUnseen(ctx, st, c.seen)
		}
	}
	if c.byScore {
		return w.hiddenMembers(ctx, st, left, c.seen, zero)
	}
	for i := range st.whole.elements {
		if e := &st.whole.elements[i]; has(left, e.name) {
			missingElement(st, e)
		}
	}
	return true, nil
}

func has(left map[string]int, name string) bool { _, ok := left[name]; return ok }

// compareWindow compares the members of a reply, takes them from left and moves
// the cursor. It returns how many it has seen: fewer than the reply says when
// that was cut.
func compareWindow(st *keyState, got wire.Reply, left map[string]int, c *zsetCursor, zero ZeroSign) (n int64, ok bool) {
	total, pairs, ok := elementsHeader(&got, st.typ)
	if !ok {
		return 0, false
	}
	for ; n < total; n++ {
		name, value, ok := readElement(&got, st.typ, pairs)
		if !ok || !name.Whole() || !value.Whole() {
			return n, got.Cut && n > 0
		}
		score, err := parseScore(value.B)
		if err != nil {
			return n, false
		}
		c.pass(score)
		at, expected := left[string(name.B)]
		if !expected {
			st.extra++
			st.add(extraElement(st, string(name.B)))
			continue
		}
		delete(left, string(name.B))
		compareElement(st, &st.whole.elements[at], value, zero)
	}
	return n, true
}

// countUnseen counts the members behind those that were seen, when there are too
// many that nobody expects to name them all.
func (w *worker) countUnseen(ctx context.Context, st *keyState, seen int) (bool, error) {
	got, err := w.ask(ctx, st, func(r *wire.Round) wire.Slot { return r.Add(0, "ZCARD", &st.name) })
	if err != nil {
		return false, err
	}
	n, ok := got.Integer()
	if rest := n - int64(seen); ok && rest > 0 {
		st.add(unnamedElements(st, rest))
	}
	return ok, nil
}

// hiddenMembers looks for the members that no range of scores has shown: those
// that are expected by name, others by the number of all.
func (w *worker) hiddenMembers(ctx context.Context, st *keyState, left map[string]int, seen int, zero ZeroSign) (bool, error) {
	for i := range st.whole.elements {
		e := &st.whole.elements[i]
		switch {
		case !has(left, e.name):
			continue
		case len(st.diffs) >= maxPerKey: // no need to know more of it
			missingElement(st, e)
			continue
		}
		got, err := w.ask(ctx, st, func(r *wire.Round) wire.Slot { return r.Add(scoreBytes, "ZSCORE", &st.name, &e.name) })
		if err != nil {
			return false, err
		}
		value, ok := got.Score()
		switch {
		case !ok:
			return false, nil
		case value.Null():
			missingElement(st, e)
		default:
			compareElement(st, e, value, zero)
			seen++
		}
	}
	got, err := w.ask(ctx, st, func(r *wire.Round) wire.Slot { return r.Add(0, "ZCARD", &st.name) })
	if err != nil {
		return false, err
	}
	n, ok := got.Integer()
	if ok && n > int64(seen) {
		w.unsupported(st, "sorted sets: members that ZCARD counts and no range of scores shows")
	}
	return ok, nil
}

package compare

import (
	"context"
	"slices"
	"strconv"

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
	ZSetWindow      = 1000
	zsetWindowBytes = 4 << 20
)

// zsetCursor is how far a sorted set has been read.
type zsetCursor struct {
	byScore bool
	seen    int     // members before the cursor
	min     float64 // by score: that of the last of them,
	skip    int     // and how many of them have it
}

func askRanks(r *wire.Round, st *State, from, count, limit int) wire.Slot {
	return r.Add(limit, "ZRANGE", &st.Name, from, from+count-1, "WITHSCORES")
}

func (c *zsetCursor) ask(r *wire.Round, st *State, limit int) wire.Slot {
	if !c.byScore {
		return askRanks(r, st, c.seen, ZSetWindow, limit)
	}
	from := "-inf"
	if c.seen > 0 {
		from = strconv.FormatFloat(c.min, 'g', -1, 64)
	}
	return r.Add(limit, "ZRANGEBYSCORE", &st.Name, from, "+inf", "WITHSCORES", "LIMIT", c.skip, ZSetWindow)
}

// pass moves the cursor behind a member.
func (c *zsetCursor) pass(score float64) {
	if c.seen == 0 || score != c.min {
		c.min, c.skip = score, 0
	}
	c.seen++
	c.skip++
}

// windowKey compares such a sorted set.
type windowKey struct {
	wholeKey
	cursor zsetCursor
	left   map[string]int // elements that were not seen yet
	extra  int            // members that are not expected
}

func (k *windowKey) plan(q *Reader, p *Part) {
	if k.collect(p.Key.Value); k.tooLarge || p.Key.More {
		return
	}
	if n := len(k.elements); n < ZSetWindow {
		p.content = askRanks(&q.round, p.State, 0, n+1, k.bytes)
		p.optional = true
	}
	if slices.ContainsFunc(k.elements, func(e Element) bool { return isNegativeZero(e.score) }) {
		q.planEncoding(p)
	}
}

// finish compares the sorted set window by window.
func (k *windowKey) finish(ctx context.Context, q *Reader, p *Part) (bool, error) {
	if k.tooLarge {
		return true, nil
	}
	st, c := p.State, &k.cursor
	k.left = make(map[string]int, len(k.elements))
	limit := zsetWindowBytes
	for i, e := range k.elements {
		k.left[e.Name] = i
		limit = max(limit, len(e.Name)+2*scoreBytes)
	}
	asked := len(k.left) + 1
	c.byScore = len(k.left) >= ZSetWindow || q.declined(p)
	zero := q.zeroSign(p)
	for first := true; ; first = false {
		var got wire.Reply
		if first && p.content != wire.None && !c.byScore {
			got = q.round.Reply(p.content)
		} else {
			var err error
			if got, err = q.ask(ctx, st, func(r *wire.Round) wire.Slot { return c.ask(r, st, limit) }); err != nil {
				return false, err
			}
			asked = ZSetWindow
		}
		n, ok := k.compareWindow(st, got, zero)
		if !ok {
			return false, nil
		}
		if int64(asked) > n && !got.Cut {
			break
		}
		if k.extra >= MaxPerKey {
			return k.countUnseen(ctx, q, st)
		}
	}
	if c.byScore {
		return k.hiddenMembers(ctx, q, st, zero)
	}
	for i := range k.elements {
		if e := &k.elements[i]; k.unseen(e) {
			missingElement(st, e, 0)
		}
	}
	return true, nil
}

// unseen reports whether no window has shown an expected member.
func (k *windowKey) unseen(e *Element) bool { _, ok := k.left[e.Name]; return ok }

// compareWindow compares the members of a reply, takes them from those left and
// moves the cursor. It returns how many it has seen: fewer than the reply says
// when that was cut.
func (k *windowKey) compareWindow(st *State, got wire.Reply, zero ZeroSign) (n int64, ok bool) {
	total, pairs, ok := elementsHeader(&got, st.Type)
	if !ok {
		return 0, false
	}
	for ; n < total; n++ {
		name, value, ok := readElement(&got, st.Type, pairs)
		if !ok || !name.Whole() || !value.Whole() {
			return n, got.Cut && n > 0
		}
		score, err := parseScore(value.B)
		if err != nil {
			return n, false
		}
		k.cursor.pass(score)
		at, expected := k.left[string(name.B)]
		if !expected {
			k.extra++
			st.Add(extraElement(st, string(name.B)))
			continue
		}
		delete(k.left, string(name.B))
		compareElement(st, &k.elements[at], value, zero, 0)
	}
	return n, true
}

// countUnseen counts the members behind those that were seen, when there are too
// many that nobody expects to name them all.
func (k *windowKey) countUnseen(ctx context.Context, q *Reader, st *State) (bool, error) {
	n, ok, err := q.askNumber(ctx, st, "ZCARD")
	if rest := n - int64(k.cursor.seen); ok && rest > 0 {
		st.Add(unnamedElements(st, rest))
	}
	return ok, err
}

// hiddenMembers looks for the members that no range of scores has shown: those
// that are expected by name, others by the number of all.
func (k *windowKey) hiddenMembers(ctx context.Context, q *Reader, st *State, zero ZeroSign) (bool, error) {
	seen := k.cursor.seen
	for i := range k.elements {
		e := &k.elements[i]
		switch {
		case !k.unseen(e):
			continue
		case len(st.Diffs) >= MaxPerKey: // no need to know more of it
			missingElement(st, e, 0)
			continue
		}
		got, err := q.ask(ctx, st, func(r *wire.Round) wire.Slot { return r.Add(scoreBytes, "ZSCORE", &st.Name, &e.Name) })
		if err != nil {
			return false, err
		}
		value, ok := got.Score()
		switch {
		case !ok:
			return false, nil
		case value.Null():
			missingElement(st, e, 0)
		default:
			compareElement(st, e, value, zero, 0)
			seen++
		}
	}
	n, ok, err := q.askNumber(ctx, st, "ZCARD")
	if ok && n > int64(seen) {
		q.lacks(st, "sorted sets: members that ZCARD counts and no range of scores shows")
	}
	return ok, err
}

package verify

import (
	"context"
	"errors"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// compareContent compares the elements of a part.
func (w *worker) compareContent(ctx context.Context, p *part) error {
	if !w.refusesRanks(p) && w.refused(p) {
		return nil
	}
	ok, err := w.contentOf(ctx, p)
	switch {
	case errors.Is(err, errRefused):
		return nil
	case err == nil && !ok:
		w.odd(p)
	}
	return err
}

// odd marks the key of a part as unreadable on the target: the reply that was
// read last is not what its command has to be answered with.
func (w *worker) odd(p *part) {
	blamed, r := p.content, &w.round
	if p.length != wire.None {
		if _, ok := w.lengthOf(p); !ok {
			blamed = p.length
		}
	}
	switch {
	case w.followed:
		blamed, r = 0, &w.aux
	case blamed == wire.None:
		blamed = p.info
	}
	w.unanswered(p.st, r, blamed)
}

func (w *worker) contentOf(ctx context.Context, p *part) (ok bool, err error) {
	w.followed = false
	if w.server.needsWhole(p.st.typ) {
		return w.contentWhole(ctx, p)
	}
	switch v := p.key.Value.(type) {
	case keyspace.String:
		ok, err = w.contentString(ctx, p, v)
	case keyspace.Hash:
		ok, err = w.contentHash(ctx, p, v)
	case keyspace.List:
		ok, err = w.contentList(ctx, p, v)
	case keyspace.Set:
		ok, err = w.contentSet(ctx, p, v)
	case keyspace.ZSet:
		ok, err = w.contentZSet(ctx, p, v)
	case keyspace.Stream:
		ok, err = w.contentStream(ctx, p, v)
	case keyspace.HyperLogLog:
		ok, err = w.contentHyperLogLog(p)
	}
	return ok, err
}

// lengthOf reads the length of the whole key that was asked with the last part.
func (w *worker) lengthOf(p *part) (n int64, ok bool) {
	got := w.round.Reply(p.length)
	return got.Integer()
}

// errRefused is a follow-up request that the server refuses. The key is marked.
var errRefused = errors.New("refused")

// ask sends one follow-up request about a key.
func (w *worker) ask(ctx context.Context, st *keyState, plan func(r *wire.Round) wire.Slot) (wire.Reply, error) {
	w.aux.Reset()
	w.followed = true
	s := plan(&w.aux)
	if err := w.aux.Exec(ctx, w.conn, st.db); err != nil {
		return wire.Reply{}, err
	}
	if w.refusal(st, &w.aux, s) {
		return wire.Reply{}, errRefused
	}
	return w.aux.Reply(s), nil
}

func (w *worker) contentString(ctx context.Context, p *part, v keyspace.String) (bool, error) {
	switch {
	case p.key.Whole():
		return w.contentWholeString(ctx, p, string(v))
	case w.server.GetRange:
		return w.contentStringPart(p, string(v)), nil
	case !p.key.More:
		return w.contentWholeString(ctx, p, string(p.st.str.all))
	}
	return true, nil
}

func (w *worker) contentWholeString(ctx context.Context, p *part, want string) (ok bool, err error) {
	st := p.st
	got := p.got
	if !p.hasGot {
		var answer wire.Reply
		if p.content != wire.None {
			answer = w.round.Reply(p.content)
		} else if answer, err = w.ask(ctx, st, func(r *wire.Round) wire.Slot {
			return r.Add(len(want), "GET", &st.name)
		}); err != nil {
			return false, err
		}
		if got, ok = answer.Bulk(); !ok {
			return false, nil
		}
	}
	if got.Null() { // MGET says so of every other type
		st.wrongType = true
		return true, nil
	}
	compareString(st, want, got)
	return true, nil
}

func (w *worker) contentStringPart(p *part, want string) bool {
	st := p.st
	if p.content != wire.None {
		answer := w.round.Reply(p.content)
		got, ok := answer.Bulk()
		if !ok {
			return false
		}
		compareStringPart(st, want, got, p.base)
	}
	if p.length == wire.None {
		return true
	}
	n, ok := w.lengthOf(p)
	if ok {
		st.str.length = n
		finishString(st)
	}
	return ok
}

func (w *worker) contentHash(ctx context.Context, p *part, v keyspace.Hash) (bool, error) {
	for rest := v; len(rest) > 0; {
		var got wire.Reply
		if len(rest) == len(v) {
			got = w.round.Reply(p.content)
		} else {
			var err error
			got, err = w.ask(ctx, p.st, func(r *wire.Round) wire.Slot { return askFields(r, &p.st.name, rest) })
			if err != nil {
				return false, err
			}
		}
		done, ok := compareFields(p.st, rest, got)
		if !ok {
			return false, nil
		}
		rest = rest[done:]
	}
	return w.countExtra(ctx, p)
}

func (w *worker) contentSet(ctx context.Context, p *part, v keyspace.Set) (bool, error) {
	if len(v) > 0 && !compareMembers(p.st, v, w.round.Reply(p.content)) {
		return false, nil
	}
	return w.countExtra(ctx, p)
}

func (w *worker) contentZSet(ctx context.Context, p *part, v keyspace.ZSet) (bool, error) {
	zero := w.zeroSign(p)
	for rest := v; len(rest) > 0; {
		var got wire.Reply
		if len(rest) == len(v) {
			got = w.round.Reply(p.content)
		} else {
			var err error
			got, err = w.ask(ctx, p.st, func(r *wire.Round) wire.Slot { return askScores(r, &p.st.name, rest) })
			if err != nil {
				return false, err
			}
		}
		done, ok := compareScores(p.st, rest, got, zero)
		if !ok {
			return false, nil
		}
		rest = rest[done:]
	}
	return w.countExtra(ctx, p)
}

func (w *worker) contentList(ctx context.Context, p *part, v keyspace.List) (bool, error) {
	for done := 0; done < len(v); {
		var got wire.Reply
		if done == 0 {
			got = w.round.Reply(p.content)
		} else {
			var err error
			got, err = w.ask(ctx, p.st, func(r *wire.Round) wire.Slot {
				return askElements(r, &p.st.name, v[done:], p.base+int64(done))
			})
			if err != nil {
				return false, err
			}
		}
		n, ok := compareElements(p.st, v[done:], got, p.base+int64(done))
		if !ok {
			return false, nil
		}
		done += n
	}
	if p.key.More {
		return true, nil
	}
	n, ok, err := w.lengthOfList(ctx, p, v)
	if err == nil && ok {
		finishList(p.st, n)
	}
	return ok, err
}

// lengthOfList returns the length of the list that was asked for with the last
// part, or that the reply to a list in one part shows.
func (w *worker) lengthOfList(ctx context.Context, p *part, v keyspace.List) (n int64, ok bool, err error) {
	if p.length != wire.None {
		n, ok = w.lengthOf(p)
		return n, ok, nil
	}
	got := w.round.Reply(p.content)
	if n, ok = got.Array(); !ok || n <= int64(len(v)) {
		return n, ok, nil
	}
	if got, err = w.ask(ctx, p.st, func(r *wire.Round) wire.Slot { return r.Add(0, "LLEN", &p.st.name) }); err != nil {
		return 0, false, err
	}
	n, ok = got.Integer()
	return n, ok, nil
}

func (w *worker) contentStream(ctx context.Context, p *part, v keyspace.Stream) (bool, error) {
	st := p.st
	if p.content != wire.None {
		asked := len(v.Entries) + 1
		c, ok := compareEntries(st, v.Entries, w.round.Reply(p.content), asked, p.cursor())
		for ok && c.more {
			if over, err := w.outlasts(ctx, st); over || err != nil {
				return true, err
			}
			asked = max(len(v.Entries)-c.done+1, streamWindow)
			got, err := w.ask(ctx, st, func(r *wire.Round) wire.Slot { return askEntries(r, p, v.Entries, c, asked) })
			if err != nil {
				return false, err
			}
			c, ok = compareEntries(st, v.Entries, got, asked, c)
		}
		if !ok {
			return false, nil
		}
	}
	if p.info == wire.None {
		return true, nil
	}
	got := w.round.Reply(p.info)
	info, ok := parseStreamInfo(got)
	if !ok || got.Cut && (!info.hasLastID || !info.hasMaxDeletedID || !info.hasGroups) {
		return false, nil
	}
	if w.server.LastID && !info.hasLastID {
		w.tally.unchecked.add(uncheckedLastID)
	}
	if w.server.MaxDeletedID && !info.hasMaxDeletedID {
		w.tally.unchecked.add(uncheckedMaxDeletedID)
	}
	if !info.hasGroups {
		w.tally.unchecked.add(uncheckedGroups)
	}
	compareStreamInfo(st, v, info, w.server)
	return true, nil
}

func (w *worker) contentHyperLogLog(p *part) (bool, error) {
	if p.content == wire.None {
		return true, nil
	}
	got := w.round.Reply(p.content)
	if !w.server.HLLBytes {
		n, ok := got.Integer()
		if ok {
			compareCount(p.st, n, w.server.ExactPFCount)
		}
		return ok, nil
	}
	value, ok := got.Bulk()
	if ok {
		compareRegisters(p.st, value)
	}
	return ok, nil
}

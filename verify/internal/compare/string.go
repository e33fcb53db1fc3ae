package compare

import (
	"context"
	"iter"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// sharedGet bounds the values that are read together by MGET.
const sharedGet = 16 << 10

// stringKey compares a string: it asks for the bytes of each part. A string in
// one part is read whole, and so is one of which the server cannot show a part;
// it is kept only up to the expected length.
type stringKey struct {
	shared bool        // asked for by a shared MGET
	got    *wire.Bulk  // what that answered
	diff   *Difference // the first differing part
	all    []byte      // all parts, for a server that cannot show a part
}

// planShared asks for the whole small strings among the parts together.
func (q *Reader) planShared(parts iter.Seq[*Part]) wire.Slot {
	if !q.server.MGet {
		return wire.None
	}
	r := &q.round
	n, limit := 0, 0
	for p := range parts {
		v, ok := p.Key.Value.(keyspace.String)
		if !ok || !p.Key.Whole() || len(v) > sharedGet {
			continue
		}
		if n == 0 {
			r.Begin("MGET")
		}
		p.State.comparer = &stringKey{shared: true}
		r.Arg(&p.State.Name)
		limit += len(v) + wire.PerBulk
		n++
	}
	if n == 0 {
		return wire.None
	}
	return r.End(limit)
}

// readShared hands the values of the shared reply to their parts. A part whose
// value was cut off is left without one and reads it alone.
func (q *Reader) readShared(parts iter.Seq[*Part], slot wire.Slot) {
	if slot == wire.None {
		return
	}
	got := q.round.Reply(slot)
	_, ok := got.Array()
	for p := range parts {
		s, isString := p.State.comparer.(*stringKey)
		if !isString || !s.shared || !ok {
			continue
		}
		var value wire.Bulk
		want, _ := p.Key.Value.(keyspace.String)
		if value, ok = got.Bulk(); ok && !value.Undecided(string(want)) {
			s.got = &value
		}
	}
}

func (s *stringKey) plan(q *Reader, p *Part) {
	v, _ := p.Key.Value.(keyspace.String)
	r := &q.round
	switch {
	case s.shared:
	case p.Key.Whole():
		p.content = r.Add(len(v), "GET", &p.State.Name)
	case q.server.GetRange:
		if len(v) > 0 {
			p.content = r.Add(len(v), "GETRANGE", &p.State.Name, p.base, p.base+int64(len(v))-1)
		}
		if !p.Key.More {
			p.length = r.Add(0, "STRLEN", &p.State.Name)
		}
	default:
		s.all = append(s.all, v...)
		if !p.Key.More {
			p.content = r.Add(len(s.all), "GET", &p.State.Name)
		}
	}
}

func (s *stringKey) compare(ctx context.Context, q *Reader, p *Part) (bool, error) {
	v, _ := p.Key.Value.(keyspace.String)
	switch {
	case p.Key.Whole():
		return s.compareWhole(ctx, q, p, string(v))
	case !q.server.GetRange && !p.Key.More:
		return s.compareWhole(ctx, q, p, string(s.all))
	case p.content == wire.None:
		return true, nil
	}
	answer := q.round.Reply(p.content)
	got, ok := answer.Bulk()
	if ok {
		s.comparePart(p.State, string(v), got, p.base)
	}
	return ok, nil
}

func (s *stringKey) compareWhole(ctx context.Context, q *Reader, p *Part, want string) (ok bool, err error) {
	st := p.State
	if s.got == nil {
		var answer wire.Reply
		if p.content != wire.None {
			answer = q.round.Reply(p.content)
		} else if answer, err = q.ask(ctx, st, func(r *wire.Round) wire.Slot {
			return r.Add(len(want), "GET", &st.Name)
		}); err != nil {
			return false, err
		}
		got, ok := answer.Bulk()
		if !ok {
			return false, nil
		}
		s.got = &got
	}
	switch got := *s.got; {
	case got.Null(): // MGET says so of every other type
		st.wrongType = true
	case got.Equal(want):
		st.Present++
	default:
		st.Add(valueDifference(KindValue, st.Path()+"/value", want, got.B, got.Size))
	}
	return true, nil
}

// comparePart compares one part of a string that starts at byte base.
func (s *stringKey) comparePart(st *State, want string, got wire.Bulk, base int64) {
	if got.Equal(want) || s.diff != nil {
		return
	}
	d := valueDifference(KindValue, st.Path()+"/value", want, got.B, got.Size)
	*d.Offset += base
	s.diff = &d
}

// finish turns what the parts found into at most one difference.
func (s *stringKey) finish(_ context.Context, q *Reader, p *Part) (bool, error) {
	if p.length == wire.None {
		return true, nil
	}
	st := p.State
	length, ok := q.lengthOf(p)
	switch {
	case !ok:
		return false, nil
	case s.diff != nil:
	case length == st.Want:
		st.Present++
		return true, nil
	default:
		offset := min(length, st.Want)
		s.diff = &Difference{Kind: KindValue, Path: st.Path() + "/value", Offset: &offset}
	}
	s.diff.WantBytes, s.diff.GotBytes = st.Want, length
	st.Add(*s.diff)
	return true, nil
}

func (s *stringKey) alter(d draft) []altered {
	v, _ := d.value().(keyspace.String)
	if !d.drawn {
		return nil
	}
	return []altered{{KindValue, "/value", keyspace.String(alterBytes(string(v), d.pick))}}
}

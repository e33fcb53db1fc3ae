package verify

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// reader reads the live counterparts of keys on a connection of its own, and
// compares them.
type reader struct {
	server Server
	frozen bool         // the clock of the server stands still
	untold func() int64 // the server's time where it does not tell it
	*findings

	conn     *wire.Connection
	round    wire.Round // of all parts
	aux      wire.Round // of follow-up questions about one key
	followed bool       // a follow-up question about the part was asked
	from     int64      // the server's time before and after the round trip, Unix ms;
	to       int64      // 0 when it cannot be told
}

func newReader(c *wire.Connection, server Server, frozen bool, untold func() int64, f *findings) *reader {
	return &reader{conn: c, server: server, frozen: frozen, untold: untold, findings: f}
}

// read asks for the live counterparts of parts of keys of one database, in one
// round trip. The parts of one key come in their order, and are compared before
// further ones are read.
func (q *reader) read(ctx context.Context, db int, parts iter.Seq[*part]) error {
	r := &q.round
	r.Reset()
	before, after := wire.None, wire.None
	timed := q.server.Time && !q.frozen
	if timed {
		before = r.Add(0, "TIME")
	}
	shared := q.planShared(parts)
	for p := range parts {
		q.plan(p)
	}
	if timed {
		after = r.Add(0, "TIME")
	}
	q.from = q.untold()
	if err := r.Exec(ctx, q.conn, db); err != nil {
		return err
	}
	q.to = q.untold()
	if timed {
		if err := q.readClock(before, after); err != nil {
			return err
		}
	}
	q.readShared(parts, shared)
	return nil
}

func (q *reader) readClock(before, after wire.Slot) error {
	first, last := q.round.Reply(before), q.round.Reply(after)
	from, ok1 := first.Time()
	to, ok2 := last.Time()
	if !ok1 || !ok2 {
		return fmt.Errorf("%w: %s", wire.ErrTarget, q.round.Said(after))
	}
	if to < from {
		q.invalid.add(fmt.Sprintf("the clock of the server went back by %d ms", from-to))
	}
	q.from, q.to = from, to
	return nil
}

// plan adds the requests that read the live counterpart of a part.
func (q *reader) plan(p *part) {
	p.content, p.length, p.about = wire.None, wire.None, wire.None
	switch count := collections[p.st.typ].length; {
	case p.key.Value != nil:
		q.comparer(p.st).plan(q, p)
	case p.st.emptied && q.server.KeepsEmpty && count != "":
		p.length = q.round.Add(0, count, &p.st.name)
	}
	p.expiry = q.planExpiry(p)
}

func (q *reader) comparer(st *state) comparer {
	if st.comparer == nil {
		st.comparer = newComparer(st.typ, q.server)
	}
	return st.comparer
}

// compare compares the elements of a part that is there. Of one that is not it
// only counts what is expected.
func (q *reader) compare(ctx context.Context, p *part, absent bool) error {
	p.st.want += int64(p.key.Value.Len())
	if absent || !q.declined(p) && q.refused(p) {
		return nil
	}
	q.followed = false
	ok, err := p.st.comparer.compare(ctx, q, p)
	if ok && err == nil && !p.key.More {
		ok, err = p.st.comparer.finish(ctx, q, p)
	}
	switch {
	case errors.Is(err, errRefused):
		return nil
	case err == nil && !ok:
		q.odd(p)
	}
	return err
}

// declined reports whether the server refuses, for another reason than its type,
// to show a part in a way that is not the only one.
func (q *reader) declined(p *part) bool {
	if !p.optional {
		return false
	}
	text, failed := q.round.Reply(p.content).Failure()
	return failed && wire.Code(text) != wire.WrongType
}

// odd marks the key of a part as unreadable on the target: the reply that was
// read last is not what its command has to be answered with.
func (q *reader) odd(p *part) {
	blamed, r := p.content, &q.round
	if p.length != wire.None {
		if _, ok := q.lengthOf(p); !ok {
			blamed = p.length
		}
	}
	switch {
	case q.followed:
		blamed, r = 0, &q.aux
	case blamed == wire.None:
		blamed = p.about
	}
	q.fails(p.st, r, blamed)
}

// lengthOf reads the length of the whole key that was asked with the last part.
func (q *reader) lengthOf(p *part) (n int64, ok bool) {
	got := q.round.Reply(p.length)
	return got.Integer()
}

// isEmpty reports whether the server says of a key that it is there and empty.
func (q *reader) isEmpty(p *part) bool {
	if p.length == wire.None {
		return false
	}
	n, ok := q.lengthOf(p)
	return ok && n == 0
}

// errRefused is a follow-up request that the server refuses, or that would have to
// be asked for ever. The key is marked, or the run.
var errRefused = errors.New("refused")

// ask sends one follow-up request about a key.
func (q *reader) ask(ctx context.Context, st *state, plan func(r *wire.Round) wire.Slot) (wire.Reply, error) {
	q.aux.Reset()
	q.followed = true
	s := plan(&q.aux)
	if err := q.aux.Exec(ctx, q.conn, st.db); err != nil {
		return wire.Reply{}, err
	}
	if q.refusal(st, &q.aux, s) {
		return wire.Reply{}, errRefused
	}
	return q.aux.Reply(s), nil
}

// askNumber asks for a number.
func (q *reader) askNumber(ctx context.Context, st *state, command string) (n int64, ok bool, err error) {
	got, err := q.ask(ctx, st, func(r *wire.Round) wire.Slot { return r.Add(0, command, &st.name) })
	if err == nil {
		n, ok = got.Integer()
	}
	return n, ok, err
}

// compareOn compares n elements of a part with the reply to its request, and
// asks again for those that a cut reply left out.
func (q *reader) compareOn(ctx context.Context, p *part, n int, ask func(r *wire.Round, from int) wire.Slot,
	compare func(got wire.Reply, from int) (done int, ok bool)) (bool, error) {
	for from := 0; from < n; {
		got := q.round.Reply(p.content)
		if from > 0 {
			var err error
			if got, err = q.ask(ctx, p.st, func(r *wire.Round) wire.Slot { return ask(r, from) }); err != nil {
				return false, err
			}
		}
		done, ok := compare(got, from)
		if !ok {
			return false, nil
		}
		from += done
	}
	return true, nil
}

// refused looks for error replies about the key among the requests of a part.
func (q *reader) refused(p *part) bool {
	for _, s := range [...]wire.Slot{p.content, p.length, p.about} {
		if s != wire.None && q.refusal(p.st, &q.round, s) {
			return true
		}
	}
	return false
}

// refusal looks for an error reply about a key: it has another type, the server
// lacks the command, or it cannot read the key.
func (q *reader) refusal(st *state, r *wire.Round, s wire.Slot) bool {
	text, failed := r.Reply(s).Failure()
	switch {
	case !failed:
	case strings.HasPrefix(text, wire.WrongType):
		st.wrongType = true
	case wire.LacksCommand(text):
		q.lacks(st, r.Said(s))
	default:
		q.fails(st, r, s)
	}
	return failed
}

// fails marks a key as unreadable on the target because of what the server
// answered to a request.
func (q *reader) fails(st *state, r *wire.Round, s wire.Slot) {
	why := r.Said(s)
	switch {
	case st.planted:
		q.unchecked.add("canaries: " + why)
	case !st.unanswered && len(q.unanswered) < maxUnanswered:
		q.unanswered = append(q.unanswered, Unanswered{
			KeyRef: KeyRef{DB: st.db, Key: Bytes(st.name)}, Type: st.typ.String(), Why: why})
	}
	st.unanswered = true
}

// lacks marks a key that the server cannot show, and says why.
func (q *reader) lacks(st *state, why string) {
	st.unsupported = true
	if st.planted {
		why = "canaries: " + why
	}
	q.missing.add(why)
}

// isType reports whether a server that says live may mean the type.
func isType(live string, t keyspace.Type) bool {
	return live == t.String() || t == keyspace.TypeHyperLogLog && (live == "string" || live == "hll")
}

// compareType asks which type a key has that was not found as what it is
// expected to be. Where it is the expected one, although the server refused to
// show it as such, it has changed meanwhile.
func (q *reader) compareType(ctx context.Context, st *state) error {
	if !st.wrongType && !st.nothingFound() {
		return nil
	}
	got, err := q.ask(ctx, st, func(r *wire.Round) wire.Slot { return r.Add(0, "TYPE", &st.name) })
	if errors.Is(err, errRefused) {
		return nil
	}
	if err != nil {
		return err
	}
	name, ok := got.Bulk()
	if !ok {
		q.fails(st, &q.aux, 0)
		return nil
	}
	want := st.typ.String()
	live := string(name.B)
	if !st.wrongType && isType(live, st.typ) {
		return nil
	}
	switch {
	case live == want && q.server.ExactPFCount: // GET shows nothing of a HyperLogLog there
		live = "hyperloglog"
	case live == want, live == "none":
		st.changes = append(st.changes, "a key changed its type during the run")
	}
	st.diffs, st.more = nil, 0
	st.add(Difference{Kind: KindType, Path: st.path() + "/type", Want: want, Got: live})
	return nil
}

package compare

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// Reader reads the live counterparts of keys on a connection of its own, and
// compares them.
type Reader struct {
	server Server
	frozen bool         // the clock of the server stands still
	untold func() int64 // the server's time where it does not tell it
	*Findings

	conn     *wire.Connection
	round    wire.Round // of all parts
	aux      wire.Round // of follow-up questions about one key
	times    []int64    // of the fields of the part that is compared
	followed bool       // a follow-up question about the part was asked
	from     int64      // the server's time before and after the round trip, Unix ms;
	To       int64      // 0 when it cannot be told
}

// NewReader returns a reader on a connection that is its own from then on. Frozen
// says that the clock of the server stands still; untold returns its time where
// it does not tell it.
func NewReader(c *wire.Connection, server Server, frozen bool, untold func() int64, f *Findings) *Reader {
	return &Reader{conn: c, server: server, frozen: frozen, untold: untold, Findings: f}
}

// Read asks for the live counterparts of parts of keys of one database, in one
// round trip. The parts of one key come in their order, and are compared before
// further ones are read.
func (q *Reader) Read(ctx context.Context, db int, parts iter.Seq[*Part]) error {
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
	q.To = q.untold()
	if timed {
		if err := q.readClock(before, after); err != nil {
			return err
		}
	}
	q.readShared(parts, shared)
	return nil
}

func (q *Reader) readClock(before, after wire.Slot) error {
	first, last := q.round.Reply(before), q.round.Reply(after)
	from, ok1 := first.Time()
	to, ok2 := last.Time()
	if !ok1 || !ok2 {
		return fmt.Errorf("%w: %s", wire.ErrTarget, q.round.Said(after))
	}
	if to < from {
		q.Invalid.Add(fmt.Sprintf("the clock of the server went back by %d ms", from-to))
	}
	q.from, q.To = from, to
	return nil
}

// plan adds the requests that read the live counterpart of a part.
func (q *Reader) plan(p *Part) {
	p.content, p.times, p.length, p.about = wire.None, wire.None, wire.None, wire.None
	switch count := collections[p.State.Type].length; {
	case p.Key.Value != nil:
		q.comparer(p.State).plan(q, p)
	case p.State.Emptied && q.server.KeepsEmpty && count != "":
		p.length = q.round.Add(0, count, &p.State.Name)
	}
	p.expiry = q.planExpiry(p)
}

func (q *Reader) comparer(st *State) comparer {
	if st.comparer == nil {
		st.comparer = newComparer(st.Type, q.server)
	}
	return st.comparer
}

// Compare compares the elements of a part that is there. Of one that is not it
// only counts what is expected.
func (q *Reader) Compare(ctx context.Context, p *Part, absent bool) error {
	p.State.Want += int64(p.Key.Value.Len())
	if v, ok := p.Key.Value.(keyspace.Hash); ok {
		p.State.Fields.expect(v)
	}
	if absent || !q.declined(p) && q.refused(p) {
		return nil
	}
	q.followed = false
	ok, err := p.State.comparer.compare(ctx, q, p)
	if ok && err == nil && !p.Key.More {
		ok, err = p.State.comparer.finish(ctx, q, p)
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
func (q *Reader) declined(p *Part) bool {
	return p.optional && q.turnedDown(p.content)
}

// turnedDown reports whether the server refuses a request for another reason than the
// type of the key.
func (q *Reader) turnedDown(s wire.Slot) bool {
	text, failed := q.round.Reply(s).Failure()
	return failed && wire.Code(text) != wire.WrongType
}

// odd marks the key of a part as unreadable on the target: the reply that was
// read last is not what its command has to be answered with.
func (q *Reader) odd(p *Part) {
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
	q.fails(p.State, r, blamed)
}

// lengthOf reads the length of the whole key that was asked with the last part.
func (q *Reader) lengthOf(p *Part) (n int64, ok bool) {
	got := q.round.Reply(p.length)
	return got.Integer()
}

// IsEmpty reports whether the server says of a key that it is there and empty.
func (q *Reader) IsEmpty(p *Part) bool {
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
func (q *Reader) ask(ctx context.Context, st *State, plan func(r *wire.Round) wire.Slot) (wire.Reply, error) {
	q.aux.Reset()
	q.followed = true
	s := plan(&q.aux)
	if err := q.aux.Exec(ctx, q.conn, st.DB); err != nil {
		return wire.Reply{}, err
	}
	if q.refusal(st, &q.aux, s) {
		return wire.Reply{}, errRefused
	}
	return q.aux.Reply(s), nil
}

// askNumber asks for a number.
func (q *Reader) askNumber(ctx context.Context, st *State, command string) (n int64, ok bool, err error) {
	got, err := q.ask(ctx, st, func(r *wire.Round) wire.Slot { return r.Add(0, command, &st.Name) })
	if err == nil {
		n, ok = got.Integer()
	}
	return n, ok, err
}

// compareOn compares n elements of a part with the reply to its request, and
// asks again for those that a cut reply left out.
func (q *Reader) compareOn(ctx context.Context, p *Part, n int, ask func(r *wire.Round, from int) wire.Slot,
	compare func(got wire.Reply, from int) (done int, ok bool)) (bool, error) {
	for from := 0; from < n; {
		got := q.round.Reply(p.content)
		if from > 0 {
			var err error
			if got, err = q.ask(ctx, p.State, func(r *wire.Round) wire.Slot { return ask(r, from) }); err != nil {
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
func (q *Reader) refused(p *Part) bool {
	for _, s := range [...]wire.Slot{p.content, p.times, p.length, p.about} {
		if s == wire.None || s == p.about && p.aside && q.turnedDown(s) {
			continue
		}
		if q.refusal(p.State, &q.round, s) {
			return true
		}
	}
	return false
}

// refusal looks for an error reply about a key: it has another type, the server
// lacks the command, or it cannot read the key.
func (q *Reader) refusal(st *State, r *wire.Round, s wire.Slot) bool {
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
func (q *Reader) fails(st *State, r *wire.Round, s wire.Slot) {
	why := r.Said(s)
	switch {
	case st.Planted:
		q.Unchecked.Add("canaries: " + why)
	case !st.Unanswered && len(q.Unanswered) < MaxUnanswered:
		q.Unanswered = append(q.Unanswered, Unanswered{
			KeyRef: KeyRef{DB: st.DB, Key: Bytes(st.Name)}, Type: st.Type.String(), Why: why})
	}
	st.Unanswered = true
}

// lacks marks a key that the server cannot show, and says why.
func (q *Reader) lacks(st *State, why string) {
	st.Unsupported = true
	if st.Planted {
		why = "canaries: " + why
	}
	q.Missing.Add(why)
}

// isType reports whether a server that says live may mean the type.
func isType(live string, t keyspace.Type) bool {
	return live == t.String() || t == keyspace.TypeHyperLogLog && (live == "string" || live == "hll")
}

// CompareType asks which type a key has that was not found as what it is
// expected to be. Where it is the expected one, although the server refused to
// show it as such, it has changed meanwhile.
func (q *Reader) CompareType(ctx context.Context, st *State) error {
	if !st.wrongType && !st.nothingFound() {
		return nil
	}
	got, err := q.ask(ctx, st, func(r *wire.Round) wire.Slot { return r.Add(0, "TYPE", &st.Name) })
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
	want := st.Type.String()
	live := string(name.B)
	if !st.wrongType && isType(live, st.Type) {
		return nil
	}
	switch {
	case live == want && q.server.ExactPFCount: // GET shows nothing of a HyperLogLog there
		live = "hyperloglog"
	case live == want, live == "none":
		st.Changes = append(st.Changes, "a key changed its type during the run")
	}
	st.Diffs, st.more = nil, 0
	st.Add(Difference{Kind: KindType, Path: st.Path() + "/type", Want: want, Got: live})
	return nil
}

package compare

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// maxIndex is the largest index of an array.
const maxIndex = math.MaxUint64 - 1

// arrayKey compares an array: it asks for the window of each part, and with the last for the
// position where ARINSERT goes on.
//
//	ARSCAN key start end LIMIT n     the elements that are set, in ascending order
//	ARNEXT key                       0: never used; null: there is no index left
//
// The windows cover every possible index, so that nothing can hide between parts. One
// element more than expected is asked for.
type arrayKey struct {
	extra int64 // elements that are not expected
	total int64 // as the server says; 0 when it was not asked
}

// arrayCursor is how far the window of a part has been compared.
type arrayCursor struct {
	done int    // elements of the part that were looked for
	next uint64 // the index that is looked at next
	end  uint64 // the last one of the window
	more bool   // the window goes on
}

func (p *Part) arrayCursor(v []keyspace.Cell) arrayCursor {
	c := arrayCursor{end: maxIndex}
	if p.base > 0 {
		c.next = p.prev.Seq + 1
	}
	if n := len(v); p.Key.More && n > 0 {
		c.end = v[n-1].Index
	}
	return c
}

func (a *arrayKey) plan(q *Reader, p *Part) {
	v, _ := p.Key.Value.(keyspace.Array)
	if c := p.arrayCursor(v.Cells); c.next <= c.end {
		p.content = askCells(&q.round, p, v.Cells, c, len(v.Cells)+1)
	}
	if !p.Key.More {
		p.about = q.round.Add(0, "ARNEXT", &p.State.Name)
	}
}

func askCells(r *wire.Round, p *Part, v []keyspace.Cell, c arrayCursor, count int) wire.Slot {
	limit := 0
	for i := range v {
		limit += len(v[i].Value) + timeBytes + 2*wire.PerBulk
	}
	return r.Add(limit, "ARSCAN", &p.State.Name, strconv.FormatUint(c.next, 10), strconv.FormatUint(c.end, 10), "LIMIT", count)
}

func (a *arrayKey) compare(ctx context.Context, q *Reader, p *Part) (bool, error) {
	if p.content == wire.None {
		return true, nil
	}
	v, _ := p.Key.Value.(keyspace.Array)
	asked := len(v.Cells) + 1
	c, ok := a.compareCells(p.State, v.Cells, q.round.Reply(p.content), asked, p.arrayCursor(v.Cells))
	for ok && c.more {
		if over, err := a.outlasts(ctx, q, p.State); err != nil {
			return false, err
		} else if over {
			return false, errRefused
		}
		asked = max(len(v.Cells)-c.done+1, streamWindow)
		got, err := q.ask(ctx, p.State, func(r *wire.Round) wire.Slot { return askCells(r, p, v.Cells, c, asked) })
		if err != nil {
			return false, err
		}
		c, ok = a.compareCells(p.State, v.Cells, got, asked, c)
	}
	return ok, nil
}

// outlasts reports whether an array shows more elements that are not expected than it can
// have, and makes the run invalid then.
func (a *arrayKey) outlasts(ctx context.Context, q *Reader, st *State) (bool, error) {
	if a.extra <= streamWindow {
		return false, nil
	}
	if a.total == 0 {
		n, _, err := q.askNumber(ctx, st, "ARCOUNT")
		if err != nil {
			return false, err
		}
		a.total = max(n, 1)
	}
	if a.extra/2 <= a.total+streamWindow/2 {
		return false, nil
	}
	q.Invalid.Add(fmt.Sprintf("%s: ARSCAN %s: %d elements that are not expected, where the server says that there are %d in all",
		st.Path(), wire.ErrEndless, a.extra, a.total))
	return true, nil
}

// compareCells merges the expected elements v with the reply to askCells, both ascending.
// Elements before c.done are behind it already.
func (a *arrayKey) compareCells(st *State, v []keyspace.Cell, got wire.Reply, asked int, c arrayCursor) (arrayCursor, bool) {
	n, ok := got.Array()
	paired := len(got.B) > 0 && got.B[0] == '*'
	if !paired {
		ok = ok && n%2 == 0
		n /= 2
	}
	for i := int64(0); ok && i < n; i++ {
		index, value, isCell := readCell(&got, paired)
		if c.more = true; !isCell || !value.Whole() && i > 0 { // judged when it is the first of a reply
			return c, got.Cut && i > 0
		}
		if index < c.next || index > c.end {
			return c, false // behind what has been seen: it would never end
		}
		for c.done < len(v) && v[c.done].Index < index {
			st.Add(missingCell(st, v[c.done]))
			c.done++
		}
		switch {
		case c.done == len(v) || v[c.done].Index != index:
			a.extra++
			st.Add(Difference{Kind: KindElementExtra, Path: cellPath(st, index)})
		case value.Equal(v[c.done].Value):
			st.Present++
			c.done++
		default:
			st.Present++
			st.Add(valueDifference(KindValue, cellPath(st, index)+"/value", v[c.done].Value, value.B, value.Size))
			c.done++
		}
		c.next = index + 1
	}
	if !ok {
		return c, false
	}
	if c.more = n >= int64(asked) && c.next <= c.end; !c.more {
		for ; c.done < len(v); c.done++ {
			st.Add(missingCell(st, v[c.done]))
		}
	}
	return c, true
}

// readCell reads an index and its value: one after the other, or as a pair.
func readCell(p *wire.Reply, paired bool) (index uint64, value wire.Bulk, ok bool) {
	if paired {
		if n, ok := p.Array(); !ok || n != 2 {
			return 0, value, false
		}
	}
	index, ok1 := p.Unsigned()
	value, ok2 := p.Bulk()
	return index, value, ok1 && ok2 && !value.Null()
}

// finish compares the position where ARINSERT goes on.
func (a *arrayKey) finish(_ context.Context, q *Reader, p *Part) (bool, error) {
	v, _ := p.Key.Value.(keyspace.Array)
	got := q.round.Reply(p.about)
	live, ok := readNext(&got)
	want, _ := v.Next.Get() // 0 shows as never used does
	if ok && live != want {
		p.State.Add(Difference{Kind: KindNext, Path: p.State.Path() + "/next",
			Want: strconv.FormatUint(want, 10), Got: strconv.FormatUint(live, 10)})
	}
	return ok, nil
}

// readNext reads the position; null is behind the largest index.
func readNext(p *wire.Reply) (next uint64, ok bool) {
	at := *p
	if _, some, ok := at.Number(); ok && !some {
		return maxIndex + 1, true
	}
	return p.Unsigned()
}

func cellPath(st *State, index uint64) string {
	return st.Path() + "/element #" + strconv.FormatUint(index, 10)
}

func missingCell(st *State, c keyspace.Cell) Difference {
	return Difference{Kind: KindElementMissing, Path: cellPath(st, c.Index),
		Want: excerpt(c.Value, 0, int64(len(c.Value))), WantBytes: int64(len(c.Value))}
}

func (a *arrayKey) alter(d draft) (all []altered) {
	v, _ := d.value().(keyspace.Array)
	add := func(kind Kind, path string, change func(*keyspace.Array)) {
		changed := v
		changed.Cells = slices.Clone(v.Cells)
		change(&changed)
		all = append(all, altered{kind, path, changed})
	}
	if d.last {
		next, _ := v.Next.Get()
		add(KindNext, "/next", func(v *keyspace.Array) { v.Next = keyspace.Some((next + 1) % maxIndex) })
	}
	if !d.drawn || len(v.Cells) == 0 {
		return all
	}
	i := d.pick(len(v.Cells))
	path := "/element #" + strconv.FormatUint(v.Cells[i].Index, 10)
	add(KindValue, path+"/value", func(v *keyspace.Array) { v.Cells[i].Value = alterBytes(v.Cells[i].Value, d.pick) })
	if d.last || i < len(v.Cells)-1 { // else the window would end elsewhere
		add(KindElementExtra, path, func(v *keyspace.Array) { v.Cells = slices.Delete(v.Cells, i, i+1) })
	}
	for i := 1; i < len(v.Cells); i++ {
		if free := v.Cells[i-1].Index + 1; free != v.Cells[i].Index {
			add(KindElementMissing, "/element #"+strconv.FormatUint(free, 10), func(v *keyspace.Array) {
				v.Cells = slices.Insert(v.Cells, i, keyspace.Cell{Index: free, Value: "canary"})
			})
			break
		}
	}
	return all
}

// unsupportedKey is a key that the server has no commands for, other than for its expire
// time.
type unsupportedKey struct{ why string }

func (unsupportedKey) plan(*Reader, *Part) {}

func (k unsupportedKey) compare(_ context.Context, q *Reader, p *Part) (bool, error) {
	q.lacks(p.State, k.why)
	return true, nil
}

func (unsupportedKey) finish(context.Context, *Reader, *Part) (bool, error) { return true, nil }
func (unsupportedKey) alter(draft) []altered                                { return nil }

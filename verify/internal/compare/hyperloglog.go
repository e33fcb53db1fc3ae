package compare

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// hllReply bounds a live HyperLogLog: the sparse encoding may be configured to
// grow beyond the dense one.
const hllReply = 64 << 10

// hllTolerance is six standard errors of a PFCOUNT estimate.
const hllTolerance = 6 * 1.04 / 128

// hyperLogLogKey compares a HyperLogLog: it collects the elements of its parts,
// and asks with the last for the registers, or for the count where the server
// does not show them.
type hyperLogLogKey struct{ regs registers }

func (h *hyperLogLogKey) plan(q *Reader, p *Part) {
	v, _ := p.Key.Value.(keyspace.HyperLogLog)
	for _, element := range v {
		h.regs.add(element)
	}
	switch {
	case p.Key.More:
	case q.server.HLLBytes:
		p.content = q.round.Add(hllReply, "GET", &p.State.Name)
	default:
		p.content = q.round.Add(0, "PFCOUNT", &p.State.Name)
	}
}

func (h *hyperLogLogKey) compare(context.Context, *Reader, *Part) (bool, error) { return true, nil }

func (h *hyperLogLogKey) finish(_ context.Context, q *Reader, p *Part) (bool, error) {
	got := q.round.Reply(p.content)
	if !q.server.HLLBytes {
		n, ok := got.Integer()
		if ok {
			compareCount(p.State, n, q.server.ExactPFCount)
		}
		return ok, nil
	}
	value, ok := got.Bulk()
	if ok {
		h.compareRegisters(p.State, value)
	}
	return ok, nil
}

// compareRegisters compares the expected registers with the live value.
func (h *hyperLogLogKey) compareRegisters(st *State, got wire.Bulk) {
	var live registers
	if got.Null() || !decodeRegisters(got.B, &live) {
		st.Add(Difference{Kind: KindType, Path: st.Path() + "/type", Want: "hyperloglog", Got: "string",
			GotBytes: max(0, got.Size)})
		return
	}
	st.Present = st.Want
	if live == h.regs {
		if count, ok := cachedCount(got.B); ok {
			compareCount(st, count, false)
		}
		return
	}
	var first, count int
	for i := range live {
		if live[i] != h.regs[i] {
			if count == 0 {
				first = i
			}
			count++
		}
	}
	st.Add(Difference{Kind: KindRegister, Path: elementPath(st.Path(), "register", int64(first)),
		Want: fmt.Sprint(h.regs[first]), Got: fmt.Sprint(live[first]),
		Detail: fmt.Sprintf("%d of %d registers differ", count, hllRegisters)})
}

// cachedCount returns the number of elements that PFCOUNT answers without
// looking at the registers, if the value has one: "HYLL" ∥ encoding(1) ∥ 0(3) ∥
// count(8, LE), whose highest bit says that there is none.
func cachedCount(value []byte) (count int64, ok bool) {
	n := binary.LittleEndian.Uint64(value[8:16])
	return int64(n), n>>63 == 0
}

// compareCount compares the number of elements with the answer of PFCOUNT,
// which is exact or an estimate.
func compareCount(st *State, count int64, exact bool) {
	tolerance := 0.0
	if !exact {
		tolerance = max(1, hllTolerance*float64(st.Want))
	}
	if math.Abs(float64(count-st.Want)) <= tolerance {
		st.Present = st.Want
		return
	}
	st.Add(Difference{Kind: KindRegister, Path: st.Path() + "/count",
		Want: fmt.Sprint(st.Want), Got: fmt.Sprint(count)})
}

// alter adds elements to the last part until the server must show
// a difference: one register, or a count out of tolerance.
func (h *hyperLogLogKey) alter(d draft) []altered {
	if !d.last {
		return nil
	}
	v, _ := d.value().(keyspace.HyperLogLog)
	var regs registers
	total := 0
	for _, k := range d.parts {
		v, _ := k.Value.(keyspace.HyperLogLog)
		for _, element := range v {
			regs.add(element)
			total++
		}
	}
	if !d.server.HLLBytes {
		n := 1
		if !d.server.ExactPFCount {
			n = 3 + total/4
		}
		added := slices.Clone(v)
		for i := range n {
			added = append(added, fmt.Sprintf("\x00canary-%d", i))
		}
		return []altered{{KindRegister, "/count", added}}
	}
	for i := range 1000 {
		element := fmt.Sprintf("\x00canary-%d", i)
		changed := regs
		changed.add(element)
		for j := range changed {
			if changed[j] != regs[j] {
				added := append(slices.Clone(v), element)
				return []altered{{KindRegister, elementPath("", "register", int64(j)), added}}
			}
		}
	}
	return nil
}

package verify

import (
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

// planHyperLogLog collects the elements of the part and, with the last one,
// asks for the registers, or where the server does not show them, for the count.
func (w *worker) planHyperLogLog(r *wire.Round, p *part, v keyspace.HyperLogLog) {
	if p.key.More {
		return
	}
	if w.server.HLLBytes {
		p.content = r.Add(hllReply, "GET", &p.st.name)
	} else {
		p.content = r.Add(0, "PFCOUNT", &p.st.name)
	}
}

// collectRegisters adds the elements of a part to the expected registers.
func collectRegisters(st *keyState, v keyspace.HyperLogLog) {
	if st.regs == nil {
		st.regs = new(registers)
	}
	for _, element := range v {
		st.regs.add(element)
	}
}

// compareRegisters compares the expected registers with the live value.
func compareRegisters(st *keyState, got wire.Bulk) {
	var live registers
	if got.Null() || !decodeRegisters(got.B, &live) {
		st.add(Difference{Kind: KindType, Path: st.path() + "/type", Want: "hyperloglog", Got: "string",
			GotBytes: max(0, got.Size)})
		return
	}
	st.present = st.want
	if live == *st.regs {
		if count, ok := cachedCount(got.B); ok {
			compareCount(st, count, false)
		}
		return
	}
	var first, count int
	for i := range live {
		if live[i] != st.regs[i] {
			if count == 0 {
				first = i
			}
			count++
		}
	}
	st.add(Difference{Kind: KindRegister, Path: elementPath(st.path(), "register", int64(first)),
		Want: fmt.Sprint(st.regs[first]), Got: fmt.Sprint(live[first]),
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
func compareCount(st *keyState, count int64, exact bool) {
	tolerance := 0.0
	if !exact {
		tolerance = max(1, hllTolerance*float64(st.want))
	}
	if math.Abs(float64(count-st.want)) <= tolerance {
		st.present = st.want
		return
	}
	st.add(Difference{Kind: KindRegister, Path: st.path() + "/count",
		Want: fmt.Sprint(st.want), Got: fmt.Sprint(count)})
}

// alteredHyperLogLog adds elements to the last part until the server must show
// a difference: one register, or a count out of tolerance.
func alteredHyperLogLog(v keyspace.HyperLogLog, parts []keyspace.Key, server Server) []altered {
	var regs registers
	total := 0
	for _, k := range parts {
		v, _ := k.Value.(keyspace.HyperLogLog)
		for _, element := range v {
			regs.add(element)
			total++
		}
	}
	if !server.HLLBytes {
		n := 1
		if !server.ExactPFCount {
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

package fsmtest

import "redrill/keyspace"

func (l Layout) stringRows(k String, v string, ms uint64, expires bool) []Row {
	switch {
	case l.Form == FormBare:
		return []Row{k.Bare(v)}
	case l.Form == FormLegacy:
		return []Row{k.Legacy(v)}
	case expires:
		return []Row{k.RowExpiring(v, ms)}
	}
	return []Row{k.Row(v)}
}

func (l Layout) hyperLogLogRows(k HyperLogLog, v []string, ms uint64, expires bool) []Row {
	switch {
	case l.Form == FormLegacy:
		return []Row{k.Legacy(v...)}
	case expires:
		return []Row{k.RowExpiring(ms, v...)}
	}
	return []Row{k.Row(v...)}
}

func (l Layout) hashRows(k Hash, v keyspace.Hash, ms uint64) []Row {
	rows := l.lengthRows(int64(len(v)), ms, k.Meta8, k.Meta16, k.Delta)
	if l.Form == FormLegacy {
		return append(rows, k.Blob(v...))
	}
	for _, f := range v {
		rows = append(rows, k.Field(f.Name, f.Value))
	}
	return rows
}

func (l Layout) setRows(k Set, v keyspace.Set, ms uint64) []Row {
	rows := l.lengthRows(int64(len(v)), ms, k.Meta8, k.Meta16, k.Delta)
	if l.Form == FormLegacy {
		return append(rows, k.Blob(v...))
	}
	for _, m := range v {
		rows = append(rows, k.Member(m))
	}
	return rows
}

func (l Layout) zsetRows(k ZSet, v keyspace.ZSet, ms uint64) []Row {
	rows := l.lengthRows(int64(len(v)), ms, k.Meta8, k.Meta16, k.Delta)
	if l.Form == FormLegacy {
		return append(rows, k.Blob(v...))
	}
	for _, m := range v {
		rows = append(rows, k.Member(m.Name, m.Score), k.Score(m.Name, m.Score))
	}
	return rows
}

// lengthRows returns the meta row and the delta rows of a hash, set or sorted
// set with n elements. Every delta but a first one without meta removes one.
func (l Layout) lengthRows(n int64, ms uint64, meta8 func(int64) Row, meta16 func(int64, uint64) Row,
	delta func(uint64, uint32, int64) Row,
) []Row {
	var rows []Row
	switch l.MetaBytes {
	case 8:
		rows = append(rows, meta8(n+int64(l.Deltas)))
	case 16:
		rows = append(rows, meta16(n+int64(l.Deltas), ms))
	}
	for i := range l.Deltas {
		change := int64(-1)
		if i == 0 && l.MetaBytes == 0 {
			change = n + int64(l.Deltas) - 1
		}
		rows = append(rows, delta(deltaTS+uint64(i), uint32(i%3), change))
	}
	return rows
}

// deltaTS is the commit timestamp in the keys of delta rows.
const deltaTS = 1700000000000 << 16

// listRows pops from the head: every delta but a first one without meta moves
// the head by one and removes one element.
func (l Layout) listRows(k List, v keyspace.List, ms uint64) []Row {
	var rows []Row
	n, deltas := int64(len(v)), int64(l.Deltas)
	switch l.MetaBytes {
	case 24:
		rows = append(rows, k.Meta24(l.Head-deltas, l.Head+n, n+deltas))
	case 32:
		rows = append(rows, k.Meta32(l.Head-deltas, l.Head+n, n+deltas, ms))
	}
	for i := range deltas {
		head, change := int64(1), int64(-1)
		if i == 0 && l.MetaBytes == 0 {
			head, change = l.Head-(deltas-1), n+deltas-1
		}
		delta := k.Delta
		if i < int64(l.NewDeltas) {
			delta = k.NewDelta
		}
		rows = append(rows, delta(deltaTS+uint64(i), uint32(i%3), head, change))
	}
	for i, element := range v {
		rows = append(rows, k.Item(l.Head+int64(i), element))
	}
	return rows
}

func (l Layout) streamRows(k Stream, v keyspace.Stream, ms uint64) []Row {
	var rows []Row
	n := int64(len(v.Entries))
	switch l.MetaBytes {
	case 24:
		rows = append(rows, k.Meta24(n, v.LastID))
	case 32:
		rows = append(rows, k.Meta32(n, v.LastID, ms))
	case 48:
		rows = append(rows, k.Meta48(n, v.LastID, ms, v.MaxDeletedID))
	}
	for _, e := range v.Entries {
		rows = append(rows, k.Entry(e))
	}
	return rows
}

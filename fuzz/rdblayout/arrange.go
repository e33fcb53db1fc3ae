package rdblayout

import (
	"fmt"
	"slices"
	"strconv"

	"redrill/fuzz/rdbtest"
	"redrill/keyspace"
)

// arrange puts the keys into the file, among what is no part of them.
func (b *builder) arrange() {
	f := &b.file
	b.front()
	keys := slices.Clone(b.keys)
	b.r.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	if !b.oneIn(4) {
		slices.SortStableFunc(keys, func(x, y stored) int { return x.db - y.db })
	}
	at, seen := 0, map[int]bool{} // what comes before any selection is in database 0
	for i, k := range keys {
		attributes := slices.Clone(k.attributes)
		if k.db != at || i == 0 && !b.oneIn(4) {
			p := b.pen()
			p.Raw(rdbtest.OpSelect)
			p.Len(uint64(k.db))
			selection := []piece{{bytes: p.Bytes()}}
			if seen[k.db] {
				b.Feature("database: again")
			}
			if b.oneIn(2) {
				selection = append(selection, b.sizes())
			}
			if len(attributes) > 0 && b.oneIn(8) {
				b.Feature("database: between attribute and key")
				attributes = slices.Insert(attributes, 1, selection...)
			} else {
				attributes = append(selection, attributes...)
			}
		} else if i == 0 {
			b.Feature("database: not selected")
		}
		at, seen[k.db] = k.db, true
		if b.knows(12) && b.oneIn(16) {
			attributes = append([]piece{b.slot()}, attributes...)
		}
		f.pieces = append(append(f.pieces, attributes...), piece{bytes: k.value})
	}
	if b.loads == 0 && b.wide() && b.oneIn(8) {
		f.pieces = append(f.pieces, b.moduleAux(2))
	}
	if b.oneIn(16) {
		f.pieces = append(f.pieces, b.aux("at the end"))
	}
	b.sum()
}

// front draws what stands before the keys.
func (b *builder) front() {
	f := &b.file
	for range b.r.IntN(4) {
		f.pieces = append(f.pieces, b.aux("in front"))
	}
	if b.loads == 0 && b.wide() && b.oneIn(8) {
		f.pieces = append(f.pieces, b.moduleAux(1))
	}
	for i := range b.r.IntN(8) / 6 * (1 + b.r.IntN(2)) {
		f.pieces = append(f.pieces, b.function(i))
	}
	for _, t := range b.templates {
		p := b.pen()
		p.Raw(rdbtest.OpTemplate)
		p.Len(t.id)
		p.Strs(t.names...)
		f.pieces = append(f.pieces, piece{bytes: p.Bytes()})
	}
	if f.family == rdbtest.Valkey && b.oneIn(2) {
		p := b.pen()
		p.Raw(rdbtest.OpImport)
		p.Str(fmt.Sprintf("%040d", 7))
		p.Len(1)
		p.Len(100)
		p.Len(200)
		f.pieces = append(f.pieces, b.noise("slot import", p))
		b.s.Counts[keyspace.NoteImporting]++
		f.particular = true
	}
}

// function draws a library of functions.
func (b *builder) function(i int) piece {
	code := "#!lua name=lib" + strconv.Itoa(i) + "\nredis.register_function('f" + strconv.Itoa(i) + "', function(keys, args) return '" +
		among(b, "", "x", "Ünï", "0123456789012345678901234567890123456789") + "' end)"
	p := b.pen()
	p.Raw(rdbtest.OpFunction)
	p.Str(code)
	b.Feature("file: functions")
	b.s.Functions = append(b.s.Functions, code)
	return piece{bytes: p.Bytes()}
}

// sizes draws a hint, which need not be true.
func (b *builder) sizes() piece {
	p := b.pen()
	p.Raw(rdbtest.OpSizes)
	huge := uint64(1 << 31)
	if b.loads != 0 {
		huge = 1000 // servers make room for that many
	}
	p.Len(among(b, 0, uint64(len(b.keys)), huge))
	p.Len(among(b, 0, 1, huge))
	return b.noise("sizes", p)
}

func (b *builder) slot() piece {
	p := b.pen()
	p.Raw(rdbtest.OpSlot)
	for _, n := range []int{b.r.IntN(16384), b.r.IntN(100), b.r.IntN(100)} {
		p.Len(uint64(n))
	}
	return b.noise("slot", p)
}

// moduleAux draws what a module keeps beside the keys, before or behind them.
func (b *builder) moduleAux(when uint64) piece {
	p := b.pen()
	p.Raw(rdbtest.OpModuleAux)
	p.Len(rdbtest.ModuleID("scdtype00", 1))
	p.Len(2)
	p.Len(when)
	p.Parts(b.parts()...)
	b.s.Counts[keyspace.NoteModuleData]++
	return b.noise("module record", p)
}

// knows reports whether whoever is to load the file knows what that version brought.
func (b *builder) knows(version int) bool { return b.loads == 0 || b.loads >= version }

// sum draws how the file ends.
func (b *builder) sum() {
	f := &b.file
	switch {
	case f.version < rdbtest.FirstSummed:
		b.Feature("file: without checksum")
	case b.oneIn(8):
		f.unsummed = true
		b.Feature("file: checksum 0")
	default:
		b.Feature("file: checksum")
	}
	if b.oneIn(16) {
		f.trailing = among(b, "hello", "\n", "REDIS0011", "\x00\x00")
		b.Feature("noise: bytes behind the end")
		b.s.Counts[keyspace.NoteTrailing] = int64(len(f.trailing))
	}
}

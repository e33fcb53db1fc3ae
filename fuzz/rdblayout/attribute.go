package rdblayout

import (
	"encoding/binary"
	"fmt"

	"redrill/fuzz/gen"
	"redrill/fuzz/rdbtest"
	"redrill/keyspace"
)

// attributes draws what stands before a key: its expire time, and noise.
func (b *builder) attributes() (pieces []piece, at keyspace.ExpireAt) {
	if b.OneIn(3, "expires") {
		pieces, at = b.expiry()
	} else {
		b.Feature("expiry: none")
	}
	if b.oneIn(8) {
		p := b.pen()
		p.Raw(rdbtest.OpIdle)
		p.Len(among[uint64](b, 0, 1, 100, 1<<20))
		pieces = append(pieces, b.noise("idle", p))
	}
	if b.oneIn(8) {
		p := b.pen()
		p.Raw(rdbtest.OpFreq, among[byte](b, 0, 5, 0x80, 0xC8, 0xFF))
		pieces = append(pieces, b.noise("freq", p))
	}
	if b.oneIn(12) {
		pieces = append(pieces, b.aux("between"))
	}
	if b.redis(13) && b.oneIn(8) {
		pieces = append(pieces, b.metadata())
	}
	return pieces, at
}

// expiry draws an expire time, in seconds or milliseconds, sometimes after another
// one.
func (b *builder) expiry() (pieces []piece, at keyspace.ExpireAt) {
	ms := int64(b.ExpireMs())
	var p *rdbtest.Pen
	if b.oneIn(5) {
		seconds := among[int32](b, 0, 1, gen.PastMs/1000, -1, -1<<31)
		ms = int64(seconds) * 1000
		p = b.pen()
		p.Raw(rdbtest.OpExpire)
		p.Raw(binary.LittleEndian.AppendUint32(nil, uint32(seconds))...)
		b.Feature("expiry: in seconds")
	} else {
		p = b.expireMs(ms)
		b.Feature("expiry: in milliseconds")
	}
	pieces = []piece{{bytes: p.Bytes()}}
	b.countExpiry(ms)
	if b.oneIn(20) {
		b.Feature("expiry: twice")
		b.file.particular = true
		other := piece{bytes: b.expireMs(among[int64](b, 5, gen.UntilMs+5)).Bytes()}
		if b.redis(13) { // the first one counts
			pieces = append(pieces, other)
		} else {
			pieces = append([]piece{other}, pieces...)
		}
	}
	if ms == -1 {
		b.file.particular = true
		if !b.redis(13) {
			return pieces, keyspace.ExpireAt{}
		}
	}
	return pieces, keyspace.ExpireAtMs(ms)
}

func (b *builder) expireMs(ms int64) *rdbtest.Pen {
	p := b.pen()
	p.Raw(rdbtest.OpExpireMs)
	p.Ms(ms)
	return p
}

func (b *builder) countExpiry(ms int64) {
	switch {
	case ms == -1:
		b.Feature("expiry: -1 ms")
	case ms < 0:
		b.Feature("expiry: negative")
	case ms == 0:
		b.Feature("expiry: 0")
	case ms <= gen.PastMs:
		b.Feature("expiry: past")
	case ms >= 1<<63-2:
		b.Feature("expiry: 2^63-1 ms")
	default:
		b.Feature("expiry: future")
	}
}

// metadata draws what modules attach to a key.
func (b *builder) metadata() piece {
	p := b.pen()
	p.Raw(rdbtest.OpMetadata)
	p.Len(1)
	p.Raw(rdbtest.ClassWord(among(b, "meta", "ABCD", "--__"), b.r.IntN(32), b.r.IntN(8))...)
	p.Parts(b.parts()...)
	b.file.particular = true
	b.s.Counts[keyspace.NoteModuleData]++
	return b.noise("metadata", p)
}

// aux draws a fact of the file that is no part of any key.
func (b *builder) aux(where string) piece {
	p := b.pen()
	p.Raw(rdbtest.OpAux)
	name := among(b, "redis-ver", "valkey-ver", "redis-bits", "ctime", "used-mem", "repl-id", "repl-offset", "aof-base", "lua", "%unknown", "", "mvcc-tstamp")
	value := among(b, "0", "7.2.4", "64", "1700000000", "\xff\x00", "12345678901", "")
	if name == "aof-base" || name == "aof-preamble" {
		value = "0"
	}
	p.Str(name)
	p.Str(value)
	return b.noise("aux "+where, p)
}

// noise returns a piece that is no part of any key, under a name of its own.
func (b *builder) noise(what string, p *rdbtest.Pen) piece {
	b.file.noises++
	b.Feature("noise: " + what)
	return piece{bytes: p.Bytes(), noise: fmt.Sprintf("%s %d", what, b.file.noises)}
}

// parts draws what a module stores.
func (b *builder) parts() (parts []rdbtest.Part) {
	for range b.r.IntN(4) {
		parts = append(parts, among[rdbtest.Part](b, int64(-1), int64(5), uint64(1<<63), float32(1.5), float64(-2), "text", "\x00", "123"))
	}
	return parts
}

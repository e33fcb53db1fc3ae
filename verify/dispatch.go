package verify

import (
	"context"
	"iter"
	"sync"

	"redrill/keyspace"
	"redrill/verify/internal/compare"
	"redrill/verify/internal/wire"
)

// Bounds of a batch: what is sent and expected in one round trip.
const (
	batchParts = 256
	batchBytes = 512 << 10
	batchNames = 16 << 10 // elements
)

// canaryBytes bounds a key in parts that is kept to plant canaries in it.
const canaryBytes = 8 << 20

// batch is a number of parts of keys of one database that are read in one round
// trip. The parts of one key follow each other.
type batch struct {
	db       int
	parts    []item
	bytes    int
	elements int
}

// batches recycles batches: the parts of one are large.
var batches sync.Pool

func newBatch(db int) *batch {
	b, ok := batches.Get().(*batch)
	if !ok {
		b = &batch{parts: make([]item, 0, batchParts)}
	}
	b.db = db
	return b
}

// there returns the parts that the server can be asked for.
func (b *batch) there() iter.Seq[*compare.Part] {
	return func(yield func(*compare.Part) bool) {
		for i := range b.parts {
			if p := &b.parts[i]; p.st.probe != probeElsewhere && !yield(&p.Part) {
				return
			}
		}
	}
}

// full reports whether the batch is as large as a round trip should be.
func (b *batch) full() bool {
	return len(b.parts) >= batchParts || b.bytes >= batchBytes || b.elements >= batchNames
}

// free gives the batch back. Nothing may point into it any more.
func (b *batch) free() {
	clear(b.parts)
	*b = batch{parts: b.parts[:0]}
	batches.Put(b)
}

// dispatcher turns a sequence of keys into batches.
type dispatcher struct {
	run      *run
	ctx      context.Context
	keys     int64
	types    [len(keyspace.Types)]typeTally // keys and elements of the sequence
	notes    keyspace.Tally
	counters Counters

	small   *batch // whole keys
	large   *batch // parts of the key that is being fed
	next    int    // worker of the next large key
	st      *keyState
	at      compare.Place
	kept    []keyspace.Key // the parts of the key so far, to plant canaries in
	keep    int            // bytes of them that may still be kept
	shadow  *keyState      // the canary that goes along with the key, and its first part
	altered keyspace.Value
	only    *nameSet // hashes of the keys to read; nil for all
	skip    bool     // the rest of the key is not compared
	dropped bool     // something of the key cannot be held by any Redis

	unrepresentable map[uint64]bool // keys with such a note, until their last part
	unreadable      *nameSet
	forgotten       bool // there are more unreadable keys than it may hold
}

func newDispatcher(ctx context.Context, r *run) *dispatcher {
	return &dispatcher{run: r, ctx: ctx, notes: keyspace.Tally{},
		unrepresentable: map[uint64]bool{}, unreadable: newNameSet(0)}
}

// feed sends all keys of the source to the workers. It returns the error of the
// source; the end of ctx is no error here.
func (d *dispatcher) feed(src keyspace.Source) (err error) {
	defer d.run.crash.Keep(&err)
	for key, err := range src.Keys(d.note) {
		if err != nil {
			return err
		}
		if d.ctx.Err() != nil {
			return nil
		}
		d.key(key)
	}
	d.flush(&d.small)
	d.flush(&d.large)
	return nil
}

// note counts a note and probes for the keys that have no value to compare.
func (d *dispatcher) note(n keyspace.Note) {
	if d.only != nil && n.Kind != keyspace.NoteUnrepresentable &&
		(n.Kind != keyspace.NoteEmpty || !d.only.has(d.hash(n.DB, n.Name))) {
		return // it has been counted
	}
	d.notes[n.Kind]++
	switch kind := n.Kind; {
	case kind == keyspace.NoteUnrepresentable:
		if !d.run.server.HoldsAll {
			d.unrepresentable[d.hash(n.DB, n.Name)] = true
		}
	case kind == keyspace.NoteCounter:
		d.counters.add(n)
	case kind.Meaning().Absent:
		d.probe(n, probeEmpty)
	case kind.Meaning().InPlace && d.isNew(d.hash(n.DB, n.Name)):
		d.probe(n, probeUnreadable)
	}
}

// isNew reports whether the unreadable key is met for the first time, as far as
// it can remember: a key may have several such notes, which are one to be found.
func (d *dispatcher) isNew(h uint64) bool {
	if d.unreadable.has(h) {
		return false
	}
	if d.unreadable.n < d.run.opts.remember {
		d.unreadable.add(h)
	} else {
		d.forgotten = true
	}
	return true
}

func (d *dispatcher) hash(db int, name string) uint64 {
	return nameHash(d.run.opts.Seed, db, name)
}

func nameHash(seed uint64, db int, name string) uint64 {
	return compare.MurmurHash64A(name, seed^uint64(db)*0x9e3779b97f4a7c15)
}

func (d *dispatcher) probe(n keyspace.Note, kind probe) {
	d.keys++
	p := d.room(&d.small, n.DB)
	p.own = keyState{State: compare.State{DB: n.DB, Name: n.Name, Type: n.Type, Emptied: kind == probeEmpty}, probe: kind}
	p.of(&p.own)
	d.sent(&d.small, len(n.Name), 1)
}

// key sends one part of a key.
func (d *dispatcher) key(k keyspace.Key) {
	elements := int64(k.Elements())
	dropped := 0
	if !d.run.server.HoldsAll {
		k, dropped = keyspace.Representable(k)
	}
	k, lapsed := aliveAt(k, d.run.opts.AsOfMs)
	if k.Part == 0 {
		d.begin(k)
	}
	d.types[k.Value.Type()].elements += elements
	d.dropped = d.dropped || dropped > 0
	last := !k.More
	if last {
		h := d.hash(k.DB, k.Name)
		d.dropped = d.dropped || d.unrepresentable[h]
		delete(d.unrepresentable, h)
	}
	if d.skip {
		return
	}
	at := &d.small
	if !k.Whole() {
		at = &d.large
	}
	p := d.room(at, k.DB)
	p.Key, p.Place, p.lapsed = k, d.at, lapsed
	st := d.st
	if st == nil {
		p.own = newKeyState(k)
		st = &p.own
	}
	p.of(st)
	p.dropped = d.dropped && last
	from := d.at
	d.at.Advance(k)
	bytes := partBytes(k)
	if !k.Whole() {
		p.kept = d.keepPart(k, bytes)
	}
	d.sent(at, bytes, k.Elements()+groupItems(k))
	if d.shadow != nil {
		d.sendShadow(k, from, bytes)
	}
	if last && !k.Whole() {
		d.flush(&d.large)
	}
}

// aliveAt returns the key without the fields of a hash that have expired, and the latest
// expire time of these.
func aliveAt(k keyspace.Key, nowMs int64) (alive keyspace.Key, lapsed keyspace.ExpireAt) {
	if v, ok := k.Value.(keyspace.Hash); ok {
		if kept, latest := v.AliveAt(nowMs); len(kept) < len(v) {
			k.Value, lapsed = kept, latest
		}
	}
	return k, lapsed
}

// begin starts a key: counted once, probed only when it is expected to be gone.
func (d *dispatcher) begin(k keyspace.Key) {
	d.keys++
	d.types[k.Value.Type()].keys++
	d.at, d.st, d.skip, d.dropped, d.kept, d.keep, d.shadow = compare.Place{}, nil, false, false, nil, 0, nil
	if d.only != nil && !d.only.has(d.hash(k.DB, k.Name)) {
		d.skip = true
		return
	}
	elsewhere := k.DB != 0 && !d.run.server.Databases
	if elsewhere || k.ExpireAt.ExpiredAt(d.run.opts.AsOfMs) {
		d.skip = true
		p := d.room(&d.small, k.DB)
		p.own = newKeyState(k)
		p.of(&p.own)
		p.st.probe = probeExpired
		if elsewhere {
			p.st.probe = probeElsewhere
		}
		d.sent(&d.small, len(k.Name), 1)
		return
	}
	if k.More {
		st := newKeyState(k)
		d.st = &st
		d.next = (d.next + 1) % len(d.run.workers)
		if d.run.live == nil { // its key takes too long to be one that nobody writes to
			d.accompany(k)
		}
		if d.run.canaries.Wants(k.Value.Type(), true) {
			d.keep = canaryBytes
		}
	}
}

func newKeyState(k keyspace.Key) keyState {
	return keyState{State: compare.NewState(k)}
}

// accompany lets a canary go along with a key in parts, if one is due.
func (d *dispatcher) accompany(first keyspace.Key) {
	if a := d.run.canaries.Shadow(first); a != nil {
		st := newKeyState(first)
		st.Planted, st.canary, st.genuine = true, d.run.canaries.Canary(*a), d.st
		d.shadow, d.altered = &st, a.Parts[0].Value
	}
}

// sendShadow sends the part of the key once more, the first one altered.
func (d *dispatcher) sendShadow(k keyspace.Key, from compare.Place, bytes int) {
	if k.Part == 0 {
		k.Value = d.altered
	}
	p := d.room(&d.large, k.DB)
	p.Key, p.Place = k, from
	p.of(d.shadow)
	d.sent(&d.large, bytes, k.Elements()+groupItems(k))
}

// keepPart keeps the parts of a key that canaries may be planted in, as long as
// they are small, and returns them all with the last.
func (d *dispatcher) keepPart(k keyspace.Key, bytes int) []keyspace.Key {
	if d.keep -= bytes; d.keep < 0 {
		d.kept = nil
		return nil
	}
	d.kept = append(d.kept, k)
	if k.More {
		return nil
	}
	return d.kept
}

// room returns a cleared part at the end of a batch of the database.
func (d *dispatcher) room(at **batch, db int) *item {
	if b := *at; b != nil && b.db != db {
		d.flush(at)
	}
	if *at == nil {
		*at = newBatch(db)
	}
	b := *at
	b.parts = b.parts[:len(b.parts)+1]
	return &b.parts[len(b.parts)-1]
}

// sent counts what was added last and sends the batch when it is full.
func (d *dispatcher) sent(at **batch, bytes, elements int) {
	b := *at
	b.bytes += bytes
	b.elements += elements
	if b.full() {
		d.flush(at)
	}
}

func (d *dispatcher) flush(at **batch) {
	b := *at
	if b == nil {
		return
	}
	*at = nil
	to := d.run.shared
	if at == &d.large {
		to = d.run.workers[d.next].own
	}
	select {
	case to <- b:
	case <-d.ctx.Done():
	}
}

// partBytes estimates the bytes of a part on the wire.
func partBytes(k keyspace.Key) int {
	return 2*len(k.Name) + k.Value.Bytes() + k.Elements()*wire.PerBulk + groupItems(k)*groupItemBytes
}

const groupItemBytes = 64

// groupItems returns how many groups, consumers and pending entries a part of a stream has.
func groupItems(k keyspace.Key) (n int) {
	v, _ := k.Value.(keyspace.Stream)
	for i := range v.Groups {
		n += 1 + len(v.Groups[i].Consumers) + len(v.Groups[i].Pending)
	}
	return n
}

package restore

import "redrill/keyspace"

// pipeline is a batch that is sent at once, with the keys it is about.
type pipeline struct {
	batch
	keys  []keySpan
	db    int    // selected after the last command
	sent  bool   // some of the commands may have been executed
	count Result // what is acknowledged when every reply is right
}

// keySpan is a key whose commands, or some of them, are in a pipeline: those
// from first to that of the next key.
type keySpan struct {
	db         int
	name       string
	first      int  // index of its first command
	start, end bool // the pipeline holds its first and its last command
}

// reset empties the pipeline; db is the database that is selected when it is
// sent, or -1 when that is not known.
func (p *pipeline) reset(db int) {
	p.batch.reset()
	clear(p.keys)
	p.keys, p.db, p.sent, p.count = p.keys[:0], db, false, Result{}
}

func (p *pipeline) selectDB(db int) {
	if db != p.db {
		p.putOK("SELECT", itoa(int64(db)))
		p.db = db
	}
}

// open notes that the commands from first on write k, or more of it.
func (p *pipeline) open(k keyspace.Key, first int, start bool) {
	if !start && p.last(k) != nil {
		return
	}
	p.keys = append(p.keys, keySpan{db: k.DB, name: k.Name, first: first, start: start})
}

// complete notes that there will be no more commands for k.
func (p *pipeline) complete(k keyspace.Key) {
	if last := p.last(k); last != nil {
		last.end = true
	}
}

// last returns the last key of the pipeline if it is k.
func (p *pipeline) last(k keyspace.Key) *keySpan {
	if len(p.keys) == 0 {
		return nil
	}
	last := &p.keys[len(p.keys)-1]
	if last.db != k.DB || last.name != k.Name {
		return nil
	}
	return last
}

// keyOf returns the key that command i is about.
func (p *pipeline) keyOf(i int) (k keySpan, ok bool) {
	for _, next := range p.keys {
		if next.first > i {
			break
		}
		k, ok = next, true
	}
	return k, ok
}

// incomplete returns a key that cannot be rebuilt from the pipeline alone.
func (p *pipeline) incomplete() (k keySpan, ok bool) {
	for _, k := range p.keys {
		if !k.start || !k.end {
			return k, true
		}
	}
	return keySpan{}, false
}

// rebuild returns the commands of p for a fresh connection, with every key
// deleted before it is written.
func (p *pipeline) rebuild() *pipeline {
	r := &pipeline{keys: p.keys}
	next := 0
	for i, c := range p.cmds {
		for next < len(p.keys) && p.keys[next].first == i {
			r.put(Reply{}, "DEL", p.keys[next].name)
			next++
		}
		if c.relative {
			r.putUntil(c.atMs, c.reply, p.args[c.start:c.end-1]...)
			continue
		}
		r.put(c.reply, p.args[c.start:c.end]...)
	}
	return r
}

// exists returns the commands that ask for each key that begins in p.
func (p *pipeline) exists() *pipeline {
	r := &pipeline{db: -1}
	for _, k := range p.keys {
		if k.start {
			r.selectDB(k.db)
			r.keys = append(r.keys, keySpan{db: k.db, name: k.name, first: len(r.cmds)})
			r.putInt(0, "EXISTS", k.name)
		}
	}
	return r
}

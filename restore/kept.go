package restore

import "redrill/keyspace"

// kept is what of a key, or of one part of it, is to be written.
type kept struct {
	key     keyspace.Key
	dropped int  // elements that no server can hold
	expired int  // fields that are gone by their own expire time
	lost    bool // such a server has nothing to hold it
	groups  bool // it has consumer groups
}

// keep returns what of k is to be written to a server of this kind at the reference
// time asOfMs, in Unix milliseconds. The expire time of the key itself is the
// caller's business.
func (s Server) keep(k keyspace.Key, asOfMs int64) (what kept) {
	what.key, what.dropped = s.representable(k)
	what.groups = s.Groups
	switch v := k.Value.(type) {
	case keyspace.Hash:
		what.key.Value, what.expired = aliveFields(v, asOfMs)
	case keyspace.Array:
		what.lost = !s.Arrays
	case keyspace.Opaque:
		what.lost = true
	case keyspace.String, keyspace.List, keyspace.Set, keyspace.ZSet, keyspace.Stream, keyspace.HyperLogLog:
	}
	return what
}

// elements returns how many elements the part adds to its key.
func (w kept) elements() int { return w.key.Elements() }

// aliveFields returns the fields that have not expired at asOfMs, v itself when
// that is all of them.
func aliveFields(v keyspace.Hash, asOfMs int64) (alive keyspace.Hash, expired int) {
	for i := range v {
		if v[i].ExpireAt.ExpiredAt(asOfMs) {
			expired++
		}
	}
	if expired == 0 {
		return v, 0
	}
	alive = make(keyspace.Hash, 0, len(v)-expired)
	for _, f := range v {
		if !f.ExpireAt.ExpiredAt(asOfMs) {
			alive = append(alive, f)
		}
	}
	return alive, expired
}

// written reports whether there are commands for the part, if nothing of the parts
// before it was written.
func (w kept) written() bool {
	switch v := w.key.Value.(type) {
	case keyspace.String:
		return w.key.Part == 0 || len(v) > 0
	case keyspace.Stream:
		return len(v.Entries) > 0 || w.groups && len(v.Groups) > 0 || !w.key.More
	case keyspace.HyperLogLog:
		return len(v) > 0 || !w.key.More
	case keyspace.Hash, keyspace.List, keyspace.Set, keyspace.ZSet, keyspace.Array, keyspace.Opaque:
	}
	return !w.lost && w.key.Value.Len() > 0
}

package restore

import (
	"cmp"
	"slices"

	"redrill/keyspace"
)

// hash plans fields. The reply is the number of fields that were not there, which
// HMSET does not say.
func (p *commands) hash(b *batch, key string, v keyspace.Hash) {
	all := v
	for len(v) > 0 {
		name := "HSET"
		if p.server.NoHSetPairs {
			name = "HMSET"
		}
		b.begin(name)
		b.add(key)
		n := 0
		for n == 0 || n < len(v) && b.room(n) {
			b.add(v[n].Name)
			b.add(v[n].Value)
			n++
		}
		if p.server.NoHSetPairs {
			b.end(ReplyOK, 0)
		} else {
			b.end(ReplyInt, int64(n))
		}
		v = v[n:]
		p.exists = true
	}
	p.fieldExpiry(b, key, all)
}

// MaxFieldExpiryMs is the latest expire time of a field that a Redis takes.
const MaxFieldExpiryMs = 1<<46 - 1

// fieldExpiry sets the expire times of fields that are there: one command for those
// that expire together. A server deletes a field whose time has passed by its clock,
// which may be later than the reference time.
func (p *commands) fieldExpiry(b *batch, key string, v keyspace.Hash) {
	var fields keyspace.Hash
	for _, f := range v {
		ms, expires := f.ExpireAt.Ms()
		switch {
		case !expires:
			p.lasting = true
		case !p.server.FieldExpiry || ms < 0 || ms > MaxFieldExpiryMs:
			p.lasting = true
			p.losses.add(LostFieldExpiry, 1)
		default:
			fields = append(fields, f)
		}
	}
	slices.SortStableFunc(fields, func(f, g keyspace.Field) int { return cmp.Compare(expiryOf(f), expiryOf(g)) })
	for len(fields) > 0 {
		at := expiryOf(fields[0])
		b.begin("HPEXPIREAT")
		b.add(key)
		b.add(itoa(at))
		b.add("FIELDS")
		count := len(b.args)
		b.add("")
		n := 0
		for n == 0 || n < len(fields) && expiryOf(fields[n]) == at && b.room(n) {
			b.add(fields[n].Name)
			n++
		}
		b.set(count, itoa(int64(n)))
		b.end(ReplyCodes, int64(n))
		fields = fields[n:]
	}
}

func expiryOf(f keyspace.Field) int64 {
	ms, _ := f.ExpireAt.Ms()
	return ms
}

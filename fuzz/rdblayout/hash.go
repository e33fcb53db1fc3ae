package rdblayout

import (
	"cmp"
	"slices"

	"redrill/fuzz/gen"
	"redrill/fuzz/rdbtest"
	"redrill/keyspace"
)

// template is a list of field names that hashes share.
type template struct {
	id    uint64
	names []string
}

func (b *builder) drawHash(p *rdbtest.Pen, name string) keyspace.Value {
	v, _ := b.Value(keyspace.TypeHash).(keyspace.Hash)
	names, values := make([]string, len(v)), make([]string, len(v))
	for i, f := range v {
		names[i], values[i] = f.Name, f.Value
	}
	b.spiced(names)
	for i := range v {
		v[i] = keyspace.Field{Name: names[i], Value: b.spice(values[i])}
	}
	slices.SortFunc(v, func(a, b keyspace.Field) int { return cmp.Compare(a.Name, b.Name) })
	types := []byte{4, 13, 16}
	if len(v) > 0 {
		types = append(types, 9)
	}
	switch {
	case b.file.family == rdbtest.Valkey && len(v) > 0:
		types = append(types, 22, 22, 22)
	case b.redis(12) && len(v) > 0:
		types = append(types, 22, 23, 24, 24, 25, 25)
	case b.redis(12):
		types = append(types, 23, 24, 25)
	}
	if b.redis(15) && len(v) > 0 {
		types = append(types, 30, 30, 32, 32)
	}
	typ := among(b, types...)
	if typ >= firstOfFamily && typ < 30 {
		b.expireFields(v)
	}
	b.begin(p, typ, name)
	b.fields(p, typ, v)
	return v
}

// expireFields draws expire times of fields. Only those of Valkey are 0: Redis has no
// command that makes one, and most of its types take it for none.
func (b *builder) expireFields(v keyspace.Hash) {
	for i := range v {
		if b.oneIn(3) {
			continue
		}
		ms := among[int64](b, gen.UntilMs, gen.UntilMs+1, gen.PastMs, 1, 1<<46-1, 1<<48-1, gen.UntilMs+b.r.Int64N(1<<45), b.r.Int64N(gen.PastMs), gen.UntilMs+b.r.Int64N(1<<45))
		if b.file.family == rdbtest.Valkey && b.oneIn(8) {
			ms = 0
			b.Feature("field expires: at 0")
		}
		if ms <= gen.PastMs {
			b.Feature("field expires: past")
		} else {
			b.Feature("field expires: future")
		}
		v[i].ExpireAt = keyspace.ExpireAtMs(ms)
	}
}

// fields writes the fields as the type has them.
func (b *builder) fields(p *rdbtest.Pen, typ byte, v keyspace.Hash) {
	stored := slices.Clone(v)
	b.r.Shuffle(len(stored), func(i, j int) { stored[i], stored[j] = stored[j], stored[i] })
	var pairs [][2]string
	var items []rdbtest.Item
	for _, f := range stored {
		pairs = append(pairs, [2]string{f.Name, f.Value})
		items = append(items, rdbtest.Text(f.Name), rdbtest.Text(f.Value))
	}
	switch {
	case typ == 4:
		p.Pairs(pairs...)
	case typ == 9:
		p.Str(string(p.Zipmap(pairs...)))
	case typ == 13:
		p.Str(string(p.Ziplist(items...)))
	case typ == 16:
		p.Str(string(p.Listpack(items...)))
	case typ == 22 && b.file.family == rdbtest.Valkey:
		p.FieldsValkey(stored...)
	case typ == 22:
		p.FieldsRC(stored...)
	case typ == 23:
		p.Str(string(p.Listpack(rdbtest.Triples(stored...)...)))
	case typ == 24:
		p.Fields(b.minimum(v), stored...)
	case typ == 25:
		slices.SortStableFunc(stored, byExpiry)
		p.Ms(b.minimum(v))
		p.Str(string(p.Listpack(rdbtest.Triples(stored...)...)))
	case typ == 30 || typ == 32:
		b.templated(p, typ, v)
	}
}

// byExpiry orders fields by their expire time, those without one last.
func byExpiry(x, y keyspace.Field) int {
	a, expires := x.ExpireAt.Ms()
	c, other := y.ExpireAt.Ms()
	switch {
	case expires && other:
		return cmp.Compare(a, c)
	case expires:
		return -1
	case other:
		return 1
	}
	return 0
}

// minimum returns the time that others count from: the smallest, or one below.
func (b *builder) minimum(v keyspace.Hash) int64 {
	least, any := int64(0), false
	for _, f := range v {
		if ms, ok := f.ExpireAt.Ms(); ok && (!any || ms < least) {
			least, any = ms, true
		}
	}
	if least > 0 && b.oneIn(4) {
		b.Feature("hash: minimum below every expiry")
		return among(b, 0, least-1, least/2)
	}
	return least
}

// templated writes values to the names of a template, which it adds or shares.
func (b *builder) templated(p *rdbtest.Pen, typ byte, v keyspace.Hash) {
	stored := slices.Clone(v)
	slices.SortFunc(stored, func(a, b keyspace.Field) int {
		return cmp.Or(cmp.Compare(len(a.Name), len(b.Name)), cmp.Compare(a.Name, b.Name))
	})
	names, values := make([]string, len(stored)), make([]string, len(stored))
	for i, f := range stored {
		names[i], values[i] = f.Name, f.Value
	}
	at := slices.IndexFunc(b.templates, func(t template) bool { return slices.Equal(t.names, names) })
	if at < 0 {
		at = len(b.templates)
		b.templates = append(slices.Clone(b.templates), template{uint64(at*at)*7 + 3, names})
	}
	id := b.templates[at].id
	if typ == 30 {
		p.Str(string(p.Listpack(append([]rdbtest.Item{rdbtest.Int(int64(id))}, rdbtest.Texts(values...)...)...)))
		return
	}
	p.Len(id)
	for _, s := range values {
		p.Str(s)
	}
}

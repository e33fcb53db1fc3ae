package gen

import (
	"slices"

	"redrill/keyspace"

	"pgregory.net/rapid"
)

// Drawer draws the keys of one scenario and counts what it draws.
type Drawer struct {
	T     *rapid.T
	Shape Shape
	// Databases is how many logical databases the keys may lie in.
	Databases int
	// Longer draws bytes that make a name longer, to one that sorts beside the
	// rows of the shorter one; nil is any byte.
	Longer func() string
	// Features counts what was drawn.
	Features map[string]int
	// Drawn is how many keys were, those left out included.
	Drawn int

	taken map[place]bool
}

// place is where a key is.
type place struct {
	db   int
	name string
}

// OneIn is true once in n times, and false in the simplest case.
func (d *Drawer) OneIn(n int, label string) bool {
	return rapid.IntRange(0, n-1).Draw(d.T, label) == n-1
}

// Feature counts a feature.
func (d *Drawer) Feature(name string) { d.Features[name]++ }

// Omitted reports whether the shape is without the key that is drawn.
func (d *Drawer) Omitted() bool { return d.Shape.Without[d.Drawn] }

// Place draws a database and a name that no other key of the scenario has.
func (d *Drawer) Place() (db int, name string) {
	if d.Databases > 1 {
		db = rapid.IntRange(0, d.Databases-1).Draw(d.T, "database")
	}
	switch rapid.IntRange(0, 2).Draw(d.T, "name kind") {
	case 1:
		name = rapid.SampledFrom(nastyNames()).Draw(d.T, "name")
	case 2:
		name = d.Bytes("name")
	default:
		name = rapid.StringMatching(`[a-d]{1,3}`).Draw(d.T, "name")
	}
	return db, d.Unused(db, name)
}

// Unused returns the name, longer if it is taken in the database, and takes it.
func (d *Drawer) Unused(db int, name string) string {
	for d.Taken(db, name) {
		name += "'"
	}
	if d.taken == nil {
		d.taken = map[place]bool{}
	}
	d.taken[place{db, name}] = true
	return name
}

// Taken reports whether a key of the name was drawn in the database.
func (d *Drawer) Taken(db int, name string) bool { return d.taken[place{db, name}] }

// Value draws a value of the type, which may be empty. What a snapshot may say
// of a stream beyond its entries and its last ID is left to the layout.
func (d *Drawer) Value(t keyspace.Type) keyspace.Value {
	switch t {
	case keyspace.TypeString:
		return keyspace.String(d.Bytes("string"))
	case keyspace.TypeHash:
		var v keyspace.Hash
		for _, name := range d.Distinct("hash") {
			v = append(v, keyspace.Field{Name: name, Value: d.Bytes("value")})
		}
		return v
	case keyspace.TypeList:
		return atMost(d, keyspace.List(rapid.SliceOfN(values, 0, 6).Draw(d.T, "list")))
	case keyspace.TypeSet:
		return keyspace.Set(d.Distinct("set"))
	case keyspace.TypeZSet:
		return d.zset()
	case keyspace.TypeStream:
		return keyspace.Stream{Entries: d.Entries(), LastID: d.ID("last")}
	case keyspace.TypeHyperLogLog:
		return keyspace.HyperLogLog(d.Distinct("hyperloglog"))
	case keyspace.TypeArray, keyspace.TypeOpaque:
	}
	return nil
}

// Distinct draws ascending distinct strings, some of which are longer forms of
// another.
func (d *Drawer) Distinct(label string) []string {
	v := rapid.SliceOfNDistinct(values, 0, 6, rapid.ID[string]).Draw(d.T, label)
	if len(v) > 0 && d.OneIn(4, "neighbour") {
		if longer := v[0] + d.longer(); !slices.Contains(v, longer) {
			v = append(v, longer)
		}
	}
	v = atMost(d, v)
	slices.Sort(v)
	return v
}

func (d *Drawer) longer() string {
	if d.Longer != nil {
		return d.Longer()
	}
	return string([]byte{rapid.Byte().Draw(d.T, "longer")})
}

// atMost shortens a collection to what the shape allows. Keys that are left out
// are drawn as ever, because shorter ones would change what is drawn after them.
func atMost[S ~[]E, E any](d *Drawer, v S) S {
	if d.Shape.MaxElements == 0 || len(v) <= d.Shape.MaxElements || d.Omitted() {
		return v
	}
	v = v[min(d.Shape.FirstElement, len(v)):]
	return v[:min(d.Shape.MaxElements, len(v))]
}

package gen_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"redrill/fuzz/gen"
	"redrill/keyspace"
)

// TestDrawerKeepsKeysApart: no two keys have the same database and name, and with
// several databases every one of them is used, some names in more than one.
func TestDrawerKeepsKeysApart(t *testing.T) {
	used, shared := map[int]bool{}, false
	rapid.Check(t, func(t *rapid.T) {
		d := gen.Drawer{T: t, Databases: 3, Features: map[string]int{}}
		seen, names := map[keyspace.Key]bool{}, map[string]int{}
		for range 20 {
			db, name := d.Place()
			k := keyspace.Key{DB: db, Name: name}
			if seen[k] || !d.Taken(db, name) {
				t.Errorf("%s: drawn before %v, taken %v", k.Label(), seen[k], d.Taken(db, name))
			}
			seen[k], used[db] = true, true
			names[name]++
			shared = shared || names[name] > 1
		}
	})
	if len(used) != 3 || !shared {
		t.Errorf("databases %v of 3, a name in two of them: %v", used, shared)
	}
}

// TestValuesAreCanonical: what is drawn for a type is of the type, and sorted.
func TestValuesAreCanonical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := gen.Drawer{T: t, Features: map[string]int{}, Shape: gen.Shape{MaxElements: 3}}
		for _, typ := range keyspace.Types[:keyspace.TypeHyperLogLog+1] {
			v := d.Value(typ)
			drawn := fmt.Sprintf("%#v", v)
			unique := keyspace.Sort(v)
			if sorted := fmt.Sprintf("%#v", v); !unique || drawn != sorted || v.Type() != typ || typ != keyspace.TypeString && v.Len() > 3 {
				t.Errorf("a %v: %s, unique %v; sorted %s", typ, drawn, unique, sorted)
			}
		}
	})
}

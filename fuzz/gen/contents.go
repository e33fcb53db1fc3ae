package gen

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"redrill/keyspace"
)

// class is a property of names, of other byte strings or of scores.
type class[T any] struct {
	name string
	is   func(T) bool
}

func contains(part string) func(string) bool {
	return func(s string) bool { return strings.Contains(s, part) }
}

func isNotUTF8(s string) bool { return !utf8.ValidString(s) }

// contentClasses are what a field name, value, element or member can be.
var contentClasses = [...]class[string]{
	{"empty", func(s string) bool { return s == "" }},
	{"not UTF-8", isNotUTF8},
	{"U+FFFD", contains("\uFFFD")},
	{"like a header", func(s string) bool { // of an envelope, a blob or an entry
		return strings.HasPrefix(s, "\xff\x01") || strings.HasPrefix(s, "\xff\x02") || strings.HasPrefix(s, "\x00R")
	}},
}

// nameClasses are what the name of a key can be.
var nameClasses = [...]class[string]{
	{"empty", func(s string) bool { return s == "" }},
	{"with NUL", contains("\x00")},
	{"with |", contains("|")},
	{"with !", contains("!")},
	{"with %", contains("%")},
	{"not UTF-8", isNotUTF8},
	{"U+FFFD", contains("\uFFFD")},
	{"of a surrogate", contains("\xed\xa0\x80")},
	{"of 240 bytes", func(s string) bool { return len(s) == 240 }},
	{"of 241 bytes", func(s string) bool { return len(s) == 241 }},
}

// scoreClasses are what the score of a member can be.
var scoreClasses = [...]class[float64]{
	{"0", func(x float64) bool { return keyspace.SameScore(x, 0) }},
	{"-0", func(x float64) bool { return keyspace.SameScore(x, math.Copysign(0, -1)) }},
	{"inf", func(x float64) bool { return math.IsInf(x, 1) }},
	{"-inf", func(x float64) bool { return math.IsInf(x, -1) }},
	{"NaN", math.IsNaN},
	{"subnormal", func(x float64) bool { return x != 0 && math.Abs(x) < 0x1p-1022 }},
	{"around 2^53", func(x float64) bool { return math.Abs(x) >= 1<<53-1 && math.Abs(x) <= 1<<53+2 }},
	{"of any bits", func(x float64) bool { return !math.IsNaN(x) && AnyBit(math.Float64bits(x)) && math.Abs(x) >= 0x1p-1022 }},
	{"at the edge of all", func(x float64) bool {
		return math.Abs(x) >= 0x1p1023 && !math.IsInf(x, 0) || x != 0 && math.Abs(x) < 0x1p-1021
	}},
}

// AnyBit reports whether ones and zeros stand in all bytes of a number but the
// two that a double has for sign and exponent: as if each bit was drawn.
func AnyBit(n uint64) bool {
	for range 6 {
		if b := byte(n); b == 0 || b == 0xff {
			return false
		}
		n >>= 8
	}
	return true
}

// Features lists the features of contents that a key of the type can have, each
// once; see [Drawer.Contents].
func Features(t keyspace.Type) (features []string) {
	for _, role := range roles(t) {
		for _, c := range contentClasses {
			features = append(features, fmt.Sprintf("%v %s %s", t, role, c.name))
		}
	}
	var own []string
	switch t {
	case keyspace.TypeZSet:
		for _, c := range scoreClasses {
			own = append(own, "score "+c.name)
		}
		own = append(own, "scores one ulp apart")
	case keyspace.TypeStream:
		own = []string{"empty", "field twice", "ID around 2^63", "ID 2^64-1", "ID of any bits", "entry 0-0", "entry without fields", "last ID behind"}
	case keyspace.TypeHyperLogLog:
		own = []string{"empty"}
	case keyspace.TypeString, keyspace.TypeHash, keyspace.TypeList, keyspace.TypeSet:
	case keyspace.TypeArray, keyspace.TypeOpaque:
	}
	for _, what := range own {
		features = append(features, fmt.Sprintf("%v %s", t, what))
	}
	return features
}

// NameFeatures lists the features of names, each once.
func NameFeatures() (features []string) {
	for _, c := range nameClasses {
		features = append(features, "name "+c.name)
	}
	return features
}

// roles name the byte strings of a value.
func roles(t keyspace.Type) []string {
	switch t {
	case keyspace.TypeString:
		return []string{"value"}
	case keyspace.TypeHash, keyspace.TypeStream:
		return []string{"field name", "value"}
	case keyspace.TypeSet, keyspace.TypeZSet:
		return []string{"member"}
	case keyspace.TypeList, keyspace.TypeHyperLogLog:
		return []string{"element"}
	case keyspace.TypeArray, keyspace.TypeOpaque:
	}
	return nil
}

// byRole returns the byte strings of a value for each of the roles of its type.
func byRole(v keyspace.Value) [][]string {
	switch v := v.(type) {
	case keyspace.String:
		return [][]string{{string(v)}}
	case keyspace.Hash:
		var names, values []string
		for _, f := range v {
			names, values = append(names, f.Name), append(values, f.Value)
		}
		return [][]string{names, values}
	case keyspace.List:
		return [][]string{v}
	case keyspace.Set:
		return [][]string{v}
	case keyspace.ZSet:
		var names []string
		for _, m := range v {
			names = append(names, m.Name)
		}
		return [][]string{names}
	case keyspace.Stream:
		var names, values []string
		for _, e := range v.Entries {
			for _, p := range e.Pairs {
				names, values = append(names, p.Field), append(values, p.Value)
			}
		}
		return [][]string{names, values}
	case keyspace.HyperLogLog:
		return [][]string{v}
	case keyspace.Array, keyspace.Opaque:
	}
	return nil
}

// Contents counts what a visible key holds.
func (d *Drawer) Contents(k keyspace.Key) {
	for _, c := range nameClasses {
		if c.is(k.Name) {
			d.Feature("name " + c.name)
		}
	}
	t := k.Value.Type().String()
	all := byRole(k.Value)
	for i, role := range roles(k.Value.Type()) {
		for _, c := range contentClasses {
			if slices.ContainsFunc(all[i], c.is) {
				d.Feature(t + " " + role + " " + c.name)
			}
		}
	}
	switch v := k.Value.(type) {
	case keyspace.ZSet:
		d.countScores(v)
	case keyspace.Stream:
		d.countEntries(v)
	case keyspace.HyperLogLog:
		if len(v) == 0 {
			d.Feature("hyperloglog empty")
		}
	case keyspace.String, keyspace.Hash, keyspace.List, keyspace.Set:
	case keyspace.Array, keyspace.Opaque:
	}
}

func (d *Drawer) countScores(v keyspace.ZSet) {
	scores := make([]float64, 0, len(v))
	for _, m := range v {
		scores = append(scores, m.Score)
	}
	for _, c := range scoreClasses {
		if slices.ContainsFunc(scores, c.is) {
			d.Feature("zset score " + c.name)
		}
	}
	slices.Sort(scores)
	for i := 1; i < len(scores); i++ {
		if math.Nextafter(scores[i-1], math.Inf(1)) == scores[i] && scores[i-1] != scores[i] {
			d.Feature("zset scores one ulp apart")
			return
		}
	}
}

func (d *Drawer) countEntries(v keyspace.Stream) {
	if len(v.Entries) == 0 {
		d.Feature("stream empty")
	}
	count := func(feature string, has func(keyspace.Entry) bool) {
		if slices.ContainsFunc(v.Entries, has) {
			d.Feature("stream " + feature)
		}
	}
	either := func(is func(n uint64) bool) func(keyspace.Entry) bool {
		return func(e keyspace.Entry) bool { return is(e.ID.Ms) || is(e.ID.Seq) }
	}
	count("field twice", func(e keyspace.Entry) bool {
		seen := map[string]bool{}
		for _, p := range e.Pairs {
			seen[p.Field] = true
		}
		return len(seen) < len(e.Pairs)
	})
	count("ID around 2^63", either(func(n uint64) bool { return n == math.MaxInt64 || n == math.MaxInt64+1 }))
	count("ID of any bits", either(func(n uint64) bool { return n >= 1<<48 && AnyBit(n) }))
	count("ID 2^64-1", either(func(n uint64) bool { return n == math.MaxUint64 }))
	count("entry 0-0", func(e keyspace.Entry) bool { return e.ID.IsZero() })
	count("entry without fields", func(e keyspace.Entry) bool { return len(e.Pairs) == 0 })
	if n := len(v.Entries); n > 0 && v.Entries[n-1].ID.Compare(v.LastID) > 0 {
		d.Feature("stream last ID behind")
	}
}

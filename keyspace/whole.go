package keyspace

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Assemble reads all of a sequence and joins the parts of keys. It returns whole
// keys in canonical order, ascending by [CompareKeys], in the memory of the parts,
// which it sorts.
//
// Errors: the unchanged error of the sequence; an error without a class, with the key in
// it, when a part does not follow the part before it (see [Parts]), when an
// element of an unordered collection occurs twice, or when a key does.
func Assemble(seq Seq) ([]Key, error) {
	var keys []Key
	var parts Parts
	var text strings.Builder // of the parts of a string: to join each would copy all before it
	for k, err := range seq {
		if err != nil {
			return nil, err
		}
		if err := parts.Next(k); err != nil {
			return nil, fmt.Errorf("%s, part %d: %w", k.Label(), k.Part, err)
		}
		if k.Part == 0 {
			text.Reset()
			keys = append(keys, k)
		}
		whole := &keys[len(keys)-1]
		switch v, isString := k.Value.(String); {
		case isString && !k.Whole():
			text.WriteString(string(v))
		case k.Part > 0:
			if whole.Value, err = Join(whole.Value, k.Value); err != nil {
				return nil, fmt.Errorf("%s, part %d: %w", k.Label(), k.Part, err)
			}
		}
		if whole.More = k.More; k.More {
			continue
		}
		if _, isString := whole.Value.(String); isString && k.Part > 0 {
			whole.Value = String(text.String())
		}
		if !Sort(whole.Value) {
			return nil, fmt.Errorf("%s: an element occurs twice", k.Label())
		}
	}
	if err := parts.End(); err != nil {
		return nil, err
	}
	slices.SortFunc(keys, CompareKeys)
	for i := 1; i < len(keys); i++ {
		if CompareKeys(keys[i-1], keys[i]) == 0 {
			return nil, fmt.Errorf("%s occurs twice", keys[i].Label())
		}
	}
	return keys, nil
}

// CompareKeys orders keys by database and name.
func CompareKeys(a, b Key) int {
	return cmp.Or(cmp.Compare(a.DB, b.DB), cmp.Compare(a.Name, b.Name))
}

// Find returns the key of a database and name from keys that ascend by
// [CompareKeys].
func Find(keys []Key, db int, name string) (k Key, ok bool) {
	at, ok := slices.BinarySearchFunc(keys, Key{DB: db, Name: name}, CompareKeys)
	if ok {
		k = keys[at]
	}
	return k, ok
}

// Paired yields two lists of keys, both ascending by [CompareKeys], side by
// side: keys of the same database and name together, any other key with nil in
// the place of the one that is missing.
func Paired(want, got []Key) iter.Seq2[*Key, *Key] {
	return SideBySide(want, got, func(a, b *Key) int { return CompareKeys(*a, *b) })
}

// SideBySide is [Paired] for lists of anything, which may differ in what they hold; compare
// orders an item of the first against one of the second. Both lists ascend by it.
func SideBySide[W, G any](want []W, got []G, compare func(*W, *G) int) iter.Seq2[*W, *G] {
	return func(yield func(want *W, got *G) bool) {
		for i, j := 0, 0; i < len(want) || j < len(got); {
			order := -1
			if i == len(want) {
				order = 1
			} else if j < len(got) {
				order = compare(&want[i], &got[j])
			}
			var w *W
			var g *G
			if order <= 0 {
				w = &want[i]
				i++
			}
			if order >= 0 {
				g = &got[j]
				j++
			}
			if !yield(w, g) {
				return
			}
		}
	}
}

// Label names the key for people. It leaves out database 0.
func (k Key) Label() string {
	label := "key " + shortened(k.Name)
	if k.DB != 0 {
		label = fmt.Sprintf("database %d, %s", k.DB, label)
	}
	return label
}

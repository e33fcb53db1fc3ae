package fsm

import (
	"cmp"
	"slices"

	"redrill/keyspace"
)

// hashes are stored in these rows (docs/FORMAT.md, section 3.4):
//
//	field : "!hs|fld|" ‖ kl(K) ‖ field                        body: the value
//	meta  : "!hs|meta|" ‖ kl(K)                               see [counter]
//	delta : "!hs|meta|d|" ‖ kl(K) ‖ commitTS(8) ‖ seq(4)
//	blob  : "!redis|hash|" ‖ K                                see [readHashBlob]
var hashes = collection[keyspace.Field]{
	elem: famHashField, meta: famHashMeta, delta: famHashDelta, blob: famHashBlob,
	magic: hashBlobMagic, readBlob: readHashBlob,
	read: func(c *scanner, name []byte) (keyspace.Field, error) {
		body, err := c.wholeBody()
		return keyspace.Field{Name: string(name), Value: string(body)}, err
	},
	name: func(f keyspace.Field) string { return f.Name },
	size: func(f keyspace.Field) int { return len(f.Name) + len(f.Value) },
	value: func(held []keyspace.Field) keyspace.Value {
		slices.SortFunc(held, func(a, b keyspace.Field) int { return cmp.Compare(a.Name, b.Name) })
		return keyspace.Hash(held)
	},
}

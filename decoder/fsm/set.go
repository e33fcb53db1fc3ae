package fsm

import (
	"slices"

	"redrill/keyspace"
)

// sets are stored in these rows (docs/FORMAT.md, section 3.6):
//
//	member : "!st|mem|" ‖ kl(K) ‖ member                      body ignored
//	meta   : "!st|meta|" ‖ kl(K)                              see [counter]
//	delta  : "!st|meta|d|" ‖ kl(K) ‖ commitTS(8) ‖ seq(4)
//	blob   : "!redis|set|" ‖ K                                see [readSetBlob]
var sets = collection[string]{
	elem: famSetMember, meta: famSetMeta, delta: famSetDelta, blob: famSetBlob,
	magic: setBlobMagic, readBlob: readSetBlob,
	read: func(_ *scanner, name []byte) (string, error) { return string(name), nil },
	name: func(member string) string { return member },
	size: func(member string) int { return len(member) },
	value: func(held []string) keyspace.Value {
		slices.Sort(held)
		return keyspace.Set(held)
	},
}

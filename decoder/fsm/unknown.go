package fsm

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
)

// UnknownPrefix counts the visible rows of one unknown internal family.
type UnknownPrefix struct {
	Prefix string // as far as it can be told from what follows
	Rows   int64
	Redis  bool // it lies among the rows of Redis keys, see [keyspace.NoteUnknownRedis]
}

// Bounds of what is kept of unknown families: a file may name any number.
const (
	maxUnknownPrefixes    = 32
	maxUnknownPrefixBytes = 64
)

// unknownRows counts the visible rows of unknown families.
type unknownRows struct {
	foreign, redis int64
	prefixes       map[string]int64
}

// add counts a row. Beyond the bound its prefix is not kept, only that it was one.
func (u *unknownRows) add(key []byte) {
	if belowRedis(key) {
		u.redis++
	} else {
		u.foreign++
	}
	p := unknownPrefix(key)
	if _, known := u.prefixes[string(p)]; !known && len(u.prefixes) >= maxUnknownPrefixes {
		return
	}
	if u.prefixes == nil {
		u.prefixes = map[string]int64{}
	}
	u.prefixes[string(p)]++
}

// list returns the prefixes that were kept, those with most rows first.
func (u *unknownRows) list() []UnknownPrefix {
	var all []UnknownPrefix
	for p, n := range u.prefixes {
		all = append(all, UnknownPrefix{Prefix: p, Rows: n, Redis: belowRedis([]byte(p))})
	}
	slices.SortFunc(all, func(a, b UnknownPrefix) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), strings.Compare(a.Prefix, b.Prefix))
	})
	return all
}

// unknownPrefix returns the prefix of an unknown family: "!name|", and a second
// "name|" if it follows. Families have two or three such parts; what comes
// behind the second may be anything.
func unknownPrefix(key []byte) []byte {
	end := bytes.IndexByte(key, '|') + 1
	if n := bytes.IndexByte(key[end:], '|'); n > 0 && isFamilyName(key[end:end+n]) {
		end += n + 1
	}
	return key[:min(end, maxUnknownPrefixBytes)]
}

// redisNamespaces hold the rows of Redis keys, and of transactions on them:
// what an unknown row there says is part of some key.
var redisNamespaces = [...]string{"!redis|", "!lst|", "!hs|", "!st|", "!zs|", "!stream|", "!txn|"}

// belowRedis reports whether a storage key of an unknown family lies in a
// namespace of Redis rows.
func belowRedis(key []byte) bool {
	for _, p := range redisNamespaces {
		if bytes.HasPrefix(key, []byte(p)) {
			return true
		}
	}
	return false
}

// ofRedis reports whether a storage key inside another one, of a lock or a
// staged copy, is that of a Redis row.
func ofRedis(key []byte) bool {
	f := classify(key, 0)
	return f.redis() || f == famUnknown && belowRedis(key)
}

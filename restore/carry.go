package restore

import (
	"cmp"
	"slices"
	"strings"

	"redrill/internal/figures"
)

// NotCarried counts what the source has and commands could not bring to the
// server. The keys it is about are there, as far as they could be written.
type NotCarried struct {
	What  string `json:"what"` // one of the names below
	Count int64  `json:"count"`
}

// What may not be carried. The names are stable: results carry them.
//
// The first two lie beyond what status 0 promises: no command of any server sets
// them. The others make keys differ from the source.
const (
	LostConsumerTimes = "consumer_times" // consumers: when they last read
	LostFirstIDs      = "first_ids"      // streams whose stored first ID is not that of their first entry

	LostOwnerless = "pending_without_owner" // pending entries that were given back

	LostArrays       = "arrays"        // arrays, where a server has none
	LostEntriesAdded = "entries_added" // streams: how many entries were ever added, before Redis 7.0
	LostEntriesRead  = "entries_read"  // groups: how many entries they have read, before Redis 7.0
	LostFieldExpiry  = "field_expiry"  // fields: their expire time, before Redis 7.4 and Valkey 9.0
	LostFunctions    = "functions"     // libraries, before Redis 7.0
	LostGroups       = "groups"        // consumer groups, where a server has none
	LostPending      = "pending"       // pending entries: 0-0, or with a time or a count that no command sets
	// LostOpaque, followed by the kind, are keys whose content only the program that
	// wrote it understands.
	LostOpaque = "opaque:"
)

// maxLostNames bounds the kinds of opaque keys that are counted apart: a source
// may name any number.
const maxLostNames = 100

// otherOpaque counts the kinds beyond that.
const otherOpaque = LostOpaque + "other kinds"

// lostTexts say it for people: one of them, several, and what is lost of them.
var lostTexts = map[string]struct {
	one, many, what string
	beyond          bool
}{
	LostConsumerTimes: {"consumer", "consumers", "times of last reading (commands cannot set them)", true},
	LostOwnerless:     {"pending entry", "pending entries", "owned by nobody (commands cannot give entries back)", false},
	LostFirstIDs:      {"stream", "streams", "stored first ID (a server derives it from the entries)", true},
	LostArrays:        {"array", "arrays", "the server has no arrays (Redis 8.8)", false},
	LostEntriesAdded:  {"stream", "streams", "number of entries ever added (XSETID … ENTRIESADDED: Redis 7.0)", false},
	LostEntriesRead:   {"consumer group", "consumer groups", "number of entries read (XGROUP … ENTRIESREAD: Redis 7.0)", false},
	LostFieldExpiry:   {"field", "fields", "expire time of the field (HPEXPIREAT: Redis 7.4, Valkey 9.0)", false},
	LostFunctions:     {"library", "libraries", "of functions (FUNCTION LOAD: Redis 7.0)", false},
	LostGroups:        {"consumer group", "consumer groups", "the server lacks XGROUP, XCLAIM, XTRIM or XSETID", false},
	LostPending:       {"pending entry", "pending entries", "ID, time or count of deliveries that no command sets", false},
}

// String says it for people: "12 consumers: times of last reading (…)".
func (n NotCarried) String() string {
	text, ok := lostTexts[n.What]
	if kind, opaque := strings.CutPrefix(n.What, LostOpaque); opaque {
		text.one, text.many, text.what, ok = "key", "keys", "opaque value, "+kind+" (commands cannot write it)", true
	}
	if !ok {
		text.one, text.many = n.What, n.What
	}
	noun := text.many
	if n.Count == 1 {
		noun = text.one
	}
	return figures.Number(n.Count) + " " + noun + ": " + text.what
}

// BeyondPromise reports whether it is part of what is never compared; otherwise
// keys, or the functions, are not what the source says.
func (n NotCarried) BeyondPromise() bool { return lostTexts[n.What].beyond }

// losses counts what is not carried, by its name.
type losses map[string]int64

func (l losses) add(what string, n int) {
	if n == 0 {
		return
	}
	if _, known := l[what]; !known && strings.HasPrefix(what, LostOpaque) && len(l) >= maxLostNames {
		what = otherOpaque
	}
	l[what] += int64(n)
}

// list returns the losses sorted by name.
func (l losses) list() []NotCarried {
	list := make([]NotCarried, 0, len(l))
	for what, n := range l {
		list = append(list, NotCarried{what, n})
	}
	slices.SortFunc(list, func(a, b NotCarried) int { return cmp.Compare(a.What, b.What) })
	return list
}

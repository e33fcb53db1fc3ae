package keyspace

import (
	"cmp"
	"strconv"
	"strings"
)

// Stream is the value of a stream key. An empty stream exists and keeps its last ID
// and its groups. Where a stream is in parts, those with groups precede those with
// entries: a server takes a pending entry whose stream entry is gone only before
// later entries are there. All else is the same on every part.
type Stream struct {
	Entries      []Entry          // ascending by ID, unique
	LastID       ID               // as stored; may be behind the largest entry, see [MaxID]
	MaxDeletedID ID               // zero means none
	EntriesAdded Optional[uint64] // ever; none: the source does not know
	FirstID      Optional[ID]     // as stored, where it is not the ID of the first entry
	// Groups ascend by name, unique. The first group of a part may continue the last
	// one of the part before: then all but consumers and pending entries is repeated.
	Groups []Group
}

// Entry is one entry of a stream. Pairs are in insertion order and may repeat
// a field name.
type Entry struct {
	ID    ID
	Pairs []Pair
}

// Pair is one field of a stream entry with its value.
type Pair struct {
	Field string
	Value string
}

// ID is the ID of a stream entry.
type ID struct {
	Ms  uint64
	Seq uint64
}

// Type implements [Value].
func (Stream) Type() Type { return TypeStream }

// Len returns the number of entries.
func (v Stream) Len() int { return len(v.Entries) }

// Bytes returns the length of all field names and values, and of the names of
// groups and consumers.
func (v Stream) Bytes() (n int) {
	for i := range v.Entries {
		for _, pair := range v.Entries[i].Pairs {
			n += len(pair.Field) + len(pair.Value)
		}
	}
	for i := range v.Groups {
		n += len(v.Groups[i].Name)
		for _, c := range v.Groups[i].Consumers {
			n += len(c.Name)
		}
	}
	return n
}

func (Stream) value() {}

// Compare orders IDs numerically.
func (id ID) Compare(other ID) int {
	return cmp.Or(cmp.Compare(id.Ms, other.Ms), cmp.Compare(id.Seq, other.Seq))
}

// IsZero reports whether the ID is 0-0, which no entry may have.
func (id ID) IsZero() bool { return id == ID{} }

// String returns the ID as "ms-seq".
func (id ID) String() string { return string(id.AppendText(nil)) }

// AppendText appends the ID as "ms-seq" to b.
func (id ID) AppendText(b []byte) []byte {
	b = strconv.AppendUint(b, id.Ms, 10)
	b = append(b, '-')
	return strconv.AppendUint(b, id.Seq, 10)
}

// ParseID parses "ms-seq", both unsigned 64-bit decimals without sign, blank or
// leading zero. It is the inverse of [ID.String] and accepts nothing else.
func ParseID(s string) (id ID, ok bool) {
	ms, seq, found := strings.Cut(s, "-")
	if !found {
		return ID{}, false
	}
	var err1, err2 error
	id.Ms, err1 = strconv.ParseUint(ms, 10, 64)
	id.Seq, err2 = strconv.ParseUint(seq, 10, 64)
	if err1 != nil || err2 != nil || id.String() != s {
		return ID{}, false
	}
	return id, true
}

// MaxID returns the larger of two IDs.
func MaxID(a, b ID) ID {
	if a.Compare(b) >= 0 {
		return a
	}
	return b
}

package restore

import (
	"strings"

	"redrill/keyspace"
)

// Needs is what keys need of a server. It is gathered from all of them before the
// first is written ([Needs.Add]), so that a server that lacks something is
// refused while it still holds what it held. Its size does not grow with the keys.
type Needs struct {
	asOfMs   int64
	features features
	lastDB   int // the largest database
	size     size

	reserved     int64  // keys whose names an elastickv uses itself
	reservedName string // the first of them
	marked       bool   // there is a key with the name of the marker

	begun bool        // commands are needed for the key at hand
	top   keyspace.ID // of its entries
}

// NewNeeds returns the needs of no keys. Keys that have expired at asOfMs, in Unix
// milliseconds, will not be written and need nothing; see [Options.AsOfMs].
func NewNeeds(asOfMs int64) *Needs { return &Needs{asOfMs: asOfMs} }

// mostCapable holds whatever any server holds.
var mostCapable = Server{Elastickv: true, Groups: true, Arrays: true}

// AddFunctions adds the function libraries of a source, see [Options.Functions].
func (n *Needs) AddFunctions(code []string) {
	for _, library := range code {
		n.features |= ofFunctions
		n.size.functions += int64(len(library))
	}
}

// features are things of which a server may lack the command.
type features uint32

const (
	ofString features = 1 << iota
	ofStringParts
	ofHash
	ofList
	ofSet
	ofZSet
	ofStream
	ofEmptyStream // without entries, with a last ID
	ofUnusedStream
	ofLastID // behind which there is no entry
	ofHyperLogLog
	ofEmptyHyperLogLog
	ofExpiry
	ofFieldExpiry
	ofGroups
	ofConsumers
	ofEntriesRead
	ofArrays
	ofArrayNext
	ofFunctions
)

// Add adds a key, or the next part of one.
func (n *Needs) Add(k keyspace.Key) {
	if k.ExpireAt.ExpiredAt(n.asOfMs) {
		return
	}
	if k.Part == 0 {
		n.begun, n.top = false, keyspace.ID{}
	}
	what := mostCapable.keep(k, n.asOfMs)
	k = what.key
	if !n.begun && what.written() {
		n.begun = true
		n.name(k)
	}
	if !n.begun {
		return
	}
	n.value(k)
	n.size.add(k)
	if _, expires := k.ExpireAt.Ms(); expires && !k.More {
		n.features |= ofExpiry
	}
}

// name notes what the name and the database of a key that is written need.
func (n *Needs) name(k keyspace.Key) {
	n.size.key(k.Name)
	n.lastDB = max(n.lastDB, k.DB)
	n.marked = n.marked || k.DB == 0 && k.Name == MarkerKey
	if isReserved(k.Name) {
		if n.reserved == 0 {
			n.reservedName = k.Name
		}
		n.reserved++
	}
}

func (n *Needs) value(k keyspace.Key) {
	switch v := k.Value.(type) {
	case keyspace.String:
		n.features |= ofString
		if k.Part > 0 {
			n.features |= ofStringParts
		}
	case keyspace.Hash:
		n.features |= ofHash
		for i := range v {
			if _, expires := v[i].ExpireAt.Ms(); expires {
				n.features |= ofFieldExpiry
			}
		}
	case keyspace.List:
		n.features |= ofList
	case keyspace.Set:
		n.features |= ofSet
	case keyspace.ZSet:
		n.features |= ofZSet
	case keyspace.Stream:
		n.stream(k, v)
	case keyspace.HyperLogLog:
		n.features |= ofHyperLogLog
		if k.Part == 0 && !k.More && len(v) == 0 {
			n.features |= ofEmptyHyperLogLog
		}
	case keyspace.Array:
		n.features |= ofArrays
		if _, used := v.Next.Get(); used {
			n.features |= ofArrayNext
		}
	case keyspace.Opaque: // never written
	}
}

func (n *Needs) stream(k keyspace.Key, v keyspace.Stream) {
	for _, e := range v.Entries {
		n.features |= ofStream
		n.top = keyspace.MaxID(n.top, e.ID)
	}
	for i := range v.Groups {
		n.features |= ofGroups
		if len(v.Groups[i].Consumers) > 0 {
			n.features |= ofConsumers
		}
		if _, known := v.Groups[i].EntriesRead.Get(); known {
			n.features |= ofEntriesRead
		}
	}
	switch {
	case k.More:
	case n.top.IsZero() && v.LastID.IsZero():
		n.features |= ofUnusedStream
	case n.top.IsZero():
		n.features |= ofEmptyStream
	case v.LastID.Compare(n.top) > 0:
		n.features |= ofLastID
	}
}

// families are the words with which the storage keys of an elastickv begin
// (docs/FORMAT.md, section 4): ! ∥ word ∥ |.
const families = " admin ddb dist encryption fs hs lst migfence migstage migwrite redis s3 s3route sqs st stream txn zs "

// isReserved reports whether an elastickv takes a key of this name for a row of
// its own.
func isReserved(name string) bool {
	word, _, ok := strings.Cut(name, "|")
	return ok && strings.HasPrefix(word, "!") && !strings.Contains(word, " ") &&
		strings.Contains(families, " "+word[1:]+" ")
}

package compare

import (
	"strconv"

	"redrill/keyspace"
)

// Kind is the kind of a difference. The names are stable: reports carry them.
type Kind string

// The kinds of differences.
const (
	KindMissing       Kind = "missing"        // the key is expected and absent
	KindExtra         Kind = "extra"          // the key is present and not expected
	KindType          Kind = "type"           // the key has another type
	KindValue         Kind = "value"          // a string or a list element has other bytes
	KindOrder         Kind = "order"          // a list holds the same elements in another order
	KindLength        Kind = "length"         // a list is longer or shorter
	KindFieldValue    Kind = "field_value"    // a hash field has another value
	KindFieldMissing  Kind = "field_missing"  // a hash field is absent
	KindFieldExtra    Kind = "field_extra"    // a hash field is not expected
	KindMemberMissing Kind = "member_missing" // a member of a set or sorted set is absent
	KindMemberExtra   Kind = "member_extra"   // a member of a set or sorted set is not expected
	KindScore         Kind = "score"          // a member of a sorted set has another score
	KindEntryMissing  Kind = "entry_missing"  // a stream entry is absent
	KindEntryExtra    Kind = "entry_extra"    // a stream entry is not expected
	KindEntryFields   Kind = "entry_fields"   // a stream entry has other fields: bytes, order or number
	KindLastID        Kind = "last_id"        // the last ID of a stream differs
	KindMaxDeletedID  Kind = "max_deleted_id" // the largest deleted ID of a stream differs
	KindRegister      Kind = "hll_register"   // registers of a HyperLogLog differ
	KindExpiryMissing Kind = "expiry_missing" // an expire time is expected and there is none
	KindExpiryExtra   Kind = "expiry_extra"   // there is an expire time and none is expected
	KindExpiry        Kind = "expiry"         // the expire time differs
	KindMore          Kind = "more"           // differences of the key beyond the limit, only counted
)

// The kinds of differences in what a stream remembers of its past and of its consumers.
const (
	KindEntriesAdded     Kind = "entries_added"      // another number of entries was ever added
	KindFirstID          Kind = "first_id"           // the recorded first ID differs
	KindGroupMissing     Kind = "group_missing"      // a consumer group is absent
	KindGroupExtra       Kind = "group_extra"        // a consumer group is not expected
	KindGroupLastID      Kind = "group_last_id"      // the last delivered ID of a group differs
	KindGroupEntriesRead Kind = "group_entries_read" // a group has read another number of entries
	KindConsumerMissing  Kind = "consumer_missing"   // a consumer is absent
	KindConsumerExtra    Kind = "consumer_extra"     // a consumer is not expected
	KindConsumerTime     Kind = "consumer_time"      // when a consumer was seen, or was active, differs
	KindPendingMissing   Kind = "pending_missing"    // a pending entry is absent
	KindPendingExtra     Kind = "pending_extra"      // a pending entry is not expected
	KindPendingOwner     Kind = "pending_owner"      // a pending entry belongs to another consumer, or to none
	KindPendingTime      Kind = "pending_time"       // a pending entry was delivered at another time
	KindPendingCount     Kind = "pending_count"      // a pending entry was delivered another number of times
)

// The kinds of differences in arrays and in function libraries.
const (
	KindElementMissing  Kind = "element_missing"  // an element of an array is absent
	KindElementExtra    Kind = "element_extra"    // an element of an array is not expected
	KindNext            Kind = "next"             // ARINSERT goes on elsewhere
	KindFunctionMissing Kind = "function_missing" // a function library is absent
	KindFunctionExtra   Kind = "function_extra"   // a function library is not expected
	KindFunctionCode    Kind = "function_code"    // a function library has other code
)

// The kinds of differences in what expires by itself inside a hash.
const (
	KindFieldExpiry        Kind = "field_expiry"         // the expire time of a hash field differs
	KindFieldExpiryMissing Kind = "field_expiry_missing" // a hash field has no expire time, and one is expected
	KindFieldExpiryExtra   Kind = "field_expiry_extra"   // a hash field has an expire time, and none is expected
)

// Kinds lists every kind once, in report order.
var Kinds = [...]Kind{
	KindMissing, KindExtra, KindType, KindValue, KindOrder, KindLength, KindFieldValue,
	KindFieldMissing, KindFieldExtra, KindFieldExpiryMissing, KindFieldExpiryExtra, KindFieldExpiry,
	KindMemberMissing, KindMemberExtra, KindScore,
	KindEntryMissing, KindEntryExtra, KindEntryFields, KindLastID, KindMaxDeletedID,
	KindEntriesAdded, KindFirstID, KindGroupMissing, KindGroupExtra, KindGroupLastID, KindGroupEntriesRead,
	KindConsumerMissing, KindConsumerExtra, KindConsumerTime, KindPendingMissing, KindPendingExtra,
	KindPendingOwner, KindPendingTime, KindPendingCount, KindElementMissing, KindElementExtra, KindNext, KindRegister, KindExpiryMissing, KindExpiryExtra, KindExpiry, KindFunctionMissing, KindFunctionExtra, KindFunctionCode, KindMore,
}

// Property is what a difference is about. Every kind is about one.
type Property string

// The properties.
const (
	PropertyExistence Property = "existence"
	PropertyType      Property = "type"
	PropertyContent   Property = "content"
	PropertyOrder     Property = "order"
	PropertyLength    Property = "length"
	PropertyScores    Property = "scores"
	PropertyIDs       Property = "ids"
	PropertyGroups    Property = "groups"
	PropertyExpiry    Property = "expiry"
)

// Properties lists every property once, in report order.
var Properties = [...]Property{
	PropertyExistence, PropertyType, PropertyContent, PropertyOrder, PropertyLength, PropertyScores, PropertyIDs,
	PropertyGroups, PropertyExpiry,
}

// Property returns what a difference of the kind is about. The linters see that
// no kind is forgotten.
func (k Kind) Property() Property {
	switch k {
	case KindMissing, KindExtra:
		return PropertyExistence
	case KindType:
		return PropertyType
	case KindValue, KindFieldValue, KindFieldMissing, KindFieldExtra, KindMemberMissing, KindMemberExtra,
		KindEntryMissing, KindEntryExtra, KindEntryFields, KindRegister, KindMore,
		KindElementMissing, KindElementExtra, KindNext, KindFunctionMissing, KindFunctionExtra, KindFunctionCode:
		return PropertyContent
	case KindOrder:
		return PropertyOrder
	case KindLength:
		return PropertyLength
	case KindScore:
		return PropertyScores
	case KindLastID, KindMaxDeletedID:
		return PropertyIDs
	case KindEntriesAdded, KindFirstID, KindGroupMissing, KindGroupExtra, KindGroupLastID, KindGroupEntriesRead,
		KindConsumerMissing, KindConsumerExtra, KindConsumerTime, KindPendingMissing, KindPendingExtra,
		KindPendingOwner, KindPendingTime, KindPendingCount:
		return PropertyGroups
	case KindExpiryMissing, KindExpiryExtra, KindExpiry,
		KindFieldExpiryMissing, KindFieldExpiryExtra, KindFieldExpiry:
		return PropertyExpiry
	}
	return ""
}

// Types returns the types that have the property; nil means every type.
func (p Property) Types() []keyspace.Type {
	switch p {
	case PropertyOrder, PropertyLength:
		return []keyspace.Type{keyspace.TypeList}
	case PropertyScores:
		return []keyspace.Type{keyspace.TypeZSet}
	case PropertyIDs, PropertyGroups:
		return []keyspace.Type{keyspace.TypeStream}
	case PropertyExistence, PropertyType, PropertyContent, PropertyExpiry:
	}
	return nil
}

// Difference is one difference between what is expected and what the server holds.
type Difference struct {
	Kind Kind   `json:"kind"`
	DB   int    `json:"db"`
	Key  Bytes  `json:"key"`
	Type string `json:"type,omitempty"` // of the expected key; of the live one for an extra key
	// Path is where: key "a\xff"/entry 1-5/field #2/value.
	Path string `json:"path"`
	// Want and Got are escaped for people and cut to an excerpt around the first
	// difference; empty where there is nothing to show.
	Want string `json:"want,omitempty"`
	Got  string `json:"got,omitempty"`
	// WantBytes and GotBytes are the full lengths where Want and Got are byte strings.
	WantBytes int64 `json:"want_bytes,omitempty"`
	GotBytes  int64 `json:"got_bytes,omitempty"`
	// Offset is the first differing byte where Want and Got are byte strings.
	Offset *int64 `json:"offset,omitempty"`
	// Count is how many differences this one stands for, if more than one.
	Count  int64  `json:"count,omitempty"`
	Detail string `json:"detail,omitempty"`
}

// Weight returns the number of differences that d represents.
func (d Difference) Weight() int64 { return max(d.Count, 1) }

// MaxPerKey bounds the differences reported for one key; the rest is counted in
// one difference of kind [KindMore].
const MaxPerKey = 100

// KeyPath returns where the differences of a key are.
func KeyPath(name string) string { return "key " + quote(name) }

// valueDifference describes where two byte strings part; got holds at least the
// beginning of a value of gotBytes bytes. It does not say that they differ.
func valueDifference(kind Kind, path string, want string, got []byte, gotBytes int64) Difference {
	n := commonPrefix(want, got)
	offset := int64(n)
	return Difference{
		Kind: kind, Path: path, Offset: &offset,
		Want: excerpt(want, n, int64(len(want))), WantBytes: int64(len(want)),
		Got: excerpt(got, n, gotBytes), GotBytes: gotBytes,
	}
}

func commonPrefix(want string, got []byte) int {
	n := min(len(want), len(got))
	for i := range n {
		if want[i] != got[i] {
			return i
		}
	}
	return n
}

func elementPath(path string, what string, i int64) string {
	return path + "/" + what + " #" + strconv.FormatInt(i, 10)
}

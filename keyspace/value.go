package keyspace

// Type is the type of a value.
type Type uint8

// The types, in the order reports list them. HyperLogLog is a type of its own
// here although Redis answers TYPE with "string" for it.
const (
	TypeString Type = iota
	TypeHash
	TypeList
	TypeSet
	TypeZSet
	TypeStream
	TypeHyperLogLog
	TypeArray
	TypeOpaque
)

// Types lists every type once, in report order.
var Types = [...]Type{TypeString, TypeHash, TypeList, TypeSet, TypeZSet, TypeStream, TypeHyperLogLog, TypeArray, TypeOpaque}

// String returns the name of the type as dumps and reports spell it.
func (t Type) String() string {
	switch t {
	case TypeString:
		return "string"
	case TypeHash:
		return "hash"
	case TypeList:
		return "list"
	case TypeSet:
		return "set"
	case TypeZSet:
		return "zset"
	case TypeStream:
		return "stream"
	case TypeHyperLogLog:
		return "hyperloglog"
	case TypeArray:
		return "array"
	case TypeOpaque:
		return "opaque"
	}
	return "unknown"
}

// ParseType is the inverse of [Type.String].
func ParseType(s string) (t Type, ok bool) {
	for _, t := range Types {
		if t.String() == s {
			return t, true
		}
	}
	return 0, false
}

// Value is the value of a key, or of one part of it.
//
//sumtype:decl
type Value interface {
	// Type returns the type of the value.
	Type() Type
	// Len returns the number of fields, elements, members or entries; for a
	// string the number of bytes.
	Len() int
	// Bytes returns the sum of the lengths of all byte strings of the value:
	// names and values, but no scores and no IDs.
	Bytes() int
	value()
}

func sumLen[S ~[]string](v S) (n int) {
	for i := range v {
		n += len(v[i])
	}
	return n
}

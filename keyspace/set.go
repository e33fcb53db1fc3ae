package keyspace

// Set is the value of a set key: its members, ascending, unique.
type Set []string

// Type implements [Value].
func (Set) Type() Type { return TypeSet }

// Len returns the number of members.
func (v Set) Len() int { return len(v) }

// Bytes returns the length of all members.
func (v Set) Bytes() int { return sumLen(v) }

func (Set) value() {}

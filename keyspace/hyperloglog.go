package keyspace

// HyperLogLog is the value of a HyperLogLog key: the elements that were added
// to it, ascending, unique. A server holds only registers computed from them.
type HyperLogLog []string

// Type implements [Value].
func (HyperLogLog) Type() Type { return TypeHyperLogLog }

// Len returns the number of elements.
func (v HyperLogLog) Len() int { return len(v) }

// Bytes returns the length of all elements.
func (v HyperLogLog) Bytes() int { return sumLen(v) }

func (HyperLogLog) value() {}

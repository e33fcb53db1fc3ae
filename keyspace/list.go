package keyspace

// List is the value of a list key: its elements from head to tail.
type List []string

// Type implements [Value].
func (List) Type() Type { return TypeList }

// Len returns the number of elements.
func (v List) Len() int { return len(v) }

// Bytes returns the length of all elements.
func (v List) Bytes() int { return sumLen(v) }

func (List) value() {}

package keyspace

// Array is the value of a sparse array (Redis 8.8): the elements that are set.
type Array struct {
	Cells []Cell           // ascending by index, unique
	Next  Optional[uint64] // where ARINSERT goes on; none: it was never used
}

// Cell is an element of an array.
type Cell struct {
	Index uint64
	Value string
}

// Type implements [Value].
func (Array) Type() Type { return TypeArray }

// Len returns the number of elements that are set.
func (v Array) Len() int { return len(v.Cells) }

// Bytes returns the length of all elements.
func (v Array) Bytes() (n int) {
	for i := range v.Cells {
		n += len(v.Cells[i].Value)
	}
	return n
}

func (Array) value() {}

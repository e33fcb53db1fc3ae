package keyspace

// Hash is the value of a hash key: its fields, ascending by name, names unique.
type Hash []Field

// Field is one field of a hash. Name and value may be empty.
type Field struct {
	Name     string
	Value    string
	ExpireAt ExpireAt // of this field alone (HPEXPIREAT)
}

// Type implements [Value].
func (Hash) Type() Type { return TypeHash }

// Len returns the number of fields.
func (v Hash) Len() int { return len(v) }

// Bytes returns the length of all names and values.
func (v Hash) Bytes() (n int) {
	for i := range v {
		n += len(v[i].Name) + len(v[i].Value)
	}
	return n
}

func (Hash) value() {}

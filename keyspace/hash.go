package keyspace

// Hash is the value of a hash key: its fields, ascending by name, names unique.
type Hash []Field

// Field is one field of a hash. Name and value may be empty.
type Field struct {
	Name  string
	Value string
}

// Type implements [Value].
func (Hash) Type() Type { return TypeHash }

// Len returns the number of fields.
func (v Hash) Len() int { return len(v) }

func (Hash) value() {}

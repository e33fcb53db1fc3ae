package keyspace

// String is the value of a string key. A string in parts is their concatenation.
type String string

// Type implements [Value].
func (String) Type() Type { return TypeString }

// Len returns the number of bytes.
func (v String) Len() int { return len(v) }

// Bytes returns the number of bytes, like Len.
func (v String) Bytes() int { return len(v) }

func (String) value() {}

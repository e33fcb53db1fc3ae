package keyspace

// Opaque is the value of a key whose content only the program that wrote it
// understands: a value of a module.
type Opaque struct {
	Kind string // what wrote it: "module:NAME.VERSION"
	Size int64  // bytes of the content as stored
}

// Type implements [Value].
func (Opaque) Type() Type { return TypeOpaque }

// Len returns 1: the content counts as one element.
func (Opaque) Len() int { return 1 }

// Bytes returns 0: the content is not held.
func (Opaque) Bytes() int { return 0 }

func (Opaque) value() {}

package keyspace

// PartLimit bounds what one part of a key may hold. A part ends at whichever
// limit it reaches first; a single element may exceed Bytes alone.
type PartLimit struct {
	Elements int // 0 means DefaultPartLimit.Elements
	Bytes    int // sum of names and values; 0 means DefaultPartLimit.Bytes
}

// DefaultPartLimit is what every command uses. Dumps are byte-identical only
// for equal limits, so it is part of the format of a dump's file.
var DefaultPartLimit = PartLimit{Elements: 8192, Bytes: 1 << 20}

// OrDefault replaces zero fields by the default.
func (l PartLimit) OrDefault() PartLimit {
	if l.Elements <= 0 {
		l.Elements = DefaultPartLimit.Elements
	}
	if l.Bytes <= 0 {
		l.Bytes = DefaultPartLimit.Bytes
	}
	return l
}

// Reached reports whether a part that holds elements of together bytes ends before
// the next one.
func (l PartLimit) Reached(elements, bytes int) bool {
	return elements > 0 && (elements >= l.Elements || bytes >= l.Bytes)
}

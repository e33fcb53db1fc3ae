package keyspace

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Source is where keys come from: a snapshot, a dump, or keys in memory.
type Source interface {
	// Keys returns the sequence of keys. Notes are delivered to note while the
	// sequence is read, on the goroutine that reads it.
	Keys(note func(Note)) Seq
	// Functions returns the code of the function libraries that the file holds for the
	// server, in its order. It is complete before the first sequence.
	Functions() []string
	// Counted returns the kinds that are only counted. It is complete once the
	// sequence has ended.
	Counted() Tally
	// Origin says what the keys were decoded from.
	Origin() Origin
}

// Origin describes the file from which keys were decoded. Dumps carry it in their first line.
type Origin struct {
	Format string // "elastickv-fsm"
	SHA256 string // lower-case hexadecimal, of the uncompressed file
	Bytes  int64  // size of the uncompressed file
	Facts  []Fact // what the format says beyond that, in its order
}

// Fact is something that a format says of a file, under a name that it defines.
type Fact struct {
	Name  string
	Value any // a string or a uint64
}

// Fact returns the value of the fact with this name, or nil.
func (o Origin) Fact(name string) any {
	for _, f := range o.Facts {
		if f.Name == name {
			return f.Value
		}
	}
	return nil
}

// Equal reports whether two origins say the same.
func (o Origin) Equal(p Origin) bool {
	return o.Format == p.Format && o.SHA256 == p.SHA256 && o.Bytes == p.Bytes && slices.Equal(o.Facts, p.Facts)
}

// MarshalJSON writes an object in which facts follow the other members.
func (o Origin) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range append([]Fact{{"format", o.Format}, {"sha256", o.SHA256}, {"bytes", o.Bytes}}, o.Facts...) {
		name, err := json.Marshal(f.Name)
		if err != nil {
			return nil, fmt.Errorf("encode name of fact: %w", err)
		}
		value, err := json.Marshal(f.Value)
		if err != nil {
			return nil, fmt.Errorf("encode fact %q: %w", f.Name, err)
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

package fsmtest

import (
	"redrill/keyspace"

	"google.golang.org/protobuf/encoding/protowire"
)

// Hash is the name of a hash key.
type Hash string

// Field returns the row of one field.
func (k Hash) Field(name, value string) Row {
	return Row{prefixed("!hs|fld|", string(k), name), []byte(value)}
}

// Meta8 returns a meta row without an expire time of its own.
func (k Hash) Meta8(n int64) Row { return Row{prefixed("!hs|meta|", string(k), ""), metaBody(n)} }

// Meta16 returns a meta row with an expire time; 0 is explicitly none.
func (k Hash) Meta16(n int64, expireAtMs uint64) Row {
	return Row{prefixed("!hs|meta|", string(k), ""), metaBody(n, expireAtMs)}
}

// Delta returns a row that changes the length by n.
func (k Hash) Delta(ts uint64, seq uint32, n int64) Row {
	return Row{deltaKey("!hs|meta|d|", string(k), ts, seq), words(uint64(n))}
}

// Blob returns the legacy encoding in one row, fields in the order given:
// 00 "RH" 01 ∥ RedisHashValue.
func (k Hash) Blob(fields ...keyspace.Field) Row {
	b := []byte("\x00RH\x01")
	for _, f := range fields {
		var entry []byte
		entry = appendBytes(entry, 1, f.Name)
		entry = appendBytes(entry, 2, f.Value)
		b = appendBytes(b, 1, string(entry))
	}
	return Row{plain("!redis|hash|", string(k)), b}
}

// appendBytes appends a length-delimited field of a protobuf message.
func appendBytes(b []byte, number protowire.Number, s string) []byte {
	b = protowire.AppendTag(b, number, protowire.BytesType)
	return protowire.AppendString(b, s)
}

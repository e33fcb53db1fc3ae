package fsm

import (
	"bytes"
	"errors"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"redrill/keyspace"
)

// Blobs hold a whole collection in one row (docs/FORMAT.md, section 3.9):
// magic(4 or 5) ‖ protobuf message. An empty body is an empty collection.
//
//	HashValue   { map<bytes,bytes> entries = 1 }
//	SetValue    { repeated bytes members = 1 }
//	ZSetValue   { repeated { bytes member = 1; double score = 2 } entries = 1 }
//	StreamValue { repeated StreamEntry entries = 1 }
//	StreamEntry { string id = 1; repeated bytes fields = 2 }
//
// The server declares strings; read as bytes, which is the same on the wire,
// nothing is lost when they are not UTF-8.
const (
	hashBlobMagic    = "\x00RH\x01"
	setBlobMagic     = "\x00RS\x01"
	zsetBlobMagic    = "\x00RZ\x01"
	streamBlobMagic  = "\x00RX\x01"
	streamEntryMagic = "\x00RXE\x01"
)

var errWire = errors.New("malformed protobuf message")

// blobBody returns the message of the blob that c stands at.
func blobBody(c *scanner, magic string) ([]byte, error) {
	body, err := c.wholeBody()
	if err != nil {
		return nil, err
	}
	return trimBlobMagic(c, body, magic)
}

func trimBlobMagic(c *scanner, body []byte, magic string) ([]byte, error) {
	if len(body) == 0 {
		return nil, nil
	}
	return trimMagic(c, body, magic)
}

func trimMagic(c *scanner, body []byte, magic string) ([]byte, error) {
	message, ok := bytes.CutPrefix(body, []byte(magic))
	if !ok {
		return nil, unreadablef(c.row.offset, "%s does not begin with its magic", c.row.family)
	}
	return message, nil
}

func badBlob(c *scanner, err error) error {
	return unreadablef(c.row.offset, "%s: %v", c.row.family, err)
}

// wireField is a field of a message.
type wireField struct {
	num  protowire.Number
	typ  protowire.Type
	data []byte // of a length-delimited field
	bits uint64 // of a fixed 64-bit field
}

// is reports whether the field is what the schema says. Others are skipped.
func (f wireField) is(num protowire.Number, typ protowire.Type) bool {
	return f.num == num && f.typ == typ
}

// fieldsOf calls read with each field of a message.
func fieldsOf(message []byte, read func(wireField) error) error {
	for len(message) > 0 {
		var f wireField
		var n int
		if f.num, f.typ, n = protowire.ConsumeTag(message); n < 0 {
			return errWire
		}
		message = message[n:]
		switch f.typ {
		case protowire.BytesType:
			f.data, n = protowire.ConsumeBytes(message)
		case protowire.Fixed64Type:
			f.bits, n = protowire.ConsumeFixed64(message)
		case protowire.VarintType, protowire.Fixed32Type, protowire.StartGroupType, protowire.EndGroupType:
			n = protowire.ConsumeFieldValue(f.num, f.typ, message)
		default:
			n = -1
		}
		if n < 0 {
			return errWire
		}
		message = message[n:]
		if err := read(f); err != nil {
			return err
		}
	}
	return nil
}

// repeated reads the length-delimited fields of a number, in stored order. They
// are counted first: what grows while it is read takes twice the memory.
func repeated[E any](message []byte, num protowire.Number, read func(data []byte) (E, error)) ([]E, error) {
	n := 0
	_ = fieldsOf(message, func(f wireField) error {
		if f.is(num, protowire.BytesType) {
			n++
		}
		return nil
	}) // The second reading meets the same error.
	all := make([]E, 0, n)
	err := fieldsOf(message, func(f wireField) error {
		if !f.is(num, protowire.BytesType) {
			return nil
		}
		e, err := read(f.data)
		all = append(all, e)
		return err
	})
	return all, err
}

func readText(data []byte) (string, error) { return string(data), nil }

// readHashBlob reads the fields of a hash.
func readHashBlob(message []byte) ([]keyspace.Field, error) {
	return repeated(message, 1, readFieldOfBlob)
}

// readFieldOfBlob reads a map entry. A missing name or value is empty.
func readFieldOfBlob(data []byte) (e keyspace.Field, err error) {
	err = fieldsOf(data, func(f wireField) error {
		if f.is(1, protowire.BytesType) {
			e.Name = string(f.data)
		}
		if f.is(2, protowire.BytesType) {
			e.Value = string(f.data)
		}
		return nil
	})
	return e, err
}

// readSetBlob reads the members of a set.
func readSetBlob(message []byte) ([]string, error) { return repeated(message, 1, readText) }

// readZSetBlob reads the members of a sorted set.
func readZSetBlob(message []byte) ([]keyspace.Member, error) {
	return repeated(message, 1, readMemberOfBlob)
}

// readMemberOfBlob reads a member. A missing score is 0.
func readMemberOfBlob(data []byte) (m keyspace.Member, err error) {
	err = fieldsOf(data, func(f wireField) error {
		if f.is(1, protowire.BytesType) {
			m.Name = string(f.data)
		}
		if f.is(2, protowire.Fixed64Type) {
			m.Score = math.Float64frombits(f.bits)
		}
		return nil
	})
	return m, err
}

// readStreamEntry reads the strings of an entry: field, value, field, value …
// The ID inside is the text a client sent and does not count; the row's key
// holds the ID.
func readStreamEntry(message []byte) (flat []string, err error) {
	return repeated(message, 2, readText)
}

// countStreamBlob returns how many entries a stream blob holds.
func countStreamBlob(message []byte) (n int, err error) {
	err = fieldsOf(message, func(f wireField) error {
		if !f.is(1, protowire.BytesType) {
			return nil
		}
		n++
		_, err := readStreamEntry(f.data)
		return err
	})
	return n, err
}

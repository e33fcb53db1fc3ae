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
	message, ok := bytes.CutPrefix(body, []byte(magic))
	if !ok {
		return nil, unreadablef(c.row.offset, "%s does not begin with its magic", c.row.family)
	}
	return message, nil
}

func badBlob(c *scanner, err error) error {
	return unreadablef(c.row.offset, "%s: %v", c.row.family, err)
}

// fieldsOf calls f with each field of a message. Length-delimited fields carry
// data, fixed 64-bit fields carry bits; all others are skipped.
func fieldsOf(message []byte, f func(num protowire.Number, typ protowire.Type, data []byte, fixed uint64) error) error {
	for len(message) > 0 {
		num, typ, n := protowire.ConsumeTag(message)
		if n < 0 {
			return errWire
		}
		message = message[n:]
		var data []byte
		var bits uint64
		switch typ {
		case protowire.BytesType:
			data, n = protowire.ConsumeBytes(message)
		case protowire.Fixed64Type:
			bits, n = protowire.ConsumeFixed64(message)
		case protowire.VarintType, protowire.Fixed32Type, protowire.StartGroupType, protowire.EndGroupType:
			n = protowire.ConsumeFieldValue(num, typ, message)
		default:
			n = -1
		}
		if n < 0 {
			return errWire
		}
		message = message[n:]
		if err := f(num, typ, data, bits); err != nil {
			return err
		}
	}
	return nil
}

// countFields counts the length-delimited fields with a number, as far as the
// message can be read. What they are read into then need not grow: that takes
// twice the memory.
func countFields(message []byte, want protowire.Number) (n int) {
	_ = fieldsOf(message, func(num protowire.Number, typ protowire.Type, _ []byte, _ uint64) error {
		if num == want && typ == protowire.BytesType {
			n++
		}
		return nil
	}) // The reader that follows meets the same error.
	return n
}

// readHashBlob reads the fields of a hash in stored order. A missing name or
// value is empty.
func readHashBlob(message []byte) (fields []keyspace.Field, err error) {
	fields = make([]keyspace.Field, 0, countFields(message, 1))
	err = fieldsOf(message, func(num protowire.Number, typ protowire.Type, data []byte, _ uint64) error {
		if num != 1 || typ != protowire.BytesType {
			return nil
		}
		var f keyspace.Field
		err := fieldsOf(data, func(num protowire.Number, typ protowire.Type, data []byte, _ uint64) error {
			if num == 1 && typ == protowire.BytesType {
				f.Name = string(data)
			}
			if num == 2 && typ == protowire.BytesType {
				f.Value = string(data)
			}
			return nil
		})
		fields = append(fields, f)
		return err
	})
	return fields, err
}

// readSetBlob reads members in stored order.
func readSetBlob(message []byte) (members []string, err error) {
	members = make([]string, 0, countFields(message, 1))
	err = fieldsOf(message, func(num protowire.Number, typ protowire.Type, data []byte, _ uint64) error {
		if num == 1 && typ == protowire.BytesType {
			members = append(members, string(data))
		}
		return nil
	})
	return members, err
}

// readZSetBlob reads members in stored order. A missing score is 0.
func readZSetBlob(message []byte) (members []keyspace.Member, err error) {
	members = make([]keyspace.Member, 0, countFields(message, 1))
	err = fieldsOf(message, func(num protowire.Number, typ protowire.Type, data []byte, _ uint64) error {
		if num != 1 || typ != protowire.BytesType {
			return nil
		}
		var m keyspace.Member
		err := fieldsOf(data, func(num protowire.Number, typ protowire.Type, data []byte, fixed uint64) error {
			if num == 1 && typ == protowire.BytesType {
				m.Name = string(data)
			}
			if num == 2 && typ == protowire.Fixed64Type {
				m.Score = math.Float64frombits(fixed)
			}
			return nil
		})
		members = append(members, m)
		return err
	})
	return members, err
}

// readStreamEntry reads the strings of an entry: field, value, field, value …
// The ID inside is the text a client sent and does not count; the row's key
// holds the ID.
func readStreamEntry(message []byte) (flat []string, err error) {
	flat = make([]string, 0, countFields(message, 2))
	err = fieldsOf(message, func(num protowire.Number, typ protowire.Type, data []byte, _ uint64) error {
		if num == 2 && typ == protowire.BytesType {
			flat = append(flat, string(data))
		}
		return nil
	})
	return flat, err
}

// countStreamBlob returns how many entries a stream blob holds.
func countStreamBlob(message []byte) (n int, err error) {
	err = fieldsOf(message, func(num protowire.Number, typ protowire.Type, data []byte, _ uint64) error {
		if num != 1 || typ != protowire.BytesType {
			return nil
		}
		n++
		_, err := readStreamEntry(data)
		return err
	})
	return n, err
}

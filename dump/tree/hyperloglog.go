package tree

import (
	"encoding/binary"
	"io"
	"slices"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"

	"redrill/keyspace"
)

// A HyperLogLog's file is the payload that the store keeps, which is no sketch
// but the elements: magic(4) ‖ protobuf { repeated string members = 1 }, members
// ascending. A file of no bytes is an empty HyperLogLog.
const (
	hyperLogLogMagic  = "\x00RS\x01"
	hyperLogLogMember = 1
)

func (w *Writer) hyperLogLog(v keyspace.HyperLogLog) {
	var head [2 * binary.MaxVarintLen64]byte
	for _, e := range v {
		if !utf8.ValidString(e) {
			w.losses.NotUTF8++
		}
		b := protowire.AppendTag(head[:0], hyperLogLogMember, protowire.BytesType)
		b = protowire.AppendVarint(b, uint64(len(e)))
		w.value.raw(string(b))
		w.value.raw(e)
	}
}

type hyperLogLogValue struct{ held keyspace.HyperLogLog }

func (v *hyperLogLogValue) parse(in *input, p *parts) (attributes, error) {
	if in.size > maxElementBytes {
		return attributes{}, errorf(in.path, -1, "%d bytes are too many for a HyperLogLog", in.size)
	}
	payload, err := io.ReadAll(in)
	if err != nil {
		return attributes{}, err
	}
	elements, err := hyperLogLogElements(in, payload)
	if err != nil {
		return attributes{}, err
	}
	slices.Sort(elements)
	for _, e := range slices.Compact(elements) {
		if err := p.room(len(e)); err != nil {
			return attributes{}, err
		}
		v.held = append(v.held, e)
	}
	return attributes{}, nil
}

// hyperLogLogElements returns the elements of a payload in its order. Fields
// that the message does not have are skipped, as protobuf readers do.
func hyperLogLogElements(in *input, payload []byte) ([]string, error) {
	if len(payload) == 0 {
		return nil, nil
	}
	if len(payload) < len(hyperLogLogMagic) || string(payload[:len(hyperLogLogMagic)]) != hyperLogLogMagic {
		return nil, errorf(in.path, 0, "does not begin with the magic of a HyperLogLog")
	}
	var elements []string
	for i := len(hyperLogLogMagic); i < len(payload); {
		num, typ, n := protowire.ConsumeTag(payload[i:])
		if n < 0 {
			return nil, errorf(in.path, int64(i), "malformed protobuf message")
		}
		i += n
		if num == hyperLogLogMember && typ == protowire.BytesType {
			var e []byte
			if e, n = protowire.ConsumeBytes(payload[i:]); n >= 0 {
				elements = append(elements, string(e))
			}
		} else {
			n = protowire.ConsumeFieldValue(num, typ, payload[i:])
		}
		if n < 0 {
			return nil, errorf(in.path, int64(i), "malformed protobuf message")
		}
		i += n
	}
	return elements, nil
}

func (v *hyperLogLogValue) take(attributes) keyspace.Value {
	held := v.held
	v.held = nil
	return held
}

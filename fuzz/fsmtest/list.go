package fsmtest

import "encoding/binary"

// List is the name of a list key. Its meta and item rows have no length prefix.
type List string

// Item returns the row of the element at the sequence number seq:
// "!lst|itm|" ∥ name ∥ seq with its sign bit flipped(8, BE).
func (k List) Item(seq int64, element string) Row {
	key := binary.BigEndian.AppendUint64(plain("!lst|itm|", string(k)), sortableSeq(seq))
	return Row{key, []byte(element)}
}

// Meta24 returns a meta row without an expire time of its own. A legal meta has
// tail = head + n.
func (k List) Meta24(head, tail, n int64) Row {
	return Row{plain("!lst|meta|", string(k)), words(uint64(head), uint64(tail), uint64(n))}
}

// Meta32 returns a meta row with an expire time; 0 is explicitly none.
func (k List) Meta32(head, tail, n int64, expireAtMs uint64) Row {
	return Row{plain("!lst|meta|", string(k)), words(uint64(head), uint64(tail), uint64(n), expireAtMs)}
}

// Delta returns a row that moves the head and changes the length.
func (k List) Delta(ts uint64, seq uint32, head, n int64) Row {
	return Row{deltaKey("!lst|meta|d|", string(k), ts, seq), words(uint64(head), uint64(n))}
}

// NewDelta returns the same row as [List.Delta] under the prefix that later
// servers write.
func (k List) NewDelta(ts uint64, seq uint32, head, n int64) Row {
	return Row{deltaKey("!lst|delta|", string(k), ts, seq), words(uint64(head), uint64(n))}
}

// Claim returns the marker that a pop of the element at seq leaves.
func (k List) Claim(seq int64) Row {
	key := binary.BigEndian.AppendUint64(prefixed("!lst|claim|", string(k), ""), sortableSeq(seq))
	return Row{key, nil}
}

func sortableSeq(seq int64) uint64 { return uint64(seq) ^ 1<<63 }

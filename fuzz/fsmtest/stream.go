package fsmtest

import "redrill/keyspace"

// Stream is the name of a stream key.
type Stream string

// Entry returns the row of one entry; the ID in its value is the text of the
// ID in its key.
func (k Stream) Entry(e keyspace.Entry) Row {
	return k.EntryText(e.ID, e.ID.String(), pairStrings(e.Pairs)...)
}

// EntryText returns the row of an entry whose value holds idText and any
// number of strings: 00 "RXE" 01 ∥ RedisStreamEntry.
func (k Stream) EntryText(id keyspace.ID, idText string, fields ...string) Row {
	key := append(prefixed("!stream|entry|", string(k), ""), words(id.Ms, id.Seq)...)
	return Row{key, append([]byte("\x00RXE\x01"), entryMessage(idText, fields)...)}
}

// Meta24 returns a meta row without an expire time of its own.
func (k Stream) Meta24(n int64, last keyspace.ID) Row {
	return k.meta(uint64(n), last.Ms, last.Seq)
}

// Meta32 returns a meta row with an expire time; 0 is explicitly none.
func (k Stream) Meta32(n int64, last keyspace.ID, expireAtMs uint64) Row {
	return k.meta(uint64(n), last.Ms, last.Seq, expireAtMs)
}

// Meta48 returns a meta row with an expire time and a trim cursor: entries up
// to trimmed are not visible, unless it is 0-0.
func (k Stream) Meta48(n int64, last keyspace.ID, expireAtMs uint64, trimmed keyspace.ID) Row {
	return k.meta(uint64(n), last.Ms, last.Seq, expireAtMs, trimmed.Ms, trimmed.Seq)
}

func (k Stream) meta(v ...uint64) Row {
	return Row{prefixed("!stream|meta|", string(k), ""), words(v...)}
}

// Blob returns the legacy encoding in one row: 00 "RX" 01 ∥ RedisStreamValue.
func (k Stream) Blob(entries ...keyspace.Entry) Row {
	b := []byte("\x00RX\x01")
	for _, e := range entries {
		b = appendBytes(b, 1, string(entryMessage(e.ID.String(), pairStrings(e.Pairs))))
	}
	return Row{plain("!redis|stream|", string(k)), b}
}

func entryMessage(idText string, fields []string) []byte {
	b := appendBytes(nil, 1, idText)
	for _, f := range fields {
		b = appendBytes(b, 2, f)
	}
	return b
}

func pairStrings(pairs []keyspace.Pair) []string {
	fields := make([]string, 0, 2*len(pairs))
	for _, p := range pairs {
		fields = append(fields, p.Field, p.Value)
	}
	return fields
}

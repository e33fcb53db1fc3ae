package rdb_test

import (
	"encoding/binary"
	"fmt"
	"strings"

	"redrill/keyspace"
)

// render returns keys as one line of text.
func render(keys []keyspace.Key) string {
	var all []string
	for _, k := range keys {
		text := ""
		if k.DB != 0 {
			text = fmt.Sprintf("%d/", k.DB)
		}
		text += k.Name + "=" + renderValue(k.Value)
		if ms, ok := k.ExpireAt.Ms(); ok {
			text += fmt.Sprintf("@%d", ms)
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}

func renderValue(v keyspace.Value) string {
	var all []string
	switch v := v.(type) {
	case keyspace.List:
		all = v
	case keyspace.Set:
		all = v
	case keyspace.ZSet:
		for _, m := range v {
			all = append(all, fmt.Sprintf("%s:%v", m.Name, m.Score))
		}
	case keyspace.Hash:
		for _, f := range v {
			text := f.Name + "=" + f.Value
			if ms, ok := f.ExpireAt.Ms(); ok {
				text += fmt.Sprintf("@%d", ms)
			}
			all = append(all, text)
		}
	case keyspace.Stream:
		return renderStream(v)
	case keyspace.Array:
		for _, c := range v.Cells {
			all = append(all, fmt.Sprintf("%d=%s", c.Index, c.Value))
		}
		if next, ok := v.Next.Get(); ok {
			all = append(all, fmt.Sprintf("next=%d", next))
		}
	case keyspace.Opaque:
		return fmt.Sprintf("%s of %d", v.Kind, v.Size)
	case keyspace.HyperLogLog:
		all = v
	case keyspace.String:
		return string(v)
	}
	return v.Type().String() + "[" + strings.Join(all, " ") + "]"
}

func renderStream(v keyspace.Stream) string {
	text := "stream[last=" + v.LastID.String()
	if n, ok := v.EntriesAdded.Get(); ok {
		text += fmt.Sprintf(" added=%d deleted=%v", n, v.MaxDeletedID)
	}
	if id, ok := v.FirstID.Get(); ok {
		text += " first=" + id.String()
	}
	for _, e := range v.Entries {
		text += " " + e.ID.String()
		for _, p := range e.Pairs {
			text += ":" + p.Field + "=" + p.Value
		}
	}
	for _, g := range v.Groups {
		text += fmt.Sprintf(" group %s last=%v read=%v", g.Name, g.LastDeliveredID, g.EntriesRead)
		for _, c := range g.Consumers {
			text += fmt.Sprintf(" consumer %s seen=%v active=%v", c.Name, c.SeenMs, c.ActiveMs)
		}
		for _, p := range g.Pending {
			text += fmt.Sprintf(" pending %v of %v at %d %d times", p.ID, p.Owner, p.DeliveredMs, p.Deliveries)
		}
	}
	return text + "]"
}

// raw is an element of a packed blob as it stands.
type raw string

// str writes bytes as a string in the language of vectors.
func str(b []byte) string {
	if len(b) == 0 {
		return "00"
	}
	return fmt.Sprintf("str(%x)", b)
}

// lp writes a string that holds a listpack.
func lp(elements ...any) string { return lpOf(len(elements), elements...) }

// lpOf is lp with another number of elements in its header.
func lpOf(count int, elements ...any) string {
	var body []byte
	for _, e := range elements {
		var b []byte
		switch e := e.(type) {
		case raw:
			body = append(body, e...)
			continue
		case int64:
			b = binary.LittleEndian.AppendUint64([]byte{0xF4}, uint64(e))
		case int:
			b = binary.LittleEndian.AppendUint64([]byte{0xF4}, uint64(int64(e)))
			if e >= 0 && e < 128 {
				b = []byte{byte(e)}
			}
		case string:
			b = append([]byte{0x80 | byte(len(e))}, e...)
		}
		body = append(append(body, b...), byte(len(b)))
	}
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(body)+7))
	b = binary.LittleEndian.AppendUint16(b, uint16(count))
	return str(append(append(b, body...), 0xFF))
}

// zl writes a string that holds a ziplist of elements without their prevlen.
func zl(elements ...raw) string {
	var body []byte
	last, previous := 10, 0
	for _, e := range elements {
		last = 10 + len(body)
		body = append(append(body, byte(previous)), e...)
		previous = 1 + len(e)
	}
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(body)+11))
	b = binary.LittleEndian.AppendUint32(b, uint32(last))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(elements)))
	return str(append(append(b, body...), 0xFF))
}

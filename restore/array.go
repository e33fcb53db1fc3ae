package restore

import (
	"strconv"

	"redrill/keyspace"
)

// array plans the elements that are set and, after the last part, where ARINSERT
// goes on. The reply is the number of places that were free.
func (p *commands) array(b *batch, k keyspace.Key, v keyspace.Array) {
	if !p.server.Arrays {
		if k.Part == 0 {
			p.losses.add(LostArrays, 1)
		}
		return
	}
	for cells := v.Cells; len(cells) > 0; {
		b.begin("ARMSET")
		b.add(k.Name)
		n := 0
		for n == 0 || n < len(cells) && b.room(n) {
			b.add(strconv.FormatUint(cells[n].Index, 10))
			b.add(cells[n].Value)
			n++
		}
		b.end(ReplyInt, int64(n))
		cells = cells[n:]
		p.exists = true
	}
	if next, used := v.Next.Get(); used && !k.More && p.exists {
		b.putInt(1, "ARSEEK", k.Name, strconv.FormatUint(next, 10))
	}
}

package verify

import (
	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// sharedGet bounds the values that are read together by MGET.
const sharedGet = 16 << 10

// stringState is what is known about a string in parts.
type stringState struct {
	diff   *Difference // the first differing part
	all    []byte      // all parts, for a server that cannot show a part
	length int64       // STRLEN, -1 when not asked
}

// planString asks for the bytes of the part. A string in one part is read
// whole, and so is one of which the server cannot show a part; it is kept only
// up to the expected length.
func (w *worker) planString(r *wire.Round, p *part, v keyspace.String) {
	switch {
	case p.key.Whole():
		p.content = r.Add(len(v), "GET", &p.st.name)
	case w.server.GetRange:
		if len(v) > 0 {
			p.content = r.Add(len(v), "GETRANGE", &p.st.name, p.base, p.base+int64(len(v))-1)
		}
		if !p.key.More {
			p.length = r.Add(0, "STRLEN", &p.st.name)
		}
	default:
		p.st.str.all = append(p.st.str.all, v...)
		if !p.key.More {
			p.content = r.Add(len(p.st.str.all), "GET", &p.st.name)
		}
	}
}

// compareString compares a whole string.
func compareString(st *keyState, want string, got wire.Bulk) {
	if got.Equal(want) {
		st.present++
		return
	}
	st.add(valueDifference(KindValue, st.path()+"/value", want, got.B, got.Size))
}

// compareStringPart compares one part of a string that starts at byte base.
func compareStringPart(st *keyState, want string, got wire.Bulk, base int64) {
	if got.Equal(want) || st.str.diff != nil {
		return
	}
	d := valueDifference(KindValue, st.path()+"/value", want, got.B, got.Size)
	*d.Offset += base
	st.str.diff = &d
}

// finishString turns what the parts found into at most one difference.
func finishString(st *keyState) {
	length := st.str.length
	switch {
	case st.str.diff != nil:
	case length == st.want:
		st.present++
		return
	default:
		offset := min(length, st.want)
		st.str.diff = &Difference{Kind: KindValue, Path: st.path() + "/value", Offset: &offset}
	}
	st.str.diff.WantBytes, st.str.diff.GotBytes = st.want, length
	st.add(*st.str.diff)
}

func alteredString(v keyspace.String, pick drawer) []altered {
	return []altered{{KindValue, "/value", keyspace.String(alterBytes(string(v), pick))}}
}

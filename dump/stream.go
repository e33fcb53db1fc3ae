package dump

import (
	"slices"
	"strconv"

	"redrill/keyspace"
)

// stream writes "entries":[["ms-seq",[[V,V],…]],…], ascending by ID (which
// [keyspace.Parts] has checked), what stands on every part, and the groups.
func (w *Writer) stream(v keyspace.Stream) error {
	w.buf = append(w.buf, `,"type":"stream","entries":[`...)
	for i := range v.Entries {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.buf = append(w.buf, `["`...)
		w.buf = v.Entries[i].ID.AppendText(w.buf)
		w.buf = append(w.buf, `",[`...)
		for j := range v.Entries[i].Pairs {
			if j > 0 {
				w.buf = append(w.buf, ',')
			}
			w.buf = append(w.buf, '[')
			w.v(v.Entries[i].Pairs[j].Field)
			w.buf = append(w.buf, ',')
			w.v(v.Entries[i].Pairs[j].Value)
			w.buf = append(w.buf, ']')
		}
		w.buf = append(w.buf, "]]"...)
		if len(w.buf) >= flushBytes {
			w.flush()
		}
	}
	w.buf = append(w.buf, `],"last_id":"`...)
	w.buf = v.LastID.AppendText(w.buf)
	w.buf = append(w.buf, '"')
	if !v.MaxDeletedID.IsZero() {
		w.buf = append(w.buf, `,"max_deleted_id":"`...)
		w.buf = v.MaxDeletedID.AppendText(w.buf)
		w.buf = append(w.buf, '"')
	}
	n, counted := v.EntriesAdded.Get()
	first, hasFirst := v.FirstID.Get()
	if counted || hasFirst || len(v.Groups) > 0 {
		if err := w.needs2("consumer groups, the number of entries added or the first ID of a stream"); err != nil {
			return err
		}
	}
	if counted {
		w.buf = append(w.buf, `,"entries_added":`...)
		w.buf = strconv.AppendUint(w.buf, n, 10)
	}
	if hasFirst {
		w.buf = append(w.buf, `,"first_id":"`...)
		w.buf = first.AppendText(w.buf)
		w.buf = append(w.buf, '"')
	}
	if len(v.Groups) > 0 {
		w.groups(v.Groups)
	}
	return nil
}

// entries reads [["ms-seq",[[V,V],…]],…]. [keyspace.Parts] checks the order.
func (s *scanner) entries() []keyspace.Entry {
	entries, pairs, ends := s.scratch.entries[:0], s.scratch.pairs[:0], s.scratch.ends[:0]
	for more := s.open('['); more; more = s.next(']') {
		s.token('[')
		id := s.id()
		s.token(',')
		for more := s.open('['); more; more = s.next(']') {
			var p keyspace.Pair
			p.Field, p.Value = s.pair()
			pairs = append(pairs, p)
		}
		s.token(']')
		entries = append(entries, keyspace.Entry{ID: id})
		ends = append(ends, len(pairs))
	}
	s.scratch.entries, s.scratch.pairs, s.scratch.ends = entries, pairs, ends
	if s.err != nil {
		return nil
	}
	// All pairs of a part share one allocation.
	pairs = slices.Clone(pairs)
	entries = slices.Clone(entries)
	start := 0
	for i, end := range ends {
		if end > start {
			entries[i].Pairs = pairs[start:end:end]
		}
		start = end
	}
	return entries
}

// id reads "ms-seq".
func (s *scanner) id() keyspace.ID {
	s.peek()
	at := s.i
	text := s.str()
	ms, i, ok1 := decimal(text, 0)
	if !ok1 || i == len(text) || text[i] != '-' {
		s.fail(at, "invalid stream ID %q", clip(text))
		return keyspace.ID{}
	}
	seq, i, ok2 := decimal(text, i+1)
	if !ok2 || i != len(text) {
		s.fail(at, "invalid stream ID %q", clip(text))
	}
	return keyspace.ID{Ms: ms, Seq: seq}
}

package dump

import (
	"slices"
	"strconv"

	"redrill/keyspace"
)

// groups writes "groups":[{…},…]. [keyspace.Parts] has checked the order.
func (w *Writer) groups(groups []keyspace.Group) {
	w.buf = append(w.buf, `,"groups":[`...)
	for i := range groups {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.group(&groups[i])
	}
	w.buf = append(w.buf, ']')
}

func (w *Writer) group(g *keyspace.Group) {
	w.buf = append(w.buf, `{"name":`...)
	w.v(g.Name)
	w.buf = append(w.buf, `,"last_delivered_id":"`...)
	w.buf = g.LastDeliveredID.AppendText(w.buf)
	w.buf = append(w.buf, '"')
	if n, ok := g.EntriesRead.Get(); ok {
		w.buf = append(w.buf, `,"entries_read":`...)
		w.buf = strconv.AppendUint(w.buf, n, 10)
	}
	w.buf = append(w.buf, `,"consumers":[`...)
	for i, c := range g.Consumers {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.buf = append(w.buf, `{"name":`...)
		w.v(c.Name)
		w.buf = appendTime(w.buf, `,"seen_ms":`, c.SeenMs)
		w.buf = appendTime(w.buf, `,"active_ms":`, c.ActiveMs)
		w.buf = append(w.buf, '}')
	}
	w.buf = append(w.buf, `],"pending":[`...)
	for i, e := range g.Pending {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.buf = append(w.buf, `["`...)
		w.buf = e.ID.AppendText(w.buf)
		w.buf = append(w.buf, `",`...)
		if owner, ok := e.Owner.Get(); ok {
			w.v(owner)
		} else {
			w.buf = append(w.buf, "null"...)
		}
		w.buf = append(w.buf, ',')
		w.buf = strconv.AppendInt(w.buf, e.DeliveredMs, 10)
		w.buf = append(w.buf, ',')
		w.buf = strconv.AppendUint(w.buf, e.Deliveries, 10)
		w.buf = append(w.buf, ']')
		if len(w.buf) >= flushBytes {
			w.flush()
		}
	}
	w.buf = append(w.buf, "]}"...)
}

func appendTime(b []byte, member string, ms keyspace.Optional[int64]) []byte {
	if ms, ok := ms.Get(); ok {
		b = append(b, member...)
		b = strconv.AppendInt(b, ms, 10)
	}
	return b
}

// groups reads [{…},…]. [keyspace.Parts] checks the order.
func (s *scanner) groups() (groups []keyspace.Group) {
	for more := s.open('['); more; more = s.next(']') {
		groups = append(groups, s.group())
	}
	return groups
}

func (s *scanner) group() (g keyspace.Group) {
	s.object([]string{"name", "last_delivered_id", "consumers", "pending"}, func(name string) bool {
		switch name {
		case "name":
			g.Name = s.v()
		case "last_delivered_id":
			g.LastDeliveredID = s.id()
		case "entries_read":
			g.EntriesRead = keyspace.Some(s.unsigned())
		case "consumers":
			for more := s.open('['); more; more = s.next(']') {
				g.Consumers = append(g.Consumers, s.consumer())
			}
		case "pending":
			for more := s.open('['); more; more = s.next(']') {
				g.Pending = append(g.Pending, s.pending())
			}
		default:
			return false
		}
		return true
	})
	return g
}

func (s *scanner) consumer() (c keyspace.Consumer) {
	s.object([]string{"name"}, func(name string) bool {
		switch name {
		case "name":
			c.Name = s.v()
		case "seen_ms":
			c.SeenMs = keyspace.Some(s.integer(-1<<63, 1<<63-1))
		case "active_ms":
			c.ActiveMs = keyspace.Some(s.integer(-1<<63, 1<<63-1))
		default:
			return false
		}
		return true
	})
	return c
}

// pending reads ["ms-seq",V,ms,N], with null for an entry that nobody owns.
func (s *scanner) pending() (e keyspace.Pending) {
	s.token('[')
	e.ID = s.id()
	s.token(',')
	if s.peek() == 'n' {
		s.word("null")
	} else {
		e.Owner = keyspace.Some(s.v())
	}
	s.token(',')
	e.DeliveredMs = s.integer(-1<<63, 1<<63-1)
	s.token(',')
	e.Deliveries = s.unsigned()
	s.token(']')
	return e
}

// object reads an object. member reads the value of a member and reports whether
// there may be such a member. All of required have to be there.
func (s *scanner) object(required []string, member func(name string) bool) {
	start := s.i
	var seen []string
	for more := s.open('{'); more; more = s.next('}') {
		s.peek()
		at := s.i
		name := s.str()
		s.token(':')
		s.peek()
		if slices.Contains(seen, name) {
			s.fail(at, "duplicate member %q", clip(name))
			return
		}
		seen = append(seen, name)
		if !member(name) {
			s.fail(at, "unknown member %q", clip(name))
			return
		}
	}
	for _, name := range required {
		if !slices.Contains(seen, name) {
			s.fail(start, "member %q is missing", name)
			return
		}
	}
}

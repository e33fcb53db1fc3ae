package tree

import (
	"redrill/keyspace"
)

// parts says when a part is full. A part ends before the element that would be
// added to a full one, so the last part is never empty.
type parts struct {
	limit    keyspace.PartLimit // without zero fields
	elements int                // of the current part
	bytes    int
	cut      func() error // ends the current part
}

// room makes room for an element of the given size.
func (p *parts) room(size int) error {
	if p.elements >= p.limit.Elements || p.bytes >= p.limit.Bytes {
		if err := p.cut(); err != nil {
			return err
		}
		p.elements, p.bytes = 0, 0
	}
	p.elements++
	p.bytes += size
	return nil
}

// attributes are the members of a key that stand behind its elements.
type attributes struct {
	expireAt keyspace.ExpireAt // not of strings and HyperLogLogs
	lastID   keyspace.ID       // of streams
	counter  string            // of streams: how their stored length disagrees; empty if it does not
	behind   string            // of streams: how their last ID disagrees
}

// value reads the file of a type. It collects elements in the canonical order
// and is for one pass.
type value interface {
	// parse reads the whole file, calling p before it takes an element.
	parse(in *input, p *parts) (attributes, error)
	// take hands over what was collected since the call before.
	take(a attributes) keyspace.Value
}

func newValue(typ keyspace.Type) value {
	switch typ {
	case keyspace.TypeString:
		return &stringValue{}
	case keyspace.TypeHash:
		return &hashValue{}
	case keyspace.TypeList:
		return &listValue{}
	case keyspace.TypeSet:
		return &setValue{}
	case keyspace.TypeZSet:
		return &zsetValue{}
	case keyspace.TypeStream:
		return &streamValue{}
	case keyspace.TypeHyperLogLog:
		return &hyperLogLogValue{}
	case keyspace.TypeArray, keyspace.TypeOpaque:
	}
	panic("tree: no value of " + typ.String())
}

// ascending checks that the elements of a file ascend strictly.
type ascending struct {
	last string
	some bool
}

// next takes the element that stands at offset.
func (a *ascending) next(in *input, offset int64, element string) error {
	if a.some && element <= a.last {
		return errorf(in.path, offset, "element %q after %q", clip(element), clip(a.last))
	}
	a.last, a.some = element, true
	return nil
}

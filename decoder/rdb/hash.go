package rdb

import (
	"cmp"
	"slices"

	"redrill/keyspace"
)

// hash decodes a hash in any of its forms (SPEC-RDB 4.5).
func (o *out) hash() error {
	s := sink[keyspace.Field]{o: o,
		value: func(held []keyspace.Field) keyspace.Value {
			slices.SortFunc(held, func(a, b keyspace.Field) int { return cmp.Compare(a.Name, b.Name) })
			return keyspace.Hash(held)
		},
		name: func(e *keyspace.Field) string { return e.Name },
	}
	pair := func(p []packed) error { return addField(&s, p[0].text(), p[1].text(), keyspace.ExpireAt{}) }
	var err error
	switch o.entry.kind.form { //nolint:exhaustive // hash is called for its own forms only
	case formZipmap:
		err = o.groups(openZipmap, 2, pair)
	case formHashZiplist:
		err = o.groups(openZiplist, 2, pair)
	case formHashListpack:
		err = o.groups(openListpack, 2, pair)
	case formHashTimes:
		err = o.times("fields", 3, func() error { return o.timedField(&s) })
	case formHashTimesListpack:
		err = o.expiringListpack(&s, false)
	case formHashExpiry:
		err = o.expiringHash(&s)
	case formHashExpiryListpack:
		if err = o.in.skip(8); err == nil { // the minimum says nothing here
			err = o.expiringListpack(&s, true)
		}
	case formHashValkey:
		err = o.times("fields", 10, func() error { return o.valkeyField(&s) })
	case formTemplated:
		err = o.templated(&s)
	case formTemplatedListpack:
		err = o.templatedListpack(&s)
	default:
		err = o.times("fields", 2, func() error {
			return o.field(&s, func(string) (keyspace.ExpireAt, error) { return keyspace.ExpireAt{}, nil })
		})
	}
	if err != nil {
		return err
	}
	return s.close()
}

func addField(s *sink[keyspace.Field], name, value string, expireAt keyspace.ExpireAt) error {
	return s.add(keyspace.Field{Name: name, Value: value, ExpireAt: expireAt}, len(name)+len(value))
}

// field reads a name, a value and, with expiry, the expire time that belongs to the
// name: from what was read before them, or behind them.
func (o *out) field(s *sink[keyspace.Field], expiry func(name string) (keyspace.ExpireAt, error)) error {
	name, err := o.in.owned()
	if err != nil {
		return err
	}
	value, err := o.in.owned()
	if err != nil {
		return err
	}
	expireAt, err := expiry(name)
	if err != nil {
		return err
	}
	return addField(s, name, value, expireAt)
}

// maxFieldMs is the largest expire time of a field that Redis takes (SPEC-RDB 4.5.4).
const maxFieldMs = 1<<48 - 1

// fieldExpiry returns the expire time of a field, of which 0 is none.
func fieldExpiry(at int64, name string, ms uint64) (keyspace.ExpireAt, error) {
	switch {
	case ms == 0:
		return keyspace.ExpireAt{}, nil
	case ms > maxFieldMs:
		return keyspace.ExpireAt{}, unreadablef(at, "field %q expires at %d: no server takes such a time", name, ms)
	}
	return keyspace.ExpireAtMs(int64(ms)), nil
}

// timedField reads an absolute time, a field and a value.
func (o *out) timedField(s *sink[keyspace.Field]) error {
	at := o.in.pos()
	ms, err := o.in.len()
	if err != nil {
		return err
	}
	return o.field(s, func(name string) (keyspace.ExpireAt, error) { return fieldExpiry(at, name, ms) })
}

// expiringHash reads a hash whose times count from a minimum: 0 is none, 1 the
// minimum itself.
func (o *out) expiringHash(s *sink[keyspace.Field]) error {
	at := o.in.pos()
	least, err := o.in.u64()
	if err != nil {
		return err
	}
	if least > 1<<48 {
		return unreadablef(at, "the earliest field expires at %d: no server takes such a time", int64(least))
	}
	return o.times("fields", 3, func() error {
		at := o.in.pos()
		ms, err := o.in.len()
		if err != nil {
			return err
		}
		return o.field(s, func(name string) (e keyspace.ExpireAt, err error) {
			switch {
			case ms == 0:
				return e, nil
			case ms > maxFieldMs+1 || least+ms-1 > maxFieldMs:
				return e, unreadablef(at, "field %q expires at %d and %d ms later: no server takes such a time", name, least, ms-1)
			}
			return keyspace.ExpireAtMs(int64(least + ms - 1)), nil
		})
	})
}

// expiringListpack reads fields, values and absolute times in threes. Sorted says
// that they are in the order of the times, those without one last: a server finds
// by that what has expired.
func (o *out) expiringListpack(s *sink[keyspace.Field], sorted bool) error {
	at := o.in.pos()
	var last uint64
	return o.groups(openListpack, 3, func(p []packed) error {
		name := p[0].text()
		if !p[2].integer || p[2].n < 0 {
			return unreadablef(at, "field %q expires at %q, which is no time", name, p[2].text())
		}
		ms := uint64(p[2].n)
		if order := ms - 1; sorted { // 0 becomes the largest
			if s.total > 0 && order < last {
				return unreadablef(at, "field %q: the fields are not in the order of their expire times", name)
			}
			last = order
		}
		expireAt, err := fieldExpiry(at, name, ms)
		if err != nil {
			return err
		}
		return addField(s, name, p[1].text(), expireAt)
	})
}

// valkeyField reads a field, a value and an absolute time, of which -1 is none.
func (o *out) valkeyField(s *sink[keyspace.Field]) error {
	return o.field(s, func(name string) (e keyspace.ExpireAt, err error) {
		at := o.in.pos()
		ms, err := o.in.i64()
		switch {
		case err != nil:
			return e, err
		case ms < -1:
			return e, unreadablef(at, "field %q expires at %d, which is no time", name, ms)
		case ms == -1:
			return e, nil
		}
		return keyspace.ExpireAtMs(ms), nil
	})
}

// templated reads the values of fields whose names are in a template.
func (o *out) templated(s *sink[keyspace.Field]) error {
	id, err := o.in.len()
	if err != nil {
		return err
	}
	for _, name := range o.run.walk.fields[id] {
		value, err := o.in.owned()
		if err != nil {
			return err
		}
		if err := addField(s, name, value, keyspace.ExpireAt{}); err != nil {
			return err
		}
	}
	return nil
}

// templatedListpack is templated in one blob, in which the template comes first.
func (o *out) templatedListpack(s *sink[keyspace.Field]) error {
	at := o.in.pos()
	var names []string
	begun := false
	err := o.blobElements(openListpack, 3, func(e packed) error {
		if !begun {
			var ok bool
			if names, ok = o.run.walk.fields[uint64(e.n)]; !ok || !e.integer || e.n < 0 {
				return unreadablef(at, "there is no template %q", e.text())
			}
			begun = true
			return nil
		}
		if len(names) == 0 {
			return unreadablef(at, "more values than the template has fields")
		}
		name := names[0]
		names = names[1:]
		return addField(s, name, e.text(), keyspace.ExpireAt{})
	})
	if err == nil && !begun {
		return unreadablef(at, "a hash of no template")
	}
	if err == nil && len(names) > 0 {
		return unreadablef(at, "the template has %d fields more than there are values", len(names))
	}
	return err
}

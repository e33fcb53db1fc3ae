package rdb

import "redrill/keyspace"

// string decodes a string (SPEC-RDB 4.1). One that is stored as it is comes in parts
// without being held as a whole.
func (o *out) string() error {
	at := o.in.pos()
	n, encoding, err := o.in.lenOr(true)
	if err != nil {
		return err
	}
	if encoding != 0 {
		o.in.seek(at)
		s, err := o.in.owned()
		if err != nil {
			return err
		}
		return o.stringParts(s)
	}
	size, err := o.in.checkSize(at, n, "a string")
	if err != nil {
		return err
	}
	o.sure = true // there is nothing to be wrong with
	for more := true; more; {
		piece := min(size, int64(o.limit().Bytes))
		b, err := o.in.bytes(int(piece))
		if err != nil {
			return err
		}
		size -= piece
		more = size > 0
		if err := o.emit(keyspace.String(b), more); err != nil {
			return err
		}
	}
	return nil
}

// stringParts delivers a string that is held.
func (o *out) stringParts(s string) error {
	o.sure = true
	for limit := o.limit().Bytes; len(s) > limit; s = s[limit:] {
		if err := o.emit(keyspace.String(s[:limit]), true); err != nil {
			return err
		}
	}
	return o.emit(keyspace.String(s), false)
}

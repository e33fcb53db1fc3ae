package rdb

import (
	"fmt"

	"redrill/decoder"
	"redrill/keyspace"
)

// Parts of a module's value (SPEC-RDB 4.12).
const (
	partEnd      = 0
	partSigned   = 1
	partUnsigned = 2
	partFloat    = 3
	partDouble   = 4
	partString   = 5
)

// skipParts passes the parts of a module's value, up to their end.
func (r *reader) skipParts() error {
	for {
		at := r.pos()
		op, err := r.len()
		if err != nil {
			return err
		}
		switch op {
		case partEnd:
			return nil
		case partSigned, partUnsigned:
			_, err = r.len()
		case partFloat:
			err = r.skip(4)
		case partDouble:
			err = r.skip(8)
		case partString:
			err = r.skipStr()
		default:
			return decoder.Errorf(decoder.ErrCorrupt, at, "part %d of a module's value has no meaning", op)
		}
		if err != nil {
			return err
		}
	}
}

// moduleName returns the name and the encoding version in a module's ID: nine
// characters of six bits, and ten bits.
func moduleName(id uint64) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	name := make([]byte, 9)
	for i := range name {
		name[i] = alphabet[id>>(64-6*(i+1))&63]
	}
	return fmt.Sprintf("module:%s.%d", name, id&1023)
}

// module decodes a module's value, as far as anybody but the module can: its name and
// its size.
func (o *out) module() error {
	id, err := o.in.len()
	if err != nil {
		return err
	}
	from := o.in.pos()
	if err := o.in.skipParts(); err != nil {
		return err
	}
	return o.emit(keyspace.Opaque{Kind: moduleName(id), Size: o.in.pos() - from}, false)
}

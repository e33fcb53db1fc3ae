package rdb

import (
	"fmt"

	"redrill/decoder"
	"redrill/keyspace"
)

// Opcodes (SPEC-RDB 6.0).
const (
	opEnd           = 255
	opSelect        = 254
	opExpireSeconds = 253
	opExpireMs      = 252
	opSizes         = 251
	opAux           = 250
	opFrequency     = 249
	opIdle          = 248
	opModule        = 247
	opOldFunction   = 246
	opFunction      = 245
	opSlot          = 244
	opMetadata      = 243 // Redis: of a key; Valkey: slots that were being imported
	opTemplate      = 242

	// Of Redis Enterprise, before keys; each has a length (SPEC-RDB 6.9).
	opEnterpriseRAM  = 107
	opEnterpriseSlot = 121
)

// entry is what stands before the value of a key.
type entry struct {
	db       int
	name     string
	expireAt keyspace.ExpireAt
	code     byte
	kind     kind
	offset   int64 // of the type byte
	value    int64 // offset of the value
}

// walk goes from key to key. What stands between them goes to on, whose methods are
// called in the order of the file.
type walk struct {
	in     *reader
	header header
	on     between
	db     int
	next   attributes // of the next key

	fields        templates
	templateBytes int
}

// attributes are what is said of a key before it.
type attributes struct {
	expireAt keyspace.ExpireAt
	expires  bool // an expire time was given, even one that means none
}

// between receives what is not a key.
type between interface {
	aux(name, value string) error
	function(code string) error
	oldFunction(code string) error
	moduleData() error
	hint(opcode byte) error
	importing(ranges int64) error
}

// nextKey passes everything up to the value of the next key. more is false at the
// end of the file's content.
func (w *walk) nextKey() (e entry, more bool, err error) {
	for {
		at := w.in.pos()
		if w.in.left() == 0 {
			return e, false, decoder.Errorf(decoder.ErrCorrupt, at, "truncated: the end mark (FF) is missing")
		}
		c, err := w.in.byte()
		if err != nil {
			return e, false, err
		}
		if c == opEnd {
			return e, false, nil
		}
		known, err := w.opcode(c, at)
		if err != nil {
			return e, false, err
		}
		if known {
			continue
		}
		e.kind, err = w.header.kindOf(c, at)
		if err != nil {
			return e, false, err
		}
		e.db, e.code, e.offset, e.expireAt = w.db, c, at, w.next.expireAt
		if e.name, err = w.name(); err != nil {
			return e, false, err
		}
		w.next = attributes{}
		e.value = w.in.pos()
		return e, true, nil
	}
}

// name reads a name, which has to be readable: without it there is nothing to note.
func (w *walk) name() (string, error) {
	name, err := w.in.owned()
	return name, framed(err)
}

// framed turns an unreadable string into damage of the file, where nothing else
// can be said of it.
func framed(err error) error {
	if u, ok := err.(*unreadable); ok { //nolint:errorlint // made by this package and never wrapped
		return decoder.Errorf(decoder.ErrCorrupt, u.offset, "%s", u.reason)
	}
	return err
}

// opcode reads what follows an opcode; known is false if c is none.
func (w *walk) opcode(c byte, at int64) (known bool, err error) {
	switch c {
	case opSelect:
		return true, w.selectDB(at)
	case opExpireSeconds:
		s, err := w.in.u32()
		w.expire(int64(int32(s)) * 1000)
		return true, err
	case opExpireMs:
		ms, err := w.in.i64()
		if ms == -1 && !w.header.lateRedis() {
			w.next.expires, w.next.expireAt = true, keyspace.ExpireAt{}
			return true, err
		}
		w.expire(ms)
		return true, err
	case opSizes:
		return true, w.in.lens(2)
	case opIdle:
		return true, w.hints(c, w.in.lens(1))
	case opFrequency:
		_, err := w.in.byte()
		return true, w.hints(c, err)
	case opAux:
		return true, w.aux()
	case opFunction:
		code, err := w.name()
		if err != nil {
			return true, err
		}
		return true, w.on.function(code)
	case opOldFunction:
		return true, w.oldFunction()
	case opModule:
		return true, w.moduleData()
	case opSlot:
		return true, w.in.lens(3)
	case opMetadata:
		return true, w.metadata()
	case opTemplate:
		if w.header.family == FamilyRedis {
			return true, w.template(at)
		}
	case opEnterpriseRAM, opEnterpriseSlot:
		if w.header.family == FamilyRedis {
			return true, w.in.lens(1)
		}
	}
	return false, nil
}

// expire notes the expire time of the next key. Of two the last counts, but for
// servers that only load files of late versions.
func (w *walk) expire(ms int64) {
	if w.next.expires && w.header.lateRedis() {
		return
	}
	w.next.expires, w.next.expireAt = true, keyspace.ExpireAtMs(ms)
}

func (w *walk) selectDB(at int64) error {
	db, err := w.in.len()
	if err != nil {
		return err
	}
	if db > keyspace.MaxDB {
		return decoder.Errorf(decoder.ErrCorrupt, at, "database %d is out of range", db)
	}
	w.db = int(db)
	return nil
}

func (w *walk) hints(c byte, err error) error {
	if err != nil {
		return err
	}
	return w.on.hint(c)
}

func (w *walk) aux() error {
	name, err := w.name()
	if err != nil {
		return err
	}
	value, err := w.name()
	if err != nil {
		return err
	}
	return w.on.aux(name, value)
}

// oldFunction reads a function in the form of the release candidates of 7.0: name,
// engine, description, code. Redis 7.0 makes a library of it.
func (w *walk) oldFunction() error {
	name, err := w.name()
	if err != nil {
		return err
	}
	engine, err := w.name()
	if err != nil {
		return err
	}
	described, err := w.in.len()
	if err != nil {
		return err
	}
	if described > 0 {
		if err := w.in.skipStr(); err != nil {
			return err
		}
	}
	code, err := w.name()
	if err != nil {
		return err
	}
	return w.on.oldFunction("#!" + engine + " name=" + name + "\n" + code)
}

// moduleData passes what a module keeps beside the keys: its ID, a number that says
// when, parts.
func (w *walk) moduleData() error {
	if _, err := w.in.len(); err != nil {
		return err
	}
	if err := w.in.skipParts(); err != nil {
		return err
	}
	return w.on.moduleData()
}

// metadata passes what stands before a key of Redis (SPEC-RDB 6.8), or the slots
// that a Valkey was importing (6.4).
func (w *walk) metadata() error {
	if w.header.family == FamilyValkey {
		if err := w.in.skipStr(); err != nil {
			return err
		}
		n, err := w.in.count("ranges of slots", 2)
		if err != nil {
			return err
		}
		for range n {
			if err := w.in.lens(2); err != nil {
				return err
			}
		}
		return w.on.importing(n)
	}
	at := w.in.pos()
	n, err := w.in.len()
	if err != nil {
		return err
	}
	if n > maxClasses {
		return decoder.Errorf(decoder.ErrCorrupt, at, "%d classes of metadata: there are at most %d", n, maxClasses)
	}
	for range n {
		if err := w.in.skip(4); err != nil {
			return err
		}
		if err := w.in.skipParts(); err != nil {
			return err
		}
	}
	return w.on.moduleData()
}

// maxClasses is how many classes of metadata a key can have (SPEC-RDB 6.8).
const maxClasses = 7

// at names a place for errors about a key.
func (e entry) label() string { return fmt.Sprintf("%s %q", e.kind.typ, e.name) }

package rdb

import (
	"bytes"
	"strconv"

	"redrill/decoder"
)

// Family says whose file it is: the meaning of some type bytes and opcodes depends
// on it (SPEC-RDB 1.2).
type Family string

// The families.
const (
	FamilyRedis  Family = "redis"
	FamilyValkey Family = "valkey"
)

// header is what a file begins with.
type header struct {
	family  Family
	version int
}

const headerBytes = 9

// The magics, in front of a version.
const (
	magicRedis  = "REDIS"
	magicValkey = "VALKEY"
)

// readHeader reads magic and version.
func (r *reader) readHeader() (h header, err error) {
	at := r.pos()
	b, err := r.bytes(int(min(headerBytes, r.left())))
	if err != nil {
		return h, err
	}
	digits := ""
	switch {
	case bytes.HasPrefix(b, []byte(magicRedis)):
		h.family, digits = FamilyRedis, string(b[5:])
	case bytes.HasPrefix(b, []byte(magicValkey)):
		h.family, digits = FamilyValkey, string(b[6:])
	default:
		return h, decoder.Errorf(decoder.ErrCorrupt, at, "neither REDIS nor VALKEY: not an RDB file")
	}
	if len(b) < headerBytes {
		return h, decoder.Errorf(decoder.ErrCorrupt, at, "truncated: the file ends in its header, after %d bytes", len(b))
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return h, decoder.Errorf(decoder.ErrCorrupt, at, "the version is %q, not a number", digits)
		}
	}
	h.version, _ = strconv.Atoi(digits) // they are digits
	return h, h.check(at)
}

// Versions that are known (SPEC-RDB 1.3).
const (
	maxRedis  = 15
	minValkey = 80
	maxValkey = 80
)

// check refuses versions that may mean anything by their bytes.
func (h header) check(at int64) error {
	switch {
	case h.family == FamilyRedis && (h.version < 1 || h.version > maxRedis):
		return decoder.Errorf(decoder.ErrUnsupported, at, "RDB version %d of Redis: versions 1 to %d are known", h.version, maxRedis)
	case h.family == FamilyValkey && (h.version < minValkey || h.version > maxValkey):
		return decoder.Errorf(decoder.ErrUnsupported, at, "RDB version %d of Valkey: version %d is known", h.version, maxValkey)
	}
	return nil
}

// protected reports whether a checksum follows the end.
func (h header) protected() bool { return h.version >= 5 }

// lateRedis reports whether only Redis 8.6 and later load the file, which keep the
// first of two expire times and take -1 for a time (SPEC-RDB 1.4).
func (h header) lateRedis() bool { return h.family == FamilyRedis && h.version >= 13 }

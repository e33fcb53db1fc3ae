package rdb

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"

	"redrill/decoder"
)

// Encodings of strings and lengths (SPEC-RDB 2.1, 2.2).
const (
	len14  = 0x40
	len32  = 0x80
	len64  = 0x81
	strI8  = 0xC0
	strI16 = 0xC1
	strI32 = 0xC2
	strLZF = 0xC3
)

// len reads a length (SPEC-RDB 2.1). An encoding of strings in its place is refused:
// what servers make of it is a number that nobody wrote.
func (r *reader) len() (uint64, error) {
	n, _, err := r.lenOr(false)
	return n, err
}

// lenOr reads a length or, where a string may stand, its encoding.
func (r *reader) lenOr(str bool) (n uint64, encoding byte, err error) {
	at := r.pos()
	c, err := r.byte()
	if err != nil {
		return 0, 0, err
	}
	switch {
	case c < len14:
		return uint64(c), 0, nil
	case c < len32:
		low, err := r.byte()
		return uint64(c&0x3F)<<8 | uint64(low), 0, err
	case c == len32:
		b, err := r.bytes(4)
		if err != nil {
			return 0, 0, err
		}
		return uint64(binary.BigEndian.Uint32(b)), 0, nil
	case c == len64:
		b, err := r.bytes(8)
		if err != nil {
			return 0, 0, err
		}
		return binary.BigEndian.Uint64(b), 0, nil
	case c < strI8:
		return 0, 0, decoder.Errorf(decoder.ErrCorrupt, at, "length byte %02x has no meaning", c)
	case !str:
		return 0, 0, decoder.Errorf(decoder.ErrCorrupt, at, "a string encoding (%02x) where a length must be", c)
	case c > strLZF:
		return 0, 0, decoder.Errorf(decoder.ErrCorrupt, at, "string encoding %02x has no meaning", c)
	}
	return 0, c, nil
}

// count reads how many items follow, each of which takes at least bytes. Memory may
// be allocated by it. Like a length, it is damaged or cut off.
func (r *reader) count(what string, bytes int64) (int64, error) {
	at := r.pos()
	n, err := r.len()
	if err != nil {
		return 0, err
	}
	switch {
	case n > uint64(r.size/bytes):
		return 0, decoder.Errorf(decoder.ErrLimit, at, "truncated, or the number is wrong: %d %s of at least %d bytes, in a file of %d bytes", n, what, bytes, r.size)
	case n > uint64(r.left()/bytes):
		return 0, decoder.Errorf(decoder.ErrCorrupt, at, "truncated: %d %s of at least %d bytes, %d bytes are left", n, what, bytes, r.left())
	}
	return int64(n), nil
}

// checkSize bounds a length of bytes that follow: one that not even a whole file of
// this size could hold is damaged, any other may be cut off.
func (r *reader) checkSize(at int64, n uint64, what string) (int64, error) {
	switch {
	case n > uint64(r.size) || n > math.MaxInt:
		return 0, decoder.Errorf(decoder.ErrLimit, at, "truncated, or the length is wrong: %s of %d bytes, in a file of %d bytes", what, n, r.size)
	case int64(n) > r.left():
		return 0, decoder.Errorf(decoder.ErrCorrupt, at, "truncated: %s of %d bytes, %d bytes are left", what, n, r.left())
	}
	return int64(n), nil
}

// skipStr passes a string.
func (r *reader) skipStr() error {
	at := r.pos()
	n, encoding, err := r.lenOr(true)
	if err != nil {
		return err
	}
	switch encoding {
	case strI8, strI16, strI32:
		return r.skip(1 << (encoding - strI8))
	case strLZF:
		packed, plain, err := r.lzfSizes(at)
		if err != nil {
			return err
		}
		r.lzf.Strings++
		r.lzf.Packed += packed
		r.lzf.Plain += int64(min(plain, uint64(packed)*maxRatio))
		return r.skip(packed)
	}
	size, err := r.checkSize(at, n, "a string")
	if err != nil {
		return err
	}
	return r.skip(size)
}

// lzfSizes reads how large a compressed string is, and how large it claims to become.
func (r *reader) lzfSizes(at int64) (packed int64, plain uint64, err error) {
	n, err := r.len()
	if err != nil {
		return 0, 0, err
	}
	if plain, err = r.len(); err != nil {
		return 0, 0, err
	}
	packed, err = r.checkSize(at, n, "a compressed string")
	return packed, plain, err
}

// str reads a string (SPEC-RDB 2.2), valid until the next call. A string that cannot
// be decompressed is unreadable: its end is known.
func (r *reader) str() ([]byte, error) {
	at := r.pos()
	n, encoding, err := r.lenOr(true)
	if err != nil {
		return nil, err
	}
	switch encoding {
	case strI8:
		c, err := r.byte()
		return strconv.AppendInt(r.text[:0], int64(int8(c)), 10), err
	case strI16:
		b, err := r.bytes(2)
		if err != nil {
			return nil, err
		}
		return strconv.AppendInt(r.text[:0], int64(int16(binary.LittleEndian.Uint16(b))), 10), nil
	case strI32:
		b, err := r.bytes(4)
		if err != nil {
			return nil, err
		}
		return strconv.AppendInt(r.text[:0], int64(int32(binary.LittleEndian.Uint32(b))), 10), nil
	case strLZF:
		return r.compressed(at)
	}
	size, err := r.checkSize(at, n, "a string")
	if err != nil {
		return nil, err
	}
	return r.bytes(int(size))
}

func (r *reader) compressed(at int64) ([]byte, error) {
	packed, plain, err := r.lzfSizes(at)
	if err != nil {
		return nil, err
	}
	b, err := r.bytes(int(packed))
	if err != nil {
		return nil, err
	}
	out, err := unpack(r.plain[:0], b, plain)
	if err != nil {
		return nil, unreadablef(at, "%v", err)
	}
	if cap(out) <= keptBytes {
		r.plain = out
	}
	return out, nil
}

// owned reads a string that the caller keeps.
func (r *reader) owned() (string, error) {
	b, err := r.str()
	return string(b), err
}

// unreadable is why a key cannot be decoded. It is not an error of the file: where
// the value ends is known.
type unreadable struct {
	offset int64
	reason string
}

func unreadablef(offset int64, format string, args ...any) *unreadable {
	return &unreadable{offset, fmt.Sprintf(format, args...)}
}

// Error implements error.
func (u *unreadable) Error() string { return u.reason }

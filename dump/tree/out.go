package tree

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"os"
	"strconv"
	"unicode/utf8"

	"redrill/keyspace"
)

// out is a file that is being written and hashed. Its methods do nothing after
// the first error, which flush returns.
type out struct {
	file *os.File
	path string // below the root
	hash hash.Hash
	buf  []byte
	err  error
}

func newOut(file *os.File, path string, bufferBytes int) *out {
	return &out{file: file, path: path, hash: sha256.New(), buf: make([]byte, 0, bufferBytes)}
}

// raw writes s as it is.
func (o *out) raw(s string) {
	for len(s) > cap(o.buf)-len(o.buf) {
		n := cap(o.buf) - len(o.buf)
		o.buf = append(o.buf, s[:n]...)
		s = s[n:]
		o.spill()
	}
	o.buf = append(o.buf, s...)
}

func (o *out) spill() {
	if o.err == nil {
		o.hash.Write(o.buf)
		if _, err := o.file.Write(o.buf); err != nil {
			o.err = fmt.Errorf("write %s: %w", o.path, err)
		}
	}
	o.buf = o.buf[:0]
}

// flush writes everything out.
func (o *out) flush() error {
	o.spill()
	return o.err
}

// close writes everything out and closes the file; the hash stays.
func (o *out) close() error {
	err := o.flush()
	if closeErr := o.file.Close(); err == nil && closeErr != nil {
		err = fmt.Errorf("write %s: %w", o.path, closeErr)
	}
	o.file = nil
	return err
}

func (o *out) uint(n uint64) { o.raw(strconv.FormatUint(n, 10)) }

// expiry writes an expire time that is none or not negative.
func (o *out) expiry(e keyspace.ExpireAt) {
	ms, ok := e.Ms()
	if !ok {
		o.raw("null")
		return
	}
	o.uint(uint64(ms))
}

// bytes writes the byte string s: a JSON string if it is valid UTF-8, otherwise
// an envelope, on three lines with the given indentation or, if that is empty,
// on one.
func (o *out) bytes(s, indent string) {
	if utf8.ValidString(s) {
		o.quoted(s)
		return
	}
	if indent == "" {
		o.raw(`{"base64":"`)
		o.base64(s)
		o.raw(`"}`)
		return
	}
	o.raw("{\n" + indent + `  "base64": "`)
	o.base64(s)
	o.raw("\"\n" + indent + "}")
}

func (o *out) base64(s string) {
	var block [3 * 256]byte
	var text [4 * 256]byte
	for len(s) > 0 {
		n := copy(block[:], s)
		o.raw(string(rawBase64.AppendEncode(text[:0], block[:n])))
		s = s[n:]
	}
}

// quoted writes the valid UTF-8 s as a JSON string, escaped for HTML.
func (o *out) quoted(s string) {
	o.raw(`"`)
	start := 0
	for i := 0; i < len(s); {
		escape, size := escapeOf(s[i:])
		if escape != "" {
			o.raw(s[start:i])
			o.raw(escape)
			start = i + size
		}
		i += size
	}
	o.raw(s[start:])
	o.raw(`"`)
}

// escapeOf returns how the first character of s is escaped, or "" for one that
// stands as it is, and its size.
func escapeOf(s string) (escape string, size int) {
	const hex = "0123456789abcdef"
	switch c := s[0]; {
	case c == '"':
		return `\"`, 1
	case c == '\\':
		return `\\`, 1
	case c == '\b':
		return `\b`, 1
	case c == '\f':
		return `\f`, 1
	case c == '\n':
		return `\n`, 1
	case c == '\r':
		return `\r`, 1
	case c == '\t':
		return `\t`, 1
	case c < 0x20, c == '<', c == '>', c == '&':
		return string([]byte{'\\', 'u', '0', '0', hex[c>>4], hex[c&0xf]}), 1
	case c == "\u2028"[0] && len(s) >= 3 && s[:2] == "\u2028"[:2] && s[2]&^1 == "\u2028"[2]:
		return `\u202` + string(hex[s[2]&0xf]), 3
	}
	return "", 1
}

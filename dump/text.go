package dump

import (
	"encoding/base64"
	"math/bits"
	"unicode/utf8"
)

// Words of eight equal bytes, for looking at eight bytes at a time.
const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
)

// envelope is the encoding of bytes that are no valid UTF-8. Its decoder
// refuses loose bits in the last character, but skips CR and LF.
var envelope = base64.RawURLEncoding.Strict()

// scanPlain returns the index of the first byte of s, from i on, that cannot
// stand in a JSON string as it is (a quote, a backslash, a control character),
// or len(s). When high is false, s[i:end] is ASCII; when it is true, s[i:end]
// may be anything.
func scanPlain(s string, i int) (end int, high bool) {
	var seen uint64
	for ; i+8 <= len(s); i += 8 {
		t := s[i : i+8]
		x := uint64(t[0]) | uint64(t[1])<<8 | uint64(t[2])<<16 | uint64(t[3])<<24 |
			uint64(t[4])<<32 | uint64(t[5])<<40 | uint64(t[6])<<48 | uint64(t[7])<<56
		seen |= x
		// A borrow only travels upwards, so the lowest bit set is exact.
		quote, backslash := x^'"'*ones, x^'\\'*ones
		m := (x-0x20*ones)&^x | (quote-ones)&^quote | (backslash-ones)&^backslash
		if m &= highs; m != 0 {
			return i + bits.TrailingZeros64(m)>>3, seen&highs != 0
		}
	}
	for ; i < len(s); i++ {
		c := s[i]
		if c < 0x20 || c == '"' || c == '\\' {
			break
		}
		seen |= uint64(c)
	}
	return i, seen&highs != 0
}

// appendEscaped appends the valid UTF-8 s as it stands between the quotes of
// a JSON string, with only the escapes that JSON demands.
func appendEscaped(b []byte, s string) []byte {
	for i := 0; ; {
		end, _ := scanPlain(s, i)
		b = append(b, s[i:end]...)
		if end == len(s) {
			return b
		}
		b = appendEscape(b, s[end])
		i = end + 1
	}
}

// appendEscape appends the escape of a quote, a backslash or a control character.
func appendEscape(b []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	return append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
}

// appendV appends the byte string s: a JSON string, or an envelope.
func appendV(b []byte, s string) []byte {
	if end, high := scanPlain(s, 0); end == len(s) && !high {
		b = append(b, '"')
		b = append(b, s...)
		return append(b, '"')
	}
	if !utf8.ValidString(s) {
		b = append(b, `{"base64":"`...)
		b = appendBase64(b, s)
		return append(b, `"}`...)
	}
	b = append(b, '"')
	b = appendEscaped(b, s)
	return append(b, '"')
}

// appendBase64 appends s in the encoding of envelopes, block by block so that
// s need not be copied as a whole.
func appendBase64(b []byte, s string) []byte {
	var block [3 * 64]byte
	for len(s) > 0 {
		n := copy(block[:], s)
		b = envelope.AppendEncode(b, block[:n])
		s = s[n:]
	}
	return b
}

package tree

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
)

const (
	maxSegmentBytes = 240
	hashDigits      = 32 // leading hexadecimal digits of the SHA-256 in a fallback
	hashSeparator   = "__"
	fallbackBytes   = 64 // of the name, percent-encoded behind the separator
	base64Prefix    = "b64."
)

// rawBase64 is the base64 of trees: URL-safe, no padding. Strict refuses loose
// bits in the last character; CR and LF have to be refused separately.
var rawBase64 = base64.RawURLEncoding.Strict()

// Segment returns the file name, without its extension, of the key name: at
// most 240 bytes of ASCII. Every byte but A-Z, a-z, 0-9, '-', '.' and '_' is
// percent-encoded with upper-case digits. What gets too long, or could be taken
// for another form of segment, becomes a fallback: 32 digits of the name's
// SHA-256, "__" and its first 64 bytes percent-encoded. A fallback cannot be
// decoded; a KEYMAP record has to say the name.
func Segment(name string) string {
	if len(name) > maxSegmentBytes {
		return fallback(name)
	}
	seg := percentEncode(name)
	if len(seg) > maxSegmentBytes || strings.HasPrefix(seg, base64Prefix) || isFallback(seg) {
		return fallback(name)
	}
	return seg
}

func fallback(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:hashDigits/2]) + hashSeparator + percentEncode(name[:min(fallbackBytes, len(name))])
}

// isFallback reports whether seg has the shape of a fallback; its digits may be
// of either case.
func isFallback(seg string) bool {
	if len(seg) < hashDigits+len(hashSeparator) || seg[hashDigits:hashDigits+len(hashSeparator)] != hashSeparator {
		return false
	}
	for i := range hashDigits {
		if _, ok := hexDigit(seg[i]); !ok {
			return false
		}
	}
	return true
}

func percentEncode(s string) string {
	const digits = "0123456789ABCDEF"
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		if c := s[i]; passesThrough(c) {
			b = append(b, c)
		} else {
			b = append(b, '%', digits[c>>4], digits[c&0xf])
		}
	}
	return string(b)
}

func passesThrough(c byte) bool {
	return c-'A' <= 'Z'-'A' || c-'a' <= 'z'-'a' || c-'0' <= '9'-'0' || c == '-' || c == '.' || c == '_'
}

func hexDigit(c byte) (value byte, ok bool) {
	switch {
	case c-'0' <= 9:
		return c - '0', true
	case c-'a' <= 'f'-'a':
		return c - 'a' + 10, true
	case c-'A' <= 'F'-'A':
		return c - 'A' + 10, true
	}
	return 0, false
}

// errNeedsKeymap says that a segment is a fallback.
var errNeedsKeymap = errors.New("only KEYMAP.jsonl holds the name")

// decodeSegment returns the name that seg spells. It accepts more spellings
// than Segment writes: digits of either case, needless escapes, and the base64
// form of other adapters.
func decodeSegment(seg string) (name string, err error) {
	if len(seg) > maxSegmentBytes {
		return "", errors.New("longer than 240 bytes")
	}
	if isFallback(seg) {
		return "", errNeedsKeymap
	}
	if text, ok := strings.CutPrefix(seg, base64Prefix); ok {
		return decodeBase64(text)
	}
	b := make([]byte, 0, len(seg))
	for i := 0; i < len(seg); i++ {
		c := seg[i]
		if c != '%' {
			if !passesThrough(c) {
				return "", errors.New("invalid character")
			}
			b = append(b, c)
			continue
		}
		if i+2 >= len(seg) {
			return "", errors.New("truncated percent escape")
		}
		high, ok1 := hexDigit(seg[i+1])
		low, ok2 := hexDigit(seg[i+2])
		if !ok1 || !ok2 {
			return "", errors.New("percent escape without hex digits")
		}
		b = append(b, high<<4|low)
		i += 2
	}
	return string(b), nil
}

func decodeBase64(text string) (string, error) {
	b, err := rawBase64.DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") {
		return "", errors.New("not URL-safe base64 without padding")
	}
	return string(b), nil
}

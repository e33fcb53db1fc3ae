package tree

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"path"
	"strings"
)

// CHECKSUMS is text of sha256sum: 64 lower-case hexadecimal digits, two blanks
// (or a blank and '*'), a path below the root, a line feed. A line that begins
// with a backslash has the escapes \n, \r and \\ in its path.

const maxChecksumBytes = 8 << 10 // a line has fewer

// checksum is a line of CHECKSUMS.
type checksum struct {
	path string
	sum  [sha256.Size]byte
}

// readChecksums reads CHECKSUMS. Each path is below the root and occurs once.
func readChecksums(r io.Reader) (map[string][sha256.Size]byte, error) {
	sums := make(map[string][sha256.Size]byte)
	b := bufio.NewReaderSize(r, maxChecksumBytes)
	for at := int64(0); ; {
		line, err := b.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF) && len(line) == 0:
			if len(sums) == 0 {
				return nil, errorf(checksumsName, at, "the file lists no checksum")
			}
			return sums, nil
		case errors.Is(err, io.EOF):
			return nil, errorf(checksumsName, at, "the last line has no line feed")
		case errors.Is(err, bufio.ErrBufferFull), err == nil && len(line) == maxChecksumBytes:
			return nil, errorf(checksumsName, at, "line of %d bytes or more", maxChecksumBytes)
		case err != nil:
			return nil, err
		}
		if len(line) > 1 {
			c, problem := parseChecksum(bytes.TrimSuffix(line, []byte("\n")))
			if problem != "" {
				return nil, errorf(checksumsName, at, "%s", problem)
			}
			if _, twice := sums[c.path]; twice {
				return nil, errorf(checksumsName, at, "%q is listed twice", clip(c.path))
			}
			sums[c.path] = c.sum
		}
		at += int64(len(line))
	}
}

// parseChecksum reads a line, or says what is wrong with it.
func parseChecksum(line []byte) (c checksum, problem string) {
	text, escaped := strings.CutPrefix(string(line), `\`)
	const digits = 2 * sha256.Size
	if len(text) < digits+2 || strings.ContainsAny(text[:digits], "ABCDEF") {
		return c, "no SHA-256 in lower-case digits"
	}
	if _, err := hex.Decode(c.sum[:], []byte(text[:digits])); err != nil {
		return c, "no SHA-256 in lower-case digits"
	}
	if mark := text[digits : digits+2]; mark != "  " && mark != " *" {
		return c, "no two blanks behind the checksum"
	}
	c.path = strings.Clone(text[digits+2:]) // without the digits, for as long as the tree is read
	if escaped {
		var ok bool
		if c.path, ok = unescapePath(c.path); !ok {
			return c, "unknown escape in the path"
		}
	}
	switch {
	case c.path == "":
		return c, "empty path"
	case path.IsAbs(c.path), strings.ContainsRune(c.path, 0), c.path == "..", strings.HasPrefix(c.path, "../"):
		return c, "path outside the tree"
	case path.Clean(c.path) != c.path, c.path == ".":
		return c, "path with needless components"
	case c.path == checksumsName:
		return c, "a checksum of the checksums"
	}
	return c, ""
}

func unescapePath(s string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		i++
		if i == len(s) {
			return "", false
		}
		switch s[i] {
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case '\\':
			b.WriteByte('\\')
		default:
			return "", false
		}
	}
	return b.String(), true
}

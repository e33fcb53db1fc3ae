package report

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"redrill/verify"
)

// JSON writes v as one indented JSON value and a line feed: all of it, or, when v
// cannot be encoded, nothing. It is the only writer of JSON for results. Text
// that is not UTF-8 is escaped as [Visible] does it. Characters that a terminal
// acts on, or that nobody sees, are written as \u escapes, which JSON reads back
// as what they are.
func JSON(w io.Writer, v any) error {
	b, err := appendJSON(nil, v, jsontext.WithIndent("  "))
	if err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	if _, err := w.Write(b); err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	return nil
}

// options are those of every result.
var options = json.JoinOptions(
	json.Deterministic(true),
	jsonv1.OmitEmptyWithLegacySemantics(true), // numbers of 0 and false are empty, too
	jsontext.AllowInvalidUTF8(true),           // of names of members, and of types beside string
	json.WithMarshalers(json.MarshalToFunc(func(e *jsontext.Encoder, s string) error {
		if !utf8.ValidString(s) {
			s = Visible(s)
		}
		return e.WriteToken(jsontext.String(s))
	})),
)

// appendJSON appends v as one line, or indented, and a line feed.
func appendJSON(to []byte, v any, more ...json.Options) ([]byte, error) {
	var buf bytes.Buffer
	if err := json.MarshalWrite(&buf, v, options, json.JoinOptions(more...)); err != nil {
		return to, err
	}
	to = appendShown(to, bytes.TrimRight(buf.Bytes(), "\n"))
	return append(to, '\n'), nil
}

// appendShown appends encoded JSON. What nobody sees can stand in strings only,
// where an escape means the same.
func appendShown(to, b []byte) []byte {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == '\n' || r == ' ' || unicode.IsPrint(r):
			to = append(to, b[:n]...)
		case r > 0xffff:
			r -= 0x10000
			to = fmt.Appendf(to, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			to = fmt.Appendf(to, `\u%04x`, r)
		}
		b = b[n:]
	}
	return to
}

// Diffs writes differences as JSON Lines, one object per difference. The first
// error stays and is returned by Close.
type Diffs struct {
	buf  *bufio.Writer
	line []byte
	err  error
}

// NewDiffs returns a writer of differences. It buffers; Close ends it without
// closing w.
func NewDiffs(w io.Writer) *Diffs { return &Diffs{buf: bufio.NewWriter(w)} }

// Write writes one difference. It has the shape of verify.Options.Diffs.
func (d *Diffs) Write(diff verify.Difference) {
	if d.err != nil {
		return
	}
	if d.line, d.err = appendJSON(d.line[:0], diff); d.err == nil {
		_, d.err = d.buf.Write(d.line)
	}
}

// Close flushes what is buffered and returns the first error.
func (d *Diffs) Close() error {
	if d.err == nil {
		d.err = d.buf.Flush()
	}
	if d.err != nil {
		return fmt.Errorf("write differences: %w", d.err)
	}
	return nil
}

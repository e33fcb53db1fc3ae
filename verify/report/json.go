package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"redrill/verify"
)

// JSON writes the result as one JSON object, indented, with a line feed at the end.
func JSON(w io.Writer, r *verify.Result) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	return nil
}

// Diffs writes differences as JSON Lines, one object per difference. The first
// error stays and is returned by Close.
type Diffs struct {
	buf *bufio.Writer
	enc *json.Encoder
	err error
}

// NewDiffs returns a writer of differences. It buffers; Close ends it without
// closing w.
func NewDiffs(w io.Writer) *Diffs {
	buf := bufio.NewWriter(w)
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	return &Diffs{buf: buf, enc: enc}
}

// Write writes one difference. It has the shape of verify.Options.Diffs.
func (d *Diffs) Write(diff verify.Difference) {
	if d.err == nil {
		d.err = d.enc.Encode(diff)
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

package tree

import (
	"bufio"
	"errors"
	"io"
)

// lines reads a file line by line. Every line ends in a line feed and is neither
// empty nor longer than a limit.
type lines struct {
	in    *input
	r     *bufio.Reader
	limit int
	buf   []byte
	at    int64 // offset of the current line
	end   int64 // offset behind it
}

func newLines(in *input, limit int) *lines {
	return &lines{in: in, r: bufio.NewReaderSize(in, 64<<10), limit: limit}
}

// next returns a line without its line feed, valid until the call after, or
// io.EOF.
func (l *lines) next() ([]byte, error) {
	l.buf, l.at = l.buf[:0], l.end
	for {
		piece, err := l.r.ReadSlice('\n')
		l.end += int64(len(piece))
		if len(l.buf)+len(piece) > l.limit {
			return nil, errorf(l.in.path, l.at, "line of more than %d bytes", l.limit)
		}
		l.buf = append(l.buf, piece...)
		if err == nil {
			break
		}
		if errors.Is(err, io.EOF) {
			if len(l.buf) > 0 {
				return nil, errorf(l.in.path, l.end, "the last line has no line feed")
			}
			return nil, io.EOF
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
	}
	line := l.buf[:len(l.buf)-1]
	if len(line) == 0 {
		return nil, errorf(l.in.path, l.at, "empty line")
	}
	return line, nil
}

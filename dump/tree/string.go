package tree

import (
	"errors"
	"io"

	"redrill/keyspace"
)

// A string's file is its bytes.
type stringValue struct{ held []byte }

func (v *stringValue) parse(in *input, p *parts) (attributes, error) {
	for {
		chunk := make([]byte, min(int64(p.limit.Bytes), in.size-in.offset+1))
		n, err := io.ReadFull(in, chunk)
		if n > 0 {
			if len(v.held) > 0 {
				if err := p.cut(); err != nil {
					return attributes{}, err
				}
			}
			v.held = chunk[:n]
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return attributes{}, nil
		}
		if err != nil {
			return attributes{}, err
		}
	}
}

func (v *stringValue) take(attributes) keyspace.Value {
	s := keyspace.String(v.held)
	v.held = nil
	return s
}

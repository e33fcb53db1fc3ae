package fsmlayout

import (
	"bytes"

	"redrill/decoder/fsm"
	"redrill/fuzz/layout"
	"redrill/keyspace"
)

// Open implements [layout.Layout]. It is the only place of the package that
// knows the decoder.
func (Layout) Open(file []byte, opts layout.Options) (keyspace.Source, error) {
	s, err := fsm.Open(bytes.NewReader(file), int64(len(file)), fsm.Options{
		AllowNoFooter: opts.Unprotected, Strict: opts.Strict, Part: opts.Part,
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

package rdblayout

import (
	"bytes"

	"redrill/decoder/rdb"
	"redrill/fuzz/layout"
	"redrill/keyspace"
)

// Open implements [layout.Layout]. It is the only place of the package that
// knows the decoder, which reads files without a checksum whatever the options say.
func (Layout) Open(file []byte, opts layout.Options) (keyspace.Source, error) {
	s, err := rdb.Open(bytes.NewReader(file), int64(len(file)), rdb.Options{Part: opts.Part, Strict: opts.Strict})
	if err != nil {
		return nil, err
	}
	return s, nil
}

package tree

import (
	"errors"
	"io"

	"redrill/keyspace"
)

// expiry is what a sidecar says about a key.
type expiry struct {
	at      keyspace.ExpireAt
	differs bool // an earlier line said something else
}

// readSidecar reads a sidecar of expire times:
//
//	{"key":"<segment>","expire_at_ms":<unsigned decimal>}
//
// Keys are told by name, which resolves their segments. The last line of a key
// counts.
func readSidecar(in *input, name func(segment string) (string, error)) (map[string]expiry, error) {
	expiries := make(map[string]expiry)
	l := newLines(in, maxLineBytes)
	s := newLineScanner(in.path)
	for {
		text, err := l.next()
		if errors.Is(err, io.EOF) {
			return expiries, nil
		}
		if err != nil {
			return nil, err
		}
		s.line(text, l.at)
		var seg string
		var at keyspace.ExpireAt
		s.object("key", func() { seg = s.text() }, "expire_at_ms", func() { at = s.expiry() })
		s.end()
		if s.err != nil {
			return nil, s.err
		}
		if _, ok := at.Ms(); !ok {
			return nil, errorf(in.path, l.at, "null is not an expire time; a key without one must have no line")
		}
		key, err := name(seg)
		if err != nil {
			return nil, errorf(in.path, l.at, "segment %q: %v", clip(seg), err)
		}
		before, again := expiries[key]
		expiries[key] = expiry{at: at, differs: again && (before.differs || before.at != at)}
	}
}

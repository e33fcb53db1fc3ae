package tree

import (
	"errors"
	"io"
)

// KEYMAP.jsonl says the names of keys whose segments are fallbacks:
//
//	{"encoded":"<segment>","original":"<base64 of the name>","kind":"sha-fallback"}
const keymapKind = "sha-fallback"

// readKeymap reads KEYMAP.jsonl into names, by segment. A record must be the one
// that the writer would make of its name, so records of one segment agree.
// Members that are not known are ignored.
func readKeymap(in *input, names map[string]string) error {
	l := newLines(in, maxLineBytes)
	s := newLineScanner(in.path)
	for {
		text, err := l.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		s.line(text, l.at)
		encoded, original, kind := s.keymapRecord()
		if s.err != nil {
			return s.err
		}
		name, err := decodeBase64(original)
		switch {
		case err != nil:
			return errorf(in.path, l.at, "invalid KEYMAP record: original: %v", err)
		case kind != keymapKind:
			return errorf(in.path, l.at, "invalid KEYMAP record: kind %q is not one of Redis keys", clip(kind))
		case !isFallback(encoded) || Segment(name) != encoded:
			return errorf(in.path, l.at, "invalid KEYMAP record: %q is not the segment of its name", clip(encoded))
		}
		names[encoded] = name
	}
}

func (s *scanner) keymapRecord() (encoded, original, kind string) {
	var seen struct{ encoded, original, kind bool }
	s.expect("an object", '{')
	for {
		name, ok := s.nextMember()
		if !ok {
			break
		}
		switch name {
		case "encoded":
			encoded, seen.encoded = s.text(), true
		case "original":
			original, seen.original = s.text(), true
		case "kind":
			kind, seen.kind = s.text(), true
		default:
			s.skip()
		}
	}
	s.require("encoded", seen.encoded)
	s.require("original", seen.original)
	s.require("kind", seen.kind)
	s.end()
	return encoded, original, kind
}

// skip passes over a value.
func (s *scanner) skip() {
	if s.err != nil {
		return
	}
	if err := s.dec.SkipValue(); err != nil {
		s.failed(err)
	}
}

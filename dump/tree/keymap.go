package tree

import (
	"bytes"
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
	for {
		text, err := l.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		s := newScannerAt(bytes.NewReader(text), in.path, l.at)
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
	seen := make(map[string]bool, 3)
	s.expect("an object", '{')
	for s.more() {
		t, ok := s.expect("a member", '"')
		if !ok {
			return
		}
		name := t.String()
		seen[name] = true
		switch name {
		case "encoded":
			encoded = s.text()
		case "original":
			original = s.text()
		case "kind":
			kind = s.text()
		default:
			s.skip()
		}
	}
	s.expect("the end of the object", '}')
	for _, name := range [...]string{"encoded", "original", "kind"} {
		if !seen[name] {
			s.fail(s.offset(), "invalid KEYMAP record: member %q is missing", name)
		}
	}
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

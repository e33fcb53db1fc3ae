package dump

import "redrill/keyspace"

// header reads the first line.
func (s *scanner) header() keyspace.Origin {
	var src keyspace.Origin
	hasVersion, hasSource := false, false
	for more := s.open('{'); more; more = s.next('}') {
		s.peek()
		at := s.i
		name := s.str()
		s.token(':')
		s.peek()
		switch {
		case name == "redrill_dump" && !hasVersion:
			hasVersion = true
			s.version()
		case name == "source" && !hasSource:
			hasSource = true
			src = s.source()
		case name == "redrill_dump" || name == "source":
			s.fail(at, "duplicate member %q", name)
		default:
			s.fail(at, "unknown member %q", clip(name))
		}
	}
	s.end()
	if !hasVersion || !hasSource {
		s.fail(0, `the first line must have "redrill_dump" and "source"`)
	}
	return src
}

// version reads the version of the dump.
func (s *scanner) version() {
	at := s.i
	version := s.number()
	if s.err == nil && version != "1" {
		s.fail(at, "the dump has version %s, redrill reads version %d", clip(version), Version)
		s.err.Err = ErrVersion
	}
}

// source reads what the first line says about the source.
func (s *scanner) source() keyspace.Origin {
	var src keyspace.Origin
	start := s.i
	seen := 0
	for more := s.open('{'); more; more = s.next('}') {
		s.peek()
		at := s.i
		name := s.str()
		s.token(':')
		s.peek()
		bit := 0
		switch name {
		case "format":
			bit, src.Format = 1, s.str()
		case "sha256":
			bit, src.SHA256 = 2, s.str()
		case "bytes":
			bit, src.Bytes = 4, s.integer(0, 1<<63-1)
		case factLastCommitTS:
			bit, src.Facts = 8, append(src.Facts, keyspace.Fact{Name: name, Value: s.unsigned()})
		default:
			s.fail(at, "unknown member %q", clip(name))
		}
		if seen&bit != 0 {
			s.fail(at, "duplicate member %q", name)
		}
		seen |= bit
	}
	if required := 1 | 2 | 4; seen&required != required {
		s.fail(start, `the source must have "format", "sha256" and "bytes"`)
	}
	if src.SHA256 != "" && !isSHA256(src.SHA256) {
		s.fail(start, "invalid source SHA-256 %q", clip(src.SHA256))
	}
	return src
}

package dump

import "redrill/keyspace"

// header reads the first line.
func (s *scanner) header() keyspace.Origin {
	var src keyspace.Origin
	hasVersion, hasSource, hasFacts, hasCommit := false, false, false, false
	for more := s.open('{'); more; more = s.next('}') {
		s.peek()
		at := s.i
		name := s.str()
		s.token(':')
		s.peek()
		switch {
		case name == "redrill_dump" && !hasVersion:
			hasVersion = true
			s.readVersion()
		case name == "source" && !hasSource:
			hasSource = true
			src, hasFacts, hasCommit = s.source()
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
	if s.version == 1 && hasFacts || s.version > 1 && hasCommit {
		s.fail(0, `"last_commit_ts" belongs to a source in a dump of version 1, "facts" to one of version 2`)
	}
	return src
}

// readVersion reads the version of the dump.
func (s *scanner) readVersion() {
	at := s.i
	version := s.number()
	switch {
	case s.err != nil:
	case version == "1":
		s.version = 1
	case version == "2":
		s.version = 2
	default:
		s.fail(at, "the dump has version %s, redrill reads version 1 and version %d", clip(version), Version)
		s.err.Err = ErrVersion
	}
}

// source reads what the first line says about the source.
func (s *scanner) source() (src keyspace.Origin, hasFacts, hasCommit bool) {
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
			bit, hasCommit = 8, true
			src.Facts = append(src.Facts, keyspace.Fact{Name: name, Value: s.unsigned()})
		case "facts":
			bit, hasFacts = 16, true
			src.Facts = append(src.Facts, s.facts()...)
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
	return src, hasFacts, hasCommit
}

// facts reads the facts of a source: strings and unsigned numbers.
func (s *scanner) facts() (facts []keyspace.Fact) {
	s.object(nil, func(name string) bool {
		f := keyspace.Fact{Name: name}
		if s.peek() == '"' {
			f.Value = s.str()
		} else {
			f.Value = s.unsigned()
		}
		facts = append(facts, f)
		return true
	})
	return facts
}

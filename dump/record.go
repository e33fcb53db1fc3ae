package dump

import (
	"strings"

	"redrill/keyspace"
)

// member is one of the members that a line may have, as a bit.
type member uint32

const (
	mDB member = 1 << iota
	mKey
	mType
	mPayload
	mExpireAt
	mPart
	mMore
	mLastID
	mMaxDeletedID
	mNote
	mElement
	mOffset
	mDetail
	mEnd
	mKeys
	mElements
	mNotes
	mSHA256
	mEntriesAdded
	mFirstID
	mGroups
	mNext
	mKind
	mBytes
	mFunction
)

// record is what a line after the first says, whatever kind of line it is.
type record struct {
	seen member
	key  keyspace.Key

	typ        keyspace.Type
	payload    string // name of the member that holds the value, once seen
	payloadAt  int    // where the value starts, when typ came after it
	payloadEnd int    // where it ends; 0 when it has been read
	entries    []keyspace.Entry
	stream     keyspace.Stream // without entries
	cells      []keyspace.Cell
	next       keyspace.Optional[uint64]
	opaque     keyspace.Opaque
	function   string

	note keyspace.Note // kind, element, offset and detail

	keys, elements int64
	notes          keyspace.Tally
	sha256         string
}

// reset forgets what a line may leave out; all else is set or not looked at.
func (r *record) reset() {
	r.seen, r.payloadEnd = 0, 0
	r.key.ExpireAt, r.key.Part, r.key.More = keyspace.ExpireAt{}, 0, false
	r.stream = keyspace.Stream{}
	r.next, r.opaque = keyspace.Optional[uint64]{}, keyspace.Opaque{}
	r.note.Element, r.note.Offset, r.note.Detail = nil, -1, ""
}

// record reads the whole line.
func (s *scanner) record(r *record) {
	r.reset()
	for more := s.open('{'); more; more = s.next('}') {
		s.peek()
		at := s.i
		name := s.str()
		s.token(':')
		s.peek()
		bit := s.member(r, name, at)
		if bit == 0 {
			s.fail(at, "unknown member %q", clip(name))
			return
		}
		if r.seen&bit != 0 {
			s.fail(at, "duplicate member %q", clip(name))
			return
		}
		r.seen |= bit
	}
	s.end()
	if s.err != nil || r.payloadEnd == 0 {
		return
	}
	// The value came before its type.
	if r.seen&mType == 0 {
		s.fail(0, `member "type" is missing`)
		return
	}
	s.i = r.payloadAt
	s.value(r, r.payloadAt)
	if s.err == nil && s.i != r.payloadEnd {
		s.unexpected("the end of the value")
	}
}

// member reads the value of the member name, whose name stands at index at.
func (s *scanner) member(r *record, name string, at int) member {
	switch name {
	case "db":
		r.key.DB = int(s.integer(0, keyspace.MaxDB))
		return mDB
	case "key":
		r.key.Name = s.v()
		return mKey
	case "type":
		r.typ = s.typ()
		return mType
	case "value", "fields", "members", "entries":
		return s.payload(r, name, at)
	case "elements":
		if s.peek() == '[' {
			return s.payload(r, name, at)
		}
		r.elements = s.integer(0, 1<<63-1)
		return mElements
	case "expire_at_ms":
		r.key.ExpireAt = keyspace.ExpireAtMs(s.integer(-1<<63, 1<<63-1))
		return mExpireAt
	case "part":
		r.key.Part = int(s.integer(0, 1<<53))
		return mPart
	case "more":
		r.key.More = s.isTrue()
		return mMore
	case "last_id":
		r.stream.LastID = s.id()
		return mLastID
	case "max_deleted_id":
		r.stream.MaxDeletedID = s.id()
		return mMaxDeletedID
	}
	if s.version > 1 {
		if bit := s.member2(r, name); bit != 0 {
			return bit
		}
	}
	return s.noteMember(r, name)
}

// member2 reads the members that only version 2 has.
func (s *scanner) member2(r *record, name string) member {
	switch name {
	case "entries_added":
		r.stream.EntriesAdded = keyspace.Some(s.unsigned())
		return mEntriesAdded
	case "first_id":
		r.stream.FirstID = keyspace.Some(s.id())
		return mFirstID
	case "groups":
		r.stream.Groups = s.groups()
		return mGroups
	case "next":
		r.next = keyspace.Some(s.unsigned())
		return mNext
	case "kind":
		r.opaque.Kind = s.v()
		return mKind
	case "bytes":
		r.opaque.Size = s.integer(0, 1<<63-1)
		return mBytes
	case "function":
		r.function = s.v()
		return mFunction
	}
	return 0
}

// noteMember reads the members that only notes and the last line have.
func (s *scanner) noteMember(r *record, name string) member {
	switch name {
	case "note":
		r.note.Kind = s.noteKind()
		return mNote
	case "element":
		element := s.v()
		r.note.Element = &element
		return mElement
	case "offset":
		r.note.Offset = s.integer(0, 1<<63-1)
		return mOffset
	case "detail":
		r.note.Detail = s.v()
		return mDetail
	case "end":
		s.isTrue()
		return mEnd
	case "keys":
		r.keys = s.integer(0, 1<<63-1)
		return mKeys
	case "notes":
		r.notes = s.tally()
		return mNotes
	case "sha256":
		r.sha256 = s.str()
		return mSHA256
	}
	return 0
}

// payload reads the value of a key, or skips it when the type is not known yet.
func (s *scanner) payload(r *record, name string, at int) member {
	if r.seen&mPayload != 0 {
		if r.payload != name {
			s.fail(at, "member %q beside %q", name, r.payload)
		}
		return mPayload
	}
	r.payload = name
	if r.seen&mType != 0 {
		s.value(r, at)
		return mPayload
	}
	r.payloadAt = s.i
	s.skip()
	r.payloadEnd = s.i
	return mPayload
}

// value reads the value of a key of type r.typ, whose member is named at index at.
func (s *scanner) value(r *record, at int) {
	var want string
	switch r.typ {
	case keyspace.TypeString:
		want = "value"
	case keyspace.TypeHash:
		want = "fields"
	case keyspace.TypeList, keyspace.TypeHyperLogLog, keyspace.TypeArray:
		want = "elements"
	case keyspace.TypeSet, keyspace.TypeZSet:
		want = "members"
	case keyspace.TypeStream:
		want = "entries"
	case keyspace.TypeOpaque: // has no such member
	}
	if r.payload != want {
		s.fail(at, "member %q does not belong to a %s", r.payload, r.typ)
		return
	}
	switch r.typ {
	case keyspace.TypeString:
		r.key.Value = s.string()
	case keyspace.TypeHash:
		r.key.Value = s.fields()
	case keyspace.TypeList:
		r.key.Value = s.list()
	case keyspace.TypeSet:
		r.key.Value = s.set()
	case keyspace.TypeZSet:
		r.key.Value = s.zset()
	case keyspace.TypeStream:
		r.entries = s.entries()
	case keyspace.TypeHyperLogLog:
		r.key.Value = s.hyperLogLog()
	case keyspace.TypeArray:
		r.cells = s.cells()
	case keyspace.TypeOpaque:
	}
}

// skip passes a value to find its end; what it holds is read later.
func (s *scanner) skip() {
	for depth := 0; s.err == nil; {
		switch s.peek() {
		case 0:
			s.unexpected("a value")
			return
		case '"':
			s.str()
		case '[', '{':
			depth++
			s.i++
		case ']', '}':
			depth--
			s.i++
		case ',', ':':
			s.i++
		default:
			s.number()
		}
		if depth <= 0 {
			return
		}
	}
}

// typ reads the name of a type.
func (s *scanner) typ() keyspace.Type {
	at := s.i
	name := s.str()
	t, ok := keyspace.ParseType(name)
	if !ok || s.version == 1 && t > keyspace.TypeHyperLogLog {
		s.fail(at, "unknown type %q", clip(name))
	}
	return t
}

// noteKind reads the kind of a note.
func (s *scanner) noteKind() keyspace.NoteKind {
	at := s.i
	kind := keyspace.NoteKind(s.str())
	switch {
	case !kind.Known():
		s.fail(at, "unknown kind of note %q", clip(string(kind)))
	case !kind.Meaning().Delivered:
		s.fail(at, "a note of kind %q is only counted", kind)
	}
	return kind
}

// tally reads the counts of the last line.
func (s *scanner) tally() keyspace.Tally {
	tally := make(keyspace.Tally)
	for more := s.open('{'); more; more = s.next('}') {
		s.peek()
		at := s.i
		kind := keyspace.NoteKind(s.str())
		if !kind.Known() {
			s.fail(at, "unknown kind of note %q", clip(string(kind)))
			return nil
		}
		if _, twice := tally[kind]; twice {
			s.fail(at, "duplicate member %q", kind)
			return nil
		}
		s.token(':')
		tally[kind] = s.integer(1, 1<<63-1)
	}
	return tally
}

// isTrue reads true, the only value of the members that have it.
func (s *scanner) isTrue() bool { return s.word("true") }

// word reads a word that JSON knows.
func (s *scanner) word(word string) bool {
	s.peek()
	if strings.HasPrefix(s.s[s.i:], word) {
		s.i += len(word)
		return true
	}
	s.unexpected(word)
	return false
}

// clip shortens what an error quotes.
func clip(text string) string {
	const most = 64
	if len(text) <= most {
		return text
	}
	return text[:most] + "…"
}

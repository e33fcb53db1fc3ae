package fsm

import (
	"encoding/hex"
	"io"
	"maps"
	"math"

	"redrill/keyspace"

	"redrill/decoder/internal/pages"
)

// Options says how to decode. The zero value is safe.
type Options struct {
	Part          keyspace.PartLimit // of the keys delivered; zero means keyspace.DefaultPartLimit
	AllowNoFooter bool               // accept a file that was cut between two records as far as anyone can tell
	Strict        bool               // end at the first unreadable key instead of noting it
}

// Snapshot is an opened snapshot. Its sequences may not be used concurrently.
type Snapshot struct {
	r    io.ReaderAt
	opts Options
	info Info

	payloadEnd   int64
	pages        *pages.Pages
	blocks       sparse
	filter       *filter
	minTS, maxTS uint64 // range of commit timestamps; minTS > maxTS when there is none
	readTS       uint64 // versions that expired by then are hidden

	unknown           unknownRows
	unresolved, newer int64
	counted           keyspace.Tally // of the last sequence
}

// Open reads the whole file once and checks everything that does not depend on
// the meaning of rows: framing, limits, strict order, checksum, value headers.
// It keeps r. When r gives other bytes later than it does now, the sequence that
// meets them ends with [decoder.ErrChanged]. Errors from
// bytes are *decoder.Error values of one class.
func Open(r io.ReaderAt, size int64, opts Options) (*Snapshot, error) {
	opts.Part = opts.Part.OrDefault()
	c := container{in: window{r: r, size: size, ahead: 4 << 10}}
	if err := c.read(); err != nil {
		return nil, err
	}
	s := &Snapshot{
		r: r, opts: opts,
		info:   Info{Wrapper: c.wrapper, LastCommitTS: c.lastTS, Bytes: size, EmptyPayload: c.empty},
		blocks: sparse{blockBytes: firstBlockBytes},
		filter: newFilter(size),
		readTS: c.lastTS,
	}
	x := indexer{in: newFeed(r, size), opts: opts, snap: s, minTS: math.MaxUint64}
	s.pages = x.in.pages
	if err := x.begin(c.in.buf); err != nil {
		return nil, err
	}
	if err := x.run(c.start); err != nil {
		return nil, err
	}
	s.info.SHA256 = hex.EncodeToString(x.in.sha.Sum(nil))
	return s, nil
}

// Origin describes the snapshot. Its fact last_commit_ts (a uint64) is the HLC
// of the header.
func (s *Snapshot) Origin() keyspace.Origin {
	return keyspace.Origin{
		Format: "elastickv-fsm", SHA256: s.info.SHA256, Bytes: s.info.Bytes,
		Facts: []keyspace.Fact{{Name: "last_commit_ts", Value: s.info.LastCommitTS}},
	}
}

// Functions returns nothing: the store has no functions.
func (s *Snapshot) Functions() []string { return nil }

// oneOfGroups reports whether the file shows that its store has several groups,
// each with a snapshot of its own: only transactions over several groups leave
// records, and only ranges that move between groups leave traces of migration.
func (s *Snapshot) oneOfGroups() bool {
	for f := range familyCount {
		if f.info().groups && s.info.classes[f].Records() > 0 {
			return true
		}
	}
	return false
}

// Info returns what the file says about itself.
func (s *Snapshot) Info() Info { return s.info }

// UnknownPrefixes names the families that the counts of unknown rows are of,
// those with most rows first. Of more than 32 some are not named.
func (s *Snapshot) UnknownPrefixes() []UnknownPrefix { return s.unknown.list() }

// Counted returns the kinds of notes that are only counted. It is complete
// once a sequence of [Snapshot.Keys] has ended without an error.
func (s *Snapshot) Counted() keyspace.Tally {
	t := maps.Clone(s.counted)
	if t == nil {
		t = keyspace.Tally{}
	}
	for kind, n := range map[keyspace.NoteKind]int64{
		keyspace.NoteUnknown:      s.unknown.foreign,
		keyspace.NoteUnknownRedis: s.unknown.redis,
		keyspace.NoteUnresolved:   s.unresolved,
		keyspace.NoteNewer:        s.newer,
	} {
		if n > 0 {
			t[kind] += n
		}
	}
	if !s.info.Footer {
		t[keyspace.NoteUnprotected] = 1
	}
	return t
}

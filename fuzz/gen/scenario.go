package gen

import (
	"slices"
	"strings"

	"redrill/fuzz/fsmtest"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

// Scenario is a small snapshot together with what it holds.
type Scenario struct {
	Container fsmtest.Container
	// Records are what the keys are made of: the newest version of each row.
	Records []fsmtest.Record
	// Noise is what must not change a key: older versions, deleted rows, claims,
	// fences, rows of other services, rows of no key.
	Noise []fsmtest.Record
	// Keys are the visible keys, whole, ascending by name.
	Keys []keyspace.Key
	// Notes are the expected notes of the kinds that a scenario predicts, with
	// kind, name, type and element only; ascending by name. See [Predicted]. A
	// key with several hidden encodings of one type has one note about them.
	Notes []keyspace.Note
	// Counts are the expected numbers of the count-only kinds unresolved,
	// unknown, unknown_redis, detached, unprotected and orphan_ttl, those that
	// are not 0.
	Counts keyspace.Tally
	// Features counts what was drawn: types with their layouts, and traps.
	Features map[string]int
	// Drawn is how many keys were drawn, those left out included.
	Drawn int
}

// File returns the bytes of the snapshot.
func (s Scenario) File() []byte { return s.FileIn(s.Container) }

// FileIn returns the snapshot in another container.
func (s Scenario) FileIn(c fsmtest.Container) []byte {
	return fsmtest.Snapshot(c, slices.Concat(s.Records, s.Noise)...)
}

// Predicted reports whether a scenario says exactly which keys have a note of
// the kind. About other kinds it says nothing.
func Predicted(kind keyspace.NoteKind) bool {
	switch kind {
	case keyspace.NoteEmpty, keyspace.NoteUnreadable, keyspace.NoteUnrepresentable, keyspace.NoteStreamBlob,
		keyspace.NoteDuplicate, keyspace.NoteLastID, keyspace.NoteShadowed, keyspace.NoteCounter:
		return true
	case keyspace.NoteScoreIndex, keyspace.NoteOrphanTTL, keyspace.NoteOrphanRows, keyspace.NoteLeftover,
		keyspace.NoteUnresolved, keyspace.NoteUnknown, keyspace.NoteUnknownRedis,
		keyspace.NoteDetached, keyspace.NoteNewer, keyspace.NoteUnprotected:
	}
	return false
}

// DrawScenario draws up to 6 keys, each in one of its storage layouts or in
// several at once, among noise.
func DrawScenario(t *rapid.T) Scenario { return DrawScenarioOf(t, Shape{}) }

// DrawScenarioOf draws a scenario of the given shape.
func DrawScenarioOf(t *rapid.T, shape Shape) Scenario {
	b := &builder{
		t: t, shape: shape, used: map[string]bool{}, fenced: map[string]bool{},
		s: Scenario{Counts: keyspace.Tally{}, Features: map[string]int{}},
	}
	b.base = rapid.SampledFrom([]uint64{storeBaseMs << 16, 1}).Draw(t, "base timestamp")
	for range rapid.IntRange(shape.keys()).Draw(t, "keys") {
		name := b.name()
		if b.oneIn(12, "broken") {
			b.unless(func() { b.brokenKey(name) })
			continue
		}
		types := b.types()
		b.unless(func() { b.key(name, types) })
		if b.oneIn(4, "neighbour") {
			neighbour := b.unused(name + b.extension(types))
			b.unless(func() { b.key(neighbour, types) })
		}
	}
	b.otherRows()
	b.container()
	b.detached()
	b.s.Drawn = b.drawn
	slices.SortFunc(b.s.Keys, func(a, b keyspace.Key) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(b.s.Notes, func(a, b keyspace.Note) int { return strings.Compare(a.Name, b.Name) })
	return b.s
}

// builder collects a scenario.
type builder struct {
	t     *rapid.T
	shape Shape
	s     Scenario
	drawn int    // keys
	base  uint64 // HLC of the oldest version
	names []string
	used  map[string]bool // storage keys
	head  int64           // of the last list

	loose   []looseRows     // of deleted keys
	fenced  map[string]bool // names with a visible fence
	grouped bool            // there is a row that only a store of several groups has
}

// looseRows are the visible elements of a key that has no other row.
type looseRows struct {
	name string
	typ  keyspace.Type
	n    int
}

// detached counts the visible elements of deleted keys that are taken for those
// of a key in another file: where a fence says that commands wrote the list, or
// where the file is one of several groups.
func (b *builder) detached() {
	for _, l := range b.loose {
		if b.grouped || l.typ == keyspace.TypeList && b.fenced[l.name] {
			b.feature("row detached")
			b.s.Counts[keyspace.NoteDetached] += int64(l.n)
		}
	}
}

// versions is how many commit timestamps a scenario has.
const versions = 6

// ts returns the i-th commit timestamp. Their complements differ in one byte,
// so that names can be made to sort between two versions.
func (b *builder) ts(i int) uint64 { return b.base + uint64(i)<<16 }

// oneIn is false in the simplest case.
func (b *builder) oneIn(n int, label string) bool {
	return rapid.IntRange(0, n-1).Draw(b.t, label) == n-1
}

func (b *builder) feature(name string) { b.s.Features[name]++ }

// container draws what is around the records, once all of them are known.
func (b *builder) container() {
	c := fsmtest.Node(b.ts(versions - 1))
	wrapper := "container wrapper 1"
	switch rapid.IntRange(0, 4).Draw(b.t, "wrapper") {
	case 3:
		extra := rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(b.t, "wrapper extra")
		c.Wrapper = fsmtest.Wrapper{Version: 2, CeilingMs: storeBaseMs, Cutover: 42, Extra: extra}
		wrapper = "container wrapper 2"
	case 4:
		c.Wrapper = fsmtest.Wrapper{}
		wrapper = "container without wrapper"
		c.NoFooter = b.oneIn(2, "no footer")
	}
	b.feature(wrapper)
	if c.NoFooter {
		b.feature("container without footer")
		b.s.Counts[keyspace.NoteUnprotected] = 1
	}
	if b.oneIn(4, "header behind") {
		c.LastCommitTS = b.ts(1)
		b.feature("container header behind")
	}
	b.s.Container = c
	if b.oneIn(4, "no operational rows") {
		b.feature("container without operational rows")
	} else {
		b.s.Noise = append(b.s.Noise, fsmtest.MetaRecords(c.LastCommitTS, 7)...)
	}
	if b.oneIn(12, "migration state") {
		b.feature("container migration state")
		b.grouped = true
		kept := rapid.SampledFrom(fsmtest.MigrationRecords(7, drawBytes(b.t, "migration value"))).Draw(b.t, "migration row")
		b.s.Noise = append(b.s.Noise, kept)
	}
	if b.oneIn(4, "writer registry") {
		b.feature("container writer registry")
		node := rapid.SampledFrom([]uint64{1, 1 << 56, 2 << 56, 0xCB << 56}).Draw(b.t, "registry node")
		b.s.Noise = append(b.s.Noise, fsmtest.RegistryRecord(7, node, 1, 2))
	}
}

// live adds a row whose newest version is visible. It reports false when the
// storage key is taken.
func (b *builder) live(row fsmtest.Row) bool {
	if b.used[string(row.Key)] {
		return false
	}
	b.used[string(row.Key)] = true
	newest := rapid.IntRange(versions/2, versions-1).Draw(b.t, "version")
	r := row.At(b.ts(newest))
	if b.oneIn(16, "expires later") {
		// HLC, after every read: a chunk blob does not move the read timestamp.
		r.ExpireAt = rapid.SampledFrom([]uint64{1<<64 - 1, b.ts(versions-1) + 1}).Draw(b.t, "version expires")
		b.feature("version expires later")
	}
	b.s.Records = append(b.s.Records, r)
	if b.older(row, newest) {
		b.feature("version re-created")
	}
	return true
}

// ghost adds a row that is not visible: a tombstone, or an expired version,
// with or without what it hides.
func (b *builder) ghost(row fsmtest.Row) {
	if b.used[string(row.Key)] {
		return
	}
	b.used[string(row.Key)] = true
	newest := rapid.IntRange(versions/2, versions-1).Draw(b.t, "version")
	r := row.DeletedAt(b.ts(newest))
	switch rapid.IntRange(0, 3).Draw(b.t, "ghost") {
	case 0, 1:
		b.feature("version deleted")
	case 2:
		r.Body = row.Body // the body of a tombstone is ignored
		b.feature("version deleted with a body")
	case 3:
		r = row.At(b.ts(newest))
		r.ExpireAt = 1 // HLC, before every read
		b.feature("version expired")
	}
	b.s.Noise = append(b.s.Noise, r)
	b.older(row, newest)
}

// older adds versions of the row below the newest one. It reports whether one
// of them is a tombstone.
func (b *builder) older(row fsmtest.Row, newest int) (deleted bool) {
	for i := newest - 1; i >= 0 && b.oneIn(3, "older version"); i -= 2 {
		r := row.At(b.ts(i))
		switch rapid.IntRange(0, 5).Draw(b.t, "older") {
		case 4:
			if b.oneIn(32, "large") {
				r.Body = make([]byte, 70_000) // more than a block of any index
				b.feature("version older of 70 kB")
			}
		case 1:
			r.Body = []byte(drawBytes(b.t, "older body"))
		case 2:
			r, deleted = row.DeletedAt(b.ts(i)), true
		case 3:
			r.ExpireAt = 1
		}
		b.s.Noise = append(b.s.Noise, r)
		b.feature("version older")
	}
	return deleted
}

// noise adds a visible row that belongs to no key.
func (b *builder) noise(row fsmtest.Row) bool {
	if b.used[string(row.Key)] {
		return false
	}
	b.used[string(row.Key)] = true
	b.s.Noise = append(b.s.Noise, row.At(b.ts(rapid.IntRange(0, versions-1).Draw(b.t, "version"))))
	return true
}

// otherRows draws rows of no key.
func (b *builder) otherRows() {
	for range rapid.IntRange(0, 4).Draw(b.t, "other rows") {
		tail := drawBytes(b.t, "other tail")
		switch rapid.IntRange(0, 7).Draw(b.t, "other kind") {
		case 7:
			staged := rapid.SampledFrom([]fsmtest.Row{
				fsmtest.String(tail).Row("moved"), fsmtest.List(tail).NewDelta(1, 1, 0, 1), fsmtest.String("moved").Bare("moved"),
			}).Draw(b.t, "staged")
			if b.noise(fsmtest.Staged(7, staged)) {
				b.grouped = true
				b.feature("row staged")
				b.s.Counts[keyspace.NoteUnresolved]++
			}
		case 6:
			prefix := rapid.SampledFrom(fsmtest.UnknownRedisFamilies()).Draw(b.t, "unknown family")
			if b.noise(fsmtest.OtherRow(prefix, tail, drawBytes(b.t, "other body"))) {
				b.feature("row of an unknown family of Redis")
				b.s.Counts[keyspace.NoteUnknownRedis]++
			}
		case 5:
			row := fsmtest.OtherRow("!s3|chunkblob|late", tail, "chunk")
			b.s.Noise = append(b.s.Noise, row.At(b.ts(versions+len(b.s.Noise))))
			b.feature("row late chunk blob")
		case 0:
			prefix := rapid.SampledFrom(fsmtest.OtherFamilies()).Draw(b.t, "family")
			if b.noise(fsmtest.OtherRow(prefix, tail, drawBytes(b.t, "other body"))) {
				b.feature("row of another service")
				b.grouped = b.grouped || slices.Contains(fsmtest.GroupFamilies(), prefix)
			}
		case 1:
			prefix := rapid.SampledFrom(fsmtest.UnknownFamilies()).Draw(b.t, "unknown family")
			if b.noise(fsmtest.OtherRow(prefix, tail, drawBytes(b.t, "other body"))) {
				b.feature("row of an unknown family")
				b.s.Counts[keyspace.NoteUnknown]++
			}
		case 2:
			target := fsmtest.String(tail).Row("").Key
			if b.noise(fsmtest.TxnLock(target, target, b.ts(0), b.ts(1))) {
				b.grouped = true
				b.feature("row locked")
				b.s.Counts[keyspace.NoteUnresolved]++
			}
			b.grouped = b.noise(fsmtest.TxnIntent(target, b.ts(0), []byte("\xff\x01\x00intent"))) || b.grouped
		case 3:
			if !slices.Contains(b.names, tail) && b.noise(fsmtest.TTL(tail, drawExpireMs(b.t))) {
				b.feature("row index of no key")
				b.s.Counts[keyspace.NoteOrphanTTL]++
			}
		case 4:
			b.fences(tail)
		}
	}
}

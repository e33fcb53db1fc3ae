package fsm

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"redrill/fuzz/fsmtest"
	"redrill/keyspace"
)

// Shapes of snapshots that take more memory or time than their size says,
// unless something bounds them. Each test counts what must stay small.

func openRows(t *testing.T, opts Options, rows ...fsmtest.Row) *Snapshot {
	t.Helper()
	b := fsmtest.Snapshot(fsmtest.Node(1), fsmtest.At(1, rows...)...)
	s, err := Open(bytes.NewReader(b), int64(len(b)), opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// walk walks over the keys of s and calls note, and part for each part, which
// may look into the run.
func walk(t *testing.T, s *Snapshot, note func(*run, keyspace.Note), part func(keyspace.Key)) *run {
	t.Helper()
	d := &run{snap: s, counted: keyspace.Tally{}}
	d.deliver = func(n keyspace.Note) { note(d, n) }
	d.yield = func(k keyspace.Key, err error) bool {
		part(k)
		return err == nil
	}
	if err := d.all(); err != nil {
		t.Fatal(err)
	}
	return d
}

// heldAtMost walks over the keys of s, whose notes are all of one kind, and
// compares their number and the most that were held at once.
func heldAtMost(t *testing.T, s *Snapshot, kind keyspace.NoteKind, want, most int) {
	t.Helper()
	var got, held, parts, afterLast int
	walk(t, s, func(d *run, n keyspace.Note) {
		held = max(held, len(d.pending))
		if n.Kind == kind {
			got++
		}
		if parts > 0 {
			afterLast++
		}
	}, func(k keyspace.Key) {
		if !k.More {
			parts++
		}
	})
	if got != want || afterLast != 0 || parts != 1 {
		t.Errorf("%d notes, %d of them after the last part, %d keys; want %d, 0, 1", got, afterLast, parts, want)
	}
	if held > most {
		t.Errorf("%d notes were held at once, want at most %d", held, most)
	}
}

func TestDuplicatesOfABlobAreNotHeld(t *testing.T) {
	members := slices.Repeat([]string{"m"}, 1001)
	heldAtMost(t, openRows(t, Options{}, fsmtest.Set("s").Blob(members...)), keyspace.NoteDuplicate, 1000, 1)
}

func oddEntries(n int) []fsmtest.Row {
	rows := []fsmtest.Row{fsmtest.Stream("x").Meta24(int64(n), keyspace.ID{Ms: uint64(n)})}
	for i := range n {
		rows = append(rows, fsmtest.Stream("x").EntryText(keyspace.ID{Ms: uint64(i + 1)}, "1-1", "odd"))
	}
	return rows
}

func TestNotesOfOddEntriesAreBounded(t *testing.T) {
	const n = 3 * maxHeldBytes / perNoteBytes
	heldAtMost(t, openRows(t, Options{}, oddEntries(n)...), keyspace.NoteUnrepresentable, n, maxHeldBytes/perNoteBytes)
}

// A stream that turns out unreadable has one note, however many were held
// before that was known.
func TestNothingButANoteOfAnUnreadableStream(t *testing.T) {
	const n = 2 * maxHeldBytes / perNoteBytes
	rows := oddEntries(n)
	rows[n].Body = []byte("no magic")
	var notes []keyspace.Note
	walk(t, openRows(t, Options{}, rows...), func(_ *run, note keyspace.Note) { notes = append(notes, note) },
		func(k keyspace.Key) { t.Errorf("part %d of %q was delivered", k.Part, k.Name) })
	if len(notes) != 1 || notes[0].Kind != keyspace.NoteUnreadable {
		t.Errorf("%d notes, the first %+v; want one of kind unreadable", len(notes), notes[:min(1, len(notes))])
	}
}

// A row whose key is malformed is not of the key around it, whose notes stay.
func TestMalformedRowLeavesNotesAlone(t *testing.T) {
	x := fsmtest.Stream("x")
	malformed := x.EntryText(keyspace.ID{Ms: 2}, "2-0", "a", "b")
	malformed.Key = malformed.Key[:len(malformed.Key)-1]
	s := openRows(t, Options{Part: keyspace.PartLimit{Elements: 1}},
		x.Meta24(1, keyspace.ID{Ms: 3}), x.EntryText(keyspace.ID{Ms: 1}, "1-0", "odd"), malformed)
	got := map[keyspace.NoteKind]int{}
	walk(t, s, func(_ *run, n keyspace.Note) { got[n.Kind]++ }, func(keyspace.Key) {})
	want := map[keyspace.NoteKind]int{keyspace.NoteUnrepresentable: 1, keyspace.NoteUnreadable: 1}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("notes %v, want %v", got, want)
	}
}

// Items of longer names stand between the items of a list; each list is asked
// about once all the same.
func TestEachListOfItemsIsAskedAboutOnce(t *testing.T) {
	var names itemNames
	asked := map[string]int{}
	ask := func(name string) (itemState, error) {
		asked[name]++
		if len(name)%2 == 0 {
			return itemOfList, nil
		}
		return itemOrphan, nil
	}
	var keys []string
	for i := range byte(20) {
		for _, name := range []string{"a", "k", "kk", "k" + seqOf(i), "k" + seqOf(i) + "k", "kk" + seqOf(i)} {
			keys = append(keys, name+seqOf(0), name+seqOf(i))
		}
	}
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		name := key[:len(key)-listSeqBytes]
		want, _ := ask(name)
		asked[name]--
		if got, err := names.state([]byte(key), ask); got != want || err != nil {
			t.Fatalf("state(%q) = %v, %v, want %v", key, got, err, want)
		}
	}
	for name, n := range asked {
		if n != 1 {
			t.Errorf("the list %q was asked about %d times, want once", name, n)
		}
	}
}

func seqOf(i byte) string { return string([]byte{0x80, 0, 0, 0, 0, 0, 0, i}) }

// countingReader counts the bytes that are read from a file, and how often.
type countingReader struct {
	bytes.Reader
	read  int64
	calls int
}

func (r *countingReader) ReadAt(b []byte, off int64) (int, error) {
	n, err := r.Reader.ReadAt(b, off)
	r.read += int64(n)
	r.calls++
	return n, err
}

// readAtMost decodes the records, of which some keys and notes must come out,
// and bounds the bytes that are read for it.
func readAtMost(t *testing.T, wantKeys, wantNotes, times int, records []fsmtest.Record) {
	t.Helper()
	b := fsmtest.Snapshot(fsmtest.Node(math.MaxUint64), records...)
	r := &countingReader{Reader: *bytes.NewReader(b)}
	s, err := Open(r, int64(len(b)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	keys, notes := 0, 0
	walk(t, s, func(*run, keyspace.Note) { notes++ }, func(k keyspace.Key) {
		if k.Part == 0 {
			keys++
		}
	})
	if keys != wantKeys || notes != wantNotes {
		t.Errorf("%d keys and %d notes, want %d and %d", keys, notes, wantKeys, wantNotes)
	}
	if most := int64(times) * int64(len(b)); r.read > most {
		t.Errorf("%d bytes were read of a file of %d, want at most %d", r.read, len(b), most)
	}
}

// Names that are prefixes of each other, with timestamps as far apart as can
// be: all longer names lie where versions of the shorter ones may.
func TestLookupStepsOverLongerKeys(t *testing.T) {
	const depth, longer = 300, 20_000
	name := strings.Repeat("k", depth)
	records := fsmtest.At(math.MaxUint64, fsmtest.String("z").Row("v"))
	for i := range depth {
		k := name[:i+1]
		records = append(records, fsmtest.At(1, fsmtest.Set(k).Member("m"), fsmtest.TTL(k, 1))...)
	}
	for i := range longer {
		records = append(records, fsmtest.TTL(fmt.Sprintf("%s%06d", name, i), 1).At(1))
	}
	readAtMost(t, depth+1, 0, 20, records)
}

// limitedReader panics when it is read too often: a search that has no end would
// go on within the time limit of the tests.
type limitedReader struct {
	bytes.Reader
	left int
}

func (r *limitedReader) ReadAt(b []byte, off int64) (int, error) {
	if r.left--; r.left < 0 {
		panic("the search does not end")
	}
	return r.Reader.ReadAt(b, off)
}

// A lookup whose longer keys go on to the last record of the file ends, however
// many of them there are.
func TestLookupEndsWithTheFile(t *testing.T) {
	for longer := range 3 * maxForeign {
		records := fsmtest.At(math.MaxUint64, fsmtest.String("z").Row("v"))
		for i := range longer {
			records = append(records, fsmtest.String(fmt.Sprintf("\xf0%08d", i)).Bare("v").At(1))
		}
		b := fsmtest.Snapshot(fsmtest.Node(math.MaxUint64), records...)
		r := &limitedReader{Reader: *bytes.NewReader(b), left: 1 << 20}
		s, err := Open(r, int64(len(b)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		c := s.scanner(lookupAhead)
		c.in.ahead, r.left = 1, 100*len(records) // each record is read by itself
		if found, err := c.get(famBare, nil); found || err != nil {
			t.Errorf("get with %d longer keys = %v, %v; want nothing", longer, found, err)
		}
	}
}

// Lists whose names are prefixes of each other, with windows that hold every
// item of the longer names.
func TestWindowStepsOverLongerNames(t *testing.T) {
	const depth, items = 300, 10_000
	name := strings.Repeat("\x88", depth)
	var records []fsmtest.Record
	for i := range depth - listSeqBytes {
		meta := fsmtest.List(name[:i+1]).Meta24(math.MinInt64/2, math.MaxInt64/2, math.MaxInt64)
		records = append(records, meta.At(1))
	}
	records = append(records, fsmtest.List(name).Meta24(0, items, items).At(1))
	for i := range items {
		records = append(records, fsmtest.List(name).Item(int64(i), "v").At(1))
	}
	readAtMost(t, 1, depth-listSeqBytes, 20, records)
}

// reindex makes the blocks of a snapshot as small as can be, so that a few
// records are enough to step over some.
func reindex(t *rapid.T, s *Snapshot, b []byte) {
	s.blocks = sparse{blockBytes: 1}
	x := indexer{in: newFeed(bytes.NewReader(b), int64(len(b))), snap: s, minTS: math.MaxUint64}
	if err := x.run(wrapperV1Bytes + headerBytes); err != nil {
		t.Fatal(err)
	}
}

// Lookups and windows that step over longer keys find what stands among them.
func TestSteppingOverLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{"", "k", seqOf(0), seqOf(1), seqOf(2), "\xff\xff\xff\xff\xff\xff\xff\xff"})
		name := rapid.Map(rapid.SliceOfN(piece, 0, 4), func(p []string) string { return "k" + strings.Join(p, "") })
		ts := rapid.SampledFrom([]uint64{1, 2, 1 << 63, math.MaxUint64 - 1<<63, ^uint64(0x41FF << 48), math.MaxUint64})
		seq := rapid.Int64Range(0, 3)
		newest := map[string]fsmtest.Record{}
		versions := map[string]fsmtest.Record{}
		add := func(name string, seq int64) {
			row := fsmtest.List(name).Item(seq, "v")
			r := row.At(ts.Draw(t, "ts"))
			if rapid.Bool().Draw(t, "deleted") {
				r = row.DeletedAt(r.CommitTS)
			}
			versions[string(r.AppendKey(nil))] = r
			if old, ok := newest[string(r.Key)]; !ok || old.CommitTS <= r.CommitTS {
				newest[string(r.Key)] = r
			}
		}
		for _, k := range rapid.SliceOfN(name, 1, 10).Draw(t, "names") {
			at := seq.Draw(t, "seq")
			add(k, at)
			if rapid.Bool().Draw(t, "crowded") {
				for i := range byte(2 * maxForeign) {
					add(k+seqOf(byte(at))+"A"+string(rune(i)), seq.Draw(t, "foreign seq"))
				}
			}
		}
		records := slices.Collect(maps.Values(versions))
		b := fsmtest.Snapshot(fsmtest.Node(math.MaxUint64), records...)
		s, err := Open(bytes.NewReader(b), int64(len(b)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		reindex(t, s, b)
		d := &run{snap: s, deliver: func(keyspace.Note) {}, counted: keyspace.Tally{}}
		lists := map[string]int64{}
		for key, r := range newest {
			found, err := d.lookup(famListItem).get(famListItem, []byte(key))
			if want := !r.Tombstone; found != want || err != nil {
				t.Fatalf("get(%q) = %v, %v, want %v", key, found, err, want)
			}
			if !r.Tombstone {
				lists[key[len(famListItem.prefix()):len(key)-listSeqBytes]]++
			}
		}
		for name, want := range lists {
			sink := sink[string]{d: d}
			if err := d.window(&sink, name, listWindow{head: -1, length: 10}); err != nil || sink.total != want {
				t.Fatalf("the window of %q has %d items, %v, want %d", name, sink.total, err, want)
			}
		}
	})
}

// Long names do not fill the index when few bytes tell them apart.
func TestIndexKeepsWhatTellsNamesApart(t *testing.T) {
	var rows []fsmtest.Row
	for i := range 40 {
		rows = append(rows, fsmtest.String(fmt.Sprintf("%02d%s", i, strings.Repeat("x", 1<<19))).Row("v"))
	}
	s := openRows(t, Options{}, rows...)
	if blocks := &s.blocks; len(blocks.blocks) < len(rows) || blocks.heldBytes > len(rows)*2*perBlockBytes {
		t.Errorf("%d blocks hold %d bytes, want %d blocks and at most %d bytes",
			len(blocks.blocks), blocks.heldBytes, len(rows), len(rows)*2*perBlockBytes)
	}
	keys := 0
	walk(t, s, func(_ *run, n keyspace.Note) { t.Errorf("note %+v", n) }, func(keyspace.Key) { keys++ })
	if keys != len(rows) {
		t.Errorf("%d keys, want %d", keys, len(rows))
	}
}

func TestDetailOfAnOddEntryIsBounded(t *testing.T) {
	for _, tt := range []struct {
		name  string
		flat  []string
		whole bool
	}{
		{"one", []string{"a"}, true},
		{"three", []string{"a", "", "\xff"}, true},
		{"a long string", []string{strings.Repeat("\xff", 8*maxDetailBytes)}, false},
		{"many strings", slices.Repeat([]string{""}, maxDetailBytes+1), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := oddDetail(tt.flat)
			if want := fmt.Sprintf("the entry has an odd number of strings: %q", tt.flat); tt.whole && got != want {
				t.Errorf("oddDetail() = %s, want %s", got, want)
			}
			if most := 5 * maxDetailBytes; len(got) > most || !tt.whole && !strings.Contains(got, "…") {
				t.Errorf("oddDetail() has %d bytes and ends in %q, want at most %d and an ellipsis", len(got), got[len(got)-40:], most)
			}
		})
	}
}

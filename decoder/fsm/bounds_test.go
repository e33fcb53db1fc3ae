package fsm

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"redrill/decoder"
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
	s := openRows(t, Options{Part: decoder.PartLimit{Elements: 1}},
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

// countingReader counts the bytes that are read from a file.
type countingReader struct {
	bytes.Reader
	read int64
}

func (r *countingReader) ReadAt(b []byte, off int64) (int, error) {
	n, err := r.Reader.ReadAt(b, off)
	r.read += int64(n)
	return n, err
}

// readAtMost decodes the records, of which some keys must come out, and bounds
// the bytes that are read for it.
func readAtMost(t *testing.T, wantKeys, times int, records []fsmtest.Record) {
	t.Helper()
	b := fsmtest.Snapshot(fsmtest.Node(math.MaxUint64), records...)
	r := &countingReader{Reader: *bytes.NewReader(b)}
	s, err := Open(r, int64(len(b)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	keys := 0
	walk(t, s, func(_ *run, n keyspace.Note) { t.Errorf("note %+v", n) }, func(keyspace.Key) { keys++ })
	if keys != wantKeys {
		t.Errorf("%d keys, want %d", keys, wantKeys)
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
	readAtMost(t, depth+1, 20, records)
}

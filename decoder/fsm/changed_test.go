package fsm_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/decoder"
	"redrill/decoder/fsm"
	"redrill/fuzz/fsmtest"
	"redrill/keyspace"
)

// TestChangedInPlace: whatever byte of the file changes after it was checked, no
// sequence delivers anything else than before. Either it ends with the error
// that says so, or it did not read the byte again.
func TestChangedInPlace(t *testing.T) {
	file := largeFile()
	want := decodeFile(t, file)
	found := 0
	for offset := 20; offset < len(file); offset += 509 {
		changing := bytes.Clone(file)
		snap, err := fsm.Open(bytes.NewReader(changing), int64(len(changing)), fsm.Options{})
		if err != nil {
			t.Fatal(err)
		}
		changing[offset] ^= 0x10
		keys, _, err := decodeAll(snap)
		switch {
		case errors.Is(err, decoder.ErrChanged):
			found++
			if class := classOf(err); !strings.HasPrefix(class, "classes []") {
				t.Errorf("offset %d: class %s besides", offset, class)
			}
		case err != nil:
			t.Errorf("offset %d: error %v, want one that says that the file changed", offset, err)
		default:
			if diff := cmp.Diff(want, keys, cmpKeys); diff != "" {
				t.Fatalf("offset %d: other keys, and no error (-want +got):\n%s", offset, diff)
			}
		}
	}
	if found < 10 {
		t.Errorf("%d changes were found", found)
	}
}

// TestChangedBack: what was changed and changed back is what was checked.
func TestChangedBack(t *testing.T) {
	file := largeFile()
	snap, err := fsm.Open(bytes.NewReader(file), int64(len(file)), fsm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(file, []byte("value of 7"))
	file[at] ^= 1
	if _, _, err := decodeAll(snap); !errors.Is(err, decoder.ErrChanged) {
		t.Errorf("error %v, want one that says that the file changed", err)
	}
	file[at] ^= 1
	if _, _, err := decodeAll(snap); err != nil {
		t.Errorf("changed back: %v", err)
	}
}

// TestChangedHeader: the header that says where records begin is the one that
// the checksum is of.
func TestChangedHeader(t *testing.T) {
	file := largeFile()
	for offset := range 32 {
		first := bytes.Clone(file)
		r := &secondReading{first: first, then: bytes.Clone(file)}
		r.then[offset] ^= 0x10
		if _, err := fsm.Open(r, int64(len(file)), fsm.Options{}); !errors.Is(err, decoder.ErrChanged) {
			t.Errorf("offset %d: error %v, want one that says that the file changed", offset, err)
		}
	}
}

// TestBecameShorter: a file that ends before its end was another one.
func TestBecameShorter(t *testing.T) {
	file := largeFile()
	if _, err := fsm.Open(bytes.NewReader(file[:len(file)-1]), int64(len(file)), fsm.Options{}); !errors.Is(err, decoder.ErrChanged) {
		t.Errorf("Open: error %v", err)
	}
	// What ends within the last value, behind what is read at once.
	last := fsmtest.Snapshot(fsmtest.Node(9), fsmtest.String("k").Row(strings.Repeat("x", 3<<20)).At(9))
	if _, err := fsm.Open(bytes.NewReader(last[:2<<20]), int64(len(last)), fsm.Options{}); !errors.Is(err, decoder.ErrChanged) {
		t.Errorf("Open, cut in the last value: error %v", err)
	}
	r := &secondReading{first: file, then: file}
	snap, err := fsm.Open(r, int64(len(file)), fsm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r.then = file[:len(file)/2]
	if _, _, err := decodeAll(snap); !errors.Is(err, decoder.ErrChanged) {
		t.Errorf("Keys: error %v", err)
	}
}

// TestStopped: a consumer that stops gets neither keys nor notes after that.
func TestStopped(t *testing.T) {
	file := largeFile()
	keys := len(decodeFile(t, file))
	for stop := range keys {
		snap := mustOpen(t, file, fsm.Options{})
		seen, stopped := 0, false
		for _, err := range snap.Keys(func(n keyspace.Note) {
			if stopped {
				t.Errorf("note %v of %q after the end", n.Kind, n.Name)
			}
		}) {
			if err != nil {
				t.Fatal(err)
			}
			if stopped = seen == stop; stopped {
				break
			}
			seen++
		}
		if seen != stop {
			t.Fatalf("%d keys before the stop, want %d", seen, stop)
		}
	}
}

// secondReading is a file that is another one from the second reading on.
type secondReading struct {
	first, then []byte
	read        bool
}

func (r *secondReading) ReadAt(p []byte, off int64) (int, error) {
	b := r.then
	if !r.read {
		b, r.read = r.first, true
	}
	n := copy(p, b[min(off, int64(len(b))):])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// largeFile has many pages, values that are longer than one, and expire times
// that are looked up.
func largeFile() []byte {
	var rows []fsmtest.Row
	for i := range 200 {
		name := string(rune('A'+i%26)) + strings.Repeat("n", i%40) + string(rune('a'+i/26))
		rows = append(rows, fsmtest.String(name).Legacy("value of "+strings.Repeat("7", 1+i*37%3000)), fsmtest.TTL(name, 4102444800000))
	}
	rows = append(rows, fsmtest.String("long").Row(strings.Repeat("x", 20_000)))
	list := fsmtest.List("list")
	rows = append(rows, list.Meta24(0, 300, 300))
	for i := range 300 {
		rows = append(rows, list.Item(int64(i), strings.Repeat("e", i)))
	}
	rows = append(rows, ofEveryType()...)
	return fsmtest.Snapshot(fsmtest.Node(9), fsmtest.At(9, rows...)...)
}

// ofEveryType returns rows of a key of each other type and encoding, most of them
// longer than a page.
func ofEveryType() []fsmtest.Row {
	long := strings.Repeat("l", 12_000)
	id := keyspace.ID{Ms: 5}
	entry := keyspace.Entry{ID: id, Pairs: []keyspace.Pair{{Field: "f", Value: long}}}
	return []fsmtest.Row{
		fsmtest.HyperLogLog("hll").Legacy("a", long), fsmtest.TTL("hll", 4102444800000),
		fsmtest.String("bare").Bare(long),
		fsmtest.List("long list").Meta24(0, 2, 2), fsmtest.List("long list").Item(0, long), fsmtest.List("long list").Item(1, long),
		fsmtest.Hash("hash").Meta16(2, 4102444800000), fsmtest.Hash("hash").Field("a", long), fsmtest.Hash("hash").Field("b", "v"),
		fsmtest.Hash("hash").Delta(9, 0, 0),
		fsmtest.Set("set").Meta8(2), fsmtest.Set("set").Member(long), fsmtest.Set("set").Member("m"),
		fsmtest.ZSet("zset").Meta8(2), fsmtest.ZSet("zset").Member("a", 1), fsmtest.ZSet("zset").Member(long, 2),
		fsmtest.ZSet("zset").Score("a", 1), fsmtest.ZSet("zset").Score(long, 2),
		fsmtest.Stream("stream").Meta24(1, id), fsmtest.Stream("stream").Entry(entry),
		fsmtest.Hash("hash blob").Blob(keyspace.Field{Name: "f", Value: long}),
		fsmtest.Set("set blob").Blob("m", long),
		fsmtest.ZSet("zset blob").Blob(keyspace.Member{Name: long, Score: 1}),
		fsmtest.Stream("stream blob").Blob(entry),
	}
}

func decodeFile(t *testing.T, file []byte) map[string]keyspace.Key {
	t.Helper()
	snap, err := fsm.Open(bytes.NewReader(file), int64(len(file)), fsm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	keys, _, err := decodeAll(snap)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

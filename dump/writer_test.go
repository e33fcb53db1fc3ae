package dump

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

func TestGolden(t *testing.T) {
	all := sample()
	goldens := map[string]content{
		"notes": {Notes: all.Notes, Counted: all.Counted},
		"empty": {},
	}
	for _, typ := range keyspace.Types[:keyspace.TypeHyperLogLog+1] {
		var c content
		for _, k := range all.Keys {
			if k.Value.Type() == typ {
				c.Keys = append(c.Keys, k)
			}
		}
		if c.Keys == nil {
			t.Errorf("the sample has no %s", typ)
		}
		goldens[typ.String()] = c
	}
	for name, c := range goldens {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", name+".jsonl")
			got := write(t, c)
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("written (-want +got):\n%s", diff)
			}
			back, err := read(want)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c, back, compare); diff != "" {
				t.Errorf("read back (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWriterLines(t *testing.T) {
	rows := []struct {
		name string
		key  keyspace.Key
		want string
	}{
		{"string", keyspace.Key{Name: "k", Value: keyspace.String("v"), ExpireAt: keyspace.ExpireAtMs(0)},
			`{"db":0,"key":"k","type":"string","value":"v","expire_at_ms":0}`},
		{"only the escapes JSON demands", keyspace.Key{Value: keyspace.String("\"\\/\b\f\n\r\t\x00\x1f\x7f<>&\u2028\u2029é\U0010ffff")},
			`{"db":0,"key":"","type":"string","value":"\"\\/\b\f\n\r\t\u0000\u001f` + "\x7f<>&\u2028\u2029é\U0010ffff" + `"}`},
		{"not UTF-8", keyspace.Key{DB: 15, Name: "\xff\xfe\xfd", Value: keyspace.String("a\xff")},
			`{"db":15,"key":{"base64":"__79"},"type":"string","value":{"base64":"Yf8"}}`},
		{"surrogate, overlong, beyond Unicode", keyspace.Key{Value: keyspace.List{"\xed\xa0\x80", "\xc0\x80", "\xf4\x90\x80\x80", "\ufffd"}},
			`{"db":0,"key":"","type":"list","elements":[{"base64":"7aCA"},{"base64":"wIA"},{"base64":"9JCAgA"},"` + "\ufffd" + `"]}`},
		{"looks like an envelope", keyspace.Key{Value: keyspace.String(`{"base64":"_w"}`)},
			`{"db":0,"key":"","type":"string","value":"{\"base64\":\"_w\"}"}`},
		{"hash", keyspace.Key{Value: keyspace.Hash{{Name: "", Value: ""}, {Name: "f", Value: "v"}}, ExpireAt: keyspace.ExpireAtMs(5)},
			`{"db":0,"key":"","type":"hash","fields":[["",""],["f","v"]],"expire_at_ms":5}`},
		{"first part", keyspace.Key{Value: keyspace.Set{"a"}, ExpireAt: keyspace.ExpireAtMs(5), More: true},
			`{"db":0,"key":"","type":"set","members":["a"],"expire_at_ms":5,"part":0,"more":true}`},
		{"hyperloglog", keyspace.Key{Value: keyspace.HyperLogLog{"a"}},
			`{"db":0,"key":"","type":"hyperloglog","elements":["a"]}`},
		{"stream", keyspace.Key{Value: keyspace.Stream{
			Entries: []keyspace.Entry{{ID: keyspace.ID{Ms: 1, Seq: 2}, Pairs: []keyspace.Pair{{Field: "f", Value: "1"}, {Field: "f", Value: "2"}}}},
			LastID:  keyspace.ID{Ms: 1, Seq: 2}, MaxDeletedID: keyspace.ID{Seq: 1},
		}},
			`{"db":0,"key":"","type":"stream","entries":[["1-2",[["f","1"],["f","2"]]]],"last_id":"1-2","max_deleted_id":"0-1"}`},
		{"empty stream", keyspace.Key{Value: keyspace.Stream{}},
			`{"db":0,"key":"","type":"stream","entries":[],"last_id":"0-0"}`},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			var out bytes.Buffer
			w := newWriter(t, &out)
			if err := w.Key(row.key); err != nil {
				t.Fatal(err)
			}
			w.flush()
			_, got, _ := strings.Cut(out.String(), "\n")
			if diff := cmp.Diff(row.want+"\n", got); diff != "" {
				t.Errorf("line (-want +got):\n%s", diff)
			}
		})
	}
}

func newWriter(t *testing.T, out io.Writer) *Writer {
	t.Helper()
	w, err := NewWriter(out, testSource)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestAppendScore(t *testing.T) {
	for text, x := range map[string]float64{
		"0": 0, "-0": math.Copysign(0, -1), "1": 1, "-1": -1, "0.1": 0.1, "3.14": 3.14,
		"100000000000000000000": 1e20, "1e+21": 1e21, "-1e+21": -1e21, "123456789012345680000": 123456789012345680000,
		"0.000001": 1e-6, "1e-7": 1e-7, "9.999999999999997e-7": math.Nextafter(1e-6, 0), "1e-10": 1e-10, "1.5e+100": 1.5e100,
		"5e-324": math.SmallestNonzeroFloat64, "1.7976931348623157e+308": math.MaxFloat64,
		"9007199254740992": 9007199254740993, "999999999999999900000": math.Nextafter(1e21, 0),
		`"inf"`: math.Inf(1), `"-inf"`: math.Inf(-1), `"nan"`: math.NaN(),
	} {
		if got := string(appendScore(nil, x)); got != text {
			t.Errorf("appendScore(%b) = %s, want %s", x, got, text)
		}
	}
}

func TestShortNumberIsTheNearest(t *testing.T) {
	for _, text := range []string{
		"0", "-0", "7", "-12", "999999999999999", "-999999999999999", "0.1", "-0.3", "1.005", "0.000000000000001",
		"0.00000000000001", "12345678901234.5", "1.23456789012345", "-0.0", "0.5", "100.25", "4.35", "2.675", "1000000000000.01",
	} {
		want, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		for _, rest := range []string{"", "]", " ", ","} {
			s := scanner{s: text + rest}
			got, ok := s.shortNumber()
			if len(strings.Trim(text, "-.")) < 16 && (!ok || s.i != len(text)) {
				t.Errorf("shortNumber(%q) reads %d bytes, want %d", text+rest, s.i, len(text))
			}
			if ok && !keyspace.SameScore(got, want) {
				t.Errorf("shortNumber(%q) = %b, want %b", text, got, want)
			}
		}
	}
	for _, text := range []string{"", "-", ".5", "1.", "-.1", "01", "00", "-01.5", "1e5", "1E5", "1.5e1", "1234567890123456", "1.234567890123456", "abc"} {
		s := scanner{s: text}
		if x, ok := s.shortNumber(); ok || s.i != 0 {
			t.Errorf("shortNumber(%q) = %v, %v, want nothing read", text, x, ok)
		}
	}
}

func TestWriterRefuses(t *testing.T) {
	tooLarge := keyspace.MaxDB
	tooLarge++ // below 0 where an int has 32 bits
	list := func(k keyspace.Key) keyspace.Key { k.Value = keyspace.List{"a"}; return k }
	more := list(keyspace.Key{Name: "k", More: true})
	entries := func(ms ...uint64) (v keyspace.Stream) {
		for _, ms := range ms {
			v.Entries = append(v.Entries, keyspace.Entry{ID: keyspace.ID{Ms: ms}})
		}
		return v
	}
	rows := []struct {
		name string
		keys []keyspace.Key
		want string
	}{
		{"no value", []keyspace.Key{{Name: "k"}}, "without a value"},
		{"database below zero", []keyspace.Key{list(keyspace.Key{DB: -1})}, "database -1"},
		{"database too large", []keyspace.Key{list(keyspace.Key{DB: tooLarge})}, fmt.Sprintf("database %d", tooLarge)},
		{"part 1 first", []keyspace.Key{list(keyspace.Key{Part: 1})}, "part 1 without"},
		{"part below zero", []keyspace.Key{list(keyspace.Key{Part: -1})}, "part -1 without"},
		{"part 0 twice", []keyspace.Key{more, more}, "part 0 after part 0"},
		{"part skipped", []keyspace.Key{more, list(keyspace.Key{Name: "k", Part: 2})}, "part 2 after part 0"},
		{"another key", []keyspace.Key{more, list(keyspace.Key{Name: "l", Part: 1})}, "another key"},
		{"another database", []keyspace.Key{more, list(keyspace.Key{DB: 1, Name: "k", Part: 1})}, "another key"},
		{"another type", []keyspace.Key{more, {Name: "k", Part: 1, Value: keyspace.Set{}}}, "a part is a set"},
		{"another expire time", []keyspace.Key{more, list(keyspace.Key{Name: "k", Part: 1, ExpireAt: keyspace.ExpireAtMs(0)})}, "expire time"},
		{"fields out of order", []keyspace.Key{{Value: keyspace.Hash{{Name: "b"}, {Name: "a"}}}}, `field "a" after "b"`},
		{"field twice", []keyspace.Key{{Value: keyspace.Hash{{Name: "a"}, {Name: "a"}}}}, `duplicate field "a"`},
		{"members out of order", []keyspace.Key{{Value: keyspace.Set{"b", "a"}}}, `member "a" after "b"`},
		{"sorted-set member twice", []keyspace.Key{{Value: keyspace.ZSet{{Name: "a"}, {Name: "a", Score: 1}}}}, `duplicate member "a"`},
		{"elements out of order", []keyspace.Key{{Value: keyspace.HyperLogLog{"b", "a"}}}, `element "a" after "b"`},
		{"entries out of order", []keyspace.Key{{Value: entries(2, 1)}}, "entry 1-0 after 2-0"},
		{"entry twice across parts", []keyspace.Key{{Value: entries(1), More: true}, {Value: entries(1), Part: 1}}, "entry 1-0 after 1-0"},
		{"last ID changes", []keyspace.Key{{Value: entries(1), More: true}, {Value: keyspace.Stream{LastID: keyspace.ID{Ms: 1}}, Part: 1}}, "differs"},
		{"last part missing", []keyspace.Key{more}, "which has more"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			var out bytes.Buffer
			w := newWriter(t, &out)
			var err error
			for _, k := range row.keys {
				if err == nil {
					err = w.Key(k)
				}
			}
			closed := w.Close()
			if err == nil {
				err = closed
			}
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v, want …%s…", err, row.want)
			}
			if closed == nil || strings.Contains(out.String(), `"end"`) {
				t.Errorf("Close after an error: %v, written %q", closed, out.String())
			}
		})
	}
}

func TestWriterRefusesNotes(t *testing.T) {
	rows := []struct {
		name string
		call func(w *Writer) error
		want string
	}{
		{"no kind", func(w *Writer) error { return w.Note(keyspace.Note{Kind: "odd"}) }, `unknown kind "odd"`},
		{"only counted", func(w *Writer) error { return w.Note(keyspace.Note{Kind: keyspace.NoteUnknown}) }, "only counted"},
		{"no type", func(w *Writer) error { return w.Note(keyspace.Note{Kind: keyspace.NoteEmpty, Type: 200}) }, "unknown type"},
		{"database", func(w *Writer) error { return w.Note(keyspace.Note{Kind: keyspace.NoteEmpty, DB: -1}) }, "database"},
		{"offset", func(w *Writer) error { return w.Note(keyspace.Note{Kind: keyspace.NoteEmpty, Offset: -2}) }, "offset"},
		{"count of no kind", func(w *Writer) error { w.Count("odd", 1); return w.Close() }, `unknown kind "odd"`},
		{"count of keys", func(w *Writer) error { w.Count(keyspace.NoteEmpty, 1); return w.Close() }, "not counted"},
		{"count below zero", func(w *Writer) error { w.Count(keyspace.NoteUnknown, -1); return w.Close() }, "-1"},
		{"count overflows", func(w *Writer) error {
			w.Count(keyspace.NoteUnknown, math.MaxInt64)
			w.Count(keyspace.NoteUnknown, 1)
			return w.Close()
		}, "count"},
		{"closed", func(w *Writer) error { return errors.Join(w.Close(), w.Close()) }, "closed"},
		{"key after close", func(w *Writer) error {
			return errors.Join(w.Close(), w.Key(keyspace.Key{Value: keyspace.List{}}))
		}, "closed"},
		{"line too long", func(w *Writer) error {
			w.lineLimit = 100
			return w.Key(keyspace.Key{Value: keyspace.String(strings.Repeat("v", 100))})
		}, "longer than 100"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			err := row.call(newWriter(t, io.Discard))
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v, want …%s…", err, row.want)
			}
		})
	}
	for _, src := range []keyspace.Origin{{Format: "\xff"}, {SHA256: "00"}, {Bytes: -1}} {
		if _, err := NewWriter(io.Discard, src); err == nil {
			t.Errorf("NewWriter(%+v): no error", src)
		}
	}
}

func TestWriterLongStrings(t *testing.T) {
	for _, piece := range []string{"a", "é", "€", "😀", "\x00", "\xff", "a€", "\x80a"} {
		for _, n := range []int{pieceBytes - 2, pieceBytes - 1, pieceBytes, pieceBytes + 1, 2*pieceBytes + 1, 5 * flushBytes} {
			v := strings.Repeat(piece, n)[:n]
			if n%2 == 1 { // a valid one, whose runes lie across the ends of pieces
				v = "x" + strings.Repeat(piece, n/len(piece))
			}
			c := content{Keys: []keyspace.Key{{Name: v, Value: keyspace.List{v, v, ""}}}}
			out := write(t, c)
			got, err := read(out)
			if err != nil {
				t.Fatal(err)
			}
			if !cmp.Equal(c, got, compare) {
				t.Errorf("%q to %d bytes reads back differently", piece, len(v))
			}
			if want := string(appendV(nil, v)); !strings.Contains(string(out), `"key":`+want+`,`) {
				t.Errorf("%q to %d bytes is written differently in pieces", piece, len(v))
			}
		}
	}
}

func TestWriterKeepsItsBufferSmall(t *testing.T) {
	w := newWriter(t, io.Discard)
	before := cap(w.buf)
	long := strings.Repeat("\x00", 4<<20)
	value := keyspace.Stream{}
	for i := range 50000 {
		value.Entries = append(value.Entries, keyspace.Entry{ID: keyspace.ID{Ms: uint64(i)}})
	}
	for _, v := range []keyspace.Value{
		keyspace.String(long), keyspace.List{long, long + "\xff"}, value,
		keyspace.Hash{{Name: long[:pieceBytes], Value: long[:pieceBytes]}},
	} {
		if err := w.Key(keyspace.Key{Name: long[:pieceBytes], Value: v}); err != nil {
			t.Fatal(err)
		}
	}
	if cap(w.buf) != before {
		t.Errorf("the buffer grew from %d to %d bytes", before, cap(w.buf))
	}
}

func TestWriterDoesNotAllocate(t *testing.T) {
	keys := sample().Keys
	w := newWriter(t, io.Discard)
	if n := testing.AllocsPerRun(100, func() {
		for i := range keys {
			if err := w.Key(keys[i]); err != nil {
				t.Fatal(err)
			}
		}
	}); n != 0 {
		t.Errorf("%v allocations for %d keys, want 0", n, len(keys))
	}
}

// flaky fails once more than n bytes were written to it.
type flaky struct{ n int }

var errFull = errors.New("full")

func (f *flaky) Write(p []byte) (int, error) {
	if f.n -= len(p); f.n < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWriterReportsWriteErrors(t *testing.T) {
	keys := sample().Keys
	size := len(write(t, content{Keys: keys}))
	for n := range size {
		w := newWriter(t, &flaky{n})
		var err error
		for _, k := range keys {
			if err == nil {
				err = w.Key(k)
			}
			w.flush()
		}
		if closed := w.Close(); !errors.Is(closed, errFull) {
			t.Fatalf("room for %d of %d bytes: Close = %v, want %v", n, size, closed, errFull)
		}
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("no full device: %v", err)
	}
	defer full.Close()
	w := newWriter(t, full)
	if err := w.Key(keyspace.Key{Value: keyspace.String("v")}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err == nil {
		t.Error("Close on a full disk: no error")
	}
}

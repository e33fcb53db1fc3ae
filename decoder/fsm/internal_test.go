package fsm

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"redrill/keyspace"
)

// The bounded structures of the first pass, each against its plain definition.

func TestVersionsAgreeWithAMapOfKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		alphabet := rapid.SampledFrom([]byte{0x00, 0x01, 'k', 0xFE, 0xFF})
		key := rapid.Map(rapid.SliceOfN(alphabet, 0, 12), func(b []byte) string { return string(b) })
		ts := rapid.Uint64Range(0, 3)
		var encoded []string
		for range rapid.IntRange(0, 40).Draw(t, "records") {
			suffix := binary.BigEndian.AppendUint64(nil, ^ts.Draw(t, "ts"))
			encoded = append(encoded, key.Draw(t, "key")+string(suffix))
		}
		slices.Sort(encoded)
		encoded = slices.Compact(encoded)
		var v versions
		seen := map[string]bool{}
		for _, e := range encoded {
			if !v.advance([]byte(e)) {
				t.Fatalf("advance(%x) = false for ascending keys", e)
			}
			storage := e[:len(e)-suffixBytes]
			if got, want := v.newest(), !seen[storage]; got != want {
				t.Fatalf("newest() at %x = %v, want %v", e, got, want)
			}
			seen[storage] = true
		}
	})
}

func TestVersionsTellDisorder(t *testing.T) {
	for _, row := range []struct {
		name   string
		before string
		after  string
		want   bool
	}{
		{"equal", "abcdefgh", "abcdefgh", false},
		{"smaller", "abcdefgi", "abcdefgh", false},
		{"prefix after its extension", "abcdefghi", "abcdefgh", false},
		{"extension after its prefix", "abcdefgh", "abcdefghi", true},
		{"larger", "abcdefgh", "abcdefgi", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			var v versions
			v.advance([]byte(row.before))
			if got := v.advance([]byte(row.after)); got != row.want {
				t.Errorf("advance(%q) after %q = %v, want %v", row.after, row.before, got, row.want)
			}
		})
	}
}

func TestSparseIndexStaysBoundedAndFindsTheBlock(t *testing.T) {
	t.Run("small blocks", func(t *testing.T) { sparseStaysBounded(t, 1, maxFineBytes) })
	t.Run("large blocks", func(t *testing.T) { sparseStaysBounded(t, coarseBlockBytes, maxSparseBytes) })
}

// sparseStaysBounded adds records of stride bytes to an index whose blocks begin
// with that size.
func sparseStaysBounded(t *testing.T, stride int64, limit int) {
	t.Helper()
	x := sparse{blockBytes: stride}
	long := bytes.Repeat([]byte("x"), 1000)
	var keys [][]byte
	for i := range 60_000 {
		key := append(fmt.Appendf(nil, "%08d", i), long...)
		keys = append(keys, key)
		x.add(int64(i)*stride, key, familiesOf(family(i%8)))
		if x.heldBytes > limit {
			t.Fatalf("the index holds %d bytes, want at most %d", x.heldBytes, limit)
		}
	}
	if x.blockBytes == stride {
		t.Fatal("the index was never thinned; the test does not reach what it is for")
	}
	for i := 0; i < len(keys); i += 97 {
		b := x.seek(keys[i])
		if x.blocks[b].offset > int64(i)*stride || (b+1 < len(x.blocks) && x.blocks[b+1].offset <= int64(i)*stride) {
			t.Fatalf("seek(key %d) = block at %d, which does not hold it", i, x.blocks[b].offset)
		}
		if !x.blocks[b].holds.has(family(i % 8)) {
			t.Fatalf("block of key %d holds %b, want family %d in it", i, x.blocks[b].holds, i%8)
		}
	}
}

func TestFilterForgetsNothing(t *testing.T) {
	f := newFilter(0) // As small as it gets, and far too full.
	name := func(i int) []byte { return fmt.Appendf(nil, "key:%d", i) }
	slotOf := func(i int) slot { return slotString + slot(i)%(slotCount-slotString) }
	for i := range 20_000 {
		f.add(name(i), slotOf(i))
	}
	for i := range 20_000 {
		if s := slotOf(i); !f.slotsOf(name(i)).has(s) {
			t.Fatalf("slot %d of key %d is forgotten", s, i)
		}
	}
}

// A filter that always says maybe is the worst case: the lookups decide alone.
func TestFullFilterChangesNothing(t *testing.T) {
	b, err := os.ReadFile("../../testdata/node/legacy/00000000000000a1.fsm")
	if err != nil {
		t.Fatal(err)
	}
	decode := func(fill uint64) (keys []keyspace.Key, notes []keyspace.Note, counted keyspace.Tally) {
		s, err := Open(bytes.NewReader(b), int64(len(b)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range s.filter.lines {
			for j := range s.filter.lines[i] {
				s.filter.lines[i][j] |= fill
			}
		}
		for k, err := range s.Keys(func(n keyspace.Note) { notes = append(notes, n) }) {
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, k)
		}
		return keys, notes, s.Counted()
	}
	wantKeys, wantNotes, wantCounted := decode(0)
	keys, notes, counted := decode(^uint64(0))
	if diff := cmp.Diff(wantKeys, keys, cmp.AllowUnexported(keyspace.ExpireAt{})); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantNotes, notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantCounted, counted); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

package fuzz

import (
	"bytes"
	"testing"

	"redrill/fuzz/fsmlayout"
	"redrill/fuzz/layout"
	"redrill/internal/race"
	"redrill/keyspace"
)

// TestStoreDump: what a generated store says it holds has the same dump as the
// decoded file, byte for byte, whatever the size of the parts.
func TestStoreDump(t *testing.T) {
	race.Skip(t, "it starts no goroutine")
	for _, profile := range fsmlayout.Profiles {
		t.Run(string(profile), func(t *testing.T) {
			store := fsmlayout.Store{Seed: 9, N: 3000, Profile: profile}
			var file bytes.Buffer
			if _, err := store.Write(&file); err != nil {
				t.Fatal(err)
			}
			for _, n := range []int{7, 1000} {
				src, err := fsm.Open(file.Bytes(), layout.Options{Part: keyspace.PartLimit{Elements: n}})
				if err != nil {
					t.Fatal(err)
				}
				got, err := dumpOf(src)
				if err != nil {
					t.Fatal(err)
				}
				want, err := dumpOf(parted{src, store, n})
				if err != nil {
					t.Fatal(err)
				}
				wantLines, gotLines := bytes.Split(want, []byte("\n")), bytes.Split(got, []byte("\n"))
				for i := range min(len(wantLines), len(gotLines)) {
					if !bytes.Equal(wantLines[i], gotLines[i]) {
						t.Fatalf("parts of %d, line %d:\nwant %.200s\ngot  %.200s", n, i+1, wantLines[i], gotLines[i])
					}
				}
				if len(wantLines) != len(gotLines) {
					t.Errorf("parts of %d: %d lines, want %d", n, len(gotLines), len(wantLines))
				}
			}
		})
	}
}

// parted is a store as an input, about the same file as another.
type parted struct {
	keyspace.Source
	store fsmlayout.Store
	n     int
}

func (p parted) Keys(func(keyspace.Note)) keyspace.Seq { return p.store.Parts(p.n) }
func (p parted) Counted() keyspace.Tally               { return nil }
func (p parted) Functions() []string                   { return nil }

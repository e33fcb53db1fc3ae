package fsmlayout_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"testing"

	"redrill/fuzz/fsmlayout"
	"redrill/keyspace"
)

// TestStoreWrites relies on the order that the writer enforces.
func TestStoreWrites(t *testing.T) {
	for _, profile := range fsmlayout.Profiles {
		for _, n := range []int64{0, 1, 9, 10, 11, 12, 2000} {
			s := fsmlayout.Store{Seed: 7, N: n, Profile: profile}
			var first, second bytes.Buffer
			size, err := s.Write(&first)
			if err != nil {
				t.Fatalf("%v: %v", s, err)
			}
			if _, err := s.Write(&second); err != nil {
				t.Fatalf("%v: %v", s, err)
			}
			if size != int64(first.Len()) {
				t.Errorf("%v: Write = %d bytes, want %d", s, size, first.Len())
			}
			if !bytes.Equal(first.Bytes(), second.Bytes()) {
				t.Errorf("%v: the second file differs", s)
			}
		}
	}
}

func TestStoreKeys(t *testing.T) {
	for _, profile := range fsmlayout.Profiles {
		for _, n := range []int64{0, 1, 10, 11, 1000} {
			s := fsmlayout.Store{Seed: 7, N: n, Profile: profile}
			var keys, elements int64
			seen := map[string]bool{}
			for k, err := range s.Keys() {
				if err != nil {
					t.Fatalf("%v: %v", s, err)
				}
				if seen[k.Name] {
					t.Errorf("%v: key %q twice", s, k.Name)
				}
				seen[k.Name] = true
				keys++
				elements += int64(k.Elements())
			}
			got := keys
			if profile != fsmlayout.ProfileMixed && profile != fsmlayout.ProfileStrings {
				got = elements
			}
			if got != n {
				t.Errorf("%v: %d keys with %d elements", s, keys, elements)
			}
		}
	}
}

func TestStoreHoldsEveryType(t *testing.T) {
	seen := map[keyspace.Type]int{}
	s := fsmlayout.Store{Seed: 1, N: 2000, Profile: fsmlayout.ProfileMixed}
	for k, err := range s.Keys() {
		if err != nil {
			t.Fatal(err)
		}
		seen[k.Value.Type()]++
	}
	for _, typ := range keyspace.Types[:keyspace.TypeHyperLogLog+1] {
		if seen[typ] < 20 {
			t.Errorf("%d keys of type %v, want at least 20", seen[typ], typ)
		}
	}
}

func TestStoreRefuses(t *testing.T) {
	for _, s := range []fsmlayout.Store{{N: 1}, {N: -1, Profile: fsmlayout.ProfileMixed}, {N: 1, Profile: "none"}} {
		if _, err := s.Write(io.Discard); err == nil {
			t.Errorf("%v: Write = nil, want an error", s)
		}
	}
}

func TestStoreSeeds(t *testing.T) {
	sum := func(seed uint64) [sha256.Size]byte {
		h := sha256.New()
		if _, err := (fsmlayout.Store{Seed: seed, N: 50, Profile: fsmlayout.ProfileMixed}).Write(h); err != nil {
			t.Fatal(err)
		}
		return [sha256.Size]byte(h.Sum(nil))
	}
	if sum(1) == sum(2) {
		t.Error("two seeds give one file")
	}
}

func BenchmarkStore(b *testing.B) {
	for _, profile := range fsmlayout.Profiles {
		b.Run(string(profile), func(b *testing.B) {
			s := fsmlayout.Store{Seed: 1, N: 100_000, Profile: profile}
			for b.Loop() {
				size, err := s.Write(io.Discard)
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(size)
			}
		})
	}
}

// TestStorePartsAreTheKeys: the parts of a key, put together, are the key.
func TestStorePartsAreTheKeys(t *testing.T) {
	for _, profile := range fsmlayout.Profiles {
		t.Run(string(profile), func(t *testing.T) {
			s := fsmlayout.Store{Seed: 4, N: 1000, Profile: profile}
			var parts, whole []string
			for k, err := range s.Keys() {
				if err != nil {
					t.Fatal(err)
				}
				whole = append(whole, elements(k)...)
			}
			more := false
			for k, err := range s.Parts(7) {
				if err != nil {
					t.Fatal(err)
				}
				if more != (k.Part > 0) || k.Elements() > 7 {
					t.Fatalf("part %d of %q with %d elements after a part with more: %v", k.Part, k.Name, k.Value.Len(), more)
				}
				more = k.More
				parts = append(parts, elements(k)...)
			}
			if more {
				t.Error("the last part has more")
			}
			if !slices.Equal(whole, parts) {
				t.Errorf("%d elements in parts, %d in keys, or in another order", len(parts), len(whole))
			}
		})
	}
}

// elements returns a text for each element of a key or part.
func elements(k keyspace.Key) (texts []string) {
	add := func(e any) { texts = append(texts, fmt.Sprintf("%q %v %q", k.Name, k.ExpireAt, e)) }
	switch v := k.Value.(type) {
	case keyspace.Hash:
		for _, e := range v {
			add(e)
		}
	case keyspace.List:
		for _, e := range v {
			add(e)
		}
	case keyspace.Set:
		for _, e := range v {
			add(e)
		}
	case keyspace.ZSet:
		for _, e := range v {
			add(e.Name + fmt.Sprint(e.Score))
		}
	case keyspace.Stream:
		for _, e := range v.Entries {
			add([]any{e, v.LastID, v.MaxDeletedID})
		}
	case keyspace.HyperLogLog:
		for _, e := range v {
			add(e)
		}
	case keyspace.String:
		add(v)
	case keyspace.Array, keyspace.Opaque:
	}
	return texts
}

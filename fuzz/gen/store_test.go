package gen_test

import (
	"bytes"
	"crypto/sha256"
	"io"
	"testing"

	"redrill/fuzz/gen"
	"redrill/keyspace"
)

// TestStoreWrites relies on the order that the writer enforces.
func TestStoreWrites(t *testing.T) {
	for _, profile := range gen.Profiles {
		for _, n := range []int64{0, 1, 9, 10, 11, 12, 2000} {
			s := gen.Store{Seed: 7, N: n, Profile: profile}
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
	for _, profile := range gen.Profiles {
		for _, n := range []int64{0, 1, 10, 11, 1000} {
			s := gen.Store{Seed: 7, N: n, Profile: profile}
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
			if profile != gen.ProfileMixed && profile != gen.ProfileStrings {
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
	s := gen.Store{Seed: 1, N: 2000, Profile: gen.ProfileMixed}
	for k, err := range s.Keys() {
		if err != nil {
			t.Fatal(err)
		}
		seen[k.Value.Type()]++
	}
	for _, typ := range keyspace.Types {
		if seen[typ] < 20 {
			t.Errorf("%d keys of type %v, want at least 20", seen[typ], typ)
		}
	}
}

func TestStoreRefuses(t *testing.T) {
	for _, s := range []gen.Store{{N: 1}, {N: -1, Profile: gen.ProfileMixed}, {N: 1, Profile: "none"}} {
		if _, err := s.Write(io.Discard); err == nil {
			t.Errorf("%v: Write = nil, want an error", s)
		}
	}
}

func TestStoreSeeds(t *testing.T) {
	sum := func(seed uint64) [sha256.Size]byte {
		h := sha256.New()
		if _, err := (gen.Store{Seed: seed, N: 50, Profile: gen.ProfileMixed}).Write(h); err != nil {
			t.Fatal(err)
		}
		return [sha256.Size]byte(h.Sum(nil))
	}
	if sum(1) == sum(2) {
		t.Error("two seeds give one file")
	}
}

func BenchmarkStore(b *testing.B) {
	for _, profile := range gen.Profiles {
		b.Run(string(profile), func(b *testing.B) {
			s := gen.Store{Seed: 1, N: 100_000, Profile: profile}
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

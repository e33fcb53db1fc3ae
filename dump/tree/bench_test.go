package tree

import (
	"fmt"
	"path/filepath"
	"testing"

	"redrill/keyspace"
)

// benchKeys has a stream, a hash and a list of n elements.
func benchKeys(n int) []keyspace.Key {
	var stream keyspace.Stream
	var hash keyspace.Hash
	var list keyspace.List
	for i := range n {
		text := fmt.Sprintf("%08d", i)
		stream.LastID = keyspace.ID{Ms: uint64(i + 1)}
		stream.Entries = append(stream.Entries, keyspace.Entry{ID: stream.LastID, Pairs: []keyspace.Pair{{Field: "field", Value: text}, {Field: "x", Value: "y"}}})
		hash = append(hash, keyspace.Field{Name: text, Value: text})
		list = append(list, text)
	}
	return []keyspace.Key{{Name: "stream", Value: stream}, {Name: "hash", Value: hash}, {Name: "list", Value: list}}
}

func BenchmarkWrite(b *testing.B) {
	for _, k := range benchKeys(100_000) {
		b.Run(k.Name, func(b *testing.B) {
			base := b.TempDir()
			for i := range b.N {
				w, err := Create(filepath.Join(base, fmt.Sprint(i)), Options{})
				if err != nil {
					b.Fatal(err)
				}
				if err := w.Key(k); err != nil {
					b.Fatal(err)
				}
				if err := w.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	for _, k := range benchKeys(100_000) {
		b.Run(k.Name, func(b *testing.B) {
			dir := filepath.Join(b.TempDir(), "tree")
			w, err := Create(dir, Options{})
			if err != nil {
				b.Fatal(err)
			}
			if err := w.Key(k); err != nil {
				b.Fatal(err)
			}
			if err := w.Close(); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				r, err := Open(dir)
				if err != nil {
					b.Fatal(err)
				}
				for _, err := range r.Keys(nil) {
					if err != nil {
						b.Fatal(err)
					}
				}
				if err := r.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

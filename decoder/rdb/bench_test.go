package rdb_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"redrill/decoder/rdb"
)

// benchFile is an RDB file to measure with; by default, one of testdata.
var benchFile = flag.String("file", "", "RDB file to decode in benchmarks")

func benchBytes(b *testing.B) []byte {
	b.Helper()
	path := *benchFile
	if path == "" {
		path = "../../testdata/rdb/redis-7.2.6/alltypes/dump.rdb"
	}
	if file, err := os.ReadFile(path); err == nil {
		return file
	}
	return gunzip(b, path+".gz")
}

func BenchmarkOpen(b *testing.B) {
	file := benchBytes(b)
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		if _, err := rdb.Open(bytes.NewReader(file), int64(len(file)), rdb.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkKeys(b *testing.B) {
	file := benchBytes(b)
	s, err := rdb.Open(bytes.NewReader(file), int64(len(file)), rdb.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range s.Keys(nil) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

package rdb_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc64"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"redrill/decoder/rdb"
	"redrill/fuzz/vectors"
	"redrill/keyspace"
)

// bytesOf assembles text in the language of vectors.
func bytesOf(tb testing.TB, text string) []byte {
	tb.Helper()
	b, err := vectors.Assemble(text)
	if err != nil {
		tb.Fatalf("%s\n%v", text, err)
	}
	return b
}

// fileOf assembles a file of a version: its magic, the text, the end and, from
// version 5 on, a checksum.
func fileOf(tb testing.TB, magic, text string) []byte {
	tb.Helper()
	text = fmt.Sprintf("%q\n%s\nff\n", magic, text)
	if strings.HasPrefix(magic, "VALKEY") || magic >= "REDIS0005" {
		text += "crc64"
	}
	return bytesOf(tb, text)
}

// sealed returns the file with the checksum that belongs to its bytes.
func sealed(file []byte) []byte {
	body := file[:len(file)-8]
	sum := ^crc64.Update(math.MaxUint64, crc64.MakeTable(0x95AC9329AC4BC9B5), body)
	return binary.LittleEndian.AppendUint64(bytes.Clone(body), sum)
}

// unsealed returns the file with the checksum that means none.
func unsealed(file []byte) []byte {
	return append(bytes.Clone(file[:len(file)-8]), make([]byte, 8)...)
}

// isSealed reports whether the file ends with its checksum.
func isSealed(file []byte) bool {
	return len(file) > 17 && file[len(file)-9] == 0xFF && bytes.Equal(sealed(file), file)
}

// decode reads a whole file.
func decode(file []byte, opts rdb.Options) (keys []keyspace.Key, notes []keyspace.Note, src *rdb.Snapshot, err error) {
	src, err = rdb.Open(bytes.NewReader(file), int64(len(file)), opts)
	if err != nil {
		return nil, nil, nil, err
	}
	keys, err = keyspace.Assemble(src.Keys(func(n keyspace.Note) { notes = append(notes, n) }))
	return keys, notes, src, err
}

// smallFiles returns small files with every structure, and some of real servers.
func smallFiles(tb testing.TB) map[string][]byte {
	tb.Helper()
	files := map[string][]byte{}
	list, err := vectors.Load(os.DirFS(vectorDir))
	if err != nil {
		tb.Fatal(err)
	}
	for _, v := range vectors.Of(list, "rdb") {
		if len(v.Snapshot) < 1<<10 {
			files[v.Name] = v.Snapshot
		}
	}
	for _, name := range []string{"redis-2.8.24/empty", "redis-5.0.14/lfu", "redis-7.0.15/lfu", "redis-7.4.1/empty", "valkey-9.0.4/lru"} {
		b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "rdb", filepath.FromSlash(name), "dump.rdb"))
		if err != nil {
			tb.Fatal(err)
		}
		files[strings.ReplaceAll(name, "/", " ")] = b
	}
	return files
}

package rdb_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"redrill/decoder"
	"redrill/decoder/rdb"
	"redrill/keyspace"
)

// classes are what errors from bytes unwrap to.
var classes = []error{decoder.ErrCorrupt, decoder.ErrUnsupported, decoder.ErrLimit}

// checkClass checks that an error is of one class and names a place in the file.
func checkClass(tb testing.TB, err error, size int) {
	tb.Helper()
	n := 0
	for _, class := range classes {
		if errors.Is(err, class) {
			n++
		}
	}
	var e *decoder.Error
	if !errors.As(err, &e) || n != 1 {
		tb.Errorf("%v: of %d classes", err, n)
	} else if e.Offset < 0 || e.Offset > int64(size) || e.What == "" {
		tb.Errorf("%v: names no place in %d bytes", err, size)
	}
}

// checkBounded checks what holds of every input: keys that fit together or an error
// of one class, in whole values and in the smallest parts, the same in both.
func checkBounded(tb testing.TB, file []byte) {
	tb.Helper()
	whole, _, _, err := decode(file, rdb.Options{})
	if err != nil {
		checkClass(tb, err, len(file))
	}
	parts, _, _, partsErr := decode(file, rdb.Options{Part: keyspace.PartLimit{Elements: 1, Bytes: 1}})
	if (err == nil) != (partsErr == nil) || len(whole) != len(parts) {
		tb.Errorf("%x\n%d keys, %v; in parts %d keys, %v", file, len(whole), err, len(parts), partsErr)
	}
	if _, _, _, err := decode(file, rdb.Options{Strict: true}); err != nil {
		checkClass(tb, err, len(file))
	}
}

// TestTruncated cuts files behind every byte.
func TestTruncated(t *testing.T) {
	for name, file := range smallFiles(t) {
		whole := isSealed(file)
		_, _, _, wrong := decode(file, rdb.Options{})
		for n := range file {
			_, _, _, err := decode(file[:n], rdb.Options{})
			if err != nil {
				checkClass(t, err, n)
			} else if whole {
				t.Errorf("%s: cut to %d of %d bytes: no error", name, n, len(file))
			}
			// It is not said to be wrong without the more likely reason.
			if whole && wrong == nil && n >= len("VALKEY") && !strings.Contains(fmt.Sprint(err), "truncated") {
				t.Errorf("%s: cut to %d of %d bytes: %v", name, n, len(file), err)
			}
		}
	}
}

// TestLongStrings: a string that is longer than what is read at once ends where it
// should, whatever stands behind it.
func TestLongStrings(t *testing.T) {
	for _, n := range []int{1 << 15, 1<<16 - 7, 1 << 16, 1<<16 + 1, 300_000, 3 << 20} {
		file := []byte("REDIS0003\x00\x01k\x80")
		file = binary.BigEndian.AppendUint32(file, uint32(n))
		file = append(file, bytes.Repeat([]byte("x"), n)...)
		file = append(file, "\x00\x01l\x01v\xff"...)
		keys, notes, _, err := decode(file, rdb.Options{})
		if err != nil || len(notes) > 0 || len(keys) != 2 || len(keys[0].Value.(keyspace.String)) != n || keys[1].Name != "l" {
			t.Errorf("a string of %d bytes: %d keys, notes %v, %v", n, len(keys), notes, err)
		}
	}
}

// TestFlippedBit flips a bit of every byte. The checksum tells all of them; without
// one, or with one that was made afterwards, the result is bounded all the same.
func TestFlippedBit(t *testing.T) {
	for name, file := range smallFiles(t) {
		whole := isSealed(file)
		for i := range file {
			bit := byte(1) << (i % 8)
			flipped := bytes.Clone(file)
			flipped[i] ^= bit
			_, _, src, err := decode(flipped, rdb.Options{})
			switch {
			case err != nil:
				checkClass(t, err, len(file))
			// One bit of the version can make it one without a checksum.
			case whole && src.Info().Version >= 5:
				t.Errorf("%s: byte %d flipped: no error", name, i)
			}
			if !whole || i >= len(file)-8 {
				continue
			}
			checkBounded(t, sealed(flipped))
			checkBounded(t, unsealed(flipped))
		}
	}
}

// TestEveryByteValue puts every value into every place of files that hold many
// structures.
func TestEveryByteValue(t *testing.T) {
	if testing.Short() {
		t.Skip("many files")
	}
	files := smallFiles(t)
	for _, name := range []string{"rdb_stream_type_27", "rdb_array", "rdb_template", "rdb_field_expiry", "rdb_metadata", "rdb_quicklist", "rdb_zipmap_free"} {
		file, ok := files[name]
		if !ok {
			t.Fatalf("there is no file %s", name)
		}
		for i := 9; i < len(file)-8; i++ {
			for c := range 256 {
				changed := bytes.Clone(file)
				changed[i] = byte(c)
				checkBounded(t, unsealed(changed))
			}
		}
	}
}

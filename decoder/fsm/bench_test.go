package fsm_test

import (
	"bytes"
	"io"
	"testing"

	"redrill/decoder/fsm"
	"redrill/fuzz/fsmlayout"
)

// benchSnapshot is a snapshot like that of a busy store.
func benchSnapshot(b *testing.B) []byte {
	b.Helper()
	return snapshotOf(b, 50_000)
}

func snapshotOf(b *testing.B, keys int64) []byte {
	b.Helper()
	var buf bytes.Buffer
	store := fsmlayout.Store{Seed: 1, N: keys, Profile: fsmlayout.ProfileMixed}
	if _, err := store.Write(&buf); err != nil {
		b.Fatal(err)
	}
	return buf.Bytes()
}

// BenchmarkOpen is the index pass alone.
func BenchmarkOpen(b *testing.B) {
	snapshot := benchSnapshot(b)
	b.SetBytes(int64(len(snapshot)))
	for b.Loop() {
		if _, err := fsm.Open(bytes.NewReader(snapshot), int64(len(snapshot)), fsm.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecode is both passes: from bytes to keys.
func BenchmarkDecode(b *testing.B) { decode(b, benchSnapshot(b)) }

// BenchmarkDecodeSmall is the same for a snapshot like those of a campaign.
func BenchmarkDecodeSmall(b *testing.B) { decode(b, snapshotOf(b, 30)) }

func decode(b *testing.B, snapshot []byte) {
	b.Helper()
	b.SetBytes(int64(len(snapshot)))
	b.ReportAllocs()
	keys := 0
	for b.Loop() {
		s, err := fsm.Open(bytes.NewReader(snapshot), int64(len(snapshot)), fsm.Options{})
		if err != nil {
			b.Fatal(err)
		}
		for _, err := range s.Keys(nil) {
			if err != nil {
				b.Fatal(err)
			}
			keys++
		}
	}
	b.ReportMetric(float64(keys)/b.Elapsed().Seconds(), "keys/s")
}

// BenchmarkCopy is the baseline: the same bytes, only copied.
func BenchmarkCopy(b *testing.B) {
	snapshot := benchSnapshot(b)
	b.SetBytes(int64(len(snapshot)))
	for b.Loop() {
		if _, err := io.Copy(io.Discard, struct{ io.Reader }{bytes.NewReader(snapshot)}); err != nil {
			b.Fatal(err)
		}
	}
}

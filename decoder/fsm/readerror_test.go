package fsm_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"

	"redrill/decoder"
	"redrill/decoder/fsm"
	"redrill/fuzz/fsmtest"
)

var errDisk = errors.New("the disk is broken")

// flakyDisk fails its read number n, counted from 0, and no other.
type flakyDisk struct {
	io.ReaderAt
	n, reads int
}

func (d *flakyDisk) ReadAt(p []byte, off int64) (int, error) {
	d.reads++
	if d.reads-1 == d.n {
		return 0, errDisk
	}
	return d.ReaderAt.ReadAt(p, off)
}

// TestNoReadErrorIsSwallowed: whichever read of a snapshot fails, even if the next
// one of the same bytes would not, opening or decoding it ends with that error.
func TestNoReadErrorIsSwallowed(t *testing.T) {
	for _, v := range loadVectors(t) {
		if v.Want.Error != "" {
			continue
		}
		never := &flakyDisk{ReaderAt: bytes.NewReader(v.Snapshot), n: -1}
		opts := fsm.Options{AllowNoFooter: true}
		snap, err := fsm.Open(never, int64(len(v.Snapshot)), opts)
		if err != nil {
			t.Fatalf("%s: %v", v.Name, err)
		}
		opened := never.reads
		for n := range opened {
			disk := &flakyDisk{ReaderAt: bytes.NewReader(v.Snapshot), n: n}
			if _, err := fsm.Open(disk, int64(len(v.Snapshot)), opts); !errors.Is(err, errDisk) {
				t.Errorf("%s: read %d of %d fails while it is opened: error %v", v.Name, n, opened, err)
			}
		}
		if _, _, err := decodeAll(snap); err != nil {
			t.Fatalf("%s: %v", v.Name, err)
		}
		for n := opened; n < never.reads; n++ {
			disk := &flakyDisk{ReaderAt: bytes.NewReader(v.Snapshot), n: n}
			snap, err := fsm.Open(disk, int64(len(v.Snapshot)), opts)
			if err != nil {
				t.Fatalf("%s: %v", v.Name, err)
			}
			if _, _, err := decodeAll(snap); !errors.Is(err, errDisk) {
				t.Errorf("%s: read %d of %d to %d fails: error %v", v.Name, n, opened, never.reads, err)
			}
		}
	}
}

// TestReadErrorAtAnOperationalRow: the file is read in large pieces, and wherever a
// piece ends in an operational row, an error there is told.
func TestReadErrorAtAnOperationalRow(t *testing.T) {
	const piece = 1 << 20
	for back := range 40 { // the row ends so many bytes behind the first piece
		meta := fsmtest.MetaRecords(7, 42)
		size := piece - len(fsmtest.Snapshot(fsmtest.Node(7), append(fsmtest.At(7, fsmtest.String("k").Row("")), meta[0])...)) + 4 + back
		file := fsmtest.Snapshot(fsmtest.Node(7), append(fsmtest.At(7, fsmtest.String("k").Row(strings.Repeat("v", size))), meta...)...)
		never := &flakyDisk{ReaderAt: bytes.NewReader(file), n: -1}
		if _, err := fsm.Open(never, int64(len(file)), fsm.Options{}); err != nil || never.reads < 2 {
			t.Fatalf("Open = %v after %d reads", err, never.reads)
		}
		for n := range never.reads {
			disk := &flakyDisk{ReaderAt: bytes.NewReader(file), n: n}
			if _, err := fsm.Open(disk, int64(len(file)), fsm.Options{}); !errors.Is(err, errDisk) {
				t.Errorf("%d bytes behind, read %d of %d fails: error %v", back, n, never.reads, err)
			}
		}
	}
}

// TestIngestFileIsDescribed: the refusal of a file for ingestion quotes its manifest.
func TestIngestFileIsDescribed(t *testing.T) {
	manifest := `{"last_commit_ts":7,"entry_count":3}`
	file := append([]byte("EKVSSTI1"), binary.BigEndian.AppendUint64(nil, uint64(len(manifest)))...)
	file = append(append(file, make([]byte, 32)...), manifest...)
	_, err := fsm.Open(bytes.NewReader(file), int64(len(file)), fsm.Options{})
	if !errors.Is(err, decoder.ErrUnsupported) || !strings.Contains(err.Error(), "last commit timestamp 7, 3 entries") {
		t.Errorf("Open = %v", err)
	}
}

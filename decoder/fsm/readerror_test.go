package fsm_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"redrill/decoder/fsm"
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

// TestNoReadErrorIsSwallowed: whichever read of a decode fails, even if the next
// one of the same bytes would not, the decode ends with that error.
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

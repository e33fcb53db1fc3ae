package fsm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"redrill/decoder"
	"redrill/fuzz/fsmtest"
)

const framesStart = wrapperV1Bytes + headerBytes

// framesFile is a file with a raw row, versions and a deletion.
func framesFile() []byte {
	row := fsmtest.String("k").Row("value")
	return fsmtest.Snapshot(fsmtest.Node(3), row.At(3), row.DeletedAt(2), fsmtest.List("l").Meta32(0, 0, 0, 7).At(1))
}

// fault reads records up to end in both ways and returns what the first pass and
// a later reading say.
func fault(b []byte, end int64) (first, later error) {
	feed := newFeed(bytes.NewReader(b[:end]), end)
	read := func(f frames) error {
		f.end, f.rising = end, true
		for pos := int64(framesStart); pos < end; {
			var r record
			if err := f.read(pos, &r); err != nil {
				return err
			}
			pos = r.end()
		}
		return nil
	}
	return read(frames{in: feed}), read(frames{in: &window{r: bytes.NewReader(b), size: end, ahead: 64}})
}

// TestBothPassesReportTheSameFault: whatever is wrong with a record, the pass
// that checks the file and those that read it again say the same of the same
// offset.
func TestBothPassesReportTheSameFault(t *testing.T) {
	whole := framesFile()
	end := int64(len(whole)) - footerBytes
	if first, later := fault(whole, end); first != nil || later != nil {
		t.Fatalf("the file as it is: %v, %v", first, later)
	}
	seen := map[error]int{}
	compare := func(what string, at int, first, later error) {
		t.Helper()
		if (first == nil) != (later == nil) || first != nil && first.Error() != later.Error() {
			t.Errorf("%s at %d: the first pass says %v, a later one %v", what, at, first, later)
		}
		for _, class := range []error{decoder.ErrCorrupt, decoder.ErrLimit} {
			if errors.Is(first, class) {
				seen[class]++
			}
		}
	}
	for at := framesStart; at < int(end); at++ {
		first, later := fault(whole, int64(at))
		compare("cut", at, first, later)
		for _, bits := range []byte{0x01, 0x02, 0x80, 0xFF} {
			damaged := bytes.Clone(whole)
			damaged[at] ^= bits
			first, later := fault(damaged, end)
			compare("damage", at, first, later)
		}
	}
	if seen[decoder.ErrCorrupt] == 0 || seen[decoder.ErrLimit] == 0 {
		t.Errorf("faults that were seen: %v", seen)
	}
}

// TestLengthFaultsAreAtTheLength: a length that is too large is reported at its
// own offset, not at that of what it is the length of.
func TestLengthFaultsAreAtTheLength(t *testing.T) {
	whole := framesFile()
	end := int64(len(whole)) - footerBytes
	keyLen := binary.LittleEndian.Uint64(whole[framesStart:])
	for what, at := range map[string]int64{"key": framesStart, "value": framesStart + lengthBytes + int64(keyLen)} {
		damaged := bytes.Clone(whole)
		binary.LittleEndian.PutUint64(damaged[at:], 1<<40)
		first, later := fault(damaged, end)
		for _, err := range []error{first, later} {
			var e *decoder.Error
			if !errors.As(err, &e) || !errors.Is(err, decoder.ErrLimit) || e.Offset != at {
				t.Errorf("length of a %s: error %v, want class limit at offset %d", what, err, at)
			}
		}
	}
}

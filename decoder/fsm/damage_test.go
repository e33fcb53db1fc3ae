package fsm_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"

	"redrill/decoder"
	"redrill/decoder/fsm"
	"redrill/keyspace"
)

// readNode reads a small snapshot that a real node wrote.
func readNode(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "node", name))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

const smallNode = "quirks/0000000000000013.fsm"

// decodeParts decodes everything and returns how many key parts there were.
func decodeParts(b []byte, opts fsm.Options) (parts int, err error) {
	s, err := fsm.Open(bytes.NewReader(b), int64(len(b)), opts)
	if err != nil {
		return 0, err
	}
	for _, err := range s.Keys(nil) {
		if err != nil {
			return parts, err
		}
		parts++
	}
	return parts, nil
}

// classed reports whether an error is of exactly one class of decoding errors.
func classed(err error) bool {
	n := 0
	for _, class := range []error{decoder.ErrCorrupt, decoder.ErrUnsupported, decoder.ErrLimit} {
		if errors.Is(err, class) {
			n++
		}
	}
	var e *decoder.Error
	return n == 1 && errors.As(err, &e)
}

func TestTruncationIsRefusedAtEveryByte(t *testing.T) {
	whole := readNode(t, smallNode)
	for n := range len(whole) {
		_, err := decodeParts(whole[:n], fsm.Options{})
		if !classed(err) {
			t.Fatalf("the first %d of %d bytes: error %v, want one of a class", n, len(whole), err)
		}
	}
}

func TestFlippedBitIsRefusedUnderAFooter(t *testing.T) {
	whole := readNode(t, smallNode)
	for i := range whole {
		damaged := bytes.Clone(whole)
		damaged[i] ^= 1 << (i % 8)
		if _, err := decodeParts(damaged, fsm.Options{}); !classed(err) {
			t.Fatalf("bit %d of byte %d flipped: error %v, want one of a class", i%8, i, err)
		}
	}
}

// Without a footer a flipped bit may pass for data. It must end in keys or in
// an error of a class, whichever bit it is.
func TestFlippedBitWithoutFooterIsKeysOrAClass(t *testing.T) {
	whole := readNode(t, smallNode)
	bare := whole[16 : len(whole)-4] // Neither wrapper nor footer.
	for i := range bare {
		for _, bit := range []byte{1 << (i % 8), 0x80, 0xFF} {
			damaged := bytes.Clone(bare)
			damaged[i] ^= bit
			if _, err := decodeParts(damaged, fsm.Options{}); err != nil && !classed(err) {
				t.Fatalf("byte %d ^ %#x: error %v is of no class", i, bit, err)
			}
		}
	}
}

// A checksum that was computed over damaged bytes is right: then the rows must
// be caught by what they mean, or be a plausible other keyspace.
func TestFlippedBitUnderARecomputedFooter(t *testing.T) {
	whole := readNode(t, smallNode)
	for i := range len(whole) - 4 {
		damaged := bytes.Clone(whole)
		damaged[i] ^= 1 << (i % 8)
		sum := crc32.Checksum(damaged[:len(damaged)-4], crc32.MakeTable(crc32.Castagnoli))
		binary.BigEndian.PutUint32(damaged[len(damaged)-4:], sum)
		if _, err := decodeParts(damaged, fsm.Options{}); err != nil && !classed(err) {
			t.Fatalf("bit %d of byte %d flipped: error %v is of no class", i%8, i, err)
		}
	}
}

func TestWrapperWithoutFooterIsRefusedUnlessAllowed(t *testing.T) {
	whole := readNode(t, smallNode)
	cut := whole[:len(whole)-4]
	if _, err := decodeParts(cut, fsm.Options{}); !errors.Is(err, decoder.ErrCorrupt) {
		t.Errorf("footer cut off: error %v, want %v", err, decoder.ErrCorrupt)
	}
	s, err := fsm.Open(bytes.NewReader(cut), int64(len(cut)), fsm.Options{AllowNoFooter: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Counted()[keyspace.NoteUnprotected]; got != 1 {
		t.Errorf("unprotected = %d, want 1", got)
	}
}

func TestClassesSumToTheRecordsFramed(t *testing.T) {
	for _, name := range []string{smallNode, "legacy/00000000000000a1.fsm"} {
		b := readNode(t, name)
		s, err := fsm.Open(bytes.NewReader(b), int64(len(b)), fsm.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var sum int64
		for _, c := range s.Info().Classes() {
			sum += c.Records()
		}
		if sum != s.Info().Records() || sum == 0 {
			t.Errorf("%s: classes sum to %d, %d records were framed", name, sum, s.Info().Records())
		}
	}
}

func FuzzDecode(f *testing.F) {
	whole := readNode(f, smallNode)
	f.Add(whole, 3, 9)
	f.Add(whole[16:len(whole)-4], 1, 1)
	f.Add([]byte("EKVPBBL1\x00\x00\x00\x00\x00\x00\x00\x00"), 1, 1)
	f.Add([]byte{0, 0, 0, 0}, 1, 1)
	f.Fuzz(func(t *testing.T, b []byte, elements, bytes int) {
		opts := fsm.Options{Part: keyspace.PartLimit{Elements: elements, Bytes: bytes}, AllowNoFooter: true}
		if _, err := decodeParts(b, opts); err != nil && !classed(err) {
			t.Fatalf("error %v is of no class", err)
		}
	})
}

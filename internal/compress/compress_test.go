package compress

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// compressed returns text in every format that is read.
func compressed(t *testing.T, text string) map[string][]byte {
	t.Helper()
	all := make(map[string][]byte)
	var gz, zst bytes.Buffer
	z, err := zstd.NewWriter(&zst)
	if err != nil {
		t.Fatal(err)
	}
	g := gzip.NewWriter(&gz)
	var lz bytes.Buffer
	l := lz4.NewWriter(&lz)
	for _, w := range []io.WriteCloser{g, z, l} {
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	all["gzip"], all["zstd"], all["lz4"] = gz.Bytes(), zst.Bytes(), lz.Bytes()
	all[Envelope] = slices.Concat([]byte(envelopeHead), lz.Bytes())
	return all
}

func read(r io.Reader) (string, error) {
	d, err := NewReader(r)
	if err != nil {
		return "", err
	}
	defer d.Close()
	b, err := io.ReadAll(d)
	return string(b), err
}

func TestDamage(t *testing.T) {
	broken := errors.New("broken")
	text := strings.Repeat("a snapshot or a dump ", 20)
	for name, in := range compressed(t, text) {
		if got := Format(in); got != name {
			t.Errorf("Format = %q, want %q", got, name)
		}
		if got, err := read(bytes.NewReader(in)); err != nil || got != text {
			t.Fatalf("%s: %q, %v", name, got, err)
		}
		for n := min(HeadBytes, len(in)); n < len(in); n++ {
			got, err := read(bytes.NewReader(in[:n]))
			if err == nil && (name == "lz4" || name == Envelope) && (got == "" || got == text) {
				continue // between blocks; the content has to say that it is not whole
			}
			if !errors.Is(err, ErrCorrupt) {
				t.Errorf("%s: first %d of %d bytes: error %v, want %q", name, n, len(in), err, ErrCorrupt)
			}
		}
		for n := range in {
			r := io.MultiReader(bytes.NewReader(in[:n]), iotest.ErrReader(broken))
			if _, err := read(r); !errors.Is(err, broken) || errors.Is(err, ErrCorrupt) {
				t.Errorf("%s: input fails after %d bytes: error %v, want %v without a class", name, n, err, broken)
			}
		}
		got, err := read(bytes.NewReader(append(bytes.Clone(in), "rubbish"...)))
		if name == Envelope {
			if err != nil || got != text {
				t.Errorf("%s: trailing bytes: %q, %v: a server ignores them", name, got, err)
			}
		} else if !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: trailing bytes: error %v, want %q", name, err, ErrCorrupt)
		}
	}
	if _, err := OpenFile(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("OpenFile of no file: %v, want %v", err, fs.ErrNotExist)
	}
}

func TestNotCompressed(t *testing.T) {
	for _, text := range []string{"", "E", "\x1f", "\x28\xb5\x2f", "EKVPBBL1 and more", "VCS\x02\x01\x00\x01", "VCS\x01\x02\x00\x01", "VCS\x01\x01\x01\x01", "VCS\x01\x01\x00\x02", envelopeHead[:6]} {
		if got, err := read(strings.NewReader(text)); err != nil || got != text {
			t.Errorf("%q reads as %q, %v", text, got, err)
		}
		if got := Format([]byte(text)); got != "" {
			t.Errorf("Format(%q) = %q", text, got)
		}
	}
}

// TestWindowIsALimit: the file is sound, only too large a window is claimed.
func TestWindowIsALimit(t *testing.T) {
	for _, window := range []int{MaxWindowBytes, 2 * MaxWindowBytes} {
		var b bytes.Buffer
		w, err := zstd.NewWriter(&b, zstd.WithWindowSize(window), zstd.WithSingleSegment(false))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("te")); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil { // so that the size is not known in advance
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("xt")); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := read(&b)
		if window <= MaxWindowBytes {
			if err != nil || got != "text" {
				t.Errorf("window of %d: %q, %v", window, got, err)
			}
			continue
		}
		if !errors.Is(err, ErrLimit) || errors.Is(err, ErrCorrupt) {
			t.Errorf("window of %d: %v, want %v", window, err, ErrLimit)
		}
	}
}

// TestSkippableFrame: parallel writers begin a file with one.
func TestSkippableFrame(t *testing.T) {
	frame := binary.LittleEndian.AppendUint32(nil, 0x184d2a5f)
	frame = binary.LittleEndian.AppendUint32(frame, 4)
	in := append(append(frame, "size"...), compressed(t, "text")["zstd"]...)
	if got, err := read(bytes.NewReader(in)); err != nil || got != "text" || Format(in) != "zstd" {
		t.Errorf("%q, %v, format %q", got, err, Format(in))
	}
}

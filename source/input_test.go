package source

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"redrill/decoder"
	"redrill/internal/compress"
	"redrill/keyspace"
)

func gzipped(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zstded(t *testing.T, b []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(b, nil)
}

func twoKeys(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "testdata", "field", "two.fsm"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// namesOf opens a source, reads it twice, and returns the names of its keys.
func namesOf(t *testing.T, path string, stdin io.Reader) string {
	t.Helper()
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	o, err := Open(context.Background(), path, stdin, Options{})
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	var passes []string
	for range 2 {
		keys, err := o.Keys()
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for k, err := range keys.Keys(func(keyspace.Note) {}) {
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, k.Name)
		}
		passes = append(passes, strings.Join(names, " "))
	}
	if passes[0] != passes[1] {
		t.Errorf("%s: %q, and then %q", path, passes[0], passes[1])
	}
	if err := o.Close(); err != nil {
		t.Error(err)
	}
	if err := readAll(o); !errors.Is(err, os.ErrClosed) {
		t.Errorf("%s: after Close: %v, want %v", path, err, os.ErrClosed)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("%s: left behind: %v, %v", path, left, err)
	}
	return passes[0]
}

const two = "cfg jobs"

func TestOpenLayers(t *testing.T) {
	plain, dir := twoKeys(t), t.TempDir()
	for name, b := range map[string][]byte{
		"plain": plain, "gz": gzipped(t, plain), "zst": zstded(t, plain), "gz of zst": gzipped(t, zstded(t, plain)),
		"four layers": gzipped(t, gzipped(t, gzipped(t, gzipped(t, plain)))),
	} {
		if got := namesOf(t, write(t, filepath.Join(dir, name), string(b)), nil); got != two {
			t.Errorf("%s: keys %q, want %q", name, got, two)
		}
		if got := namesOf(t, "-", bytes.NewReader(b)); got != two {
			t.Errorf("%s from stdin: keys %q, want %q", name, got, two)
		}
	}
	five := gzipped(t, gzipped(t, gzipped(t, gzipped(t, gzipped(t, plain)))))
	if _, err := Open(context.Background(), "-", bytes.NewReader(five), Options{}); !errors.Is(err, decoder.ErrUnsupported) {
		t.Errorf("five layers: %v", err)
	}
}

func TestOpenDamage(t *testing.T) {
	plain := twoKeys(t)
	for name, tt := range map[string]struct {
		b    []byte
		want error
	}{
		"cut snapshot":       {plain[:len(plain)-9], decoder.ErrCorrupt},
		"cut gzip":           {gzipped(t, plain)[:100], compress.ErrCorrupt},
		"cut within a magic": {[]byte("EKVTHL"), decoder.ErrCorrupt},
	} {
		_, err := Open(context.Background(), "-", bytes.NewReader(tt.b), Options{})
		if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), "standard input") {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

// TestURLs: the scheme is named, and nothing else of it.
func TestURLs(t *testing.T) {
	for _, url := range []string{"s3://b/secret", "HTTPS://u:secret@h/f?sig=secret", "gs://secret", "file:///secret", "redis://u:secret@h", "valkeys://secret"} {
		_, err := Open(context.Background(), url, nil, Options{})
		if !errors.Is(err, ErrUsage) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %v without the secret", url, err, ErrUsage)
		}
	}
	if err := CheckURL("no/url"); err != nil {
		t.Error(err)
	}
}

func TestNewest(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"00000000000000a1.fsm", "00000000000000b1.fsm.gz", "0000000000000099.fsm", "fff.fsm", "zzzzzzzzzzzzzzzz.fsm", "0000000000000fff.tmp"} {
		write(t, filepath.Join(dir, name), "x")
	}
	if err := os.Mkdir(filepath.Join(dir, "0000000000000fff.fsm"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "0000000000000ffe.fsm")); err != nil {
		t.Skip(err)
	}
	if got, err := Newest(dir); err != nil || filepath.Base(got) != "00000000000000b1.fsm.gz" {
		t.Errorf("Newest = %s, %v", got, err)
	}
	for name, want := range map[string]string{
		"appendonly.aof.manifest": "append-only directory", "appendonly.aof": "append-only log", "CHECKSUMS": "unfinished",
	} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, name), "x")
		if _, err := Newest(dir); !errors.Is(err, decoder.ErrUnsupported) || !strings.Contains(err.Error(), want) {
			t.Errorf("directory with %s: %v, want %q", name, err, want)
		}
	}
	if _, err := Newest(t.TempDir()); !errors.Is(err, ErrUsage) {
		t.Errorf("empty directory: %v, want %v", err, ErrUsage)
	}
}

// TestInterruptEndsWaiting: nobody writes to the pipe, nobody sends anything.
func TestInterruptEndsWaiting(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := mkfifo(pipe); err != nil {
		t.Skip(err)
	}
	r, w := io.Pipe()
	defer w.Close()
	for path, stdin := range map[string]io.Reader{pipe: nil, "-": r} {
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() {
			_, err := Open(ctx, path, stdin, Options{})
			done <- err
		}()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want %v", path, err, context.Canceled)
		}
	}
}

func TestUninterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	o, err := Open(ctx, filepath.Join("..", "testdata", "field", "two.fsm"), nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	read := func() error {
		keys, err := o.Keys()
		if err != nil {
			return err
		}
		for _, err := range keys.Keys(func(keyspace.Note) {}) {
			if err != nil {
				return err
			}
		}
		return nil
	}
	cancel()
	if err := read(); !errors.Is(err, context.Canceled) {
		t.Errorf("after an interrupt: %v, want %v", err, context.Canceled)
	}
	o.Uninterrupted()
	if err := read(); err != nil {
		t.Errorf("uninterrupted: %v", err)
	}
}

func TestPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := mkfifo(pipe); err != nil {
		t.Skip(err)
	}
	b := twoKeys(t)
	go func() { _ = os.WriteFile(pipe, b, 0o600) }()
	if got := namesOf(t, pipe, nil); got != two {
		t.Errorf("keys %q, want %q", got, two)
	}
}

func TestCheckRoom(t *testing.T) {
	dir := t.TempDir()
	if err := CheckRoom(dir, 1); err != nil {
		t.Error(err)
	}
	if err := CheckRoom(filepath.Join(dir, "absent"), 1); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a directory that is not there: %v", err)
	}
	free, ok := room(dir)
	if !ok {
		t.Skip("the system does not say how much is free")
	}
	if free <= 0 {
		t.Errorf("%d bytes are free", free)
	}
	if err := CheckRoom(dir, 1<<62); !errors.Is(err, ErrNoRoom) {
		t.Errorf("more than any disk: %v, want %v", err, ErrNoRoom)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestDumpBytes(t *testing.T) {
	dir := t.TempDir()
	snapshot := strings.Repeat("EKVPBBL1", 100)
	for name, tt := range map[string]struct {
		text string
		want int64
	}{
		"a.fsm":                {snapshot, 40},
		"a.jsonl":              {`{"redrill_dump":1}` + strings.Repeat("\n", 100), 118},
		"00000000000000a1.fsm": {snapshot + snapshot, 80},
		"empty":                {"", 0},
	} {
		write(t, filepath.Join(dir, name), tt.text)
		if got := DumpBytes(filepath.Join(dir, name)); got != tt.want {
			t.Errorf("DumpBytes(%s) = %d, want %d", name, got, tt.want)
		}
	}
	tree := filepath.Join(dir, "tree")
	if err := os.MkdirAll(filepath.Join(tree, "redis", "db_0", "strings"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(tree, "MANIFEST.json"), "{}")
	write(t, filepath.Join(tree, "redis", "db_0", "strings", "a.bin"), snapshot)
	write(t, filepath.Join(tree, "redis", "db_0", "strings_ttl.jsonl"), snapshot)
	for path, want := range map[string]int64{tree: 200, dir: 80, filepath.Join(dir, "absent"): 0, "-": 0} {
		if got := DumpBytes(path); got != want {
			t.Errorf("DumpBytes(%s) = %d, want %d", path, got, want)
		}
	}
}

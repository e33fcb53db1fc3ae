package source

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pierrec/lz4/v4"

	"redrill/decoder"
)

// rdb1 is an RDB file of one key.
const rdb1 = "REDIS0001\x00\x01k\x01v\xff"

// TestNewestRDB: of the RDB files of a directory, the one that was modified last.
func TestNewestRDB(t *testing.T) {
	dir := t.TempDir()
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for i, name := range []string{"dump-b.rdb.gz", "dump-a.rdb", "temp-77.rdb", "rdb", "notes.txt"} {
		path := write(t, filepath.Join(dir, name), rdb1)
		if err := os.Chtimes(path, at, at.Add(time.Duration(i)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := Newest(dir); err != nil || filepath.Base(got) != "dump-a.rdb" {
		t.Errorf("Newest = %s, %v", got, err)
	}
	// A snapshot of a node counts before them.
	write(t, filepath.Join(dir, "00000000000000a1.fsm"), "x")
	if got, err := Newest(dir); err != nil || filepath.Base(got) != "00000000000000a1.fsm" {
		t.Errorf("Newest = %s, %v", got, err)
	}
}

// TestAppendOnlyDirectory: the RDB file in it is not the data set.
func TestAppendOnlyDirectory(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "appendonly.aof.1.base.rdb"), rdb1)
	write(t, filepath.Join(dir, "appendonly.aof.manifest"), "file appendonly.aof.1.base.rdb seq 1 type b\n")
	_, err := Newest(dir)
	var foreign *Foreign
	if !errors.As(err, &foreign) || !strings.Contains(foreign.Hint(), "BGREWRITEAOF") {
		t.Errorf("Newest: %v", err)
	}
}

// TestWarningOfALog: a file beside an append-only log says so, wherever it was named.
func TestWarningOfALog(t *testing.T) {
	dir := t.TempDir()
	path := write(t, filepath.Join(dir, "dump.rdb"), rdb1)
	for _, named := range []string{dir, path} {
		for _, want := range []string{"", "appendonlydir"} {
			if want != "" {
				if err := os.MkdirAll(filepath.Join(dir, want), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			o, err := Open(context.Background(), named, nil, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := o.Warning; (want == "") != (got == "") || !strings.Contains(got, want) {
				t.Errorf("%s: warning %q, want one of %q", named, got, want)
			}
			if err := o.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Remove(filepath.Join(dir, "appendonlydir")); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLooksLikeRDB: only what is there, can be opened and begins as an RDB file.
func TestLooksLikeRDB(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"dump.rdb": rdb1, "other.bin": rdb1, "valkey.rdb": "VALKEY080\xff",
		"text.rdb": "hello", "empty.rdb": "", "broken.rdb.gz": "\x1f\x8bREDIS",
	} {
		path := write(t, filepath.Join(dir, name), text)
		want := strings.Contains(text, "REDIS") && !strings.HasPrefix(name, "broken") || strings.HasPrefix(text, "VALKEY")
		if got := LooksLikeRDB(path); got != want {
			t.Errorf("LooksLikeRDB(%s) = %v", name, got)
		}
	}
	for _, path := range []string{"-", dir + "/none", t.TempDir()} {
		if LooksLikeRDB(path) {
			t.Errorf("LooksLikeRDB(%s)", path)
		}
	}
}

// TestRDBIsDescribed: writer, version and checksum are told, and what is missing.
func TestRDBIsDescribed(t *testing.T) {
	for path, want := range map[string][]string{
		"redis-7.2.6/functions/dump.rdb":                 {"version 11 of Redis 7.2.6", "the server used ", " bytes of memory", "verified", " of functions", "written 2026-"},
		"valkey-9.0.4/cluster/dump.rdb":                  {"version 80 of Valkey 9.0.4", "22 hash with expire times"},
		"redis-5.0.14/lfu/dump.rdb":                      {"30 keys with an access frequency (LFU)"},
		"redis-6.2.16/lru/dump.rdb":                      {"30 keys with an idle time (LRU)"},
		"redis-5.0.14/repl/dump.rdb":                     {"replication ID ", ", offset "},
		"redis-2.6.17/alltypes/dump.rdb":                 {"version 6 of Redis, checksum"},
		"redis-2.4.18/alltypes/dump.rdb.gz":              {"version 2 of Redis, NO CHECKSUM", "9 hash in a zipmap"},
		"redis-8.8dev-84318433/functions/dump.rdb":       {"of functions"},
		"redis-7.4.1/module/dump.rdb":                    {"7 module"},
		"valkey-7.2.13/small/dump.rdb":                   {"version 11 of "},
		"redis-8.0ga-6ec78b474/newtypes/dump.rdb":        {"version 12 of Redis"},
		"redis-8.6-3339b753b/keymeta/dump.rdb":           {"version 13 of Redis"},
		filepath.Join("redis-7.0-rc1", "small/dump.rdb"): {"version 10 of Redis"},
	} {
		o, err := Open(context.Background(), filepath.Join("..", "testdata", "rdb", path), nil, Options{})
		if err != nil {
			t.Error(err)
			continue
		}
		d := o.Describe()
		all := strings.Join(d.Lines, "\n") + "\n" + strings.Join(d.Details, "\n")
		for _, s := range d.Sections {
			all += "\n" + strings.Join(s.Lines, "\n")
		}
		for _, w := range want {
			if !strings.Contains(all, w) {
				t.Errorf("%s: %q is missing in\n%s", path, w, all)
			}
		}
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestEnvelope: a file that Valkey 9.2 compressed as a whole is read like one that
// it did not, and a server gets the file itself.
func TestEnvelope(t *testing.T) {
	whole, err := os.ReadFile(filepath.Join("..", "testdata", "rdb", "redis-7.2.6", "functions", "dump.rdb"))
	if err != nil {
		t.Fatal(err)
	}
	var frame bytes.Buffer
	w := lz4.NewWriter(&frame)
	if _, err := w.Write(whole); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "dump.rdb")
	file := slices.Concat([]byte("VCS\x01\x01\x00\x01"), frame.Bytes(), []byte("ignored"))
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if !LooksLikeRDB(path) {
		t.Error("it does not look like an RDB file")
	}
	o, err := Open(t.Context(), path, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	got, err := io.ReadAll(o.Load.Content())
	if err != nil || !bytes.Equal(got, whole) || o.Format != rdbName {
		t.Errorf("format %s, %d bytes for a server, want %d (%v)", o.Format, len(got), len(whole), err)
	}
	for n := 7; n < len(file)-len("ignored"); n += 97 {
		if err := os.WriteFile(path, file[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if o, err := Open(t.Context(), path, nil, Options{}); err == nil {
			_ = o.Close()
			t.Errorf("cut to %d bytes: no error", n)
		}
	}
}

// TestDatabasesAreBounded: a file does not decide how much memory a server takes.
func TestDatabasesAreBounded(t *testing.T) {
	for db, want := range map[uint32]int{15: 0, 16: 17, 1<<16 - 1: 1 << 16, 1 << 16: 0, 1 << 30: 0} {
		file := binary.BigEndian.AppendUint32([]byte("REDIS0003\xfe\x80"), db)
		path := filepath.Join(t.TempDir(), "db.rdb")
		if err := os.WriteFile(path, append(file, "\x00\x01k\x01v\xff"...), 0o600); err != nil {
			t.Fatal(err)
		}
		o, err := Open(t.Context(), path, nil, Options{})
		if err != nil {
			t.Errorf("database %d: %v", db, err)
			continue
		}
		if got := o.Load.Databases; got != want {
			t.Errorf("database %d: a server with %d databases, want %d", db, got, want)
		}
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestTwoRDBFilesInOne: nobody takes both for read.
func TestTwoRDBFilesInOne(t *testing.T) {
	whole, err := os.ReadFile(filepath.Join("..", "testdata", "rdb", "redis-7.2.6", "functions", "dump.rdb"))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		behind []byte
		said   bool
	}{{whole, true}, {[]byte("REDIX"), false}, {nil, false}} {
		path := filepath.Join(t.TempDir(), "two.rdb")
		if err := os.WriteFile(path, slices.Concat(whole, row.behind), 0o600); err != nil {
			t.Fatal(err)
		}
		o, err := Open(t.Context(), path, nil, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.Join(o.Describe().Lines, "\n"); strings.Contains(lines, "ANOTHER RDB FILE") != row.said {
			t.Errorf("with %d bytes behind: %s", len(row.behind), lines)
		}
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestDamagedRDB: what is wrong is told with its offset, and is no foreign file.
func TestDamagedRDB(t *testing.T) {
	whole, err := os.ReadFile(filepath.Join("..", "testdata", "rdb", "redis-7.2.6", "functions", "dump.rdb"))
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(whole)
	flipped[len(flipped)/2] ^= 1
	for name, row := range map[string]struct {
		bytes []byte
		want  string
		class error
	}{
		"cut":     {whole[:len(whole)-20], "truncated", decoder.ErrCorrupt},
		"flipped": {flipped, "checksum is", decoder.ErrCorrupt},
		"five":    {whole[:5], "in its header", decoder.ErrCorrupt},
		"newer":   {append([]byte("REDIS0099"), whole[9:]...), "version 99", decoder.ErrUnsupported},
		"base":    {[]byte("REDIS0011\xfa\x08aof-base\xc0\x01\xff\x00\x00\x00\x00\x00\x00\x00\x00*1\r\n$4\r\nPING\r\n"), "an append-only file", decoder.ErrUnsupported},
	} {
		path := write(t, filepath.Join(t.TempDir(), "dump.rdb"), string(row.bytes))
		_, err := Open(context.Background(), path, nil, Options{})
		if !errors.Is(err, row.class) || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), "offset ") {
			t.Errorf("%s: %v, want %q", name, err, row.want)
		}
	}
}

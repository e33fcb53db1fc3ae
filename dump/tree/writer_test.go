package tree

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
)

func TestCreateRefuses(t *testing.T) {
	tests := []struct {
		name string
		make func(t *testing.T, dir string) Options
		want string
	}{
		{"a directory with a file", func(t *testing.T, dir string) Options {
			t.Helper()
			write(t, dir, "stale", "")
			return Options{}
		}, "not empty"},
		{"a directory with a hidden directory", func(t *testing.T, dir string) Options {
			t.Helper()
			write(t, dir, ".git/x", "")
			return Options{}
		}, "not empty"},
		{"a file", func(t *testing.T, dir string) Options {
			t.Helper()
			write(t, filepath.Dir(dir), filepath.Base(dir), "")
			return Options{}
		}, "a regular file is not a directory"},
		{"the year 10000", func(*testing.T, string) Options {
			return Options{WallTime: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}
		}, "year 10000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "tree")
			opts := tt.make(t, dir)
			if _, err := Create(dir, opts); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Create = %v, want an error with %q", err, tt.want)
			}
		})
	}
}

func TestCreateTakes(t *testing.T) {
	parent := t.TempDir()
	for _, dir := range []string{parent, filepath.Join(parent, "new")} {
		w, err := Create(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Abort(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(parent); err != nil {
		t.Errorf("Abort removed a directory that was there before: %v", err)
	}
	if _, err := os.Stat(filepath.Join(parent, "new")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Abort left the directory that Create made: %v", err)
	}
}

func TestModes(t *testing.T) {
	dir := writeTree(t, goldenKeys())
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if e.IsDir() {
			want = fs.ModeDir | 0o700
		}
		if got := info.Mode(); got != want {
			t.Errorf("%s has mode %v, want %v", path, got, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestKeyRefuses(t *testing.T) {
	str := keyspace.String("v")
	tests := []struct {
		name string
		keys []keyspace.Key
		want string
	}{
		{"a key twice", []keyspace.Key{{Name: "k", Value: str}, {Name: "k", Value: str}}, "exists already"},
		{"no value", []keyspace.Key{{Name: "k"}}, "without a value"},
		{"negative database", []keyspace.Key{{DB: -1, Value: str}}, "out of range"},
		{"expire time before 1970", []keyspace.Key{{Value: str, ExpireAt: keyspace.ExpireAtMs(-1)}}, "before 1970"},
		{"second part alone", []keyspace.Key{{Value: str, Part: 1}}, "without the parts before"},
		{"a part twice", []keyspace.Key{{Value: str, More: true}, {Value: str}}, "part 0 after part 0"},
		{"another key in between", []keyspace.Key{{Value: str, More: true}, {Name: "b", Value: str}}, "another key"},
		{"another database in between", []keyspace.Key{{Value: str, More: true}, {DB: 1, Value: str, Part: 1}}, "another key"},
		{"another type", []keyspace.Key{{Value: str, More: true}, {Value: keyspace.List{"x"}, Part: 1}}, "a part is a list"},
		{"another expire time", []keyspace.Key{{Value: str, More: true}, {Value: str, Part: 1, ExpireAt: keyspace.ExpireAtMs(1)}}, "expire time"},
		{"members descending", []keyspace.Key{{Value: keyspace.Set{"b", "a"}}}, `"a" after "b"`},
		{"members equal", []keyspace.Key{{Value: keyspace.Set{"a", "a"}}}, `"a" after "a"`},
		{"members descending across parts", []keyspace.Key{{Value: keyspace.Set{"b"}, More: true}, {Value: keyspace.Set{"a"}, Part: 1}}, `"a" after "b"`},
		{"fields descending", []keyspace.Key{{Value: keyspace.Hash{{Name: "b"}, {Name: "a"}}}}, `"a" after "b"`},
		{"scores ascending, members descending", []keyspace.Key{{Value: keyspace.ZSet{{Name: "b", Score: 1}, {Name: "a", Score: 2}}}}, `"a" after "b"`},
		{"HyperLogLog descending", []keyspace.Key{{Value: keyspace.HyperLogLog{"b", "a"}}}, `"a" after "b"`},
		{"entries descending", []keyspace.Key{{Value: keyspace.Stream{Entries: []keyspace.Entry{{ID: keyspace.ID{Ms: 10}}, {ID: keyspace.ID{Ms: 9}}}}}}, "9-0 after 10-0"},
		{"last ID changes", []keyspace.Key{{Value: keyspace.Stream{}, More: true}, {Value: keyspace.Stream{LastID: keyspace.ID{Ms: 1}}, Part: 1}}, "last ID"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "tree")
			w, err := Create(dir, Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range tt.keys {
				if err = w.Key(k); err != nil {
					break
				}
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Key = %v, want an error with %q", err, tt.want)
			}
			for name, again := range map[string]error{
				"Key":   w.Key(keyspace.Key{Name: "z", Value: str}),
				"Note":  w.Note(keyspace.Note{Kind: keyspace.NoteCounter}),
				"Close": w.Close(),
			} {
				if !errors.Is(again, err) {
					t.Errorf("%s afterwards = %v, want %v", name, again, err)
				}
			}
			if _, err := os.Stat(filepath.Join(dir, manifestName)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a failed tree has a manifest: %v", err)
			}
			if err := w.Abort(); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("Abort left the directory: %v", err)
			}
		})
	}
}

func TestCloseInsideKey(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tree")
	w, err := Create(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Key(keyspace.Key{Value: keyspace.List{"a"}, More: true}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err == nil || !strings.Contains(err.Error(), "has more") {
		t.Errorf("Close = %v, want an error about the missing part", err)
	}
	if err := w.Abort(); err != nil {
		t.Error(err)
	}
}

func TestAfterClose(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tree")
	w, err := Create(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Abort(); err != nil {
		t.Fatal(err)
	}
	if _, err := readTree(t, dir, keyspace.DefaultPartLimit); err != nil {
		t.Errorf("a tree without keys: %v", err)
	}
	if err := w.Key(keyspace.Key{Value: keyspace.String("")}); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Key after Close = %v, want %v", err, fs.ErrClosed)
	}
}

// TestCollision stands in for a file system that does not tell A from a: what is
// at the place of a file is never replaced.
func TestCollision(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tree")
	w, err := Create(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Key(keyspace.Key{Name: "A", Value: keyspace.String("1")}); err != nil {
		t.Fatal(err)
	}
	strs := filepath.Join(dir, "redis", "db_0", "strings")
	if err := os.Symlink("A.bin", filepath.Join(strs, "a.bin")); err != nil {
		t.Fatal(err)
	}
	if err := w.Key(keyspace.Key{Name: "a", Value: keyspace.String("2")}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Key = %v, want %v", err, fs.ErrExist)
	}
	if b, err := os.ReadFile(filepath.Join(strs, "A.bin")); err != nil || string(b) != "1" {
		t.Errorf("the first key's file is %q, %v", b, err)
	}
}

func TestLosses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tree")
	w, err := Create(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	id := func(ms uint64) keyspace.ID { return keyspace.ID{Ms: ms} }
	nan := keyspace.Member{Name: "n", Score: math.NaN()}
	keys := []keyspace.Key{
		{Name: "nan only", Value: keyspace.ZSet{nan}},
		{Name: "nan too", Value: keyspace.ZSet{{Name: "a", Score: 1}, nan, {Name: "z", Score: 2}}},
		{Name: "trimmed", Value: keyspace.Stream{LastID: id(9), MaxDeletedID: id(4)}},
		{Name: "behind", Value: keyspace.Stream{LastID: id(1), Entries: []keyspace.Entry{{ID: id(5), Pairs: []keyspace.Pair{{}}}}}},
		{Name: "epoch", ExpireAt: keyspace.ExpireAtMs(0), Value: keyspace.String("v")},
		{Name: "other", DB: 1, Value: keyspace.String("v")},
		{Name: "hll", DB: 1, Value: keyspace.HyperLogLog{"a", "\xfe", "\xff"}},
		{Name: "stream", DB: 1, Value: keyspace.Stream{LastID: id(3), Entries: []keyspace.Entry{
			{ID: id(1), Pairs: []keyspace.Pair{{Field: "\xff", Value: "\xff"}, {Value: "\xff"}}}, {ID: id(2), Pairs: []keyspace.Pair{{Field: "f"}}},
		}}},
	}
	for _, k := range keys {
		if err := w.Key(k); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range []keyspace.Note{
		{Kind: keyspace.NoteEmpty, Name: "h", Type: keyspace.TypeHash},
		{Kind: keyspace.NoteEmpty, Name: "l", Type: keyspace.TypeList},
		{Kind: keyspace.NoteEmpty, Name: "s", Type: keyspace.TypeSet},
		{Kind: keyspace.NoteUnreadable, Name: "u"}, {Kind: keyspace.NoteUnreadable, Name: "v"},
	} {
		if err := w.Note(n); err != nil {
			t.Fatal(err)
		}
	}
	w.Count(keyspace.NoteUnknown, 3)
	w.Count(keyspace.NoteNewer, 0)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want := Losses{
		NaNScores: 2, MaxDeletedIDs: 1, LastIDs: 1, EpochExpiries: 1, NotUTF8: 3, OtherDatabases: 3,
		Notes: keyspace.Tally{keyspace.NoteUnreadable: 2, keyspace.NoteUnknown: 3},
	}
	if diff := cmp.Diff(want, w.Losses()); diff != "" {
		t.Errorf("losses (-want +got):\n%s", diff)
	}
	c, err := readTree(t, dir, keyspace.DefaultPartLimit)
	if err != nil {
		t.Fatal(err)
	}
	wantKeys := []keyspace.Key{
		{Name: "behind", Value: keyspace.Stream{LastID: id(5), Entries: []keyspace.Entry{{ID: id(5), Pairs: []keyspace.Pair{{}}}}}},
		keys[4],
		{Name: "nan too", Value: keyspace.ZSet{{Name: "a", Score: 1}, {Name: "z", Score: 2}}},
		{Name: "trimmed", Value: keyspace.Stream{LastID: id(9)}},
		keys[6], keys[5], keys[7],
	}
	if diff := cmp.Diff(wantKeys, c.Keys, equalKeys); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	var empty []string
	for _, n := range c.Notes {
		empty = append(empty, string(n.Kind)+" "+n.Type.String()+" "+n.Name)
	}
	if diff := cmp.Diff([]string{"empty hash h", "empty list l", "empty zset nan only", "empty set s"}, empty); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

// TestNoteInsideKey takes the notes that a source delivers before the last part.
func TestNoteInsideKey(t *testing.T) {
	w, err := Create(filepath.Join(t.TempDir(), "tree"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Key(keyspace.Key{Value: keyspace.List{"a"}, More: true}); err != nil {
		t.Fatal(err)
	}
	if err := w.Note(keyspace.Note{Kind: keyspace.NoteCounter, Type: keyspace.TypeList}); err != nil {
		t.Error(err)
	}
	if err := w.Note(keyspace.Note{Kind: keyspace.NoteEmpty, Name: "b", Type: keyspace.TypeList}); err == nil {
		t.Error("an empty key was taken between the parts of another")
	}
	if err := w.Abort(); err != nil {
		t.Error(err)
	}
}

// TestDatabasesInTurn goes back and forth between databases, whose sidecars are
// closed and opened again.
func TestDatabasesInTurn(t *testing.T) {
	var keys, want []keyspace.Key
	for i := range 3 {
		for db := range 3 {
			keys = append(keys, keyspace.Key{
				DB: db, Name: strings.Repeat("k", 300+i), Value: keyspace.String("v"), ExpireAt: keyspace.ExpireAtMs(int64(i*10 + db)),
			})
		}
	}
	for db := range 3 {
		for i := range 3 {
			want = append(want, keys[i*3+db])
		}
	}
	c, err := readTree(t, writeTree(t, keys), keyspace.DefaultPartLimit)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, c.Keys, equalKeys); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

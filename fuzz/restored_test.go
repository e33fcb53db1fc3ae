package fuzz

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	rdbdecoder "redrill/decoder/rdb"
	"redrill/internal/compress"
	"redrill/internal/redistest"
	"redrill/keyspace"
	"redrill/restore"
)

// TestRestoredFilesComeBack restores by commands what real servers wrote, in parts of
// several sizes, has the server save it, and compares the two files: nothing but what
// the result counts as not carried differs.
func TestRestoredFilesComeBack(t *testing.T) {
	files, err := filepath.Glob("../testdata/rdb/*/*/dump.rdb*")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for i, name := range files {
		t.Run(filepath.Base(filepath.Dir(filepath.Dir(name)))+"/"+filepath.Base(filepath.Dir(name)), func(t *testing.T) {
			t.Parallel()
			limit := []keyspace.PartLimit{{}, {Elements: 1}, {Elements: 7, Bytes: 100}}[i%3]
			restoredComesBack(t, readRDB(t, name), limit)
		})
	}
}

func readRDB(t *testing.T, name string) []byte {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := compress.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func openRDB(t *testing.T, b []byte, limit keyspace.PartLimit) *rdbdecoder.Snapshot {
	t.Helper()
	s, err := rdbdecoder.Open(bytes.NewReader(b), int64(len(b)), rdbdecoder.Options{Part: limit})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func assembled(t *testing.T, s *rdbdecoder.Snapshot) []keyspace.Key {
	t.Helper()
	keys, err := keyspace.Assemble(s.Keys(func(keyspace.Note) {}))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func restoredComesBack(t *testing.T, file []byte, limit keyspace.PartLimit) {
	t.Helper()
	dir := t.TempDir()
	server := redistest.Start(t, "--dir", dir, "--dbfilename", "dump.rdb")
	s := openRDB(t, file, limit)
	asOfMs := time.Now().UnixMilli()
	needs := restore.NewNeeds(asOfMs)
	needs.AddFunctions(s.Functions())
	for k, err := range s.Keys(func(keyspace.Note) {}) {
		if err != nil {
			t.Fatal(err)
		}
		needs.Add(k)
	}
	result, err := restore.Run(t.Context(), server.Options, s.Keys(func(keyspace.Note) {}), restore.Options{
		Server: restore.Server{XSetID: true, MaxDeletedID: true, SetPXAT: true, Consumers: true}, Needs: needs,
		AsOfMs: asOfMs, Functions: s.Functions(), Now: time.Now, RunID: "a",
	})
	if err != nil {
		t.Fatal(err)
	}
	lost := map[string]int64{}
	for _, l := range result.NotCarried {
		lost[l.What] = l.Count
	}
	server.Do(t, "SAVE")
	saved, err := os.ReadFile(filepath.Join(dir, "dump.rdb"))
	if err != nil {
		t.Fatal(err)
	}
	back := openRDB(t, saved, keyspace.PartLimit{})
	for want, got := range keyspace.Paired(carried(assembled(t, openRDB(t, file, limit)), lost), carried(assembled(t, back), nil)) {
		switch {
		case got == nil:
			t.Errorf("%s is missing", want.Label())
		case want == nil:
			t.Errorf("%s is extra", got.Label())
		default:
			if w, is := want.Value.(keyspace.Stream); is && !known(w.EntriesAdded) {
				g := got.Value.(keyspace.Stream)
				g.EntriesAdded = w.EntriesAdded // the server counted
				got.Value = g
			}
			for _, c := range keyspace.Diff(*want, *got) {
				t.Errorf("%s: %.300s", want.Label(), c.Text)
			}
		}
	}
	if w, g := slices.Sorted(slices.Values(s.Functions())), slices.Sorted(slices.Values(back.Functions())); !slices.Equal(w, g) {
		t.Errorf("functions %q, want %q", g, w)
	}
	for what, n := range lost {
		if n != 0 {
			t.Errorf("%d of what is not carried were not found: %s", n, what)
		}
	}
}

func known[T comparable](o keyspace.Optional[T]) bool { _, ok := o.Get(); return ok }

// carried takes from keys what a Redis 7.0 is not given by commands, and from lost what
// that is.
func carried(keys []keyspace.Key, lost map[string]int64) (kept []keyspace.Key) {
	lose := func(what string) {
		if lost != nil {
			lost[what]--
		}
	}
	for _, k := range keys {
		k, _ = keyspace.Representable(k)
		switch v := k.Value.(type) {
		case keyspace.Array:
			lose(restore.LostArrays)
			continue
		case keyspace.Opaque:
			lose(restore.LostOpaque + v.Kind)
			continue
		case keyspace.Hash:
			for i := range v {
				if _, expires := v[i].ExpireAt.Ms(); expires {
					lose(restore.LostFieldExpiry)
					v[i].ExpireAt = keyspace.ExpireAt{}
				}
			}
		case keyspace.Stream:
			if known(v.FirstID) {
				lose(restore.LostFirstIDs)
				v.FirstID = keyspace.Optional[keyspace.ID]{}
			}
			for i := range v.Groups {
				carriedGroup(&v.Groups[i], lose)
			}
			k.Value = v
		case keyspace.ZSet:
			for i := range v {
				v[i].Score += 0 // a small sorted set cannot hold -0
			}
		case keyspace.String, keyspace.List, keyspace.Set, keyspace.HyperLogLog:
		}
		kept = append(kept, k)
	}
	return kept
}

func carriedGroup(g *keyspace.Group, lose func(string)) {
	for i, c := range g.Consumers {
		if known(c.SeenMs) || known(c.ActiveMs) {
			lose(restore.LostConsumerTimes)
			g.Consumers[i] = keyspace.Consumer{Name: c.Name}
		}
	}
	var owned []keyspace.Pending
	for _, e := range g.Pending {
		if known(e.Owner) {
			owned = append(owned, e)
		} else {
			lose(restore.LostOwnerless)
		}
	}
	g.Pending = owned
}

package rdb_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"redrill/decoder/rdb"
	"redrill/keyspace"
)

// fixtures is where the files of real servers are, each with what its server showed.
var fixtures = flag.String("fixtures", filepath.Join("..", "..", "testdata", "rdb"), "directory of files that real servers wrote")

// truth is what a live server showed before it saved.
type truth struct {
	Keys      []truthKey
	Functions []struct{ Code []byte }
}

type truthKey struct {
	DB          int
	Key         []byte
	Type        string
	ExpireAtMs  *int64 `json:"expire_at_ms"`
	Value       []byte
	Items       [][]byte
	Members     [][]byte
	Fields      [][2][]byte
	ZMembers    [][2]json.RawMessage
	FieldExpiry [][2]json.RawMessage `json:"field_expire_at_ms"`
	Entries     []struct {
		ID     string
		Fields [][]byte
	}
	LastID       string  `json:"last_id"`
	MaxDeletedID *string `json:"max_deleted_id"`
	EntriesAdded *uint64 `json:"entries_added"`
	Groups       []truthGroup
	Elements     [][2]json.RawMessage
	Next         json.RawMessage
}

type truthGroup struct {
	Name            []byte
	LastDeliveredID string  `json:"last_delivered_id"`
	EntriesRead     *uint64 `json:"entries_read"`
	Pel             []struct {
		ID       string
		Consumer []byte
		Time     *int64 `json:"delivery_time_ms"`
		Count    uint64 `json:"delivery_count"`
	}
	Consumers []struct {
		Name   []byte
		Seen   *int64 `json:"seen_time_ms"`
		Active *int64 `json:"active_time_ms"`
	}
}

// TestFixtures decodes what real servers wrote, and compares it with what they showed.
func TestFixtures(t *testing.T) {
	var files int
	err := filepath.WalkDir(*fixtures, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Base(path) != "groundtruth.json.gz" {
			return err
		}
		dir := filepath.Dir(path)
		file, ok := dumpIn(t, dir)
		if !ok {
			return nil
		}
		files++
		name, err := filepath.Rel(*fixtures, dir)
		t.Run(name, func(t *testing.T) { compareFixture(t, file, path) })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if files == 0 {
		t.Fatalf("no fixture in %s", *fixtures)
	}
}

// dumpIn returns the RDB file of a directory.
func dumpIn(t *testing.T, dir string) ([]byte, bool) {
	t.Helper()
	if b, err := os.ReadFile(filepath.Join(dir, "dump.rdb")); err == nil {
		return b, true
	}
	path := filepath.Join(dir, "dump.rdb.gz")
	if _, err := os.Stat(path); err != nil {
		return nil, false
	}
	return gunzip(t, path), true
}

func gunzip(tb testing.TB, path string) []byte {
	tb.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		tb.Fatal(err)
	}
	if b, err = io.ReadAll(r); err != nil {
		tb.Fatal(err)
	}
	return b
}

func compareFixture(t *testing.T, file []byte, path string) {
	t.Helper()
	var want truth
	if err := json.Unmarshal(gunzip(t, path), &want); err != nil {
		t.Fatal(err)
	}
	for _, limit := range []keyspace.PartLimit{{}, {Elements: 1, Bytes: 1}, {Elements: 7, Bytes: 100}} {
		s, err := rdb.Open(bytes.NewReader(file), int64(len(file)), rdb.Options{Part: limit})
		if err != nil {
			t.Fatal(err)
		}
		got, err := keyspace.Assemble(s.Keys(func(n keyspace.Note) { t.Errorf("note %+v", n) }))
		if err != nil {
			t.Fatal(err)
		}
		var functions []string
		for _, f := range want.Functions {
			functions = append(functions, string(f.Code))
		}
		slices.Sort(functions)
		var libraries []string
		for _, code := range s.Functions() {
			if s.Counted()[keyspace.NoteFunction] > 0 { // of a release candidate, which shows no first line
				_, code, _ = strings.Cut(code, "\n")
			}
			libraries = append(libraries, code)
		}
		slices.Sort(libraries)
		if !slices.Equal(libraries, functions) {
			t.Errorf("functions %q, want %q", libraries, functions)
		}
		compareKeys(t, want.Keys, got)
	}
}

func compareKeys(t *testing.T, truths []truthKey, got []keyspace.Key) {
	t.Helper()
	var want []keyspace.Key
	for _, k := range truths {
		key, err := k.key()
		if err != nil {
			t.Fatalf("key %q: %v", k.Key, err)
		}
		want = append(want, key)
	}
	slices.SortFunc(want, keyspace.CompareKeys)
	for w, g := range keyspace.Paired(want, got) {
		switch {
		case g == nil:
			t.Errorf("%s is missing", w.Label())
		case w == nil:
			t.Errorf("%s is too many", g.Label())
		default:
			like(w, g)
			for _, c := range keyspace.Diff(*w, *g) {
				t.Errorf("%s: %s", w.Label(), c.Text)
			}
		}
	}
}

// like drops of a key what its server did not show, or showed otherwise.
func like(w, g *keyspace.Key) {
	switch v := g.Value.(type) {
	case keyspace.Opaque:
		w.Value = v // of its value only the type was shown
	case keyspace.Array:
		if want, ok := w.Value.(keyspace.Array); ok {
			if next, used := want.Next.Get(); used && next == 0 && v.Next == (keyspace.Optional[uint64]{}) {
				want.Next = v.Next // shown as 0 where it was never used
			}
			w.Value = want
		}
	case keyspace.Stream:
		want, ok := w.Value.(keyspace.Stream)
		if !ok {
			return
		}
		likeStream(&want, &v)
		w.Value, g.Value = want, v
	case keyspace.Hash, keyspace.HyperLogLog, keyspace.List, keyspace.Set, keyspace.String, keyspace.ZSet:
	}
}

func likeStream(want, got *keyspace.Stream) {
	if _, known := got.EntriesAdded.Get(); !known { // estimated by the server
		want.EntriesAdded, want.MaxDeletedID = got.EntriesAdded, got.MaxDeletedID
		for i := range want.Groups {
			want.Groups[i].EntriesRead = keyspace.Optional[uint64]{}
		}
	}
	got.FirstID = keyspace.Optional[keyspace.ID]{}
	for i := range min(len(want.Groups), len(got.Groups)) {
		w, g := &want.Groups[i], &got.Groups[i]
		for j := range min(len(w.Consumers), len(g.Consumers)) {
			wc, gc := &w.Consumers[j], &g.Consumers[j]
			if _, shown := wc.SeenMs.Get(); !shown {
				wc.SeenMs = gc.SeenMs
			}
			if _, shown := wc.ActiveMs.Get(); !shown {
				wc.ActiveMs = gc.ActiveMs
			}
			if _, held := gc.ActiveMs.Get(); !held {
				wc.ActiveMs = gc.ActiveMs
			}
		}
		byID := func(a, b keyspace.Pending) int { return a.ID.Compare(b.ID) }
		slices.SortFunc(w.Pending, byID)
		slices.SortFunc(g.Pending, byID)
		for j := range min(len(w.Pending), len(g.Pending)) {
			if w.Pending[j].DeliveredMs == unshown {
				w.Pending[j].DeliveredMs = g.Pending[j].DeliveredMs
			}
		}
	}
}

// unshown is the time of a delivery that a server did not show.
const unshown = -99

func (k truthKey) key() (key keyspace.Key, err error) {
	key = keyspace.Key{DB: k.DB, Name: string(k.Key)}
	if k.ExpireAtMs != nil {
		key.ExpireAt = keyspace.ExpireAtMs(*k.ExpireAtMs)
	}
	switch k.Type {
	case "string", "hll":
		key.Value = keyspace.String(k.Value)
	case "list":
		key.Value = keyspace.List(texts(k.Items))
	case "set":
		set := texts(k.Members)
		slices.Sort(set)
		key.Value = keyspace.Set(set)
	case "zset":
		key.Value, err = k.zset()
	case "hash":
		key.Value, err = k.hash()
	case "stream":
		key.Value, err = k.stream()
	case "array":
		key.Value, err = k.array()
	default:
		key.Value = keyspace.Opaque{Kind: k.Type}
	}
	return key, err
}

func texts(all [][]byte) (s []string) {
	for _, b := range all {
		s = append(s, string(b))
	}
	return s
}

func unbase(raw json.RawMessage) (string, error) {
	var b []byte
	err := json.Unmarshal(raw, &b)
	return string(b), err
}

func (k truthKey) zset() (keyspace.Value, error) {
	var v keyspace.ZSet
	for _, m := range k.ZMembers {
		name, err := unbase(m[0])
		if err != nil {
			return nil, err
		}
		score, err := strconv.ParseFloat(strings.Trim(string(m[1]), `"`), 64)
		if err != nil {
			return nil, err
		}
		v = append(v, keyspace.Member{Name: name, Score: score})
	}
	keyspace.Sort(v)
	return v, nil
}

func (k truthKey) hash() (keyspace.Value, error) {
	var v keyspace.Hash
	for _, f := range k.Fields {
		v = append(v, keyspace.Field{Name: string(f[0]), Value: string(f[1])})
	}
	keyspace.Sort(v)
	for _, f := range k.FieldExpiry {
		name, err := unbase(f[0])
		if err != nil {
			return nil, err
		}
		ms, err := strconv.ParseInt(string(f[1]), 10, 64)
		if err != nil {
			return nil, err
		}
		for i := range v {
			if v[i].Name == name {
				v[i].ExpireAt = keyspace.ExpireAtMs(ms)
			}
		}
	}
	return v, nil
}

func (k truthKey) array() (keyspace.Value, error) {
	var v keyspace.Array
	for _, e := range k.Elements {
		index, err := strconv.ParseUint(strings.Trim(string(e[0]), `"`), 10, 64)
		if err != nil {
			return nil, err
		}
		value, err := unbase(e[1])
		if err != nil {
			return nil, err
		}
		v.Cells = append(v.Cells, keyspace.Cell{Index: index, Value: value})
	}
	next, err := strconv.ParseUint(strings.Trim(string(k.Next), `"`), 10, 64)
	v.Next = keyspace.Some(next)
	return v, err
}

func (k truthKey) stream() (keyspace.Value, error) {
	ids := idReader{}
	v := keyspace.Stream{LastID: ids.read(k.LastID)}
	if k.MaxDeletedID != nil {
		v.MaxDeletedID = ids.read(*k.MaxDeletedID)
	}
	if k.EntriesAdded != nil {
		v.EntriesAdded = keyspace.Some(*k.EntriesAdded)
	}
	for _, e := range k.Entries {
		entry := keyspace.Entry{ID: ids.read(e.ID)}
		for i := 0; i+1 < len(e.Fields); i += 2 {
			entry.Pairs = append(entry.Pairs, keyspace.Pair{Field: string(e.Fields[i]), Value: string(e.Fields[i+1])})
		}
		v.Entries = append(v.Entries, entry)
	}
	for _, g := range k.Groups {
		v.Groups = append(v.Groups, g.group(&ids))
	}
	slices.SortFunc(v.Groups, func(a, b keyspace.Group) int { return strings.Compare(a.Name, b.Name) })
	return v, ids.err
}

func (g truthGroup) group(ids *idReader) keyspace.Group {
	group := keyspace.Group{Name: string(g.Name), LastDeliveredID: ids.read(g.LastDeliveredID)}
	if g.EntriesRead != nil {
		group.EntriesRead = keyspace.Some(*g.EntriesRead)
	}
	for _, c := range g.Consumers {
		consumer := keyspace.Consumer{Name: string(c.Name)}
		if c.Seen != nil {
			consumer.SeenMs = keyspace.Some(*c.Seen)
		}
		if c.Active != nil {
			consumer.ActiveMs = keyspace.Some(*c.Active)
		}
		group.Consumers = append(group.Consumers, consumer)
	}
	slices.SortFunc(group.Consumers, func(a, b keyspace.Consumer) int { return strings.Compare(a.Name, b.Name) })
	for _, e := range g.Pel {
		p := keyspace.Pending{ID: ids.read(e.ID), Owner: keyspace.Some(string(e.Consumer)), DeliveredMs: unshown, Deliveries: e.Count}
		if e.Time != nil {
			p.DeliveredMs = *e.Time
		}
		if !slices.ContainsFunc(group.Consumers, func(c keyspace.Consumer) bool { return c.Name == string(e.Consumer) }) {
			p.Owner = keyspace.Optional[string]{}
		}
		group.Pending = append(group.Pending, p)
	}
	return group
}

type idReader struct{ err error }

func (r *idReader) read(text string) keyspace.ID {
	id, ok := keyspace.ParseID(text)
	if !ok {
		r.err = fmt.Errorf("ID %q", text)
	}
	return id
}

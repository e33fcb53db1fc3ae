package tree

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
)

// TestOfficial reads trees of the published decoder and writes them again: the
// files of Redis keys must come out byte for byte, those that lines are appended
// to in any order of lines.
func TestOfficial(t *testing.T) {
	tests := []struct {
		name     string
		keys     int
		others   int64
		commitTS uint64
		notes    keyspace.Tally
	}{
		{"alltypes", 425, 0, 117662279990640641, keyspace.Tally{keyspace.NoteShadowed: 12}},
		{"legacy", 48, 0, 117662302529847296, keyspace.Tally{keyspace.NoteCounter: 1, keyspace.NoteEmpty: 1, keyspace.NoteShadowed: 6}},
		{"mixed", 8, 84, 117662290565070867, keyspace.Tally{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := unpack(t, tt.name)
			r, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if got, want := r.Origin(), (keyspace.Origin{
				Format: "elastickv-tree", Facts: []keyspace.Fact{{Name: "last_commit_ts", Value: tt.commitTS}},
			}); !got.Equal(want) {
				t.Errorf("Origin() = %+v, want %+v", got, want)
			}
			if got := r.Others(); got != tt.others {
				t.Errorf("Others() = %d, want %d", got, tt.others)
			}
			c, err := readTree(t, dir, keyspace.DefaultPartLimit)
			if err != nil {
				t.Fatal(err)
			}
			notes := make(keyspace.Tally)
			hidden, counted := make(map[string]bool), make(map[string]bool)
			for _, n := range c.Notes {
				notes[n.Kind]++
				f := familyOf(n.Type)
				path := db0 + f.dir + "/" + Segment(n.Name) + f.ext
				hidden[path] = true
				counted[path] = n.Kind == keyspace.NoteCounter || n.Kind == keyspace.NoteLastID
			}
			for path, is := range counted {
				if !is {
					delete(counted, path)
				}
			}
			if diff := cmp.Diff(tt.notes, notes); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
			if len(c.Keys) != tt.keys {
				t.Errorf("%d keys, want %d", len(c.Keys), tt.keys)
			}
			want := redisFiles(files(t, dir))
			for path := range hidden {
				delete(want, path)
			}
			got := redisFiles(files(t, writeTree(t, c.Keys)))
			for path := range counted {
				delete(got, path) // They count their entries here.
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
}

// redisFiles keeps the files of Redis keys and sorts lines that have no order.
func redisFiles(all map[string]string) map[string]string {
	kept := make(map[string]string)
	for path, text := range all {
		if !strings.HasPrefix(path, redisDir+"/") {
			continue
		}
		if strings.HasSuffix(path, "_ttl.jsonl") || strings.HasSuffix(path, keymapName) {
			lines := strings.SplitAfter(text, "\n")
			slices.Sort(lines)
			text = strings.Join(lines, "")
		}
		kept[path] = text
	}
	return kept
}

func TestOfficialKeys(t *testing.T) {
	c, err := readTree(t, unpack(t, "mixed"), keyspace.DefaultPartLimit)
	if err != nil {
		t.Fatal(err)
	}
	want := []keyspace.Key{
		{Name: "hash~32k3v", Value: keyspace.Hash{{Name: "a", Value: "1"}, {Name: "b", Value: "2"}}},
		{Name: "hll~32k3v", Value: keyspace.HyperLogLog{"a", "b"}},
		{Name: "list~32k3v", Value: keyspace.List{"a", "b"}},
		{Name: "set~32k3v", Value: keyspace.Set{"a", "b"}},
		{Name: "str-ttl~32k3v", Value: keyspace.String("v"), ExpireAt: keyspace.ExpireAtMs(4647891799971)},
		{Name: "stream~32k3v", Value: keyspace.Stream{
			LastID:  keyspace.ID{Ms: 1, Seq: 1},
			Entries: []keyspace.Entry{{ID: keyspace.ID{Ms: 1, Seq: 1}, Pairs: []keyspace.Pair{{Field: "f", Value: "v"}}}},
		}},
		{Name: "str~32k3v", Value: keyspace.String("v")},
		{Name: "zset~32k3v", Value: keyspace.ZSet{{Name: "a", Score: 1}, {Name: "b", Score: 2.5}}},
	}
	if diff := cmp.Diff(want, c.Keys, equalKeys); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

func TestOfficialRefused(t *testing.T) {
	tests := []struct{ name, want string }{
		{"unfinished", "MANIFEST.json: missing"},
	}
	for _, tt := range tests {
		checkRefused(t, unpack(t, tt.name), keyspace.DefaultPartLimit, tt.want)
	}
}

package tree

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
)

// TestReads holds what the reader makes of files that this writer does not
// write, or not so.
func TestReads(t *testing.T) {
	at := keyspace.ExpireAtMs
	note := func(kind keyspace.NoteKind, name string, typ keyspace.Type, detail string) keyspace.Note {
		return keyspace.Note{Kind: kind, Name: name, Type: typ, Offset: -1, Detail: detail}
	}
	entry := func(ms uint64) keyspace.Entry {
		return keyspace.Entry{ID: keyspace.ID{Ms: ms}, Pairs: []keyspace.Pair{{Field: "f", Value: "v"}}}
	}
	zero := "0-0"
	tests := []struct {
		name  string
		files map[string]string // below redis/db_0
		want  content
	}{
		{"members in another order, blanks, needless escapes and envelopes", map[string]string{
			"sets/a.json": "{ \"expire_at_ms\" : 5 ,\"members\":[\"\\u0061\\/\", {\"base64\":\"Yg\"} ],\n\"format_version\":1 }\n",
		}, content{Keys: []keyspace.Key{{Name: "a", ExpireAt: at(5), Value: keyspace.Set{"a/", "b"}}}}},
		{"expire time 0", map[string]string{
			"strings/a.bin": "v", "strings_ttl.jsonl": `{"key":"a","expire_at_ms":0}` + "\n",
			"sets/b.json": `{"format_version":1,"members":["x"],"expire_at_ms":0}`,
		}, content{Keys: []keyspace.Key{
			{Name: "a", ExpireAt: at(0), Value: keyspace.String("v")}, {Name: "b", ExpireAt: at(0), Value: keyspace.Set{"x"}},
		}}},
		{"expire times beyond int64", map[string]string{
			"lists/a.json": `{"format_version":1,"items":["x"],"expire_at_ms":9223372036854775813}`,
			"hll/b.bin":    "", "hll_ttl.jsonl": `{"key":"b","expire_at_ms":18446744073709551615}` + "\n",
		}, content{Keys: []keyspace.Key{
			{Name: "a", ExpireAt: at(math.MaxInt64), Value: keyspace.List{"x"}}, {Name: "b", ExpireAt: at(math.MaxInt64), Value: keyspace.HyperLogLog{}},
		}}},
		{"several lines of a sidecar", map[string]string{
			"strings/a.bin": "v", "strings/b.bin": "v",
			"strings_ttl.jsonl": `{"key":"a","expire_at_ms":9}` + "\n" + `{"key":"b","expire_at_ms":7}` + "\n" +
				`{"key":"a","expire_at_ms":8}` + "\n" + `{"key":"b","expire_at_ms":7}` + "\n",
		}, content{
			Keys:  []keyspace.Key{{Name: "a", ExpireAt: at(8), Value: keyspace.String("v")}, {Name: "b", ExpireAt: at(7), Value: keyspace.String("v")}},
			Notes: []keyspace.Note{note(keyspace.NoteDuplicate, "a", keyspace.TypeString, "lines of strings_ttl.jsonl differ; the last one, 8ms, counts")},
		}},
		{"sidecar lines without keys", map[string]string{
			"strings_ttl.jsonl": `{"key":"a","expire_at_ms":9}` + "\n", "strings/b.bin": "",
			"hll_ttl.jsonl": `{"key":"b","expire_at_ms":9}` + "\n",
		}, content{Keys: []keyspace.Key{{Name: "b", Value: keyspace.String("")}}, Counted: keyspace.Tally{keyspace.NoteOrphanTTL: 2}}},
		{"several types of a key", map[string]string{
			"strings/a.bin": "v", "hll/a.bin": "\x00RS\x01", "lists/a.json": `{"format_version":1,"items":["x"],"expire_at_ms":null}`,
			"sets/b.json":      `{"format_version":1,"members":["x"],"expire_at_ms":null}`,
			"streams/b.jsonl":  `{"_meta":true,"length":0,"last_ms":0,"last_seq":0,"expire_at_ms":null}` + "\n",
			"strings/a.b.bin":  "w",
			"hashes/a.b.json":  `{"format_version":1,"fields":[],"expire_at_ms":null}`,
			"zsets/a.bin.json": `{"format_version":1,"members":[{"member":"m","score":1}],"expire_at_ms":null}`,
		}, content{
			Keys: []keyspace.Key{
				{Name: "a", Value: keyspace.String("v")}, {Name: "a.b", Value: keyspace.String("w")},
				{Name: "a.bin", Value: keyspace.ZSet{{Name: "m", Score: 1}}}, {Name: "b", Value: keyspace.Set{"x"}},
			},
			Notes: []keyspace.Note{
				note(keyspace.NoteShadowed, "a", keyspace.TypeHyperLogLog, "hidden by the string of the same name"),
				note(keyspace.NoteShadowed, "a", keyspace.TypeList, "hidden by the string of the same name"),
				note(keyspace.NoteShadowed, "a.b", keyspace.TypeHash, "hidden by the string of the same name"),
				note(keyspace.NoteShadowed, "b", keyspace.TypeStream, "hidden by the set of the same name"),
			},
		}},
		{"empty collections", map[string]string{
			"hashes/a.json": `{"format_version":1,"fields":[],"expire_at_ms":5}`,
			"lists/b.json":  `{"format_version":1,"items":[],"expire_at_ms":null}`,
			"sets/c.json":   `{"format_version":1,"members":[],"expire_at_ms":null}`,
			"zsets/d.json":  `{"format_version":1,"members":[],"expire_at_ms":null}`,
		}, content{Notes: []keyspace.Note{
			note(keyspace.NoteEmpty, "a", keyspace.TypeHash, ""), note(keyspace.NoteEmpty, "b", keyspace.TypeList, ""),
			note(keyspace.NoteEmpty, "c", keyspace.TypeSet, ""), note(keyspace.NoteEmpty, "d", keyspace.TypeZSet, ""),
		}}},
		{"IDs in numerical order", map[string]string{
			"streams/a.jsonl": `{"id":"9-0","fields":[{"name":"f","value":"v"}]}` + "\n" + `{"id":"10-0","fields":[{"value":"v","name":"f"}]}` + "\n" +
				`{"expire_at_ms":null,"last_seq":0,"last_ms":10,"length":2,"_meta":true}` + "\n",
		}, content{Keys: []keyspace.Key{{Name: "a", Value: keyspace.Stream{LastID: keyspace.ID{Ms: 10}, Entries: []keyspace.Entry{entry(9), entry(10)}}}}}},
		{"a stored length that is not the number of entries, a last ID behind", map[string]string{
			"streams/a.jsonl": `{"id":"9-0","fields":[{"name":"f","value":"v"}]}` + "\n" + `{"id":"10-0","fields":[{"name":"f","value":"v"}]}` + "\n" +
				`{"_meta":true,"length":3,"last_ms":10,"last_seq":0,"expire_at_ms":null}` + "\n",
			"streams/b.jsonl": `{"id":"9-0","fields":[{"name":"f","value":"v"}]}` + "\n" + `{"id":"10-0","fields":[{"name":"f","value":"v"}]}` + "\n" +
				`{"_meta":true,"length":1,"last_ms":9,"last_seq":7,"expire_at_ms":null}` + "\n",
		}, content{
			Keys: []keyspace.Key{
				{Name: "a", Value: keyspace.Stream{LastID: keyspace.ID{Ms: 10}, Entries: []keyspace.Entry{entry(9), entry(10)}}},
				{Name: "b", Value: keyspace.Stream{LastID: keyspace.ID{Ms: 9, Seq: 7}, Entries: []keyspace.Entry{entry(9), entry(10)}}},
			},
			Notes: []keyspace.Note{
				note(keyspace.NoteCounter, "a", keyspace.TypeStream, "stored length 3, entries 2"),
				note(keyspace.NoteCounter, "b", keyspace.TypeStream, "stored length 1, entries 2"),
				note(keyspace.NoteLastID, "b", keyspace.TypeStream, "last ID 9-7, largest entry 10-0"),
			},
		}},
		{"an entry 0-0", map[string]string{
			"streams/a.jsonl": `{"id":"0-0","fields":[{"name":"f","value":"v"}]}` + "\n" + `{"_meta":true,"length":1,"last_ms":0,"last_seq":0,"expire_at_ms":null}` + "\n",
		}, content{
			Keys:  []keyspace.Key{{Name: "a", Value: keyspace.Stream{Entries: []keyspace.Entry{entry(0)}}}},
			Notes: []keyspace.Note{{Kind: keyspace.NoteUnrepresentable, Name: "a", Type: keyspace.TypeStream, Element: &zero, Offset: -1, Detail: "the entry has ID 0-0"}},
		}},
		{"HyperLogLogs out of order, with duplicates and other fields", map[string]string{
			"hll/a.bin": "\x00RS\x01\x0a\x01b\x0a\x01a\x10\x05\x0a\x01b", "hll/b.bin": "",
		}, content{Keys: []keyspace.Key{{Name: "a", Value: keyspace.HyperLogLog{"a", "b"}}, {Name: "b", Value: keyspace.HyperLogLog{}}}}},
		{"scores in other notations", map[string]string{
			"zsets/a.json": `{"format_version":1,"members":[{"score":1.50e0,"member":"a"},{"member":"b","score":-0.0}],"expire_at_ms":null}`,
		}, content{Keys: []keyspace.Key{{Name: "a", Value: keyspace.ZSet{{Name: "a", Score: 1.5}, {Name: "b", Score: math.Copysign(0, -1)}}}}}},
		{"KEYMAP with unknown members and duplicates", map[string]string{
			"strings/" + fallbackSegment + ".bin": "v",
			"KEYMAP.jsonl": strings.Repeat(`{"x":[1,{}],"kind":"sha-fallback","original":"`+
				strings.Repeat("a2tr", 80)+"aw"+`","encoded":"`+fallbackSegment+`"}`+"\n", 2),
		}, content{Keys: []keyspace.Key{{Name: strings.Repeat("k", 241), Value: keyspace.String("v")}}}},
		{"an empty directory of a type", map[string]string{"streams/": ""}, content{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := writeTree(t, nil)
			for path, text := range tt.files {
				if path, ok := strings.CutSuffix(path, "/"); ok {
					if err := os.MkdirAll(filepath.Join(dir, db0, path), 0o755); err != nil {
						t.Fatal(err)
					}
					continue
				}
				write(t, dir, db0+path, text)
			}
			resum(t, dir)
			for _, limit := range []keyspace.PartLimit{keyspace.DefaultPartLimit, {Elements: 1, Bytes: 1}} {
				got, err := readTree(t, dir, limit)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, got, equalKeys); diff != "" {
					t.Errorf("limit %+v (-want +got):\n%s", limit, diff)
				}
			}
		})
	}
}

// TestChecksumForms reads CHECKSUMS as other programs write it.
func TestChecksumForms(t *testing.T) {
	dir := smallTree(t)
	text := files(t, dir)[checksumsName]
	write(t, dir, "s3/b/a\nb\\c", "")
	text += "\n" + `\` + "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" + ` *s3/b/a\nb\\c` + "\n"
	write(t, dir, checksumsName, strings.ReplaceAll(text, "  redis", " *redis"))
	if _, err := readTree(t, dir, keyspace.DefaultPartLimit); err != nil {
		t.Error(err)
	}
}

func TestKeysAgain(t *testing.T) {
	r, err := Open(smallTree(t))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for i := range 3 {
		var names []string
		for k, err := range r.Keys(nil) {
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, k.Name)
			if i == 1 {
				break
			}
		}
		want := []string{"a", "b", "c", "d"}
		if i == 1 {
			want = want[:1]
		}
		if !slices.Equal(names, want) {
			t.Errorf("run %d: names %q, want %q", i, names, want)
		}
	}
}

// TestNothingBeforeItsChecksum changes the last byte of files with many parts:
// no part of them may be delivered.
func TestNothingBeforeItsChecksum(t *testing.T) {
	long := make(keyspace.Set, 5000)
	stream := keyspace.Stream{LastID: keyspace.ID{Ms: 5000}}
	for i := range long {
		long[i] = fmt.Sprintf("%05d", i)
		stream.Entries = append(stream.Entries, keyspace.Entry{ID: keyspace.ID{Ms: uint64(i)}, Pairs: []keyspace.Pair{{}}})
	}
	for _, k := range []keyspace.Key{
		{Name: "k", Value: keyspace.String(strings.Repeat("x", 1<<16))},
		{Name: "k", Value: long},
		{Name: "k", Value: keyspace.HyperLogLog(long)},
		{Name: "k", Value: stream},
	} {
		t.Run(k.Value.Type().String(), func(t *testing.T) {
			dir := writeTree(t, []keyspace.Key{k})
			c, err := readTree(t, dir, keyspace.PartLimit{Elements: 100, Bytes: 1000})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]keyspace.Key{k}, c.Keys, equalKeys); diff != "" {
				t.Errorf("keys (-want +got):\n%s", diff)
			}
			for path, text := range files(t, dir) {
				if strings.HasPrefix(path, redisDir) {
					write(t, dir, path, text[:len(text)-2]+"#"+text[len(text)-1:])
				}
			}
			c, err = readTree(t, dir, keyspace.PartLimit{Elements: 100, Bytes: 1000})
			if !errors.Is(err, ErrTree) || len(c.Keys) > 0 {
				t.Errorf("%d keys and error %v, want none and %v", len(c.Keys), err, ErrTree)
			}
		})
	}
}

// TestManifestReads takes what other versions of the store may add.
func TestManifestReads(t *testing.T) {
	tests := []struct {
		name   string
		change func(*testing.T, string)
		want   uint64 // commit timestamp
	}{
		{"unknown members", replace(manifestName, `"phase"`, `"x": {"y": [1e400]}, "phase"`), 111411200000000001},
		{"a live dump", func(t *testing.T, dir string) {
			t.Helper()
			replace(manifestName, phaseSnapshot, phaseLive)(t, dir)
			replace(manifestName, `"source"`, `"source": null, "live": {"read_ts": 18446744073709551615, "pin_token_sha256": ""}, "x"`)(t, dir)
		}, math.MaxUint64},
		{"scopes", replace(manifestName, `"redis": {}`, `"redis": {"databases": [0]}, "s3": {}`), 111411200000000001},
		{"no commit timestamp", replace(manifestName, `"last_commit_ts"`, `"x"`), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := copyTree(t, filepath.Join("testdata", "golden"))
			tt.change(t, dir)
			resum(t, dir)
			r, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if got := r.Origin().Fact("last_commit_ts"); got != tt.want {
				t.Errorf("LastCommitTS = %d, want %d", got, tt.want)
			}
		})
	}
}

// TestKeysAtOnce ranges over sequences of one reader at the same time.
func TestKeysAtOnce(t *testing.T) {
	r, err := Open(copyTree(t, filepath.Join("testdata", "golden")))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	done := make(chan error)
	for range 4 {
		go func() {
			n := 0
			for _, err := range r.Keys(nil) {
				if err != nil {
					done <- err
					return
				}
				n++
			}
			if n != len(goldenKeys()) {
				done <- fmt.Errorf("%d keys, want %d", n, len(goldenKeys()))
				return
			}
			done <- nil
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// TestShadowedFile checks files that no key comes of, too.
func TestShadowedFile(t *testing.T) {
	dir := writeTree(t, []keyspace.Key{{Name: "k", Value: keyspace.String("v")}, {Name: "k", Value: keyspace.Set{"m"}}})
	if _, err := readTree(t, dir, keyspace.DefaultPartLimit); err != nil {
		t.Fatal(err)
	}
	replace(db0+"sets/k.json", `"m"`, `"n"`)(t, dir)
	checkRefused(t, dir, keyspace.DefaultPartLimit, "sets/k.json: SHA-256")
}

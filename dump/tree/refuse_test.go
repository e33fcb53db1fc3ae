package tree

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"redrill/keyspace"
)

const (
	fallbackSegment = "74bb436be223189a34bf2ce2b5ccebf5__kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
	db0             = "redis/db_0/"
)

// refusal is a change of the golden tree that the reader must refuse.
type refusal struct {
	name   string
	change func(t *testing.T, dir string)
	sums   bool   // CHECKSUMS is made to fit again
	want   string // in the message
}

// replace replaces text in a file; it must be there.
func replace(path, old, text string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		b, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(b), old) {
			t.Fatalf("%s does not contain %q", path, old)
		}
		write(t, dir, path, strings.Replace(string(b), old, text, 1))
	}
}

// put writes a file.
func put(path, text string) func(*testing.T, string) {
	return func(t *testing.T, dir string) { t.Helper(); write(t, dir, path, text) }
}

// suffix appends to a file.
func suffix(path, text string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		b, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, path, string(b)+text)
	}
}

func remove(path string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		if err := os.Remove(filepath.Join(dir, path)); err != nil {
			t.Fatal(err)
		}
	}
}

func rename(from, to string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		if err := os.Rename(filepath.Join(dir, from), filepath.Join(dir, to)); err != nil {
			t.Fatal(err)
		}
	}
}

const sumX = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

var treeRefusals = []refusal{
	{"no manifest", remove("MANIFEST.json"), false, "unfinished"},
	{"no checksums", remove("CHECKSUMS"), false, "CHECKSUMS: missing"},
	{"file missing", remove(db0 + "sets/s.json"), false, "sets/s.json: missing"},
	{"file missing with a backslash in its name", suffix("CHECKSUMS", `\`+sumX+`  s3/a\\b\n`+"\n"), false, `"s3/a\\b\n": missing`},
	{"file more", put(db0+"sets/t.json", ""), false, "does not list it"},
	{"file more of another adapter", put("s3/b/x", ""), false, "s3/b/x: CHECKSUMS does not list it"},
	{"unfinished value file", put(db0+"strings/.bin.tmp-1", ""), true, "without the extension"},
	{"unknown file in the root", put("NOTES", ""), true, "NOTES: a regular file that is not part of the layout"},
	{"unknown directory in the root", put("mongodb/x", ""), true, "mongodb: a directory that is not part of the layout"},
	{"unknown directory of a database", put("redis/db_x/strings/a.bin", ""), true, "db_x: a directory that"},
	{"database with a leading zero", put("redis/db_00/strings/a.bin", ""), true, "db_00: a directory that"},
	{"negative database", put("redis/db_-1/strings/a.bin", ""), true, "db_-1: a directory that"},
	{"database of 32 bits", put("redis/db_2147483648/strings/a.bin", ""), true, "a directory that"},
	{"unknown directory in a database", put(db0+"vectors/a.bin", ""), true, "vectors: a directory that"},
	{"unknown file in a database", put(db0+"zsets_ttl.jsonl", ""), true, "zsets_ttl.jsonl: a regular file that"},
	{"directory among values", put(db0+"strings/d.bin/x", ""), true, "a directory where a regular file is expected"},
	{"file for a directory", put(db0+"hashes2", ""), true, "hashes2"},
	{"wrong extension", rename(db0+"sets/s.json", db0+"sets/s.jsonl"), true, "without the extension .json"},
	{"segment with another spelling", put(db0+"strings/%41.bin", ""), true, "another spelling of A"},
	{"segment with lower-case digits", put(db0+"strings/%c3.bin", ""), true, "another spelling of %C3"},
	{"segment in base64", put(db0+"strings/b64.YQ.bin", ""), true, "another spelling of a"},
	{"segment with a tilde", put(db0+"strings/~.bin", ""), true, "invalid character"},
	{"segment with a cut escape", put(db0+"strings/a%4.bin", ""), true, "truncated percent escape"},
	{"segment of 241 bytes", put(db0+"strings/"+strings.Repeat("a", 241)+".bin", ""), true, "longer than 240"},
	{"fallback without record", put(db0+"sets/"+strings.Repeat("0", 32)+"__a.json", ""), true, "no record in KEYMAP.jsonl"},
}

var checksumRefusals = []refusal{
	{"empty", put("CHECKSUMS", ""), false, "the file lists no checksum"},
	{"blank lines only", put("CHECKSUMS", "\n\n"), false, "the file lists no checksum"},
	{"upper-case digits", suffix("CHECKSUMS", strings.ToUpper(sumX)+"  x\n"), false, "lower-case"},
	{"63 digits", suffix("CHECKSUMS", sumX[1:]+"  x\n"), false, "no SHA-256"},
	{"65 digits", suffix("CHECKSUMS", sumX+"a  x\n"), false, "two blanks"},
	{"other characters", suffix("CHECKSUMS", "g"+sumX[1:]+"  x\n"), false, "no SHA-256"},
	{"one blank", suffix("CHECKSUMS", sumX+" x\n"), false, "two blanks"},
	{"tab", suffix("CHECKSUMS", sumX+"\t x\n"), false, "two blanks"},
	{"empty path", suffix("CHECKSUMS", sumX+"  \n"), false, "empty path"},
	{"absolute path", suffix("CHECKSUMS", sumX+"  /etc/passwd\n"), false, "outside the tree"},
	{"parent", suffix("CHECKSUMS", sumX+"  ../x\n"), false, "outside the tree"},
	{"parent alone", suffix("CHECKSUMS", sumX+"  ..\n"), false, "outside the tree"},
	{"parent inside", suffix("CHECKSUMS", sumX+"  s3/../../x\n"), false, "needless components"},
	{"needless component", suffix("CHECKSUMS", sumX+"  ./redis\n"), false, "needless components"},
	{"NUL", suffix("CHECKSUMS", sumX+"  a\x00b\n"), false, "outside the tree"},
	{"unknown escape", suffix("CHECKSUMS", `\`+sumX+`  a\t`+"\n"), false, "unknown escape"},
	{"cut escape", suffix("CHECKSUMS", `\`+sumX+`  a\`+"\n"), false, "unknown escape"},
	{"itself", suffix("CHECKSUMS", sumX+"  CHECKSUMS\n"), false, "checksum of the checksums"},
	{"no line feed at the end", suffix("CHECKSUMS", sumX+"  s3/x"), false, "no line feed"},
	{"long line", suffix("CHECKSUMS", sumX+"  "+strings.Repeat("a", 8<<10-67)+"\n"), false, "line of 8192 bytes"},
	{"listed twice", suffix("CHECKSUMS", sumX+"  MANIFEST.json\n"), false, "listed twice"},
}

var manifestRefusals = []refusal{
	{"trailing JSON", suffix("MANIFEST.json", "{}"), true, "after top-level value"},
	{"cut", put("MANIFEST.json", "{"), true, "unexpected EOF"},
	{"no object", put("MANIFEST.json", "[]"), true, "wrong type"},
	{"version missing", replace("MANIFEST.json", `"format_version": 1,`, ""), true, "format_version is missing"},
	{"version null", replace("MANIFEST.json", `n": 1,`, `n": null,`), true, "format_version is missing"},
	{"version a string", replace("MANIFEST.json", `n": 1,`, `n": "1",`), true, "wrong type"},
	{"version a double", replace("MANIFEST.json", `n": 1,`, `n": 1.0,`), true, "wrong type"},
	{"version 0", replace("MANIFEST.json", `n": 1,`, `n": 0,`), true, "unsupported format_version 0"},
	{"version 2", replace("MANIFEST.json", `n": 1,`, `n": 2,`), true, "unsupported format_version 2"},
	{"version 2 and all else unknown", put("MANIFEST.json", `{"format_version":2,"phase":7}`), true, "unsupported format_version 2"},
	{"version twice", replace("MANIFEST.json", `n": 1,`, `n": 1, "format_version": 1,`), true, "duplicate"},
	{"phase unknown", replace("MANIFEST.json", "phase0-snapshot-decode", "phase2"), true, "phase"},
	{"phase live with a source", replace("MANIFEST.json", "phase0-snapshot-decode", "phase1-live-pinned"), true, "do not fit"},
	{"live in phase 0", replace("MANIFEST.json", `"source"`, `"live": {"read_ts": 1}, "source"`), true, "do not fit"},
	{"source missing", replace("MANIFEST.json", `"source"`, `"sauce"`), true, "do not fit"},
	{"no time", replace("MANIFEST.json", "2026-02-03T", "2026-02-03 "), true, "RFC 3339"},
	{"time missing", replace("MANIFEST.json", "wall_time_iso", "wall_time"), true, "wall_time_iso is missing"},
	{"adapters null", replace("MANIFEST.json", "\"adapters\": {\n    \"redis\": {}\n  }", `"adapters": null`), true, "adapters"},
	{"redis not covered", replace("MANIFEST.json", `"redis": {}`, `"s3": {}`), true, "does not cover Redis"},
	{"redis null", replace("MANIFEST.json", `"redis": {}`, `"redis": null`), true, "does not cover Redis"},
	{"exclusions missing", replace("MANIFEST.json", `"exclusions"`, `"x"`), true, "exclusions"},
	{"exclusion null", replace("MANIFEST.json", `"include_orphans": false`, `"include_orphans": null`), true, "exclusions"},
	{"exclusion a number", replace("MANIFEST.json", `"include_orphans": false`, `"include_orphans": 0`), true, "wrong type"},
	{"policy empty", replace("MANIFEST.json", `"leaf-data-suffix"`, `""`), true, "s3_collision_strategy"},
	{"other checksums", replace("MANIFEST.json", `: "sha256",`, `: "md5",`), true, "checksum_algorithm"},
	{"other segments", replace("MANIFEST.json", "rfc3986-unreserved-plus-percent", "base64"), true, "encoded_filename_charset"},
	{"other segment length", replace("MANIFEST.json", `240`, `255`), true, "key_segment_max_bytes"},
	{"commit timestamp a double", replace("MANIFEST.json", "111411200000000001", "1.11411200000000001e17"), true, "last_commit_ts"},
	{"commit timestamp out of range", replace("MANIFEST.json", "111411200000000001", "18446744073709551616"), true, "last_commit_ts"},
}

var lineRefusals = []refusal{
	{"keymap: no object", suffix(db0+"KEYMAP.jsonl", "[]\n"), true, "object"},
	{"keymap: blank line", suffix(db0+"KEYMAP.jsonl", "\n"), true, "empty line"},
	{"keymap: no line feed", suffix(db0+"KEYMAP.jsonl", "{}"), true, "no line feed"},
	{"keymap: encoded missing", suffix(db0+"KEYMAP.jsonl", `{"original":"YQ","kind":"sha-fallback"}`+"\n"), true, `"encoded" is missing`},
	{"keymap: original null", suffix(db0+"KEYMAP.jsonl", `{"encoded":"x","original":null,"kind":"sha-fallback"}`+"\n"), true, "a string is expected"},
	{"keymap: kind missing", suffix(db0+"KEYMAP.jsonl", `{"encoded":"x","original":"YQ"}`+"\n"), true, `"kind" is missing`},
	{"keymap: kind empty", suffix(db0+"KEYMAP.jsonl", `{"encoded":"x","original":"YQ","kind":""}`+"\n"), true, "kind"},
	{"keymap: kind of another adapter", suffix(db0+"KEYMAP.jsonl", `{"encoded":"x","original":"YQ","kind":"s3-leaf-data"}`+"\n"), true, "kind"},
	{"keymap: encoded empty", suffix(db0+"KEYMAP.jsonl", `{"encoded":"","original":"YQ","kind":"sha-fallback"}`+"\n"), true, "not the segment"},
	{"keymap: standard base64", replace(db0+"KEYMAP.jsonl", `"original":"a2tr`, `"original":"a+tr`), true, "base64"},
	{"keymap: padding", replace(db0+"KEYMAP.jsonl", `aw","kind`, `aw==","kind`), true, "base64"},
	{"keymap: another name", replace(db0+"KEYMAP.jsonl", `"original":"a2tr`, `"original":"b2tr`), true, "not the segment"},
	{"keymap: name that needs no record", suffix(db0+"KEYMAP.jsonl", `{"encoded":"a","original":"YQ","kind":"sha-fallback"}`+"\n"), true, "not the segment"},
	{"keymap: trailing JSON", suffix(db0+"KEYMAP.jsonl", `{"encoded":"x","original":"YQ","kind":"sha-fallback"}{}`+"\n"), true, "more JSON"},
	{"keymap: member twice", suffix(db0+"KEYMAP.jsonl", `{"encoded":"x","encoded":"x","original":"YQ","kind":"sha-fallback"}`+"\n"), true, "duplicate"},
	{"keymap: long line", suffix(db0+"KEYMAP.jsonl", `{"x":"`+strings.Repeat("x", 4<<20)+`"}`+"\n"), true, "line of more than"},
	{"keymap: gone", remove(db0 + "KEYMAP.jsonl"), true, "no record in KEYMAP"},
	{"sidecar: name instead of segment", suffix(db0+"strings_ttl.jsonl", `{"key":"a b","expire_at_ms":1}`+"\n"), true, "invalid character"},
	{"sidecar: fallback without record", suffix(db0+"hll_ttl.jsonl", `{"key":"00000000000000000000000000000000__","expire_at_ms":1}`+"\n"), true, "no record"},
	{"sidecar: null", suffix(db0+"strings_ttl.jsonl", `{"key":"a","expire_at_ms":null}`+"\n"), true, "null"},
	{"sidecar: negative", suffix(db0+"strings_ttl.jsonl", `{"key":"a","expire_at_ms":-1}`+"\n"), true, "64-bit"},
	{"sidecar: double", suffix(db0+"strings_ttl.jsonl", `{"key":"a","expire_at_ms":1e3}`+"\n"), true, "64-bit"},
	{"sidecar: 2^64", suffix(db0+"strings_ttl.jsonl", `{"key":"a","expire_at_ms":18446744073709551616}`+"\n"), true, "64-bit"},
	{"sidecar: string", suffix(db0+"strings_ttl.jsonl", `{"key":"a","expire_at_ms":"1"}`+"\n"), true, "number"},
	{"sidecar: unknown member", suffix(db0+"strings_ttl.jsonl", `{"key":"a","expire_at_ms":1,"x":1}`+"\n"), true, "unknown member"},
	{"sidecar: key missing", suffix(db0+"strings_ttl.jsonl", `{"expire_at_ms":1}`+"\n"), true, "missing"},
	{"sidecar: blank line", suffix(db0+"strings_ttl.jsonl", "\n"), true, "empty line"},
	{"sidecar: cut", suffix(db0+"strings_ttl.jsonl", `{"key":"a`), true, "no line feed"},
}

var collectionRefusals = []refusal{
	{"trailing JSON", suffix(db0+"sets/s.json", "{}"), true, "more JSON"},
	{"cut", put(db0+"sets/s.json", `{"format_version":1,"members":["a"`), true, "truncated"},
	{"empty file", put(db0+"sets/s.json", ""), true, "truncated"},
	{"version 2", replace(db0+"sets/s.json", `n": 1,`, `n": 2,`), true, "unsupported format_version 2"},
	{"version missing", put(db0+"sets/s.json", `{"members":[],"expire_at_ms":null}`), true, `"format_version" is missing`},
	{"expire time missing", put(db0+"sets/s.json", `{"format_version":1,"members":[]}`), true, `"expire_at_ms" is missing`},
	{"expire time negative", replace(db0+"sets/s.json", "null", "-1"), true, "64-bit"},
	{"expire time out of range", replace(db0+"sets/s.json", "null", "18446744073709551616"), true, "64-bit"},
	{"expire time false", replace(db0+"sets/s.json", "null", "false"), true, "expected"},
	{"elements missing", put(db0+"sets/s.json", `{"format_version":1,"expire_at_ms":null}`), true, `"members" is missing`},
	{"elements null", put(db0+"sets/s.json", `{"format_version":1,"members":null,"expire_at_ms":null}`), true, "an array is expected"},
	{"elements of another type", put(db0+"sets/s.json", `{"format_version":1,"items":[],"expire_at_ms":null}`), true, `unknown member "items"`},
	{"member twice", put(db0+"sets/s.json", `{"format_version":1,"members":[],"members":[],"expire_at_ms":null}`), true, "duplicate"},
	{"element a number", put(db0+"sets/s.json", `{"format_version":1,"members":[1],"expire_at_ms":null}`), true, "string or an envelope"},
	{"element null", put(db0+"sets/s.json", `{"format_version":1,"members":[null],"expire_at_ms":null}`), true, "string or an envelope"},
	{"element twice", put(db0+"sets/s.json", `{"format_version":1,"members":["a","a"],"expire_at_ms":null}`), true, `"a" after "a"`},
	{"elements descending", put(db0+"sets/s.json", `{"format_version":1,"members":["b","a"],"expire_at_ms":null}`), true, `"a" after "b"`},
	{"invalid UTF-8", put(db0+"sets/s.json", "{\"format_version\":1,\"members\":[\"\xff\"],\"expire_at_ms\":null}"), true, "UTF-8"},
	{"lone surrogate", put(db0+"sets/s.json", `{"format_version":1,"members":["\ud800"],"expire_at_ms":null}`), true, "surrogate"},
	{"envelope with padding", replace(db0+"sets/s.json", `_wA8PiY-qH8IDAk"`, `_w=="`), true, "envelope"},
	{"envelope in the standard alphabet", replace(db0+"sets/s.json", `_wA8PiY-qH8IDAk"`, `/w"`), true, "envelope"},
	{"envelope with loose bits", replace(db0+"sets/s.json", `_wA8PiY-qH8IDAk"`, `_x"`), true, "envelope"},
	{"envelope of another name", replace(db0+"sets/s.json", `"base64"`, `"hex"`), true, "envelope"},
	{"envelope with two members", replace(db0+"sets/s.json", `8IDAk"`, `8IDAk","x":1`), true, "end of the envelope"},
	{"envelope of nothing", replace(db0+"sets/s.json", `"base64": "_wA8PiY-qH8IDAk"`, ``), true, "envelope"},
	{"list items as an object", put(db0+"lists/l.json", `{"format_version":1,"items":{},"expire_at_ms":null}`), true, "an array is expected"},
	{"hash fields as an object", put(db0+"hashes/h.json", `{"format_version":1,"fields":{"a":"1"},"expire_at_ms":null}`), true, "an array is expected"},
	{"hash field without value", put(db0+"hashes/h.json", `{"format_version":1,"fields":[{"name":"a"}],"expire_at_ms":null}`), true, "is missing"},
	{"hash field with more", put(db0+"hashes/h.json", `{"format_version":1,"fields":[{"name":"a","value":"","x":1}],"expire_at_ms":null}`), true, "unknown member"},
	{"hash field twice", put(db0+"hashes/h.json", `{"format_version":1,"fields":[{"name":"a","value":""},{"name":"a","value":""}],"expire_at_ms":null}`), true, "after"},
	{"score NaN", replace(db0+"zsets/z.json", `"+inf"`, `"nan"`), true, "invalid score"},
	{"score of another spelling", replace(db0+"zsets/z.json", `"+inf"`, `"inf"`), true, "invalid score"},
	{"score in a string", replace(db0+"zsets/z.json", `"+inf"`, `"1"`), true, "invalid score"},
	{"score out of range", replace(db0+"zsets/z.json", `1e+21`, `1e+309`), true, "binary64"},
	{"score null", replace(db0+"zsets/z.json", `"+inf"`, `null`), true, "score is expected"},
	{"member order by score", put(db0+"zsets/z.json", `{"format_version":1,"members":[{"member":"b","score":1},{"member":"a","score":2}],"expire_at_ms":null}`), true, `"a" after "b"`},
	{"HyperLogLog of Redis", put(db0+"hll/hll.bin", "HYLL\x01\x00"), true, "magic"},
	{"HyperLogLog with half a magic", put(db0+"hll/hll.bin", "\x00RS"), true, "magic"},
	{"HyperLogLog cut", put(db0+"hll/hll.bin", "\x00RS\x01\x0a\x05ab"), true, "protobuf"},
	{"HyperLogLog with a bad tag", put(db0+"hll/hll.bin", "\x00RS\x01\xff"), true, "protobuf"},
}

var streamRefusals = []refusal{
	{"no last line", put(db0+"streams/x.jsonl", `{"id":"1-1","fields":[]}`+"\n"), true, `"_meta" line is missing`},
	{"empty file", put(db0+"streams/x.jsonl", ""), true, `"_meta" line is missing`},
	{"last line twice", suffix(db0+"streams/x%20empty.jsonl", `{"_meta":true,"length":0,"last_ms":3,"last_seq":0,"expire_at_ms":null}`+"\n"), true, "goes on after"},
	{"entry behind the last line", suffix(db0+"streams/x.jsonl", `{"id":"11-1","fields":[]}`+"\n"), true, "goes on after"},
	{"blank line behind the last", suffix(db0+"streams/x.jsonl", "\n"), true, "empty line"},
	{"no line feed", put(db0+"streams/x.jsonl", `{"_meta":true,"length":0,"last_ms":3,"last_seq":0,"expire_at_ms":null}`), true, "no line feed"},
	{"two objects on a line", replace(db0+"streams/x.jsonl", "]}\n{\"id\"", "]} {\"id\""), true, "more JSON"},
	{"length negative", replace(db0+"streams/x.jsonl", `"length":2`, `"length":-2`), true, "64-bit"},
	{"length missing", replace(db0+"streams/x.jsonl", `"length":2,`, ``), true, "a member is missing"},
	{"IDs descending", replace(db0+"streams/x.jsonl", `"id":"10-0"`, `"id":"1-1"`), true, "entry 1-1 after 1-2"},
	{"IDs equal", replace(db0+"streams/x.jsonl", `"id":"10-0"`, `"id":"1-2"`), true, "entry 1-2 after 1-2"},
	{"last ID out of range", replace(db0+"streams/x.jsonl", `18446744073709551615`, `18446744073709551616`), true, "64-bit"},
	{"last ID missing", replace(db0+"streams/x.jsonl", `"last_seq":7,`, ``), true, "a member is missing"},
	{"ID with a leading zero", replace(db0+"streams/x.jsonl", `"id":"1-2"`, `"id":"01-2"`), true, "invalid stream ID"},
	{"ID incomplete", replace(db0+"streams/x.jsonl", `"id":"1-2"`, `"id":"1"`), true, "invalid stream ID"},
	{"ID out of range", replace(db0+"streams/x.jsonl", `"id":"1-2"`, `"id":"1-18446744073709551616"`), true, "invalid stream ID"},
	{"meta false", replace(db0+"streams/x.jsonl", `"_meta":true`, `"_meta":false`), true, "false"},
	{"meta with fields", replace(db0+"streams/x.jsonl", `"_meta":true`, `"_meta":true,"fields":[]`), true, "does not belong"},
	{"entry with a length", replace(db0+"streams/x.jsonl", `"id":"10-0"`, `"id":"10-0","length":1`), true, "does not belong"},
	{"entry with an unknown member", replace(db0+"streams/x.jsonl", `"id":"10-0"`, `"id":"10-0","x":1`), true, "unknown member"},
	{"entry without fields member", replace(db0+"streams/x.jsonl", `,"fields":[]`, ``), true, "a member is missing"},
	{"fields as an object", replace(db0+"streams/x.jsonl", `"fields":[]`, `"fields":{}`), true, "an array is expected"},
	{"expire time missing", replace(db0+"streams/x.jsonl", `,"expire_at_ms":9223372036854775807`, ``), true, "missing"},
	{"expire time in digits", replace(db0+"streams/x.jsonl", `:9223372036854775807`, `:"9223372036854775807"`), true, "expected"},
}

func TestRefusals(t *testing.T) {
	groups := map[string][]refusal{
		"tree": treeRefusals, "checksums": checksumRefusals, "manifest": manifestRefusals,
		"lines": lineRefusals, "collections": collectionRefusals, "streams": streamRefusals, "unsafe": unsafeRefusals,
	}
	for group, rows := range groups {
		for _, tt := range rows {
			t.Run(group+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				dir := copyTree(t, filepath.Join("testdata", "golden"))
				tt.change(t, dir)
				if tt.sums {
					resum(t, dir)
				}
				for _, limit := range []keyspace.PartLimit{keyspace.DefaultPartLimit, {Elements: 1, Bytes: 1}} {
					checkRefused(t, dir, limit, tt.want)
				}
			})
		}
	}
}

func checkRefused(t *testing.T, dir string, limit keyspace.PartLimit, want string) {
	t.Helper()
	_, err := readTree(t, dir, limit)
	var place *Error
	switch {
	case err == nil:
		t.Error("the tree was read")
	case !errors.Is(err, ErrTree) || !errors.As(err, &place):
		t.Errorf("error %q is of no class", err)
	case !strings.Contains(place.Error(), want): // not in the name of the directory
		t.Errorf("error %q, want it to contain %q", place, want)
	}
}

// smallTree writes a tree of few bytes.
func smallTree(t *testing.T) string {
	t.Helper()
	return writeTree(t, []keyspace.Key{
		{Name: "a", Value: keyspace.String("v"), ExpireAt: keyspace.ExpireAtMs(5)},
		{Name: "b", Value: keyspace.ZSet{{Name: "m", Score: 1}}},
		{Name: "c", Value: keyspace.Stream{LastID: keyspace.ID{Ms: 7}}},
		{Name: "d", Value: keyspace.HyperLogLog{"e"}},
	})
}

// TestEveryByte changes each byte of each file in turn.
func TestEveryByte(t *testing.T) {
	dir := smallTree(t)
	for path, text := range files(t, dir) {
		t.Run(path, func(t *testing.T) {
			for i := range len(text) {
				b := []byte(text)
				b[i] ^= 1
				write(t, dir, path, string(b))
				if _, err := readTree(t, dir, keyspace.DefaultPartLimit); !errors.Is(err, ErrTree) {
					t.Errorf("byte %d changed: error %v, want %v", i, err, ErrTree)
				}
			}
			write(t, dir, path, text)
		})
	}
	if _, err := readTree(t, dir, keyspace.DefaultPartLimit); err != nil {
		t.Errorf("the unchanged tree: %v", err)
	}
}

// TestEveryCut cuts each file at each length.
func TestEveryCut(t *testing.T) {
	dir := smallTree(t)
	for path, text := range files(t, dir) {
		t.Run(path, func(t *testing.T) {
			for i := range len(text) {
				write(t, dir, path, text[:i])
				if _, err := readTree(t, dir, keyspace.DefaultPartLimit); !errors.Is(err, ErrTree) {
					t.Errorf("cut to %d bytes: error %v, want %v", i, err, ErrTree)
				}
			}
			write(t, dir, path, text)
		})
	}
}

// TestChecksumsAlone changes files so that only their checksum tells.
func TestChecksumsAlone(t *testing.T) {
	golden := filepath.Join("testdata", "golden")
	for path := range files(t, golden) {
		if path == checksumsName || strings.HasSuffix(path, ".bin") {
			continue
		}
		dir := copyTree(t, golden)
		replace(path, `"`, ` "`)(t, dir)
		if _, err := readTree(t, dir, keyspace.DefaultPartLimit); err == nil || !strings.Contains(err.Error(), "SHA-256") {
			t.Errorf("%s: error %v, want one about its SHA-256", path, err)
		}
		resum(t, dir)
		if _, err := readTree(t, dir, keyspace.DefaultPartLimit); err != nil {
			t.Errorf("%s with a blank: %v", path, err)
		}
	}
}

func TestOpenMissing(t *testing.T) {
	if _, err := Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open = %v, want %v", err, fs.ErrNotExist)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file); !errors.Is(err, ErrTree) {
		t.Errorf("Open of a file = %v, want %v", err, ErrTree)
	}
}

// TestErrorText holds what people read.
func TestErrorText(t *testing.T) {
	tests := []struct {
		err  *Error
		want string
	}{
		{errorf("redis/db_0/sets/s.json", 7, "a %s", "fault"), "redis/db_0/sets/s.json: offset 7: a fault: corrupt or unsafe dump directory"},
		{errorf(".", -1, "a fault"), ".: a fault: corrupt or unsafe dump directory"},
		{errorf("a\x1b[2J", -1, "a fault"), `"a\x1b[2J": a fault: corrupt or unsafe dump directory`},
	}
	for _, tt := range tests {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("Error() = %q, want %q", got, tt.want)
		}
	}
	if got := clip(strings.Repeat("x", 100)); len(got) > 70 {
		t.Errorf("clip kept %d bytes", len(got))
	}
}

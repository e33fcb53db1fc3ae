package rdb_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/decoder"
	"redrill/decoder/rdb"
	"redrill/keyspace"
)

const (
	kv = "\n00 str(\"k\") str(\"v\")\n"
	lw = "\n00 str(\"l\") str(\"w\")\n"
)

// TestOpcodes decodes what stands between keys.
func TestOpcodes(t *testing.T) {
	for _, tt := range []struct {
		name, magic, text, want string
		counts                  keyspace.Tally
	}{
		{"before FE", "REDIS0001", kv + "fe 03" + lw, "k=v; 3/l=w", keyspace.Tally{"unprotected": 1}},
		{"FE twice", "REDIS0011", "fe 03" + kv + "fe 00 fe 03" + lw, "3/k=v; 3/l=w", nil},
		{"databases", "REDIS0011", "fe 0f" + kv + "fe 10" + lw, "15/k=v; 16/l=w", keyspace.Tally{"database": 1}},
		{"FC over FA and FE", "REDIS0011", `fc i64le(77) fa str("a") str("b") fb 01 01 fe 01` + kv + lw, "1/k=v@77; 1/l=w", nil},
		{"FC of an empty key", "REDIS0011", "fc i64le(77) 01 str(\"e\") 00" + kv, "k=v", nil},
		{"FC before the end", "REDIS0011", kv + "fc i64le(77)", "k=v", nil},
		{"FC twice", "REDIS0012", "fc i64le(77) fc i64le(78)" + kv, "k=v@78", nil},
		{"FC twice, late", "REDIS0013", "fc i64le(77) fd u32le(2)" + kv, "k=v@77", nil},
		{"FC twice, Valkey", "VALKEY080", "fc i64le(77) fd u32le(2)" + kv, "k=v@2000", nil},
		{"FC -1", "REDIS0012", "fc i64le(77) fc i64le(-1)" + kv, "k=v", nil},
		{"FC -1, late", "REDIS0013", "fc i64le(-1)" + kv, "k=v@-1", nil},
		{"FC -1, Valkey", "VALKEY080", "fc i64le(-1)" + kv, "k=v", nil},
		{"FC -2", "REDIS0012", "fc i64le(-2)" + kv, "k=v@-2", nil},
		{"FC 0", "REDIS0012", "fc i64le(0)" + kv, "k=v@0", nil},
		{"FD", "REDIS0011", "fd u32le(5)" + kv, "k=v@5000", nil},
		{"FD signed", "REDIS0011", "fd ff ff ff ff" + kv, "k=v@-1000", nil},
		{"F8 F9", "REDIS0011", "f8 40 64" + kv + "f9 c8" + lw, "k=v; l=w", nil},
		{"F4", "REDIS0012", "f4 01 40 64 00" + kv, "k=v", nil},
		{"F3", "REDIS0013", "fc i64le(77) f3 01 00 00 00 01 02 05 05 str(\"x\") 00" + kv, "k=v@77", keyspace.Tally{"module_data": 1}},
		{"F3 of seven", "REDIS0013", "f3 07 " + strings.Repeat("00 00 00 01 00 ", 7) + kv, "k=v", keyspace.Tally{"module_data": 1}},
		{"F3, Valkey", "VALKEY080", "f3 str(\"n\") 02 01 02 40 64 40 65" + kv, "k=v", keyspace.Tally{"importing": 2}},
		{"F3, Valkey, no range", "VALKEY080", "f3 str(\"n\") 00" + kv, "k=v", keyspace.Tally{"importing": 1}},
		{"F7", "REDIS0011", "f7 81 u64be(5035677737576115203) 02 01 05 str(\"x\") 00" + kv, "k=v", keyspace.Tally{"module_data": 1}},
		{"Enterprise", "REDIS0011", "6b 40 64 79 05" + kv, "k=v", nil},
		{"keys twice in two databases", "REDIS0011", kv + "fe 01" + kv, "k=v; 1/k=v", nil},
		{"expired", "REDIS0011", `fa str("ctime") c0 05 fc i64le(4999)` + kv + "fc i64le(5000)" + lw, "k=v@4999; l=w@5000", keyspace.Tally{"expired_in_file": 1}},
		{"expired without a clock", "REDIS0011", `fc i64le(4999)` + kv, "k=v@4999", nil},
		{"KeyDB", "REDIS0011", kv + `fa str("keydb-subexpire-key") str("m") fa str("keydb-subexpire-when") str("5")`, "k=v", keyspace.Tally{"module_data": 1}},
		{"types over versions", "REDIS0001", "12 str(\"k\") 01 01 str(\"v\")", "k=list[v]", keyspace.Tally{"unprotected": 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			keys, _, src, err := decode(fileOf(t, tt.magic, tt.text), rdb.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := render(keys); got != tt.want {
				t.Errorf("keys %s, want %s", got, tt.want)
			}
			want := tt.counts
			if want == nil {
				want = keyspace.Tally{}
			}
			if diff := cmp.Diff(want, src.Counted()); diff != "" {
				t.Errorf("counts (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRefused decodes files that are refused as a whole.
func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		name, text string // of the whole file
		class      error
		what       string
	}{
		{"empty", ``, decoder.ErrCorrupt, "the file is empty"},
		{"no magic", `"RADIS0011" ff`, decoder.ErrCorrupt, "not an RDB file"},
		{"cut magic", `"REDI"`, decoder.ErrCorrupt, ""},
		{"cut version", `"REDIS00"`, decoder.ErrCorrupt, "ends in its header, after 7 bytes"},
		{"blanks for digits", `"REDIS 11 " ff`, decoder.ErrCorrupt, "not a number"},
		{"version 0", `"REDIS0000" ff`, decoder.ErrUnsupported, "version 0 of Redis"},
		{"version 16", `"REDIS0016" ff`, decoder.ErrUnsupported, "version 16 of Redis"},
		{"version 80 of Redis", `"REDIS0080" ff`, decoder.ErrUnsupported, "version 80 of Redis"},
		{"version 79 of Valkey", `"VALKEY079" ff`, decoder.ErrUnsupported, "version 79 of Valkey"},
		{"version 81 of Valkey", `"VALKEY081" ff`, decoder.ErrUnsupported, "version 81 of Valkey"},
		{"no end", `"REDIS0011" 00 str("k") str("v")`, decoder.ErrCorrupt, "the end mark (FF) is missing (behind 1 key)"},
		{"no checksum", `"REDIS0011" ff 00 00`, decoder.ErrCorrupt, "the checksum of 8 bytes is missing, 2 bytes are left"},
		{"wrong checksum", `"REDIS0011" ff u64le(1)`, decoder.ErrCorrupt, "checksum is"},
		{"type 6", `"REDIS0008" 06 str("k") 00 ff u64le(0)`, decoder.ErrUnsupported, "release candidate of Redis 4.0"},
		{"type 8", `"REDIS0008" 08 str("k") 00 ff u64le(0)`, decoder.ErrUnsupported, "byte 8: neither a type nor an opcode"},
		{"type 29", `"REDIS0015" 1d str("k") 00 ff u64le(0)`, decoder.ErrUnsupported, "only payloads of DUMP"},
		{"type 24 of Valkey", `"VALKEY080" 18 str("k") 00 ff u64le(0)`, decoder.ErrUnsupported, "byte 24"},
		{"type 23 of Valkey", `"VALKEY080" 17 str("k") 00 ff u64le(0)`, decoder.ErrUnsupported, "a path hash of Valkey 9.2"},
		{"F2 of Valkey", `"VALKEY080" f2 01 01 str("a") ff u64le(0)`, decoder.ErrUnsupported, "byte 242"},
		{"107 of Valkey", `"VALKEY080" 6b 01 ff u64le(0)`, decoder.ErrUnsupported, "byte 107"},
		{"Dragonfly", `"REDIS0009" c8 ff u64le(0)`, decoder.ErrUnsupported, "Dragonfly"},
		{"KeyDB", `"REDIS0009" 40 str("k") ff u64le(0)`, decoder.ErrUnsupported, "a job of KeyDB"},
		{"length byte", `"REDIS0009" fe 82 00 ff u64le(0)`, decoder.ErrCorrupt, "length byte 82 has no meaning"},
		{"string for a length", `"REDIS0009" 01 str("k") c0 00 ff u64le(0)`, decoder.ErrCorrupt, "a string encoding (c0)"},
		{"string encoding", `"REDIS0009" 00 c4 00 ff u64le(0)`, decoder.ErrCorrupt, "string encoding c4"},
		{"key that is no LZF", `"REDIS0009" 00 c3 02 05 20 00 str("v") ff u64le(0)`, decoder.ErrCorrupt, "compressed string"},
		{"database", `"REDIS0009" fe 80 ff ff ff ff ff u64le(0)`, decoder.ErrCorrupt, "database 4294967295 is out of range"},
		{"eight classes", `"REDIS0013" f3 08 ff u64le(0)`, decoder.ErrCorrupt, "8 classes of metadata"},
		{"module part", `"REDIS0009" 07 str("k") 00 06 00 ff u64le(0)`, decoder.ErrCorrupt, "part 6 of a module's value"},
		{"array tag", `"REDIS0014" 1c str("k") 01 00 00 04 00 ff u64le(0)`, decoder.ErrCorrupt, "tag 4 of an array's element"},
		{"array flag", `"REDIS0014" 1c str("k") 01 02 00 01 u64le(0) ff u64le(0)`, decoder.ErrCorrupt, "flag 2 of an array"},
		{"template twice", `"REDIS0015" f2 01 01 str("a") f2 01 01 str("b") ff u64le(0)`, decoder.ErrCorrupt, "template 1 is empty or occurs twice"},
		{"template empty", `"REDIS0015" f2 01 00 ff u64le(0)`, decoder.ErrCorrupt, "template 1 is empty or occurs twice"},
		{"template order", `"REDIS0015" f2 01 02 str("aa") str("b") ff u64le(0)`, decoder.ErrCorrupt, `field "b" after "aa"`},
		{"template name twice", `"REDIS0015" f2 01 02 str("b") str("b") ff u64le(0)`, decoder.ErrCorrupt, `field "b" after "b"`},
		{"no template", `"REDIS0015" f2 01 01 str("b") 20 str("k") 02 str("x") ff u64le(0)`, decoder.ErrCorrupt, "there is no template 2"},
		{"pending entries", `"REDIS0009" 0f str("k") 00 00 00 00 01 str("g") 00 00 05 00 ff u64le(0)`, decoder.ErrLimit, "5 pending entries of at least 25 bytes"},
		{"consumers", `"REDIS0009" 0f str("k") 00 00 00 00 01 str("g") 00 00 00 05 ff u64le(0)`, decoder.ErrLimit, "5 consumers of at least 10 bytes"},
		{"AOF", `"REDIS0009" fa str("aof-preamble") c0 01 ff u64le(0) "*1\r\n$4\r\nPING\r\n"`, decoder.ErrUnsupported, "an append-only file: 14 bytes of commands"},
		{"AOF with a time", `"REDIS0011" fa str("aof-base") str("1") ff u64le(0) "#TS:5\r\n"`, decoder.ErrUnsupported, "BGREWRITEAOF"},
		{"mark missing", `"$EOF:" pad(40, "e") "\r\n" "REDIS0011" ff u64le(0) pad(39, "e")`, decoder.ErrCorrupt, "the mark of the replication stream is missing"},
		{"mark wrong", `"$EOF:" pad(40, "e") "\r\n" "REDIS0011" ff u64le(0) pad(39, "e") "f"`, decoder.ErrCorrupt, "differs from the one before the file"},
		{"short mark", `"$EOF:" pad(39, "e") "\r\n" "REDIS0011" ff u64le(0) pad(39, "e")`, decoder.ErrCorrupt, "not an RDB file"},
		{"no digits", `"$12x\r\n" "REDIS0011" ff u64le(0)`, decoder.ErrCorrupt, "not an RDB file"},
		{"dollar alone", `"$\r\n" "REDIS0011" ff u64le(0)`, decoder.ErrCorrupt, "not an RDB file"},
		{"line without an end", `"$12" "REDIS0011" ff u64le(0)`, decoder.ErrCorrupt, "not an RDB file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := bytesOf(t, tt.text)
			_, err := rdb.Open(bytes.NewReader(file), int64(len(file)), rdb.Options{})
			if !errors.Is(err, tt.class) || !strings.Contains(err.Error(), tt.what) {
				t.Fatalf("error %v, want %q: %v", err, tt.what, tt.class)
			}
			checkClass(t, err, len(file))
		})
	}
}

// TestRest opens files with something around them.
func TestRest(t *testing.T) {
	const file = `"REDIS0011" 00 str("k") str("v") ff u64le(0)`
	for _, tt := range []struct {
		name, text, framing string
		trailing            int64
	}{
		{"bytes behind", file + ` "hello"`, "", 5},
		{"two files", file + " " + file, "", 23},
		{"commands behind a file that is no base", file + ` "*1\r\n"`, "", 4},
		{"no commands behind a base", `"REDIS0011" fa str("aof-base") c0 01 00 str("k") str("v") ff u64le(0) "x"`, "", 1},
		{"size in front", `"$23\r\n"` + file, "replication stream ($23)", 0},
		{"mark around", `"$EOF:" pad(40, "e") "\r\n"` + file + ` pad(40, "e")`, "replication stream ($EOF:)", 0},
		{"mark around and bytes behind", `"$EOF:" pad(40, "e") "\r\n"` + file + ` pad(42, "e")`, "replication stream ($EOF:)", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			keys, _, src, err := decode(bytesOf(t, tt.text), rdb.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if second := src.Info().Second; second != (tt.name == "two files") {
				t.Errorf("a second file: %v", second)
			}
			if got := render(keys); got != "k=v" || src.Info().Framing != tt.framing || src.Counted()[keyspace.NoteTrailing] != tt.trailing {
				t.Errorf("keys %s, framing %q, %d bytes behind; want %q, %d", got, src.Info().Framing, src.Counted()[keyspace.NoteTrailing], tt.framing, tt.trailing)
			}
		})
	}
	// The checksum is of the file alone.
	sealedFile := fileOf(t, "REDIS0011", kv)
	if _, _, _, err := decode(slices.Concat([]byte("$24\r\n"), sealedFile), rdb.Options{}); err != nil {
		t.Error(err)
	}
}

// TestKeyTwice: a key that a database has twice is none of both.
func TestKeyTwice(t *testing.T) {
	keys, notes, _, err := decode(fileOf(t, "REDIS0011", kv+lw+"01 str(\"k\") 00 fe 01"+kv), rdb.Options{})
	if err != nil || render(keys) != "l=w; 1/k=v" || len(notes) != 2 || notes[0].Name != "k" || notes[1].Name != "k" {
		t.Errorf("keys %s, notes %v, error %v", render(keys), notes, err)
	}
}

// TestStrict ends at the first key that cannot be decoded.
func TestStrict(t *testing.T) {
	file := fileOf(t, "REDIS0011", kv+"02 str(\"s\") 02 str(\"a\") str(\"a\")"+lw)
	keys, _, _, err := decode(file, rdb.Options{Strict: true})
	if !errors.Is(err, decoder.ErrCorrupt) || !strings.Contains(err.Error(), `set "s": "a" occurs twice`) {
		t.Errorf("keys %s, error %v", render(keys), err)
	}
	checkClass(t, err, len(file))
}

// TestKeysTwice: every sequence is the same, and used once.
func TestKeysTwice(t *testing.T) {
	for name, file := range smallFiles(t) {
		src, err := rdb.Open(bytes.NewReader(file), int64(len(file)), rdb.Options{})
		if err != nil {
			continue
		}
		var texts []string
		for range 2 {
			var notes []keyspace.Note
			keys, err := keyspace.Assemble(src.Keys(func(n keyspace.Note) { notes = append(notes, n) }))
			texts = append(texts, fmt.Sprint(render(keys), len(notes), err, src.Counted()))
		}
		if texts[0] != texts[1] {
			t.Errorf("%s: %s, then %s", name, texts[0], texts[1])
		}
	}
}

// TestEarlyStop: a consumer may stop at any part.
func TestEarlyStop(t *testing.T) {
	file := fileOf(t, "REDIS0011", kv+"01 str(\"m\") 03 str(\"a\") str(\"b\") str(\"c\")"+lw)
	src, err := rdb.Open(bytes.NewReader(file), int64(len(file)), rdb.Options{Part: keyspace.PartLimit{Elements: 1}})
	if err != nil {
		t.Fatal(err)
	}
	for stop := 1; stop <= 5; stop++ {
		n := 0
		for _, err := range src.Keys(nil) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == stop {
				break
			}
		}
		if n != stop {
			t.Errorf("%d parts, want %d", n, stop)
		}
	}
}

// changing is a file whose bytes change.
type changing struct{ b []byte }

// ReadAt implements io.ReaderAt.
func (c *changing) ReadAt(p []byte, off int64) (int, error) {
	return bytes.NewReader(c.b).ReadAt(p, off)
}

var _ io.ReaderAt = (*changing)(nil)

// TestChanged: what changes after Open ends the sequence, whatever it means.
func TestChanged(t *testing.T) {
	file := fileOf(t, "REDIS0011", kv+lw)
	for i := range len(file) {
		c := &changing{bytes.Clone(file)}
		src, err := rdb.Open(c, int64(len(file)), rdb.Options{})
		if err != nil {
			t.Fatal(err)
		}
		c.b[i] ^= 1
		_, err = keyspace.Assemble(src.Keys(nil))
		if !errors.Is(err, decoder.ErrChanged) {
			t.Errorf("byte %d changed: error %v", i, err)
		}
		c.b = c.b[:i]
		if _, err = keyspace.Assemble(src.Keys(nil)); !errors.Is(err, decoder.ErrChanged) {
			t.Errorf("cut to %d bytes: error %v", i, err)
		}
	}
}

// TestInfo: what the file says of itself.
func TestInfo(t *testing.T) {
	_, _, src, err := decode(fileOf(t, "REDIS0011", `fa str("redis-ver") str("7.2.6") fa str("ctime") c2 00 00 00 40 fa str("lua") str("return 1")
f5 str("#!lua name=x") f8 05`+kv+`f9 c8 fe 02`+lw+`00 str("c") c3 05 0a 00 61 e0 00 00`), rdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	i := src.Info()
	if i.IdleTimes != 1 || i.Frequencies != 1 || i.Scripts != 1 || i.WrittenAt != 1<<30 || i.LastDB != 2 || i.Checksum == 0 ||
		i.Compressed != (rdb.LZF{Strings: 1, Packed: 5, Plain: 10}) || len(i.Encodings) != 1 || i.Encodings[0].Keys != 3 || i.Version != 11 || i.Family != rdb.FamilyRedis {
		t.Errorf("info %+v", i)
	}
	want := []keyspace.Fact{{Name: "rdb_family", Value: "redis"}, {Name: "rdb_version", Value: "11"}, {Name: "redis_ver", Value: "7.2.6"}, {Name: "ctime", Value: "1073741824"}}
	if diff := cmp.Diff(want, src.Origin().Facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if got := src.Functions(); len(got) != 1 || got[0] != "#!lua name=x" {
		t.Errorf("functions %q", got)
	}
}

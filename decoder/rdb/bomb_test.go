package rdb_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"redrill/decoder"
	"redrill/decoder/rdb"
)

// allocated returns how many bytes a call allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// roomForAny is far more than any small file needs, and far less than it may claim.
const roomForAny = 4 << 20

// claims are places in which a length stands. X is the length.
var claims = map[string]struct{ magic, text string }{
	"name":                 {"REDIS0011", `00 X`},
	"string":               {"REDIS0011", `00 str("k") X`},
	"packed size":          {"REDIS0011", `00 str("k") c3 X 0a 00 61`},
	"items":                {"REDIS0011", `01 str("k") X 00`},
	"members":              {"REDIS0011", `02 str("k") X 00`},
	"text scores":          {"REDIS0011", `03 str("k") X 01 61 01 31`},
	"fields":               {"REDIS0011", `04 str("k") X 01 61 01 31`},
	"scores":               {"REDIS0011", `05 str("k") X 01 61 00 00 00 00 00 00 00 00`},
	"module string":        {"REDIS0011", `07 str("k") 00 05 X 00`},
	"zipmap":               {"REDIS0011", `09 str("k") X 01`},
	"ziplist":              {"REDIS0011", `0a str("k") X 01`},
	"intset":               {"REDIS0011", `0b str("k") X 01`},
	"zset ziplist":         {"REDIS0011", `0c str("k") X 01`},
	"hash ziplist":         {"REDIS0011", `0d str("k") X 01`},
	"ziplists":             {"REDIS0011", `0e str("k") X 01`},
	"nodes":                {"REDIS0011", `0f str("k") X 01`},
	"node key":             {"REDIS0011", `0f str("k") 01 X 01`},
	"node":                 {"REDIS0011", `0f str("k") 01 str(u64be(1) u64be(1)) X 01`},
	"groups":               {"REDIS0011", `0f str("k") 00 00 00 00 X`},
	"group name":           {"REDIS0011", `0f str("k") 00 00 00 00 01 X 00 00 00 00 00`},
	"pending":              {"REDIS0011", `0f str("k") 00 00 00 00 01 str("g") 00 00 X`},
	"consumers":            {"REDIS0011", `0f str("k") 00 00 00 00 01 str("g") 00 00 00 X`},
	"owned":                {"REDIS0011", `0f str("k") 00 00 00 00 01 str("g") 00 00 00 01 str("c") i64le(0) X`},
	"nacked":               {"REDIS0014", `1b str("k") 00 00 00 00 00 00 00 00 00 01 str("g") 00 00 00 00 00 X`},
	"producers":            {"REDIS0013", `1a str("k") 00 00 00 00 00 00 00 00 00 00 01 01 X`},
	"messages":             {"REDIS0013", `1a str("k") 00 00 00 00 00 00 00 00 00 00 01 01 01 str("p") X 00 00`},
	"hash listpack":        {"REDIS0011", `10 str("k") X 01`},
	"zset listpack":        {"REDIS0011", `11 str("k") X 01`},
	"quicklist":            {"REDIS0011", `12 str("k") X 01 00`},
	"quicklist node":       {"REDIS0011", `12 str("k") 01 01 X 00`},
	"set listpack":         {"REDIS0011", `14 str("k") X 01`},
	"timed fields":         {"REDIS0012", `16 str("k") X 00 01 61 01 62`},
	"timed listpack":       {"REDIS0012", `17 str("k") X 01`},
	"expiring fields":      {"REDIS0012", `18 str("k") i64le(1) X 00 01 61 01 62`},
	"expiring listpack":    {"REDIS0012", `19 str("k") i64le(1) X 01`},
	"array":                {"REDIS0014", `1c str("k") X 00 00 03 01 61`},
	"array string":         {"REDIS0014", `1c str("k") 01 00 00 00 X 61`},
	"template":             {"REDIS0015", `f2 01 X 61`},
	"template name":        {"REDIS0015", `f2 01 01 X 61`},
	"valkey fields":        {"VALKEY080", `16 str("k") X 01 61 01 62 i64le(-1)`},
	"slot ranges":          {"VALKEY080", `f3 str("n") X 00 00`},
	"slot import name":     {"VALKEY080", `f3 X 00 00`},
	"classes":              {"REDIS0013", `f3 X 00 00 00 00 00`},
	"aux name":             {"REDIS0011", `fa X 61 00`},
	"aux value":            {"REDIS0011", `fa 01 61 X`},
	"function":             {"REDIS0011", `f5 X 61`},
	"database":             {"REDIS0011", `fe X`},
	"function description": {"REDIS0010", `f6 01 61 01 62 01 X 01`},
}

// TestClaims: a length that no file of this size can hold is refused, and nothing is
// allocated for it.
func TestClaims(t *testing.T) {
	for name, c := range claims {
		for _, n := range []uint64{1 << 32, 1 << 40, 1 << 60, 1 << 63, 1<<64 - 1, 1<<63 + 5} {
			t.Run(fmt.Sprintf("%s of %d", name, n), func(t *testing.T) {
				file := fileOf(t, c.magic, strings.ReplaceAll(c.text, "X", fmt.Sprintf("81 u64be(%d)", n)))
				var err error
				if got := allocated(func() { _, _, _, err = decode(file, rdb.Options{}) }); got > roomForAny {
					t.Errorf("%d bytes allocated for %d", got, len(file))
				}
				if !errors.Is(err, decoder.ErrLimit) && !errors.Is(err, decoder.ErrCorrupt) {
					t.Errorf("error %v, want a limit or corrupt", err)
				}
				if err != nil {
					checkClass(t, err, len(file))
				}
			})
		}
	}
}

// TestClaimsInBlobs: so are lengths within packed blobs, which make a key unreadable.
func TestClaimsInBlobs(t *testing.T) {
	for name, text := range map[string]string{
		"plain size":         `00 str("k") c3 03 81 u64be(4294967296) 00 61 00`,
		"plain size of 2^64": `00 str("k") c3 03 81 u64be(18446744073709551615) 00 61 00`,
		"listpack size":      `10 str("k") str(u32le(4294967295) 02 00 81 61 02 81 62 02 ff)`,
		"listpack string":    `10 str("k") str(10 00 00 00 02 00 f0 ff ff ff ff 61 06 81 62 02 ff)`,
		"ziplist string":     `0a str("k") str(12 00 00 00 0a 00 00 00 01 00 00 80 ff ff ff ff 61 ff)`,
		"ziplist size":       `0a str("k") str(u32le(4294967295) 0a 00 00 00 01 00 00 f1 ff)`,
		"zipmap string":      `09 str("k") str(01 fe ff ff ff ff 61 ff)`,
		"intset":             `0b str("k") str(08 00 00 00 ff ff ff ff)`,
		"stream fields":      `0f str("k") 01 str(u64be(1) u64be(1)) str(16 00 00 00 04 00 01 01 00 01 f4 u64le(9223372036854775807) 09 00 01 ff) 01 01 01 00`,
		"stream fields low":  `0f str("k") 01 str(u64be(1) u64be(1)) str(13 00 00 00 04 00 01 01 00 01 f3 ff ff ff 7f 05 00 01 ff) 01 01 01 00`,
	} {
		t.Run(name, func(t *testing.T) {
			file := fileOf(t, "REDIS0011", text)
			var notes int
			var err error
			got := allocated(func() {
				_, held, _, decodeErr := decode(file, rdb.Options{})
				notes, err = len(held), decodeErr
			})
			if got > roomForAny {
				t.Errorf("%d bytes allocated for %d", got, len(file))
			}
			if err != nil || notes != 1 {
				t.Errorf("%d notes, error %v; want one note", notes, err)
			}
		})
	}
}

// TestSizesAreNoBound: the numbers of keys in front of a database are a hint, of
// which nothing is made.
func TestSizesAreNoBound(t *testing.T) {
	file := fileOf(t, "REDIS0011", "fe 00 fb 81 u64be(1099511627776) 81 u64be(18446744073709551615)\n00 str(\"k\") str(\"v\")")
	got := allocated(func() {
		keys, _, _, err := decode(file, rdb.Options{})
		if err != nil || len(keys) != 1 {
			t.Errorf("%d keys, %v; want one", len(keys), err)
		}
	})
	if got > roomForAny {
		t.Errorf("%d bytes allocated for %d", got, len(file))
	}
}

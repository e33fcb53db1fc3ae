package rdb_test

import (
	"fmt"
	"strings"
	"testing"

	"redrill/decoder/rdb"
	"redrill/keyspace"
)

// rule is a value and what it decodes to: keys as [render] writes them, or behind
// "! " what the note says because of which it is none.
type rule struct {
	name, magic, text, want string
}

// checkRules decodes each value, whole and in small parts, and the key behind it.
func checkRules(t *testing.T, rules []rule) {
	t.Helper()
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			file := fileOf(t, r.magic, r.text+"\n00 str(\"l\") str(\"w\")")
			for _, elements := range []int{0, 1, 2} {
				keys, notes, _, err := decode(file, rdb.Options{Part: keyspace.PartLimit{Elements: elements, Bytes: 1 << 20}})
				if err != nil {
					t.Fatalf("parts of %d: %v", elements, err)
				}
				said := ""
				for _, n := range notes {
					if n.Type.String() == "" || n.Offset < 9 || n.Offset >= int64(len(file)) {
						t.Errorf("note without a place: %+v", n)
					}
					said += fmt.Sprintf("%v: %s; ", n.Kind, n.Detail)
				}
				got := render(keys)
				if want, bad := strings.CutPrefix(r.want, "! "); bad {
					if got != "l=w" || len(notes) != 1 || !strings.Contains(said, want) {
						t.Errorf("parts of %d: keys %s, notes %s; want the key behind it and a note with %q", elements, got, said, want)
					}
					continue
				}
				wantKeys, wantNote, noted := strings.Cut(r.want, " ! ")
				if got != wantKeys+"; l=w" || noted != (len(notes) > 0) || !strings.Contains(said, wantNote) {
					t.Errorf("parts of %d: keys %s, notes %s; want %s; l=w", elements, got, said, r.want)
				}
			}
		})
	}
}

const k = ` str("k") `

// back14 is an element of exactly 16383 bytes without its length behind.
var back14 = raw("\xf0\xfa\x3f\x00\x00" + strings.Repeat("x", 16378))

func TestListpackRules(t *testing.T) {
	long := strings.Repeat("x", 16378)
	checkRules(t, []rule{
		{"elements", "REDIS0011", "14" + k + lp("a", 5, -1, int64(1<<40)), "k=set[-1 1099511627776 5 a]"},
		{"count unknown", "REDIS0011", "14" + k + lpOf(0xFFFF, "a", "b"), "k=set[a b]"},
		{"count too small", "REDIS0011", "14" + k + lpOf(1, "a", "b"), "! listpack of 2 elements says that it has 1"},
		{"count too large", "REDIS0011", "14" + k + lpOf(3, "a", "b"), "! listpack of 2 elements says that it has 3"},
		{"backlen wrong", "REDIS0011", "14" + k + lpOf(1, raw("\x81a\x03")), "! its length in front and behind differ"},
		{"backlen too wide", "REDIS0011", "14" + k + lpOf(1, raw("\x81a\x00\x82")), "! its length in front and behind differ"},
		{"backlen narrow at 16383", "REDIS0011", "14" + k + lpOf(1, back14+"\x7f\xff"), "k=set[" + long + "]"},
		{"backlen wide at 16383", "REDIS0011", "14" + k + lpOf(1, back14+"\x00\xff\xff"), "k=set[" + long + "]"},
		{"backlen wide at 16382", "REDIS0011", "14" + k + lpOf(1, "\xf0\xf9\x3f\x00\x00"+raw(long[1:])+"\x00\xff\xfe"), "! its length in front and behind differ"},
		{"encoding F5", "REDIS0011", "14" + k + lpOf(1, raw("\xf5\x00\x02")), "! encoding f5 has no meaning"},
		{"encoding FE", "REDIS0011", "14" + k + lpOf(1, raw("\xfe\x00\x02")), "! encoding fe has no meaning"},
		{"end too early", "REDIS0011", "14" + k + lpOf(1, "a", raw("\xff")), "! listpack ends 1 bytes before its blob"},
		{"no end", "REDIS0011", "14" + k + "str(09 00 00 00 01 00 81 61 02)", "! its length in front and behind differ"},
		{"no end behind a whole element", "REDIS0011", "14" + k + "str(08 00 00 00 01 00 05 01)", "! its length in front and behind differ"},
		{"string beyond the end", "REDIS0011", "14" + k + lpOf(1, raw("\xbf\x61\x02")), "! beyond the end"},
		{"13 bits cut", "REDIS0011", "14" + k + lpOf(1, raw("\xdf")), "! beyond the end"},
		{"64 bits cut", "REDIS0011", "14" + k + lpOf(1, raw("\xf4\x01")), "! or the element is cut"},
		{"size wrong", "REDIS0011", "14" + k + "str(0b 00 00 00 01 00 81 61 02 ff)", "! listpack of 10 bytes says that it has 11"},
		{"too short", "REDIS0011", "14" + k + "str(06 00 00 00 00 00)", "! there are at least 7"},
		{"all integers", "REDIS0011", "12" + k + "01 02 " + lpOf(8, raw("\x7f\x01"), raw("\xc0\x80\x02"), raw("\xdf\xff\x02"), raw("\xd0\x00\x02"),
			raw("\xf1\x00\x80\x03"), raw("\xf2\x00\x00\x80\x04"), raw("\xf3\x00\x00\x00\x80\x05"), raw("\xf4\x00\x00\x00\x00\x00\x00\x00\x80\x09")),
			"k=list[127 128 -1 -4096 -32768 -8388608 -2147483648 -9223372036854775808]"},
	})
}

func TestZiplistRules(t *testing.T) {
	checkRules(t, []rule{
		{"all integers", "REDIS0009", "0a" + k + zl("\xc0\x00\x80", "\xd0\x00\x00\x00\x80", "\xe0\x00\x00\x00\x00\x00\x00\x00\x80", "\xf0\xff\xff\xff", "\xfe\x80", "\xf1", "\xfd"),
			"k=list[-32768 -2147483648 -9223372036854775808 -1 -128 0 12]"},
		{"14 bits", "REDIS0009", "0a" + k + zl("\x40\x02ab"), "k=list[ab]"},
		{"32 bits", "REDIS0009", "0a" + k + zl("\xbf\x00\x00\x00\x02ab"), "k=list[ab]"},
		{"encoding FF", "REDIS0009", "0a" + k + zl("\xff"), "! its encoding has no meaning"},
		{"encoding C1", "REDIS0009", "0a" + k + zl("\xc1\x00\x00"), "! its encoding has no meaning"},
		{"prevlen wrong", "REDIS0009", "0a" + k + "str(11 00 00 00 0d 00 00 00 02 00 00 01 61 04 01 62 ff)", "! the element before it has 3 bytes, not 4"},
		{"prevlen of the first", "REDIS0009", "0a" + k + "str(0e 00 00 00 0a 00 00 00 01 00 01 01 61 ff)", "! the element before it has 0 bytes, not 1"},
		{"prevlen of five bytes", "REDIS0009", "0a" + k + "str(14 00 00 00 0d 00 00 00 02 00 00 01 61 fe 03 00 00 00 f1 ff)", "k=list[a 0]"},
		{"prevlen of five bytes wrong", "REDIS0009", "0a" + k + "str(14 00 00 00 0d 00 00 00 02 00 00 01 61 fe 04 00 00 00 f1 ff)", "! has 3 bytes, not 4"},
		{"tail wrong", "REDIS0009", "0a" + k + "str(0e 00 00 00 0b 00 00 00 01 00 00 01 61 ff)", "! its last element is at 11, it is at 10"},
		{"count wrong", "REDIS0009", "0a" + k + "str(0e 00 00 00 0a 00 00 00 02 00 00 01 61 ff)", "! ziplist of 1 elements says that it has 2"},
		{"count unknown", "REDIS0009", "0a" + k + "str(0e 00 00 00 0a 00 00 00 ff ff 00 01 61 ff)", "k=list[a]"},
		{"end too early", "REDIS0009", "0a" + k + "str(0f 00 00 00 0a 00 00 00 01 00 00 01 61 ff ff)", "! ziplist ends 1 bytes before its blob"},
		{"no end", "REDIS0009", "0a" + k + "str(0e 00 00 00 0a 00 00 00 01 00 00 01 61 00)", "! ziplist without an end mark"},
		{"size wrong", "REDIS0009", "0a" + k + "str(0f 00 00 00 0a 00 00 00 01 00 00 01 61 ff)", "! ziplist of 14 bytes says that it has 15"},
		{"empty", "REDIS0009", "0e" + k + "02 str(0b 00 00 00 0a 00 00 00 00 00 ff) " + zl("\x01a"), "k=list[a]"},
	})
}

func TestIntsetRules(t *testing.T) {
	checkRules(t, []rule{
		{"wide", "REDIS0011", "0b" + k + "str(08 00 00 00 02 00 00 00 u64le(-1) u64le(3))", "k=set[-1 3]"},
		{"four", "REDIS0011", "0b" + k + "str(04 00 00 00 02 00 00 00 00 00 00 80 03 00 00 00)", "k=set[-2147483648 3]"},
		{"order", "REDIS0011", "0b" + k + "str(02 00 00 00 02 00 00 00 02 00 01 00)", "! intset has 1 after 2"},
		{"twice", "REDIS0011", "0b" + k + "str(02 00 00 00 02 00 00 00 02 00 02 00)", "! intset has 2 after 2"},
		{"width", "REDIS0011", "0b" + k + "str(03 00 00 00 01 00 00 00 02 00 01)", "! intset of integers of 3 bytes"},
		{"count", "REDIS0011", "0b" + k + "str(02 00 00 00 02 00 00 00 02 00)", "! has 2 integers of 2 bytes"},
		{"empty", "REDIS0011", "0b" + k + "str(02 00 00 00 00 00 00 00)", "! intset without an integer"},
		{"short", "REDIS0011", "0b" + k + "str(02 00 00 00)", "! there are at least 8"},
	})
}

func TestZipmapRules(t *testing.T) {
	checkRules(t, []rule{
		{"free bytes", "REDIS0001", "09" + k + `str(02 01 "a" 01 02 "b" aa bb 01 "c" 00 01 dd ff)`, "k=hash[a=b c=]"},
		{"count 254", "REDIS0001", "09" + k + `str(fe 01 "a" 01 00 "b" ff)`, "k=hash[a=b]"},
		{"count wrong", "REDIS0001", "09" + k + `str(02 01 "a" 01 00 "b" ff)`, "! zipmap of 1 fields says that it has 2"},
		{"long lengths", "REDIS0001", "09" + k + `str(01 fe 01 00 00 00 "a" fe 01 00 00 00 00 "b" ff)`, "k=hash[a=b]"},
		{"long length cut", "REDIS0001", "09" + k + `str(01 fe 01 00 00 ff)`, "! zipmap element 0 is cut"},
		{"odd", "REDIS0001", "09" + k + `str(01 01 "a" ff)`, "! zipmap ends after a field without a value"},
		{"free beyond the end", "REDIS0001", "09" + k + `str(01 01 "a" 01 01 "b" ff)`, "! is cut"},
		{"empty", "REDIS0001", "09" + k + `str(00 ff)`, "! zipmap without a field"},
		{"end too early", "REDIS0001", "09" + k + `str(01 01 "a" 01 00 "b" ff ff)`, "! zipmap ends 1 bytes before its blob"},
		{"no end", "REDIS0001", "09" + k + `str(01 01 "a" 01 00 "b" 00)`, "! zipmap"},
		{"twice", "REDIS0001", "09" + k + `str(02 01 "a" 01 00 "b" 01 "a" 01 00 "c" ff)`, "! \"a\" occurs twice"},
	})
}

func TestListRules(t *testing.T) {
	checkRules(t, []rule{
		{"containers", "REDIS0011", "12" + k + "04 02 " + lp("a", 1) + " 02 " + lp() + ` 01 str("b") 02 ` + lp("c"), "k=list[a 1 b c]"},
		{"container 0", "REDIS0011", "12" + k + `01 00 str("b")`, "! a node in container 0"},
		{"container 3", "REDIS0011", "12" + k + `01 03 str("b")`, "! a node in container 3"},
		{"empty item", "REDIS0011", "12" + k + `01 01 00`, "! a node that is an empty item"},
		{"empty item of a plain list", "REDIS0011", "01" + k + `02 00 str("a")`, "k=list[ a]"},
	})
}

func TestSetRules(t *testing.T) {
	checkRules(t, []rule{
		{"twice", "REDIS0011", "02" + k + `02 str("a") str("a")`, "! \"a\" occurs twice"},
		{"twice, far apart", "REDIS0011", "02" + k + `05 str("a") str("b") str("c") str("d") str("a")`, "! \"a\" occurs twice"},
		{"twice in a listpack", "REDIS0011", "14" + k + lp("a", "b", "c", "a"), "! \"a\" occurs twice"},
		{"number and text", "REDIS0011", "02" + k + `03 c0 05 str("b") str("5")`, "! \"5\" occurs twice"},
		{"LZF that is none", "REDIS0011", "02" + k + `03 str("a") c3 02 05 20 00 str("b")`, "! compressed string: refers to what is before its beginning"},
		{"LZF cut", "REDIS0011", "02" + k + `02 str("a") c3 01 01 00`, "! compressed string: ends in the middle"},
		{"LZF short", "REDIS0011", "02" + k + `02 str("a") c3 02 02 00 61`, "! compressed string: 1 bytes instead of 2"},
		{"LZF long", "REDIS0011", "02" + k + `02 str("a") c3 04 02 02 61 62 63`, "! more than the 2 bytes that it claims"},
		{"LZF runs", "REDIS0011", "00" + k + `c3 08 0f 01 61 62 e0 03 01 00 63`, "k=abababababababc"},
	})
}

func TestZSetRules(t *testing.T) {
	text := func(score string) string { return fmt.Sprintf("03"+k+`01 str("a") str(%q)`, score) }
	checkRules(t, []rule{
		{"white space and a tail", "REDIS0003", text(" 1.5x"), "k=zset[a:1.5]"},
		{"hexadecimal", "REDIS0003", text("0x1p"), "k=zset[a:1]"},
		{"hexadecimal exponent", "REDIS0003", text("-0x1.8p3"), "k=zset[a:-12]"},
		{"hexadecimal without digits", "REDIS0003", text("0xg"), "k=zset[a:0]"},
		{"infinity", "REDIS0003", text("-Infinity"), "k=zset[a:-Inf]"},
		{"plus", "REDIS0003", text("+inf"), "k=zset[a:+Inf]"},
		{"out of range", "REDIS0003", text("1e999"), "k=zset[a:+Inf]"},
		{"exponent without digits", "REDIS0003", text("2e"), "k=zset[a:2]"},
		{"exponent", "REDIS0003", text("2e-2z"), "k=zset[a:0.02]"},
		{"comma", "REDIS0003", text("1,5"), "k=zset[a:1]"},
		{"two points", "REDIS0003", text("1.5.5"), "k=zset[a:1.5]"},
		{"nan", "REDIS0003", text("nan"), "! not a number"},
		{"word", "REDIS0003", text("x"), "! not a number"},
		{"no text", "REDIS0003", "03" + k + `01 str("a") 00`, "! not a number"},
		{"marks", "REDIS0003", "03" + k + `02 str("a") fe str("b") ff`, "k=zset[a:+Inf b:-Inf]"},
		{"mark of NaN", "REDIS0003", "03" + k + `01 str("a") fd`, "! not a number"},
		{"binary NaN", "REDIS0011", "05" + k + `01 str("a") 01 00 00 00 00 00 f8 7f`, "! not a number"},
		{"any order of type 5", "REDIS0011", "05" + k + `02 str("a") f64le(1) str("b") f64le(2)`, "k=zset[a:1 b:2]"},
		{"text NaN in a listpack", "REDIS0011", "11" + k + lp("a", "nan"), "! not a number"},
		{"text in a listpack", "REDIS0011", "11" + k + lp("b", "-inf", "a", "1e2"), "k=zset[a:100 b:-Inf]"},
		{"order", "REDIS0011", "11" + k + lp("a", 3, "b", 1), "! out of order"},
		{"order of names", "REDIS0011", "11" + k + lp("b", 1, "a", 1), "! out of order"},
		{"order across parts", "REDIS0011", "11" + k + lp("a", 1, "b", 2, "c", 3, "d", 2), "! out of order"},
		{"order in a ziplist", "REDIS0009", "0c" + k + zl("\x01a", "\xf4", "\x01b", "\xf2"), "! out of order"},
		{"odd", "REDIS0011", "11" + k + lp("a", 3, "b"), "! \"b\" is the last element, and without its value"},
		{"twice", "REDIS0011", "11" + k + lp("a", 3, "a", 4), "! \"a\" occurs twice"},
		{"twice, far apart", "REDIS0011", "11" + k + lp("a", 3, "b", 4, "c", 5, "a", 6), "! \"a\" occurs twice"},
		{"binary twice", "REDIS0011", "05" + k + `02 str("a") f64le(1) str("a") f64le(2)`, "! \"a\" occurs twice"},
	})
}

func TestHashRules(t *testing.T) {
	const limit = "281474976710655" // 2^48-1
	checkRules(t, []rule{
		{"twice", "REDIS0011", "04" + k + `02 str("a") str("1") str("a") str("2")`, "! \"a\" occurs twice"},
		{"twice, far apart", "REDIS0011", "10" + k + lp("a", 1, "b", 2, "c", 3, "a", 4), "! \"a\" occurs twice"},
		{"odd", "REDIS0011", "10" + k + lp("a", 1, "b"), "! without its value"},
		{"ziplist", "REDIS0009", "0d" + k + zl("\x01a", "\xf2", "\x01b", "\x00"), "k=hash[a=1 b=]"},
		{"22", "REDIS0012", "16" + k + `02 05 str("a") str("1") 00 str("b") str("2")`, "k=hash[a=1@5 b=2]"},
		{"22, limit", "REDIS0012", "16" + k + "01 81 u64be(" + limit + `) str("a") str("1")`, "k=hash[a=1@" + limit + "]"},
		{"22, above the limit", "REDIS0012", "16" + k + `01 81 u64be(281474976710656) str("a") str("1")`, "! no server takes such a time"},
		{"22 of Valkey", "VALKEY080", "16" + k + `03 str("a") str("1") i64le(5) str("b") str("2") i64le(-1) str("c") str("3") i64le(0)`, "k=hash[a=1@5 b=2 c=3@0]"},
		{"22 of Valkey, no time", "VALKEY080", "16" + k + `01 str("a") str("1") i64le(-2)`, "! which is no time"},
		{"23", "REDIS0012", "17" + k + lp("a", 1, 9, "b", 2, 5, "c", 3, 0), "k=hash[a=1@9 b=2@5 c=3]"},
		{"24", "REDIS0012", "18" + k + `i64le(100) 03 01 str("a") str("1") 00 str("b") str("2") 05 str("c") str("3")`, "k=hash[a=1@100 b=2 c=3@104]"},
		{"24, minimum 0", "REDIS0012", "18" + k + `i64le(0) 01 06 str("a") str("1")`, "k=hash[a=1@5]"},
		{"24, at 0", "REDIS0012", "18" + k + `i64le(0) 01 01 str("a") str("1")`, "k=hash[a=1@0]"},
		{"24, minimum above the limit", "REDIS0012", "18" + k + `i64le(281474976710657) 01 00 str("a") str("1")`, "! the earliest field expires at 281474976710657"},
		{"24, minimum negative", "REDIS0012", "18" + k + `i64le(-5) 01 07 str("a") str("1")`, "! the earliest field expires at -5"},
		{"24, limit", "REDIS0012", "18" + k + `i64le(0) 01 81 u64be(281474976710656) str("a") str("1")`, "k=hash[a=1@" + limit + "]"},
		{"24, above the limit", "REDIS0012", "18" + k + `i64le(2) 01 81 u64be(281474976710655) str("a") str("1")`, "! no server takes such a time"},
		{"24, far above", "REDIS0012", "18" + k + `i64le(2) 01 81 u64be(18446744073709551615) str("a") str("1")`, "! no server takes such a time"},
		{"24, twice", "REDIS0012", "18" + k + `i64le(0) 02 00 str("a") str("1") 00 str("a") str("2")`, "! \"a\" occurs twice"},
		{"25", "REDIS0012", "19" + k + "i64le(5) " + lp("b", 2, 5, "a", 1, 5, "c", 3, 9, "d", 4, 0), "k=hash[a=1@5 b=2@5 c=3@9 d=4]"},
		{"25, order", "REDIS0012", "19" + k + "i64le(5) " + lp("a", 1, 9, "b", 2, 5), "! not in the order of their expire times"},
		{"25, none first", "REDIS0012", "19" + k + "i64le(5) " + lp("a", 1, 0, "b", 2, 5), "! not in the order of their expire times"},
		{"25, none alone", "REDIS0012", "19" + k + "i64le(0) " + lp("a", 1, 0), "k=hash[a=1]"},
		{"25, text", "REDIS0012", "19" + k + "i64le(5) " + lp("a", 1, "x"), "! which is no time"},
		{"25, negative", "REDIS0012", "19" + k + "i64le(5) " + lp("a", 1, -1), "! which is no time"},
		{"25, odd", "REDIS0012", "19" + k + "i64le(5) " + lp("a", 1), "! without its value"},
		{"30", "REDIS0015", `f2 07 02 str("b") str("aa")` + "\n1e" + k + lp(7, "x", 5), "k=hash[aa=5 b=x]"},
		{"30, unknown template", "REDIS0015", `f2 07 02 str("b") str("aa")` + "\n1e" + k + lp(8, "x", 5), "! there is no template \"8\""},
		{"30, text", "REDIS0015", `f2 00 01 str("b")` + "\n1e" + k + lp("x", "y"), "! there is no template \"x\""},
		{"30, too many", "REDIS0015", `f2 07 01 str("b")` + "\n1e" + k + lp(7, "x", 5), "! more values than the template has fields"},
		{"30, too few", "REDIS0015", `f2 07 02 str("b") str("aa")` + "\n1e" + k + lp(7, "x"), "! 1 fields more than there are values"},
		{"30, nothing", "REDIS0015", `f2 07 02 str("b") str("aa")` + "\n1e" + k + lp(), "! no template"},
		{"32", "REDIS0015", `f2 07 02 str("b") str("aa")` + "\n20" + k + `07 str("x") c0 05`, "k=hash[aa=5 b=x]"},
	})
}

func TestEmptyRules(t *testing.T) {
	for _, text := range []string{"01 K 00", "02 K 00", "03 K 00", "04 K 00", "05 K 00", "0a K Z", "0c K Z", "0d K Z", "0e K 00", "0e K 01 Z", "10 K L", "11 K L",
		"12 K 00", "12 K 01 02 L", "14 K L", "16 K 00", "17 K L", "18 K i64le(0) 00", "19 K i64le(0) L"} {
		text = strings.NewReplacer("K", k, "L", lp(), "Z", "str(0b 00 00 00 0a 00 00 00 00 00 ff)").Replace(text)
		checkRules(t, []rule{{text, "REDIS0012", text, "! empty: servers skip it"}})
	}
}

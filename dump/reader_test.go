package dump

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
)

const firstLine = `{"redrill_dump":1,"source":{"format":"f","sha256":"","bytes":0,"last_commit_ts":0}}`

// withLast joins lines and adds a last line whose %s is the right SHA-256.
func withLast(last string, lines ...string) []byte {
	body := strings.Join(lines, "\n") + "\n"
	return fmt.Appendf([]byte(body), last+"\n", fmt.Sprintf("%x", sha256.Sum256([]byte(body))))
}

// dumpOf is a dump whose last line counts keys and elements.
func dumpOf(keys, elements int, lines ...string) []byte {
	last := fmt.Sprintf(`{"end":true,"keys":%d,"elements":%d,"notes":{},"sha256":"%%s"}`, keys, elements)
	return withLast(last, append([]string{firstLine}, lines...)...)
}

func TestReaderAcceptsOtherProducers(t *testing.T) {
	rows := []struct {
		name     string
		elements int
		line     string
		want     keyspace.Key
	}{
		{"blanks", 1, " {\t\"db\" : 0 , \"key\" : \"k\" , \"type\" : \"string\" , \"value\" : \"v\" } \r",
			keyspace.Key{Name: "k", Value: keyspace.String("v")}},
		{"type last", 2, `{"fields":[["b","]}\""],["a",{"base64":"_w"}]],"key":"k","db":1,"type":"hash"}`,
			keyspace.Key{DB: 1, Name: "k", Value: keyspace.Hash{{Name: "a", Value: "\xff"}, {Name: "b", Value: `]}"`}}}},
		{"type after a string", 1, `{"value":"v","db":0,"key":"k","type":"string"}`,
			keyspace.Key{Name: "k", Value: keyspace.String("v")}},
		{"type after scores", 2, `{"members":[["a",-1.5e3],["b",1]],"db":0,"key":"k","type":"zset"}`,
			keyspace.Key{Name: "k", Value: keyspace.ZSet{{Name: "a", Score: -1500}, {Name: "b", Score: 1}}}},
		{"any escape", 1, `{"db":0,"\u006bey":"\/\u00e9\ud83d\uDE00\u0000","type":"string","value":""}`,
			keyspace.Key{Name: "/é😀\x00", Value: keyspace.String("")}},
		{"envelope of UTF-8", 1, `{"db":0,"key":{"base64":"a2V5"},"type":"string","value":{"base64":""}}`,
			keyspace.Key{Name: "key", Value: keyspace.String("")}},
		{"set unsorted", 3, `{"db":0,"key":"k","type":"set","members":["c","a","b"]}`,
			keyspace.Key{Name: "k", Value: keyspace.Set{"a", "b", "c"}}},
		{"hyperloglog unsorted", 2, `{"db":0,"key":"k","type":"hyperloglog","elements":["b","a"]}`,
			keyspace.Key{Name: "k", Value: keyspace.HyperLogLog{"a", "b"}}},
		{"list keeps its order", 3, `{"db":0,"key":"k","type":"list","elements":["c","a","c"]}`,
			keyspace.Key{Name: "k", Value: keyspace.List{"c", "a", "c"}}},
		{"scores", 9, `{"db":0,"key":"k","type":"zset","members":[["a",1.0],["b",1E2],["c",0.10000000000000001],["d",-0],` +
			`["e",-0.0],["f",1e-400],["g",9007199254740993],["h",123456789012345],["i","-inf"]]}`,
			keyspace.Key{Name: "k", Value: keyspace.ZSet{
				{Name: "a", Score: 1}, {Name: "b", Score: 100}, {Name: "c", Score: 0.1}, {Name: "d", Score: math.Copysign(0, -1)},
				{Name: "e", Score: math.Copysign(0, -1)}, {Name: "f"}, {Name: "g", Score: 9007199254740992},
				{Name: "h", Score: 123456789012345}, {Name: "i", Score: math.Inf(-1)},
			}}},
		{"expire time below zero", 1, `{"db":0,"key":"k","type":"string","value":"v","expire_at_ms":-9223372036854775808}`,
			keyspace.Key{Name: "k", Value: keyspace.String("v"), ExpireAt: keyspace.ExpireAtMs(math.MinInt64)}},
		{"U+FFFD", 1, `{"db":0,"key":"k","type":"string","value":"` + "\ufffd" + `\ufffd"}`,
			keyspace.Key{Name: "k", Value: keyspace.String("\ufffd\ufffd")}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got, err := read(dumpOf(1, row.elements, row.line))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]keyspace.Key{row.want}, got.Keys, compare); diff != "" {
				t.Errorf("keys (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReaderRefusesLines(t *testing.T) {
	const str, member = `{"db":0,"key":"k","type":"string","value":"v"`, `{"db":0,"key":"k","type":"zset","members":[["a",`
	stream := func(entries, more string) string {
		return `{"db":0,"key":"k","type":"stream","entries":[` + entries + `],"last_id":"9-9"` + more + `}`
	}
	rows := []struct {
		name  string
		lines string // after the first
		where string // "line:column"
		want  string // part of the text
	}{
		{"blank line", "\n" + str + "}", "2:1", "want '{'"},
		{"no object", `[]`, "2:1", "want '{'"},
		{"two objects", str + "}{}", "2:47", "want the end of the line"},
		{"trailing comma", str + ",}", "2:47", "want a string"},
		{"unknown member", str + `,"ttl":1}`, "2:47", `unknown member "ttl"`},
		{"duplicate member", str + `,"db":0}`, "2:47", `duplicate member "db"`},
		{"duplicate member in escapes", str + `,"\u0064b":0}`, "2:47", `duplicate member "db"`},
		{"duplicate value", str + `,"value":"v"}`, "2:47", `duplicate member "value"`},
		{"two values", str + `,"members":[]}`, "2:47", `member "members" beside "value"`},
		{"value of another type", `{"db":0,"key":"k","type":"list","members":[]}`, "2:33", `member "members" does not belong to a list`},
		{"value before another type", `{"members":[],"db":0,"key":"k","type":"list"}`, "2:12", `member "members" does not belong to a list`},
		{"no type", `{"value":"v","db":0,"key":"k"}`, "2:1", `member "type" is missing`},
		{"no key", `{"db":0,"type":"string","value":"v"}`, "2:1", `member "key" is missing`},
		{"no database", `{"key":"k","type":"string","value":"v"}`, "2:1", `member "db" is missing`},
		{"no value", `{"db":0,"key":"k","type":"string"}`, "2:1", `member "value" is missing`},
		{"no last ID", `{"db":0,"key":"k","type":"stream","entries":[]}`, "2:1", `member "last_id" is missing`},
		{"last ID of a string", str + `,"last_id":"1-1"}`, "2:1", `member "last_id" does not belong`},
		{"empty object", `{}`, "2:1", `member "db" is missing`},
		{"unknown type", `{"db":0,"key":"k","type":"json","value":"v"}`, "2:26", `unknown type "json"`},
		{"null value", `{"db":0,"key":"k","type":"string","value":null}`, "2:43", "want a string"},
		{"number for a string", `{"db":0,"key":"k","type":"string","value":1}`, "2:43", "want a string"},
		{"cut inside a value", `{"db":0,"key":"k","type":"string","value":"v`, "2:45", "end of the line"},
		{"unclosed before its type", `{"value":["v","type":"string"`, "2:30", "end of the line"},
		{"value before its type is no JSON", `{"elements":["a""b"],"db":0,"key":"k","type":"list"}`, "2:17", "want ','"},

		{"raw control character", str[:len(str)-1] + "\x01\"}", "2:45", "control character"},
		{"invalid UTF-8", str[:len(str)-1] + "\xff\"}", "2:44", "not UTF-8"},
		{"invalid UTF-8 beside an escape", str[:len(str)-1] + "\\n\xff\"}", "2:44", "not UTF-8"},
		{"UTF-8 of a surrogate", str[:len(str)-1] + "\xed\xa0\x80\"}", "2:44", "not UTF-8"},
		{"overlong UTF-8", str[:len(str)-1] + "\xc0\x80\"}", "2:44", "not UTF-8"},
		{"lone high surrogate", str[:len(str)-1] + `\ud800x"}`, "2:45", "invalid escape"},
		{"lone low surrogate", str[:len(str)-1] + `\udc00"}`, "2:45", "invalid escape"},
		{"high surrogate twice", str[:len(str)-1] + `\ud800\ud800"}`, "2:45", "invalid escape"},
		{"unknown escape", str[:len(str)-1] + `\x41"}`, "2:45", "invalid escape"},
		{"short escape", str[:len(str)-1] + `\u12"}`, "2:45", "invalid escape"},
		{"escape at the end", str[:len(str)-1] + `\`, "2:45", "invalid escape"},

		{"padding", `{"db":0,"key":{"base64":"_w=="},"type":"string","value":"v"}`, "2:25", "base64"},
		{"standard alphabet", `{"db":0,"key":{"base64":"/w"},"type":"string","value":"v"}`, "2:25", "base64"},
		{"loose bits", `{"db":0,"key":{"base64":"_x"},"type":"string","value":"v"}`, "2:25", "base64"},
		{"one character", `{"db":0,"key":{"base64":"_"},"type":"string","value":"v"}`, "2:25", "base64"},
		{"line feed in base64", `{"db":0,"key":{"base64":"_\nw"},"type":"string","value":"v"}`, "2:25", "base64"},
		{"envelope with another member", `{"db":0,"key":{"base64":"_w","a":1},"type":"string","value":"v"}`, "2:29", "want '}'"},
		{"envelope with the member twice", `{"db":0,"key":{"base64":"_w","base64":"_w"},"type":"string","value":"v"}`, "2:29", "want '}'"},
		{"empty envelope", `{"db":0,"key":{},"type":"string","value":"v"}`, "2:16", "want a string"},
		{"envelope of another name", `{"db":0,"key":{"hex":"ff"},"type":"string","value":"v"}`, "2:16", `single member "base64"`},

		{"database below zero", `{"db":-1,"key":"k","type":"string","value":"v"}`, "2:7", "not an integer"},
		{"database minus zero", `{"db":-0,"key":"k","type":"string","value":"v"}`, "2:7", "not an integer"},
		{"database too large", `{"db":2147483648,"key":"k","type":"string","value":"v"}`, "2:7", "not an integer"},
		{"database with a fraction", `{"db":1.0,"key":"k","type":"string","value":"v"}`, "2:7", "not an integer"},
		{"database with an exponent", `{"db":1e0,"key":"k","type":"string","value":"v"}`, "2:7", "not an integer"},
		{"database with a leading zero", `{"db":01,"key":"k","type":"string","value":"v"}`, "2:8", "want ','"},
		{"database as a string", `{"db":"0","key":"k","type":"string","value":"v"}`, "2:7", "want a number"},
		{"expire time too large", str + `,"expire_at_ms":9223372036854775808}`, "2:62", "not an integer"},
		{"expire time too small", str + `,"expire_at_ms":-9223372036854775809}`, "2:62", "not an integer"},
		{"expire time null", str + `,"expire_at_ms":null}`, "2:62", "want a number"},
		{"more is false", str + `,"part":0,"more":false}`, "2:63", "want true"},

		{"score overflows", member + `1e309]]}`, "2:49", "out of range"},
		{"score rounds to infinity", member + `1.7976931348623159e308]]}`, "2:49", "out of range"},
		{"score of another name", member + `"+inf"]]}`, "2:49", `"inf"`},
		{"score in hexadecimal", member + `0x1p3]]}`, "2:50", "want ']'"},
		{"score with underscores", member + `1_0]]}`, "2:50", "want ']'"},
		{"score with a plus", member + `+1]]}`, "2:49", "want a number"},
		{"score without a fraction", member + `1.]]}`, "2:51", "want a digit"},
		{"score without a whole part", member + `.5]]}`, "2:49", "want a number"},
		{"score without an exponent", member + `1e]]}`, "2:51", "want a digit"},
		{"score with a leading zero", member + `00.5]]}`, "2:50", "want ']'"},
		{"score missing", member[:len(member)-1] + `]]}`, "2:48", "want ','"},

		{"set member twice", `{"db":0,"key":"k","type":"set","members":["a","b","a"]}`, "2:42", `duplicate member "a"`},
		{"zset member twice", member + `1],["a",1]]}`, "2:43", `duplicate member "a"`},
		{"field twice", `{"db":0,"key":"k","type":"hash","fields":[["a","1"],["a","1"]]}`, "2:42", `duplicate field "a"`},
		{"element twice in two forms", `{"db":0,"key":"k","type":"hyperloglog","elements":["a",{"base64":"YQ"}]}`, "2:51", `duplicate element "a"`},
		{"field of three", `{"db":0,"key":"k","type":"hash","fields":[["a","1","2"]]}`, "2:51", "want ']'"},

		{"entries out of order", stream(`["2-0",[]],["1-0",[]]`, ""), "2:1", "entry 1-0 after 2-0"},
		{"entries ordered as text", stream(`["10-0",[]],["2-0",[]]`, ""), "2:1", "entry 2-0 after 10-0"},
		{"entry twice", stream(`["1-0",[]],["1-0",[]]`, ""), "2:1", "entry 1-0 after 1-0"},
		{"entry out of order across parts", stream(`["5-0",[]]`, `,"part":0,"more":true`) + "\n" + stream(`["4-0",[]]`, `,"part":1`), "3:1", "entry 4-0 after 5-0"},
		{"last ID changes", stream(``, `,"part":0,"more":true`) + "\n" + stream(``, `,"part":1,"max_deleted_id":"1-1"`), "3:1", "differs"},
		{"ID with a leading zero", stream(`["01-0",[]]`, ""), "2:47", "invalid stream ID"},
		{"ID without sequence", stream(`["1",[]]`, ""), "2:47", "invalid stream ID"},
		{"ID too large", stream(`["18446744073709551616-0",[]]`, ""), "2:47", "invalid stream ID"},
		{"ID with a blank", stream(`["1-0 ",[]]`, ""), "2:47", "invalid stream ID"},
		{"ID empty", stream(`["-",[]]`, ""), "2:47", "invalid stream ID"},

		{"more without part", str + `,"more":true}`, "2:1", `"more" without "part"`},
		{"part 0 alone", str + `,"part":0}`, "2:1", "part 0 without"},
		{"part 1 first", str + `,"part":1}`, "2:1", "part 1 without"},
		{"part 1 twice", str + `,"part":0,"more":true}` + "\n" + str + `,"part":1,"more":true}` + "\n" + str + `,"part":1}`, "4:1", "part 1 after part 1"},
		{"part skipped", str + `,"part":0,"more":true}` + "\n" + str + `,"part":2}`, "3:1", "part 2 after part 0"},
		{"another key between parts", str + `,"part":0,"more":true}` + "\n" + `{"db":0,"key":"l","type":"string","value":"v"}`, "3:1", "another key"},
		{"another database between parts", str + `,"part":0,"more":true}` + "\n" + `{"db":1,"key":"k","type":"string","value":"v","part":1}`, "3:1", "another key"},
		{"another type", str + `,"part":0,"more":true}` + "\n" + `{"db":0,"key":"k","type":"list","elements":["v"],"part":1}`, "3:1", "a part is a list"},
		{"another expire time", str + `,"part":0,"more":true}` + "\n" + str + `,"expire_at_ms":1,"part":1}`, "3:1", "expire time"},
		{"last part missing", str + `,"part":0,"more":true}`, "3:1", "has more"},

		{"unknown note", `{"note":"odd","db":0,"key":"k","type":"hash"}`, "2:9", `unknown kind of note "odd"`},
		{"note that is only counted", `{"note":"unknown","db":0,"key":"k","type":"hash"}`, "2:9", "only counted"},
		{"note with a value", `{"note":"empty","db":0,"key":"k","type":"hash","fields":[]}`, "2:1", `member "value" does not belong`},
		{"note without a type", `{"note":"empty","db":0,"key":"k"}`, "2:1", `member "type" is missing`},
		{"note with an offset below zero", `{"note":"empty","db":0,"key":"k","type":"hash","offset":-1}`, "2:57", "not an integer"},
		{"note not counted", `{"note":"empty","db":0,"key":"k","type":"hash"}`, "3:1", `counts 0 notes of kind "empty"`},
		{"first line twice", firstLine, "2:2", `unknown member "redrill_dump"`},
		{"too few keys", str + `}`, "3:1", "counts 0 keys"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			_, err := read(dumpOf(0, 0, row.lines))
			wantError(t, err, ErrDump, row.where, row.want)
		})
	}
}

func TestReaderRefusesFirstLine(t *testing.T) {
	rows := []struct {
		name, line, where, want string
		class                   error
	}{
		{"version 3", `{"redrill_dump":3,"source":{}}`, "1:17", "version 3", ErrVersion},
		{"version 3 with unknown members", `{"redrill_dump":3,"sources":[]}`, "1:17", "version 3", ErrVersion},
		{"version as a string", `{"redrill_dump":"1"}`, "1:17", "want a number", ErrDump},
		{"no dump", `{"db":0}`, "1:2", `unknown member "db"`, ErrDump},
		{"empty object", `{}`, "1:1", "must have", ErrDump},
		{"no source", `{"redrill_dump":1}`, "1:1", "must have", ErrDump},
		{"twice", `{"redrill_dump":1,"redrill_dump":1}`, "1:19", "duplicate member", ErrDump},
		{"source without size", strings.Replace(firstLine, `"bytes":0,`, "", 1), "1:28", "must have", ErrDump},
		{"source with a member twice", strings.Replace(firstLine, `"bytes":0,`, `"bytes":0,"bytes":0,`, 1), "1:64", "duplicate member", ErrDump},
		{"source with an unknown member", strings.Replace(firstLine, `"bytes"`, `"size"`, 1), "1:54", "unknown member", ErrDump},
		{"source SHA-256 too short", strings.Replace(firstLine, `"sha256":""`, `"sha256":"00"`, 1), "1:28", "SHA-256", ErrDump},
		{"byte order mark", "\ufeff" + firstLine, "1:1", "want '{'", ErrDump},
		{"something behind it", firstLine + "1", "1:84", "want the end", ErrDump},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			_, err := NewReader(strings.NewReader(row.line + "\n"))
			wantError(t, err, row.class, row.where, row.want)
		})
	}
	_, err := NewReader(strings.NewReader(""))
	wantError(t, err, ErrDump, "1:1", "empty")
}

func TestReaderRefusesLastLine(t *testing.T) {
	const good = `{"end":true,"keys":0,"elements":0,"notes":{},"sha256":"%s"}`
	rows := []struct{ name, last, where, want string }{
		{"end is false", strings.Replace(good, "true", "false", 1), "2:8", "want true"},
		{"no notes", strings.Replace(good, `"notes":{},`, "", 1), "2:1", `member "notes" is missing`},
		{"keys wrong", strings.Replace(good, `"keys":0`, `"keys":1`, 1), "2:1", "counts 1 keys"},
		{"elements wrong", strings.Replace(good, `"elements":0`, `"elements":1`, 1), "2:1", "1 elements"},
		{"notes wrong", strings.Replace(good, `{}`, `{"empty":1}`, 1), "2:1", `counts 1 notes of kind "empty"`},
		{"note of no kind", strings.Replace(good, `{}`, `{"odd":1}`, 1), "2:44", "unknown kind"},
		{"note twice", strings.Replace(good, `{}`, `{"unknown":1,"unknown":1}`, 1), "2:56", "duplicate member"},
		{"note counted zero", strings.Replace(good, `{}`, `{"unknown":0}`, 1), "2:54", "not an integer"},
		{"note counted below zero", strings.Replace(good, `{}`, `{"unknown":-1}`, 1), "2:54", "not an integer"},
		{"SHA-256 wrong", strings.Replace(good, `%s`, strings.Repeat("0", 64), 1) + "%.0s", "2:1", "SHA-256"},
		{"SHA-256 too short", strings.Replace(good, `%s`, `%.63s`, 1), "2:1", "SHA-256"},
		{"SHA-256 in upper case", strings.Replace(good, `%s`, `%.0sABCDEF`, 1), "2:1", "SHA-256"},
		{"a key as well", strings.Replace(good, `"keys"`, `"db":0,"keys"`, 1), "2:1", `member "db" does not belong`},
		{"something behind it", good + "\n ", "3:1", "goes on"},
		{"a line behind it", good + "\n" + firstLine, "3:1", "goes on"},
		{"twice", good + "\n" + good[:len(good)-4] + "%[1]s\"}", "3:1", "goes on"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			_, err := read(withLast(row.last, firstLine))
			wantError(t, err, ErrDump, row.where, row.want)
		})
	}
}

func wantError(t *testing.T, err, class error, where, text string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, class) {
		t.Fatalf("error %v, want an *Error of class %q", err, class)
	}
	if got := fmt.Sprintf("%d:%d", e.Line, e.Column); got != where || !strings.Contains(e.What, text) {
		t.Errorf("error at %s: %s\nwant at %s: …%s…", got, e.What, where, text)
	}
}

func TestReaderRefusesEveryPrefix(t *testing.T) {
	in := write(t, sample())
	for n := range in {
		if _, err := read(in[:n]); !errors.Is(err, ErrDump) {
			t.Errorf("first %d of %d bytes: error %v, want %q", n, len(in), err, ErrDump)
		}
	}
}

// TestReaderRefusesEveryChangedByte excepts what nothing protects: the digits of
// kinds that are only counted, in the last line.
func TestReaderRefusesEveryChangedByte(t *testing.T) {
	counts := regexp.MustCompile(`"orphan_ttl":(1),"unknown":(12)\}`)
	in := write(t, sample())
	last := bytes.LastIndexByte(in[:len(in)-1], '\n')
	free := counts.FindSubmatchIndex(in)
	if free == nil {
		t.Fatalf("the sample counts nothing:\n%s", in[last:])
	}
	for i, b := range in {
		if free[2] <= i && i < free[3] || free[4] <= i && i < free[5] {
			continue
		}
		for x := 1; x < 256; x++ {
			if i < last && x&(x-1) != 0 {
				continue // single bits, where the SHA-256 protects every byte alike
			}
			in[i] = b ^ byte(x)
			if err := readSmall(in); !errors.Is(err, ErrDump) && !errors.Is(err, ErrVersion) {
				t.Errorf("byte %d is %#x, was %#x: error %v, want %q", i, in[i], b, err, ErrDump)
			}
		}
		in[i] = b
	}
}

// readSmall reads with a small buffer, which is most of the time otherwise.
func readSmall(in []byte) error {
	r, err := newReader(bytes.NewReader(in), 1024)
	if err == nil {
		_, err = drain(r)
	}
	return err
}

func TestReaderRefusesEveryByteBehindTheEnd(t *testing.T) {
	in := append(write(t, sample()), 0)
	for b := range 256 {
		in[len(in)-1] = byte(b)
		if _, err := read(in); !errors.Is(err, ErrDump) {
			t.Errorf("byte %#x behind the last line: error %v, want %q", b, err, ErrDump)
		}
	}
}

func TestReaderReadsInAnyPieces(t *testing.T) {
	want := sample()
	want.Keys = append(want.Keys,
		keyspace.Key{Name: "long", Value: keyspace.String(strings.Repeat("0123456789", 3*readBytes/10))},
		keyspace.Key{Name: "longer", Value: keyspace.String(strings.Repeat("\x00", 2*readBytes))},
		keyspace.Key{Name: "short", Value: keyspace.String("v")})
	for i := range 2 * readBytes / 40 {
		want.Keys = append(want.Keys, keyspace.Key{Name: fmt.Sprint(i), Value: keyspace.String("v")})
	}
	in := write(t, want)
	for name, r := range map[string]io.Reader{
		"whole":        bytes.NewReader(in),
		"halves":       iotest.HalfReader(bytes.NewReader(in)),
		"bytes":        iotest.OneByteReader(bytes.NewReader(in)),
		"data and EOF": iotest.DataErrReader(bytes.NewReader(in)),
	} {
		d, err := NewReader(r)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(testSource, d.Origin()); diff != "" {
			t.Errorf("%s: source (-want +got):\n%s", name, diff)
		}
		got, err := drain(d)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !cmp.Equal(want, got, compare) {
			t.Errorf("%s: the dump reads back differently", name)
		}
	}
}

func TestReaderLineLimit(t *testing.T) {
	for _, size := range []int{0, 1, 10, 1000} {
		in := dumpOf(1, 1, `{"db":0,"key":"k","type":"string","value":"`+strings.Repeat("v", size+200)+`"}`)
		longest := 0
		for line := range bytes.Lines(in) {
			longest = max(longest, len(line)-1)
		}
		for limit, want := range map[int]bool{longest: true, longest - 1: false} {
			r, err := newReader(bytes.NewReader(in), limit)
			if err == nil {
				_, err = drain(r)
			}
			if got := err == nil; got != want || err != nil && !strings.Contains(err.Error(), "longer than") {
				t.Errorf("line of %d bytes, limit %d: error %v, want accepted %v", longest, limit, err, want)
			}
		}
	}
}

func TestReaderPassesErrorsOfItsInput(t *testing.T) {
	in := write(t, sample())
	broken := errors.New("broken")
	for _, n := range []int{0, 10, len(in) / 2, len(in)} {
		r, err := NewReader(io.MultiReader(bytes.NewReader(in[:n]), iotest.ErrReader(broken)))
		if err == nil {
			_, err = drain(r)
		}
		if !errors.Is(err, broken) || errors.Is(err, ErrDump) {
			t.Errorf("input fails after %d bytes: error %v, want %v without a class", n, err, broken)
		}
	}
}

func TestReaderDeliversNotesInPlace(t *testing.T) {
	in := withLast(`{"end":true,"keys":1,"elements":2,"notes":{"counter":1,"unknown":7},"sha256":"%s"}`, firstLine,
		`{"db":0,"key":"k","type":"list","elements":["a"],"part":0,"more":true}`,
		`{"note":"counter","db":0,"key":"k","type":"list","offset":5,"detail":"3 stored"}`,
		`{"db":0,"key":"k","type":"list","elements":["b"],"part":1}`)
	r, err := NewReader(bytes.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for k, err := range r.Keys(func(n keyspace.Note) { got = append(got, string(n.Kind)) }) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(k.Value))
	}
	if diff := cmp.Diff([]string{"[a]", "counter", "[b]"}, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(keyspace.Tally{keyspace.NoteUnknown: 7}, r.Counted()); diff != "" {
		t.Errorf("counted (-want +got):\n%s", diff)
	}
}

func TestKeysIsSingleUse(t *testing.T) {
	r, err := NewReader(bytes.NewReader(write(t, sample())))
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range r.Keys(nil) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	if r.Counted() != nil {
		t.Error("Counted before the end of the sequence is not nil")
	}
	defer func() {
		if recover() == nil {
			t.Error("second range over Keys: no panic")
		}
	}()
	for _, err := range r.Keys(nil) {
		t.Fatalf("second range over Keys: error %v, want a panic", err)
	}
}

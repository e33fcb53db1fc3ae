package rdbtest

import (
	"bytes"
	"encoding/hex"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"redrill/keyspace"
)

// unhex returns the bytes of hexadecimal digits with blanks anywhere.
func unhex(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSum(t *testing.T) {
	if got, want := Sum([]byte("123456789")), uint64(0xE9C6D914C4B8D9CA); got != want {
		t.Errorf("Sum(123456789) = %X, want %X", got, want)
	}
	if got := Sum(nil); got != 0 {
		t.Errorf("Sum of nothing = %X, want 0", got)
	}
}

// TestWorked writes what the description of the format shows in bytes.
func TestWorked(t *testing.T) {
	at, until := keyspace.ExpireAtMs(0x1122334455), keyspace.ExpireAt{}
	for _, row := range []struct {
		name  string
		write func(p *Pen)
		want  string
	}{
		{"integer string", func(p *Pen) { p.Str("5") }, "C0 05"},
		{"integer string of 32 bits", func(p *Pen) { p.Str("-2147483648") }, "C2 00 00 00 80"},
		{"not canonical", func(p *Pen) { p.Str("007") }, "03 30 30 37"},
		{"length of 14 bits", func(p *Pen) { p.Len(256) }, "41 00"},
		{"length of 32 bits", func(p *Pen) { p.Len(1 << 14) }, "80 00 00 40 00"},
		{"length of 64 bits", func(p *Pen) { p.Len(math.MaxUint64) }, "81 FF FF FF FF FF FF FF FF"},
		{"listpack", func(p *Pen) { p.Raw(p.Listpack(Int(5), Text("a"), Int(2048))...) }, "0F 00 00 00 03 00 05 01 81 61 02 C8 00 02 FF"},
		{"empty listpack", func(p *Pen) { p.Raw(p.Listpack()...) }, "07 00 00 00 00 00 FF"},
		{"-10 in a listpack", func(p *Pen) { p.Raw(p.Listpack(Int(-10))[6:9]...) }, "DF F6 02"},
		{"empty ziplist", func(p *Pen) { p.Raw(p.Ziplist()...) }, "0B 00 00 00 0A 00 00 00 00 00 FF"},
		{"ziplist", func(p *Pen) { p.Raw(p.Ziplist(Text("1"))...) }, "0D 00 00 00 0A 00 00 00 01 00 00 F2 FF"},
		{"quicklist", func(p *Pen) { p.Quicklist(nil, []string{"1"}) },
			"02 0B 0B0000000A0000000000FF 0D 0D0000000A0000000100 00F2 FF"},
		{"scores", func(p *Pen) { p.Scores(keyspace.Member{Name: "a", Score: 1}) }, "01 0161 000000000000F03F"},
		{"scores in a listpack", func(p *Pen) {
			p.Str(string(p.Listpack(p.ScoredItems(keyspace.Member{Name: "a", Score: 3})...)))
		}, "0C 0C000000 0200 816102 0301 FF"},
		{"fields", func(p *Pen) {
			p.Fields(0x1122334455, keyspace.Field{Name: "a", Value: "x", ExpireAt: at}, keyspace.Field{Name: "b", Value: "y", ExpireAt: until})
		}, "5544332211000000 02 01 0161 0178 00 0162 0179"},
		{"fields of Valkey", func(p *Pen) {
			p.FieldsValkey(keyspace.Field{Name: "a", Value: "x", ExpireAt: at}, keyspace.Field{Name: "b", Value: "y", ExpireAt: until})
		}, "02 0161 0178 5544332211000000 0162 0179 FFFFFFFFFFFFFFFF"},
		{"stream node", func(p *Pen) {
			f := func(ms, seq uint64, value string) Event {
				return Event{Entry: keyspace.Entry{ID: keyspace.ID{Ms: ms, Seq: seq}, Pairs: []keyspace.Pair{{Field: "f", Value: value}}}}
			}
			p.Node(Node{Key: keyspace.ID{Ms: 5, Seq: 10}, Names: []string{"f"}, Events: []Event{f(5, 10, "v"), f(6, 0, "w")}})
		}, "10 0000000000000005000000000000000A 29 29000000 0F00 0201 0001 0101 816602 0001 0201 0001 0001 817602 0401 0201 0101 DFF602 817702 0401 FF"},
		{"module id", func(p *Pen) { p.Len(ModuleID("AAAAAAAAB", 3)) }, "44 03"},
		{"whole file", func(p *Pen) {
			p.Raw(Header(Redis, 11)...)
			p.Raw(OpSelect, 0, OpSizes, 1, 0, 0)
			p.Str("5")
			p.Str("v")
			p.Raw(OpEnd)
			p.b = AppendSum(p.b)
		}, "524544495330303131 FE00 FB0100 00 C005 0176 FF 0978566BEA78BCB7"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var p Pen
			row.write(&p)
			if want := unhex(t, row.want); !bytes.Equal(p.Bytes(), want) {
				t.Errorf("written %X, want %X", p.Bytes(), want)
			}
		})
	}
}

// TestForms writes what a server would not, form by form.
func TestForms(t *testing.T) {
	for _, row := range []struct {
		name, of, form string
		write          func(p *Pen)
		want           string
	}{
		{"short length in 32 bits", "length", "32 bits", func(p *Pen) { p.Len(1) }, "80 00000001"},
		{"short length in 64 bits", "length", "64 bits", func(p *Pen) { p.Len(1) }, "81 0000000000000001"},
		{"integer string, wider", "string", "32 bits", func(p *Pen) { p.Str("5") }, "C2 05000000"},
		{"integer string as text", "string", "raw", func(p *Pen) { p.Str("5") }, "01 35"},
		{"LZF that is longer", "string", "LZF", func(p *Pen) { p.Str("a") }, "C3 02 01 00 61"},
		{"string of 12 bits", "listpack", "string of 12 bits", func(p *Pen) { p.Raw(p.Listpack(Text("a"))[6:10]...) }, "E0 01 61 03"},
		{"string of 32 bits", "listpack", "string of 32 bits", func(p *Pen) { p.Raw(p.Listpack(Text("a"))[6:13]...) }, "F0 01000000 61 06"},
		{"24 bits", "listpack", "24 bits", func(p *Pen) { p.Raw(p.Listpack(Int(-1))[6:11]...) }, "F2 FFFFFF 04"},
		{"a byte more", "listpack backlen at a boundary", "a byte more", func(p *Pen) {
			b := p.Listpack(Text(strings.Repeat("x", 16378)))
			p.Raw(b[len(b)-4:]...)
		}, "00 FF FF FF"},
		{"wide previous length", "ziplist previous length", "wide", func(p *Pen) { p.Raw(p.Ziplist(Text("1"))[10:16]...) }, "FE00000000 F2"},
		{"free bytes", "zipmap free bytes", "some", func(p *Pen) { p.Raw(p.Zipmap([2]string{"a", "bc"})...) }, "01 01 61 02 03 6263 FFFFFF FF"},
		{"wide intset", "intset", "64 bits", func(p *Pen) { p.Raw(p.Intset(1)...) }, "08000000 01000000 0100000000000000"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := Pen{Choose: func(of string, among []string) int {
				for i, form := range among {
					if of == row.of && form == row.form {
						return i
					}
				}
				return 0
			}}
			row.write(&p)
			if want := unhex(t, row.want); !bytes.Equal(p.Bytes(), want) {
				t.Errorf("written %X, want %X", p.Bytes(), want)
			}
		})
	}
}

func TestBacklen(t *testing.T) {
	for size, want := range map[uint64]string{
		1: "01", 127: "7F", 128: "01 80", 3989: "1F 95", 16382: "7F FE", 16383: "7F FF", 16384: "01 80 80",
	} {
		var p Pen
		if got := p.backlen(nil, size); !bytes.Equal(got, unhex(t, want)) {
			t.Errorf("backlen(%d) = %X, want %s", size, got, want)
		}
	}
}

// expand is LZF the other way, for the test.
func expand(b []byte) (out []byte) {
	for i := 0; i < len(b); {
		c := int(b[i])
		i++
		if c < 32 {
			out = append(out, b[i:i+c+1]...)
			i += c + 1
			continue
		}
		n := c >> 5
		if n == 7 {
			n += int(b[i])
			i++
		}
		d := (c&31)<<8 | int(b[i])
		i++
		for range n + 2 {
			out = append(out, out[len(out)-d-1])
		}
	}
	return out
}

func TestCompress(t *testing.T) {
	check := func(t interface{ Errorf(string, ...any) }, s string) {
		if got := expand(Compress(s)); string(got) != s {
			t.Errorf("%q comes back as %q", s, got)
		}
	}
	for _, s := range []string{
		"", "a", "aaaaaaaaaa", strings.Repeat("abc", 1000), strings.Repeat("x", 264), strings.Repeat("x", 265), strings.Repeat("x", 266),
		strings.Repeat("0123456789abcdef", 2000), "far" + strings.Repeat("0123456789ABCDEFGHI", 500) + "far",
	} {
		check(t, s)
	}
	if got := Compress("aaaaaaaaaa"); !bytes.Equal(got, []byte{0, 'a', 0xE0, 0, 0}) {
		t.Errorf("Compress(aaaaaaaaaa) = %X", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"ab", "abc", "b", "\x00", "xyzxyz"})).Draw(t, "words"), ""))
	})
}

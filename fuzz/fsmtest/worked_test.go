package fsmtest_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"redrill/fuzz/fsmtest"

	"github.com/google/go-cmp/cmp"
)

const (
	workedMs = 1700000000000
	workedTS = workedMs << 16
)

// unhex reads hexadecimal bytes with blanks and line ends between them.
func unhex(t *testing.T, s string) string {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

const (
	headerHex = `45 4b 56 50 42 42 4c 31  00 00 00 68 e5 cf 8b 01`
	entryHex  = `
		14 00 00 00 00 00 00 00
		21 72 65 64 69 73 7c 73 74 72 7c 6b  fe 74 30 1a 97 ff ff ff
		0d 00 00 00 00 00 00 00
		00  00 00 00 00 00 00 00 00  ff 01 00 76`
	metaHex = `
		14 00 00 00 00 00 00 00
		5f 6d 65 74 61 5f 6c 61 73 74 5f 63 6f 6d 6d 69 74 5f 74 73
		08 00 00 00 00 00 00 00
		00 00 00 68 e5 cf 8b 01`
	v1Hex = `45 4b 56 54 48 4c 43 31 00 00 01 8b cf e5 68 00`
	v2Hex = `45 4b 56 54 48 4c 43 32 00 10 00 00 01 8b cf e5 68 00 00 00 00 00 00 00 00 2a`
)

func TestWorkedFiles(t *testing.T) {
	records := []fsmtest.Record{
		fsmtest.MetaRecords(workedTS, 0)[1],
		fsmtest.String("k").Row("v").At(workedTS),
	}
	v1 := fsmtest.Wrapper{Version: 1, CeilingMs: workedMs}
	v2 := fsmtest.Wrapper{Version: 2, CeilingMs: workedMs, Cutover: 42}
	longV2 := fsmtest.Wrapper{Version: 2, CeilingMs: workedMs, Cutover: 42, Extra: []byte("later")}
	longV2Hex := strings.Replace(v2Hex, "00 10", "00 15", 1) + "6c 61 74 65 72"
	tests := []struct {
		name      string
		container fsmtest.Container
		records   []fsmtest.Record
		want      string
	}{
		{"no wrapper", fsmtest.Container{LastCommitTS: workedTS}, records, headerHex + entryHex + metaHex + `45 ce 88 b9`},
		{"v1", fsmtest.Container{Wrapper: v1, LastCommitTS: workedTS}, records, v1Hex + headerHex + entryHex + metaHex + `20 94 c3 f7`},
		{"v2", fsmtest.Container{Wrapper: v2, LastCommitTS: workedTS}, records, v2Hex + headerHex + entryHex + metaHex + `45 41 4c 29`},
		{"no footer", fsmtest.Container{LastCommitTS: workedTS, NoFooter: true}, records, headerHex + entryHex + metaHex},
		{"v2 long", fsmtest.Container{Wrapper: longV2, LastCommitTS: workedTS, NoFooter: true}, nil, longV2Hex + headerHex},
		{"header alone", fsmtest.Container{LastCommitTS: workedTS}, nil, headerHex + `62 09 61 4d`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := unhex(t, tt.want)
			if diff := cmp.Diff(want, string(fsmtest.Snapshot(tt.container, tt.records...))); diff != "" {
				t.Errorf("Snapshot (-want +got):\n%s", diff)
			}
			var b strings.Builder
			w := fsmtest.NewWriter(&b, tt.container)
			sorted := append([]fsmtest.Record(nil), tt.records...)
			fsmtest.SortRecords(sorted)
			for _, r := range sorted {
				if err := w.Write(r); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, b.String()); diff != "" {
				t.Errorf("Writer (-want +got):\n%s", diff)
			}
			if w.Bytes() != int64(len(want)) {
				t.Errorf("Bytes() = %d, want %d", w.Bytes(), len(want))
			}
		})
	}
}

func TestOtherPayloads(t *testing.T) {
	tests := []struct {
		name string
		got  []byte
		want string
	}{
		{"empty store", fsmtest.AppendFooter(nil), `00 00 00 00`},
		{"oracle ceiling", fsmtest.OracleCeiling(workedMs), `00 00 01 8b cf e5 68 00  1d bd 26 0a`},
		{"check value", fsmtest.AppendFooter([]byte("123456789")), `31 32 33 34 35 36 37 38 39  e3 06 92 83`},
		{"token", fsmtest.Token(100, 0x01020304), `45 4b 56 54 01  00 00 00 00 00 00 00 64  01 02 03 04`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(unhex(t, tt.want), string(tt.got)); diff != "" {
				t.Errorf("bytes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWriterRefusesDisorder(t *testing.T) {
	tests := []struct {
		name          string
		first, second fsmtest.Record
		wantErr       bool
	}{
		{"newer first", fsmtest.String("k").Row("b").At(2), fsmtest.String("k").Row("a").At(1), false},
		{"older first", fsmtest.String("k").Row("a").At(1), fsmtest.String("k").Row("b").At(2), true},
		{"twice", fsmtest.String("k").Row("a").At(1), fsmtest.String("k").Row("b").At(1), true},
		{"longer name first", fsmtest.String("kz").Row("").At(1), fsmtest.String("k").Row("").At(1), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := fsmtest.NewWriter(&strings.Builder{}, fsmtest.Container{})
			if err := w.Write(tt.first); err != nil {
				t.Fatal(err)
			}
			if err := w.Write(tt.second); (err != nil) != tt.wantErr {
				t.Errorf("Write = %v, want an error: %v", err, tt.wantErr)
			}
		})
	}
}

func TestDamage(t *testing.T) {
	file := fsmtest.Snapshot(fsmtest.Node(workedTS), fsmtest.String("k").Row("v").At(workedTS))
	if got := fsmtest.Refoot(file); string(got) != string(file) {
		t.Errorf("Refoot changed an intact file")
	}
	flipped := fsmtest.FlipBit(file, 40, 3)
	if got := fsmtest.Refoot(flipped); string(got[len(got)-4:]) == string(file[len(file)-4:]) {
		t.Errorf("Refoot kept the footer of other bytes")
	}
	if got := fsmtest.WrongFooter(file); string(got[:len(got)-4]) != string(file[:len(file)-4]) || string(got) == string(file) {
		t.Errorf("WrongFooter changed something else")
	}
}

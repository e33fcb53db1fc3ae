package verify

import (
	"fmt"
	"strings"
	"testing"
)

// TestRegisters compares the registers computed from elements with those that a
// server keeps, before and after it has cached a count.
func TestRegisters(t *testing.T) {
	s := startRedis(t)
	for _, n := range []int{0, 1, 2, 10, 100, 1000, 3000, 10_000, 100_000} {
		t.Run(fmt.Sprintf("%d elements", n), func(t *testing.T) {
			var want registers
			s.do(t, "PFADD", "k")
			args := []any{"PFADD", "k"}
			for i := range n {
				element := strings.Repeat("\xff", i%12) + fmt.Sprintf("%x", i)
				if i%3 == 0 {
					element = fmt.Sprint(i)
				}
				want.add(element)
				if args = append(args, element); len(args) == 1000 || i == n-1 {
					s.do(t, args...)
					args = args[:2]
				}
			}
			for _, what := range []string{"before PFCOUNT", "after PFCOUNT"} {
				var got registers
				value := s.do(t, "GET", "k").(string)
				if !decodeRegisters([]byte(value), &got) {
					t.Fatalf("%s: the value of %d bytes cannot be decoded", what, len(value))
				}
				if got != want {
					t.Errorf("%s: registers differ", what)
				}
				s.do(t, "PFCOUNT", "k")
			}
			s.do(t, "DEL", "k")
		})
	}
}

func TestDecodeRegistersRefuses(t *testing.T) {
	header := "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	for name, value := range map[string]string{
		"nothing":          "",
		"other bytes":      "hello, this is a long string",
		"unknown encoding": "HYLL\x02" + header[5:] + "\x7f\xff",
		"too few":          header + "\x7f\xfe",
		"too many":         header + "\x7f\xff\x00",
		"half an opcode":   header + "\x7f",
		"short dense":      "HYLL\x00" + header[5:] + "\x00",
	} {
		t.Run(name, func(t *testing.T) {
			var r registers
			if decodeRegisters([]byte(value), &r) {
				t.Errorf("decodeRegisters(%q) = true, want false", value)
			}
		})
	}
	var r registers
	if !decodeRegisters([]byte(header+"\x7f\xff"), &r) {
		t.Error("decodeRegisters(empty sparse) = false, want true")
	}
}

func TestMurmurHash64A(t *testing.T) {
	// Computed with the reference implementation's own arithmetic on paper-sized
	// inputs: the empty string hashes the seed alone.
	h := uint64(hllSeed)
	h ^= h >> 47
	h *= 0xc6a4a7935bd1e995
	h ^= h >> 47
	if got := murmurHash64A("", hllSeed); got != h {
		t.Errorf("murmurHash64A(\"\") = %x, want %x", got, h)
	}
}

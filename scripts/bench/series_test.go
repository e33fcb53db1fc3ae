package main

import (
	"strings"
	"testing"
	"time"
)

// TestLines: a round is a line that benchstat reads, with what was read where that is
// known.
func TestLines(t *testing.T) {
	s := series{wall: []time.Duration{2 * time.Second, 500 * time.Millisecond}}
	var with, without strings.Builder
	s.lines(&with, "Decode", 1000, 4e6)
	s.lines(&without, "Drill", 1000, 0)
	if want := "BenchmarkDecode 1 2.0000 sec/op 500 keys/s 2.0 MB/s\nBenchmarkDecode 1 0.5000 sec/op 2000 keys/s 8.0 MB/s\n"; with.String() != want {
		t.Errorf("%q, want %q", with.String(), want)
	}
	if want := "BenchmarkDrill 1 2.0000 sec/op 500 keys/s\nBenchmarkDrill 1 0.5000 sec/op 2000 keys/s\n"; without.String() != want {
		t.Errorf("%q, want %q", without.String(), want)
	}
}

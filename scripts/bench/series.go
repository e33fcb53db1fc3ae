package main

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// series is what one stage took in every round.
type series struct {
	wall []time.Duration
	peak int64 // bytes, the largest of all rounds
}

func (s *series) add(u usage) {
	s.wall = append(s.wall, u.wall)
	s.peak = max(s.peak, u.peakBytes)
}

// lines writes every round as a line of a Go benchmark. benchstat takes the medians,
// and compares two runs.
func (s *series) lines(w io.Writer, name string, keys float64, bytes int64) {
	for i, wall := range s.wall {
		fmt.Fprintf(w, "Benchmark%s 1 %.4f sec/op %.0f keys/s", name, wall.Seconds(), s.rates(keys)[i])
		if bytes > 0 {
			fmt.Fprintf(w, " %.1f MB/s", float64(bytes)/1e6/wall.Seconds())
		}
		fmt.Fprintln(w)
	}
}

// rates returns amount per second of every round.
func (s *series) rates(amount float64) []float64 {
	rates := make([]float64, len(s.wall))
	for i, wall := range s.wall {
		rates[i] = amount / wall.Seconds()
	}
	return rates
}

// spread is the median of values with the smallest and the largest.
func spread(values []float64, format string) string {
	v := slices.Sorted(slices.Values(values))
	median := (v[(len(v)-1)/2] + v[len(v)/2]) / 2
	return fmt.Sprintf(format+" ("+format+" to "+format+")", median, v[0], v[len(v)-1])
}

// ratios returns a/b round by round.
func ratios(a, b []float64) []float64 {
	r := make([]float64, len(a))
	for i := range a {
		r[i] = a[i] / b[i]
	}
	return r
}

func mebibytes(bytes int64) string {
	if bytes == 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f MiB", float64(bytes)/(1<<20))
}

package main

import (
	"fmt"
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

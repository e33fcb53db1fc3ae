package main

import (
	"fmt"
	"math"
	"time"

	"redrill/keyspace"
)

// expiryBounds are the upper bounds of a histogram, from its time on.
var expiryBounds = [...]struct {
	label string
	after time.Duration
}{
	{"within a minute", time.Minute},
	{"within an hour", time.Hour},
	{"within a day", 24 * time.Hour},
	{"within a week", 7 * 24 * time.Hour},
	{"within 30 days", 30 * 24 * time.Hour},
	{"within a year", 365 * 24 * time.Hour},
}

// histogram counts keys by when they expire, seen from a time.
type histogram struct {
	fromMs int64
	keys   [len(expiryBounds) + 3]int64 // never, before, the bounds, later
}

type expiryBucket struct {
	Label string `json:"label"`
	Keys  int64  `json:"keys"`
}

func (h *histogram) add(e keyspace.ExpireAt) { h.keys[h.place(e)]++ }

func (h *histogram) place(e keyspace.ExpireAt) int {
	ms, ok := e.Ms()
	switch {
	case !ok:
		return 0
	case e.ExpiredAt(h.fromMs):
		return 1
	}
	for i, b := range expiryBounds {
		if h.fromMs > math.MaxInt64-b.after.Milliseconds() || ms <= h.fromMs+b.after.Milliseconds() {
			return 2 + i
		}
	}
	return len(h.keys) - 1
}

// list returns all buckets, in the order of time.
func (h *histogram) list() []expiryBucket {
	list := []expiryBucket{{"never", h.keys[0]}, {"expired", h.keys[1]}}
	for i, b := range expiryBounds {
		list = append(list, expiryBucket{b.label, h.keys[2+i]})
	}
	return append(list, expiryBucket{"later", h.keys[len(h.keys)-1]})
}

// expiry prints a histogram, without its empty buckets.
func (p *printer) expiry(label string, list []expiryBucket) {
	for i, b := range list {
		if b.Keys > 0 || i == 0 {
			p.line(labelOnce(label, i), fmt.Sprintf("%-16s %12s", b.Label, count(b.Keys, "key")))
		}
	}
}

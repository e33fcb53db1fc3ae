package main

import (
	"strconv"
	"time"
)

// asOfFlag is the reference time: keys whose expire time is at or before it
// are expected to be gone.
type asOfFlag struct{ text string }

func (f *asOfFlag) register(c flagSet) {
	c.StringVar(&f.text, "as-of", "", "reference time for expiry: RFC 3339 or Unix milliseconds (default now)")
}

// time returns the reference time, to the millisecond.
func (f *asOfFlag) time() (time.Time, error) {
	if f.text == "" {
		return time.UnixMilli(time.Now().UnixMilli()), nil
	}
	if ms, err := strconv.ParseInt(f.text, 10, 64); err == nil {
		return time.UnixMilli(ms), nil
	}
	t, err := time.Parse(time.RFC3339Nano, f.text)
	if err != nil {
		return time.Time{}, usagef("--as-of %q is neither RFC 3339 nor Unix milliseconds", f.text)
	}
	return time.UnixMilli(t.UnixMilli()), nil
}

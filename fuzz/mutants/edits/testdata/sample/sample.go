// Package sample holds one of everything that an operator looks for.
package sample

import "errors"

type kind int

const (
	first kind = iota
	second
)

const limit = 4

var errEmpty = errors.New("nothing in it")

type box struct {
	name string `of:"sample"`
	of   kind
}

func (b *box) check(low, high int, on bool) (int, error) {
	if low == high {
		return 0, errEmpty
	}
	for i := 0; i < high && !on; i++ {
		b.of = first
		continue
	}
	switch {
	case b.name != "x", on:
		return b.check(high, low, true)
	}
	return len(b.name[low:high]), nil
}

func (b box) is(s string) bool { return s == b.name }

func send(to chan<- int, done chan struct{}) {
	defer close(done)
	select {
	case to <- limit:
		to <- limit
	default:
	}
}

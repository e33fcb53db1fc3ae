package fsmlayout

import "math/rand/v2"

// rng draws what is decided about one thing. Any position of any sequence can be
// computed alone.
type rng struct{ rand.PCG }

func newRNG(seed uint64) rng { return rng{*rand.NewPCG(seed, 0)} }

// at returns the generator of the i-th thing below r.
func (r rng) at(i int64) rng { return rng{*rand.NewPCG(r.Uint64(), uint64(i))} }

// below returns a number of [0, n).
func (r *rng) below(n int) int { return int(r.Uint64() % uint64(n)) }

// ms returns a time of [0, n) milliseconds, which need not fit into an int.
func (r *rng) ms(n uint64) uint64 { return r.Uint64() % n }

// oneIn is true once in n times.
func (r *rng) oneIn(n int) bool { return r.below(n) == 0 }

const alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"

// appendText appends n printable bytes.
func (r *rng) appendText(b []byte, n int) []byte {
	for n > 0 {
		z := r.Uint64()
		for range min(n, 10) {
			b = append(b, alphabet[z&63])
			z >>= 6
		}
		n -= 10
	}
	return b
}

// appendBinary appends n bytes of any value.
func (r *rng) appendBinary(b []byte, n int) []byte {
	for n > 0 {
		z := r.Uint64()
		for range min(n, 8) {
			b = append(b, byte(z))
			z >>= 8
		}
		n -= 8
	}
	return b
}

// value returns low to high bytes; one in eight is not text.
func (r *rng) value(low, high int) string {
	n := low + r.below(high-low+1)
	if r.oneIn(8) {
		return string(r.appendBinary(make([]byte, 0, n), n))
	}
	return string(r.appendText(make([]byte, 0, n), n))
}

// text returns low to high printable bytes.
func (r *rng) text(low, high int) string {
	n := low + r.below(high-low+1)
	return string(r.appendText(make([]byte, 0, n), n))
}

// appendDigits appends i in decimal with leading zeros, n digits in all.
func appendDigits(b []byte, i int64, n int) []byte {
	start := len(b)
	for range n {
		b = append(b, '0')
	}
	for at := len(b) - 1; at >= start && i > 0; at-- {
		b[at] = byte('0' + i%10)
		i /= 10
	}
	return b
}

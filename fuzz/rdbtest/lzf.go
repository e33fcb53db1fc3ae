package rdbtest

// Compress returns s in LZF:
//
//	000nnnnn ∥ n+1 bytes                     literals
//	nnnddddd ∥ d(1)          n = 1…6         n+2 bytes from d+1 bytes back
//	111ddddd ∥ n(1) ∥ d(1)                   n+9 bytes from d+1 bytes back
//
// A string that nothing repeats in becomes longer.
func Compress(s string) []byte {
	const maxDistance, maxMatch, minMatch, maxLiterals = 1 << 13, 264, 3, 32
	var out []byte
	seen := map[string]int{} // where three bytes stood last
	literals := 0            // first byte that is not written yet
	flush := func(to int) {
		for literals < to {
			n := min(to-literals, maxLiterals)
			out = append(append(out, byte(n-1)), s[literals:literals+n]...)
			literals += n
		}
	}
	for i := 0; i < len(s); {
		if i+minMatch > len(s) {
			break
		}
		three := s[i : i+minMatch]
		at, known := seen[three]
		seen[three] = i
		if !known || i-at > maxDistance {
			i++
			continue
		}
		n := minMatch
		for n < maxMatch && i+n < len(s) && s[at+n] == s[i+n] {
			n++
		}
		flush(i)
		d := i - at - 1
		if n < 9 {
			out = append(out, byte((n-2)<<5|d>>8), byte(d))
		} else {
			out = append(out, byte(7<<5|d>>8), byte(n-9), byte(d))
		}
		i += n
		literals = i
	}
	flush(len(s))
	return out
}

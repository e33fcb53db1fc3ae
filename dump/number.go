package dump

import (
	"math"
	"strconv"
)

// number reads a JSON number and returns its text.
func (s *scanner) number() string {
	s.peek()
	start := s.i
	if s.at('-') {
		s.i++
	}
	if s.at('0') {
		s.i++
	} else if s.digits() == 0 {
		s.unexpected("a number")
		return "0"
	}
	if s.at('.') {
		s.i++
		if s.digits() == 0 {
			s.unexpected("a digit")
			return "0"
		}
	}
	if s.at('e') || s.at('E') {
		s.i++
		if s.at('+') || s.at('-') {
			s.i++
		}
		if s.digits() == 0 {
			s.unexpected("a digit")
			return "0"
		}
	}
	return s.s[start:s.i]
}

func (s *scanner) at(c byte) bool { return s.i < len(s.s) && s.s[s.i] == c }

// digits skips decimal digits and returns how many.
func (s *scanner) digits() int {
	start := s.i
	for s.i < len(s.s) && s.s[s.i]-'0' <= 9 {
		s.i++
	}
	return s.i - start
}

// integer reads a number that is an integer, without fraction, exponent or
// minus zero, from low to high.
func (s *scanner) integer(low, high int64) int64 {
	s.peek()
	at := s.i
	if n, i, ok := decimal(s.s, at); ok && n <= uint64(high) && int64(n) >= low && !continues(s.s, i) {
		s.i = i
		return int64(n)
	}
	text := s.number()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < low || n > high || text == "-0" {
		s.fail(at, "number %s is not an integer from %d to %d", clip(text), low, high)
		return 0
	}
	return n
}

// unsigned reads a number that is an unsigned 64-bit integer.
func (s *scanner) unsigned() uint64 {
	s.peek()
	at := s.i
	text := s.number()
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		s.fail(at, "number %s is not an unsigned 64-bit integer", clip(text))
		return 0
	}
	return n
}

// decimal reads an unsigned 64-bit decimal without leading zeros at index i of
// s; end is the index behind it.
func decimal(s string, i int) (n uint64, end int, ok bool) {
	start := i
	for ; i < len(s); i++ {
		c := s[i] - '0'
		if c > 9 {
			break
		}
		if n > math.MaxUint64/10 || n == math.MaxUint64/10 && c > math.MaxUint64%10 {
			return 0, i, false
		}
		n = n*10 + uint64(c)
	}
	return n, i, i > start && (s[start] != '0' || i == start+1)
}

// continues reports whether an integer that ends before index i of s goes on as
// a number with a fraction or an exponent.
func continues(s string, i int) bool {
	return i < len(s) && (s[i] == '.' || s[i] == 'e' || s[i] == 'E')
}

// tens are the powers of ten that [scanner.shortNumber] divides by.
var tens = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// shortNumber reads a number of up to 15 digits without an exponent; otherwise
// it reads nothing. It is exact: its digits are an integer below 2^53 and the
// power of ten is exact, so that the one division rounds to the nearest binary64.
func (s *scanner) shortNumber() (x float64, ok bool) {
	i := s.i
	minus := s.at('-')
	if minus {
		i++
	}
	var n uint64
	start, point := i, -1
	for ; i < len(s.s); i++ {
		c := s.s[i]
		if c == '.' && point < 0 {
			point = i
			continue
		}
		if c -= '0'; c > 9 {
			break
		}
		if i-start > 15 { // one of them may be the point
			return 0, false
		}
		n = n*10 + uint64(c)
	}
	x = float64(n)
	whole := i
	if point >= 0 {
		whole = point
		if i-point < 2 || i-point > len(tens) {
			return 0, false
		}
		x /= tens[i-point-1]
	} else if i-start > 15 {
		return 0, false
	}
	if whole == start || s.s[start] == '0' && whole > start+1 || continues(s.s, i) {
		return 0, false
	}
	if minus {
		x = -x // 0 becomes -0
	}
	s.i = i
	return x, true
}

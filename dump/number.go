package dump

import "strconv"

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
	text := s.number()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < low || n > high || text == "-0" {
		s.fail(at, "number %s is no integer from %d to %d", clip(text), low, high)
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
		s.fail(at, "number %s is no unsigned 64-bit integer", clip(text))
		return 0
	}
	return n
}

package rdb

import (
	"encoding/binary"
	"fmt"
	"strconv"
)

// packed is an element of a packed blob: bytes, or an integer that stands for its
// decimal text.
type packed struct {
	bytes   string
	n       int64
	integer bool
}

// text returns the element as the bytes that it stands for.
func (p packed) text() string {
	if p.integer {
		return strconv.FormatInt(p.n, 10)
	}
	return p.bytes
}

// blob reads the elements of a packed blob one after the other.
type blob interface {
	// next returns the next element; more is false at the end, where everything
	// that the header says has been checked.
	next() (e packed, more bool, err error)
	// expected is how many elements the header says, no more than the bytes can hold;
	// 0 where it does not. Only room is made by it.
	expected() int
}

// expected bounds a number of elements by the bytes of a blob, of which every element
// takes two at least.
func expected(count, bytes int) int {
	if count == unknownCount {
		return 0
	}
	return min(count, bytes/2)
}

// unknownCount is the number of elements in a header that has no room for it.
const unknownCount = 0xFFFF

// listpack reads a listpack (SPEC-RDB 3.1). Elements share memory with it.
type listpack struct {
	s     string
	i     int
	seen  int
	count int
}

const (
	listpackHeader = 6
	listpackEnd    = 0xFF
)

func newListpack(s string) (*listpack, error) {
	if len(s) < listpackHeader+1 {
		return nil, fmt.Errorf("listpack of %d bytes: there are at least %d", len(s), listpackHeader+1)
	}
	if n := le32(s, 0); int64(n) != int64(len(s)) {
		return nil, fmt.Errorf("listpack of %d bytes says that it has %d", len(s), n)
	}
	return &listpack{s: s, i: listpackHeader, count: int(le16(s, 4))}, nil
}

func (l *listpack) expected() int { return expected(l.count, len(l.s)) }

func (l *listpack) next() (e packed, more bool, err error) {
	if l.i >= len(l.s) {
		return e, false, fmt.Errorf("listpack without an end mark")
	}
	c := l.s[l.i]
	if c == listpackEnd {
		switch {
		case l.i != len(l.s)-1:
			return e, false, fmt.Errorf("listpack ends %d bytes before its blob", len(l.s)-1-l.i)
		case l.count != unknownCount && l.count != l.seen:
			return e, false, fmt.Errorf("listpack of %d elements says that it has %d", l.seen, l.count)
		}
		return e, false, nil
	}
	head, size := listpackEntry(l.s[l.i:])
	if head == 0 {
		return e, false, fmt.Errorf("listpack element %d: encoding %02x has no meaning, or the element is cut", l.seen, c)
	}
	if size > len(l.s)-1-l.i {
		return e, false, fmt.Errorf("listpack element %d: %d bytes, beyond the end", l.seen, size)
	}
	e = listpackValue(l.s[l.i:l.i+size], head)
	back := backLength(l.s[l.i+size:], size)
	if back == 0 {
		return e, false, fmt.Errorf("listpack element %d: its length in front and behind differ", l.seen)
	}
	l.i += size + back
	l.seen++
	return e, true, nil
}

// listpackEntry returns how many bytes of s an element takes before its length
// behind, and how many of these are not content; 0 if there is no such element.
func listpackEntry(s string) (head, size int) {
	switch c := s[0]; {
	case c < 0x80:
		return 1, 1
	case c < 0xC0:
		return 1, 1 + int(c&0x3F)
	case c < 0xE0:
		return fits(s, 2, 2)
	case c < 0xF0:
		if len(s) < 2 {
			return 0, 0
		}
		return 2, 2 + (int(c&0x0F)<<8 | int(s[1]))
	case c == 0xF0:
		if len(s) < 5 || le32(s, 1) >= 1<<30 {
			return 0, 0
		}
		return 5, 5 + int(le32(s, 1))
	case c == 0xF1:
		return fits(s, 1, 3)
	case c == 0xF2:
		return fits(s, 1, 4)
	case c == 0xF3:
		return fits(s, 1, 5)
	case c == 0xF4:
		return fits(s, 1, 9)
	}
	return 0, 0
}

func fits(s string, head, size int) (int, int) {
	if len(s) < size {
		return 0, 0
	}
	return head, size
}

// listpackValue returns the element that is in s.
func listpackValue(s string, head int) packed {
	switch c := s[0]; {
	case c < 0x80:
		return packed{n: int64(c), integer: true}
	case c < 0xC0:
		return packed{bytes: s[head:]}
	case c < 0xE0:
		n := int64(c&0x1F)<<8 | int64(s[1])
		if n >= 1<<12 {
			n -= 1 << 13
		}
		return packed{n: n, integer: true}
	case c <= 0xF0:
		return packed{bytes: s[head:]}
	}
	return packed{n: signed(s[1:]), integer: true}
}

// backLength checks the length of an element that stands behind it, the last byte
// first (SPEC-RDB 3.1), and returns how many bytes it takes; 0 if it is another.
// Of three sizes some writers take a byte more than it needs.
func backLength(s string, size int) int {
	width := 1
	for rest := size >> 7; rest > 0; rest >>= 7 {
		width++
	}
	if isBackLength(s, size, width) {
		return width
	}
	switch size {
	case 1<<14 - 1, 1<<21 - 1, 1<<28 - 1:
		if isBackLength(s, size, width+1) {
			return width + 1
		}
	}
	return 0
}

func isBackLength(s string, size, width int) bool {
	if len(s) <= width { // the end mark follows
		return false
	}
	for i := width - 1; i >= 0; i-- {
		want := byte(size & 0x7F)
		if i > 0 {
			want |= 0x80
		}
		if s[i] != want {
			return false
		}
		size >>= 7
	}
	return true
}

// ziplist reads a ziplist (SPEC-RDB 3.2).
type ziplist struct {
	s     string
	i     int
	last  int // where the previous element began; 0 before the first
	tail  int
	seen  int
	count int
}

const ziplistHeader = 10

func newZiplist(s string) (*ziplist, error) {
	if len(s) < ziplistHeader+1 {
		return nil, fmt.Errorf("ziplist of %d bytes: there are at least %d", len(s), ziplistHeader+1)
	}
	if n := le32(s, 0); int64(n) != int64(len(s)) {
		return nil, fmt.Errorf("ziplist of %d bytes says that it has %d", len(s), n)
	}
	return &ziplist{s: s, i: ziplistHeader, tail: int(min(le32(s, 4), 1<<30)), count: int(le16(s, 8))}, nil
}

func (z *ziplist) expected() int { return expected(z.count, len(z.s)) }

func (z *ziplist) next() (e packed, more bool, err error) {
	if z.i >= len(z.s) {
		return e, false, fmt.Errorf("ziplist without an end mark")
	}
	if z.s[z.i] == 0xFF {
		switch {
		case z.i != len(z.s)-1:
			return e, false, fmt.Errorf("ziplist ends %d bytes before its blob", len(z.s)-1-z.i)
		case z.count != unknownCount && z.count != z.seen:
			return e, false, fmt.Errorf("ziplist of %d elements says that it has %d", z.seen, z.count)
		case z.seen > 0 && z.tail != z.last:
			return e, false, fmt.Errorf("ziplist says that its last element is at %d, it is at %d", z.tail, z.last)
		}
		return e, false, nil
	}
	previous := 0
	if z.seen > 0 {
		previous = z.i - z.last
	}
	at := z.i
	body := z.s[z.i : len(z.s)-1]
	if body == "" {
		return e, false, fmt.Errorf("ziplist without an end mark")
	}
	if body[0] == 0xFE {
		if len(body) < 5 {
			return e, false, fmt.Errorf("ziplist element %d is cut", z.seen)
		}
		if int64(le32(body, 1)) != int64(previous) {
			return e, false, fmt.Errorf("ziplist element %d: the element before it has %d bytes, not %d", z.seen, previous, le32(body, 1))
		}
		body = body[5:]
	} else {
		if int(body[0]) != previous {
			return e, false, fmt.Errorf("ziplist element %d: the element before it has %d bytes, not %d", z.seen, previous, body[0])
		}
		body = body[1:]
	}
	e, size, ok := ziplistValue(body)
	if !ok {
		return e, false, fmt.Errorf("ziplist element %d: its encoding has no meaning, or it is cut", z.seen)
	}
	z.last = at
	z.i = len(z.s) - 1 - len(body) + size
	z.seen++
	return e, true, nil
}

// ziplistValue returns the element at the beginning of s, and its size.
func ziplistValue(s string) (e packed, size int, ok bool) {
	if s == "" {
		return e, 0, false
	}
	str := func(head int, n uint64) (packed, int, bool) {
		if uint64(len(s)-head) < n {
			return packed{}, 0, false
		}
		return packed{bytes: s[head : head+int(n)]}, head + int(n), true
	}
	number := func(width int) (packed, int, bool) {
		if len(s) < 1+width {
			return packed{}, 0, false
		}
		return packed{n: signed(s[1 : 1+width]), integer: true}, 1 + width, true
	}
	switch c := s[0]; {
	case c < 0x40:
		return str(1, uint64(c&0x3F))
	case c < 0x80:
		if len(s) < 2 {
			return e, 0, false
		}
		return str(2, uint64(c&0x3F)<<8|uint64(s[1]))
	case c < 0xC0:
		if len(s) < 5 {
			return e, 0, false
		}
		return str(5, uint64(s[1])<<24|uint64(s[2])<<16|uint64(s[3])<<8|uint64(s[4]))
	case c == 0xC0:
		return number(2)
	case c == 0xD0:
		return number(4)
	case c == 0xE0:
		return number(8)
	case c == 0xF0:
		return number(3)
	case c == 0xFE:
		return number(1)
	case c >= 0xF1 && c <= 0xFD:
		return packed{n: int64(c&0x0F) - 1, integer: true}, 1, true
	}
	return e, 0, false
}

// zipmap reads a zipmap (SPEC-RDB 3.4): fields and values in turns.
type zipmap struct {
	s     string
	i     int
	seen  int
	count int
}

func newZipmap(s string) (*zipmap, error) {
	if len(s) < 2 {
		return nil, fmt.Errorf("zipmap of %d bytes: there are at least 2", len(s))
	}
	return &zipmap{s: s, i: 1, count: int(s[0])}, nil
}

// zipmapUnknown is from where on the number of pairs says nothing.
const zipmapUnknown = 254

func (z *zipmap) expected() int { return expected(2*z.count, len(z.s)) }

func (z *zipmap) next() (e packed, more bool, err error) {
	if z.i >= len(z.s) {
		return e, false, fmt.Errorf("zipmap without an end mark")
	}
	value := z.seen%2 == 1
	if z.s[z.i] == 0xFF {
		switch {
		case value:
			return e, false, fmt.Errorf("zipmap ends after a field without a value")
		case z.i != len(z.s)-1:
			return e, false, fmt.Errorf("zipmap ends %d bytes before its blob", len(z.s)-1-z.i)
		case z.count < zipmapUnknown && z.count != z.seen/2:
			return e, false, fmt.Errorf("zipmap of %d fields says that it has %d", z.seen/2, z.count)
		case z.seen == 0:
			return e, false, fmt.Errorf("zipmap without a field")
		}
		return e, false, nil
	}
	body := z.s[z.i : len(z.s)-1]
	cut := func() (packed, bool, error) { return packed{}, false, fmt.Errorf("zipmap element %d is cut", z.seen) }
	n, head := int64(0), 1
	switch {
	case body == "":
		return cut()
	case body[0] == 0xFE:
		if len(body) < 5 {
			return cut()
		}
		n, head = int64(le32(body, 1)), 5
	default:
		n = int64(body[0])
	}
	free := int64(0)
	if value {
		if len(body) <= head {
			return cut()
		}
		free = int64(body[head])
		head++
	}
	if n+free > int64(len(body)-head) {
		return cut()
	}
	e.bytes = body[head : head+int(n)]
	z.i += head + int(n+free)
	z.seen++
	return e, true, nil
}

// intset reads an intset (SPEC-RDB 3.3), which ascends strictly.
type intset struct {
	s     string
	width int
	last  int64
	begun bool
}

const intsetHeader = 8

func newIntset(s string) (*intset, error) {
	if len(s) < intsetHeader {
		return nil, fmt.Errorf("intset of %d bytes: there are at least %d", len(s), intsetHeader)
	}
	width, count := le32(s, 0), le32(s, 4)
	switch {
	case width != 2 && width != 4 && width != 8:
		return nil, fmt.Errorf("intset of integers of %d bytes: there are 2, 4 and 8", width)
	case int64(len(s)-intsetHeader) != int64(width)*int64(count):
		return nil, fmt.Errorf("intset of %d bytes says that it has %d integers of %d bytes", len(s), count, width)
	case count == 0:
		return nil, fmt.Errorf("intset without an integer")
	}
	return &intset{s: s[intsetHeader:], width: int(width)}, nil
}

func (s *intset) expected() int { return len(s.s) / s.width }

func (s *intset) next() (e packed, more bool, err error) {
	if s.s == "" {
		return e, false, nil
	}
	n := signed(s.s[:s.width])
	if s.begun && n <= s.last {
		return e, false, fmt.Errorf("intset has %d after %d", n, s.last)
	}
	s.s, s.last, s.begun = s.s[s.width:], n, true
	return packed{n: n, integer: true}, true, nil
}

func le16(s string, i int) uint16 { return uint16(s[i]) | uint16(s[i+1])<<8 }

func le32(s string, i int) uint32 { return uint32(le16(s, i)) | uint32(le16(s, i+2))<<16 }

// signed returns a little-endian integer of up to eight bytes.
func signed(s string) int64 {
	var b [8]byte
	copy(b[8-len(s):], s)
	return int64(binary.LittleEndian.Uint64(b[:])) >> (64 - 8*len(s))
}

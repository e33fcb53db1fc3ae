package rdb

import (
	"math"
	"slices"
	"strconv"

	"redrill/decoder"
	"redrill/keyspace"
)

// Tags of an array's elements (SPEC-RDB 4.6).
const (
	cellString  = 0
	cellInteger = 1
	cellFloat   = 2
	cellShort   = 3 // a string of at most shortBytes
)

const shortBytes = 7

// arrayHead reads what stands before the elements of an array.
func (r *reader) arrayHead() (n int64, next keyspace.Optional[uint64], err error) {
	if n, err = r.count("elements", 3); err != nil {
		return n, next, err
	}
	at := r.pos()
	flag, err := r.len()
	if err != nil {
		return n, next, err
	}
	switch flag {
	case 0:
	case 1:
		last, err := r.len() // where an element was inserted last
		return n, keyspace.Some(last + 1), err
	default:
		err = decoder.Errorf(decoder.ErrCorrupt, at, "flag %d of an array has no meaning", flag)
	}
	return n, next, err
}

// skipArray passes an array.
func (w *walk) skipArray() error {
	n, _, err := w.in.arrayHead()
	if err != nil {
		return err
	}
	for range n {
		if _, err := w.in.len(); err != nil {
			return err
		}
		at := w.in.pos()
		tag, err := w.in.len()
		if err != nil {
			return err
		}
		switch tag {
		case cellString, cellShort:
			err = w.in.skipStrs(1)
		case cellInteger, cellFloat:
			err = w.in.skip(8)
		default:
			err = unknownTag(at, tag)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func unknownTag(at int64, tag uint64) error {
	return decoder.Errorf(decoder.ErrCorrupt, at, "tag %d of an array's element has no meaning", tag)
}

// maxUnsortedCells bounds an array whose elements are not in order; servers write
// none.
const maxUnsortedCells = 1 << 20

// array decodes an array. Of two elements with one index the later counts.
func (o *out) array() error {
	at := o.in.pos()
	n, next, err := o.in.arrayHead()
	if err != nil {
		return err
	}
	if n == 0 {
		return unreadablef(at, "an array without an element: no server loads it")
	}
	value := func(held []keyspace.Cell) keyspace.Value { return keyspace.Array{Cells: held, Next: next} }
	s := sink[keyspace.Cell]{o: o, value: value}
	first := o.in.pos()
	ascending, err := o.cells(n, func() func(keyspace.Cell) bool {
		last, begun := uint64(0), false
		return func(c keyspace.Cell) bool {
			ok := !begun || c.Index > last
			last, begun = c.Index, true
			return ok
		}
	}())
	if err != nil {
		return err
	}
	end := o.in.pos()
	o.in.seek(first)
	if ascending {
		var adding error
		_, err := o.cells(n, func(c keyspace.Cell) bool {
			if adding == nil {
				adding = s.add(c, len(c.Value))
			}
			return true
		})
		if adding != nil {
			return adding
		}
		if err != nil {
			return err
		}
		return s.close()
	}
	if n > maxUnsortedCells {
		return unreadablef(at, "the elements of the array are not in order, and there are more than %d", maxUnsortedCells)
	}
	cells, err := o.sortedCells(n, at)
	if err != nil {
		return err
	}
	for _, c := range cells {
		if err := s.add(c, len(c.Value)); err != nil {
			return err
		}
	}
	o.in.seek(end)
	return s.close()
}

// sortedCells reads all elements into order.
func (o *out) sortedCells(n, at int64) ([]keyspace.Cell, error) {
	var cells []keyspace.Cell
	_, err := o.cells(n, func(c keyspace.Cell) bool { cells = append(cells, c); return true })
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(cells, func(a, b keyspace.Cell) int {
		if a.Index < b.Index {
			return -1
		}
		if a.Index > b.Index {
			return 1
		}
		return 0
	})
	kept := cells[:0]
	for i, c := range cells {
		if i+1 < len(cells) && cells[i+1].Index == c.Index {
			index := strconv.FormatUint(c.Index, 10)
			note := o.entry.note(keyspace.NoteDuplicate, at, "the file holds the element twice; the later one counts")
			note.Element = &index
			o.notes = append(o.notes, note)
			continue
		}
		kept = append(kept, c)
	}
	return kept, nil
}

// cells reads n elements. It stops where take returns false, and reports whether it
// never did.
func (o *out) cells(n int64, take func(keyspace.Cell) bool) (all bool, err error) {
	all = true
	for range n {
		c, err := o.cell()
		if err != nil {
			return false, err
		}
		if !take(c) {
			all = false
		}
	}
	return all, nil
}

func (o *out) cell() (c keyspace.Cell, err error) {
	at := o.in.pos()
	if c.Index, err = o.in.len(); err != nil {
		return c, err
	}
	if c.Index == math.MaxUint64 {
		return c, unreadablef(at, "an element has the index %d: the largest is one less", c.Index)
	}
	tag, err := o.in.len()
	if err != nil {
		return c, err
	}
	switch tag {
	case cellString, cellShort:
		c.Value, err = o.in.owned()
		if err == nil && tag == cellShort && len(c.Value) > shortBytes {
			err = unreadablef(at, "a short element has %d bytes: there are at most %d", len(c.Value), shortBytes)
		}
	case cellInteger:
		var i int64
		i, err = o.in.i64()
		c.Value = strconv.FormatInt(i, 10)
	case cellFloat:
		var bits uint64
		bits, err = o.in.u64()
		c.Value = floatText(math.Float64frombits(bits))
	default:
		err = unknownTag(at, tag)
	}
	return c, err
}

// floatText is how a server shows the floating-point number of an array: the
// shortest digits that read back to it, and always with a point or an exponent.
func floatText(x float64) string {
	switch {
	case math.IsNaN(x):
		return "nan"
	case math.IsInf(x, 0):
		if x > 0 {
			return "inf"
		}
		return "-inf"
	}
	digits := strconv.FormatFloat(math.Abs(x), 'e', -1, 64) // d.ddde±xx
	mantissa, exponent := digits[:1], 0
	if i := slices.Index([]byte(digits), 'e'); i > 1 {
		mantissa += digits[2:i]
		exponent, _ = strconv.Atoi(digits[i+1:])
	} else {
		exponent, _ = strconv.Atoi(digits[i+1:])
	}
	text := placed(mantissa, exponent-len(mantissa)+1)
	if math.Signbit(x) {
		text = "-" + text
	}
	return text
}

// placed returns digits × 10^k the way servers print it.
func placed(digits string, k int) string {
	n := len(digits)
	magnitude := k + n - 1
	abs := max(magnitude, -magnitude)
	zeros := func(n int) string { return string(slices.Repeat([]byte{'0'}, n)) }
	switch {
	case k >= 0 && abs < n+7:
		return digits + zeros(k) + ".0"
	case k < 0 && (k > -7 || abs < 4):
		if point := n + k; point > 0 {
			return digits[:point] + "." + digits[point:]
		}
		return "0." + zeros(-k-n) + digits
	}
	text := digits[:1]
	if n > 1 {
		text += "." + digits[1:]
	}
	sign := "+"
	if magnitude < 0 {
		sign = "-"
	}
	return text + "e" + sign + strconv.Itoa(abs)
}

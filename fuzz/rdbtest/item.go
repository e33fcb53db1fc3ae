package rdbtest

import "strconv"

// Item is an element of a packed blob: bytes, or a number.
type Item struct {
	Text   string
	N      int64
	Number bool // N counts; else Text
}

// Int returns a number as an item.
func Int(n int64) Item { return Item{N: n, Number: true} }

// Text returns bytes as an item.
func Text(s string) Item { return Item{Text: s} }

// Texts returns several.
func Texts(all ...string) []Item {
	items := make([]Item, len(all))
	for i, s := range all {
		items[i] = Text(s)
	}
	return items
}

// number returns the number that an item can be written as.
func (i Item) number() (n int64, ok bool) {
	if i.Number {
		return i.N, true
	}
	return canonical(i.Text)
}

// text returns the bytes that an item stands for.
func (i Item) text() string {
	if i.Number {
		return strconv.FormatInt(i.N, 10)
	}
	return i.Text
}

// form is a way to write an item.
type form struct {
	name string
	low  int64 // numbers: the smallest and the largest; strings: 0 and the longest
	high int64
}

// formsOf returns the names of the forms that hold an item, the narrowest first. A
// number stays one. What is canonical text of a number may stand as a string.
func formsOf(i Item, numbers, strings []form) (names []string) {
	if n, ok := i.number(); ok {
		for _, f := range numbers {
			if f.low <= n && n <= f.high {
				names = append(names, f.name)
			}
		}
		if i.Number {
			return names
		}
	}
	for _, f := range strings {
		if int64(len(i.Text)) <= f.high {
			names = append(names, f.name)
		}
	}
	return names
}

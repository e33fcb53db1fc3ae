package gen

// Shape says how large a scenario is, and what of it is left out. The zero
// value draws 0 to 6 keys and leaves nothing out. What is left out is drawn
// nevertheless, so that the rest stays nearly the same.
type Shape struct {
	// MinKeys and MaxKeys bound the number of draws of keys. A layout may draw
	// neighbours beside them. 0 and 0 mean 0 and 6.
	MinKeys, MaxKeys int
	// Without holds the keys to leave out: 0 is the first one drawn.
	Without map[int]bool
	// MaxElements bounds the elements of a collection; 0 means as drawn. Those
	// from FirstElement on are kept, in the order of drawing.
	FirstElement, MaxElements int
	// Complete leaves out the keys that cannot be read, or of which no Redis can
	// hold all, and does not count their features.
	Complete bool
}

// Keys returns the bounds of the number of draws of keys.
func (s Shape) Keys() (low, high int) {
	if s.MaxKeys == 0 {
		return 0, 6
	}
	return s.MinKeys, s.MaxKeys
}

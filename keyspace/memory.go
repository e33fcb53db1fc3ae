package keyspace

// Memory is a source that holds its keys. It delivers all notes, then the keys.
type Memory struct {
	Held      []Key // whole or in parts
	Notes     []Note
	Tally     Tally // what Counted returns
	About     Origin
	Libraries []string // what Functions returns
	Limit     int      // elements of a part that is delivered, see [Split]; 0 is no bound
}

// Keys implements [Source].
func (m Memory) Keys(note func(Note)) Seq {
	return func(yield func(Key, error) bool) {
		for _, n := range m.Notes {
			note(n)
		}
		for _, k := range m.Held {
			for _, part := range Split(k, m.Limit) {
				if !yield(part, nil) {
					return
				}
			}
		}
	}
}

// Counted implements [Source].
func (m Memory) Counted() Tally { return m.Tally }

// Functions implements [Source].
func (m Memory) Functions() []string { return m.Libraries }

// Origin implements [Source].
func (m Memory) Origin() Origin { return m.About }

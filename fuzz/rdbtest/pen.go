package rdbtest

// Pen writes what a file consists of behind what was written before. The zero
// value is ready.
type Pen struct {
	// Choose picks one of the names of forms in which something can be written; the
	// first is that of a server. It is also called where there is only one. Nil is
	// always the first.
	Choose func(of string, among []string) int
	// Version is that of the file, 0 a current one. Below 8 a length has at most 32
	// bits.
	Version int

	b []byte
}

// Bytes returns what was written.
func (p *Pen) Bytes() []byte { return p.b }

// Raw writes bytes as they stand.
func (p *Pen) Raw(b ...byte) { p.b = append(p.b, b...) }

// choose returns the picked name.
func (p *Pen) choose(of string, among ...string) string {
	if p.Choose == nil {
		return among[0]
	}
	return among[p.Choose(of, among)]
}

// nested returns a pen with the same choices that has written nothing.
func (p *Pen) nested() *Pen { return &Pen{Choose: p.Choose, Version: p.Version} }

package verify

import (
	"fmt"
	"math"
	"strings"

	"redrill/internal/figures"
	"redrill/keyspace"
)

// Counters says what the source's own counters promise beyond its rows. Rows are
// what is compared: a counter that promises more may be a defect of the store,
// or all that is left of lost elements.
type Counters struct {
	Keys     int64 `json:"keys"`     // keys whose counter promises more elements than there are rows
	Elements int64 `json:"elements"` // the promised elements without a row, in all; saturates
	Unknown  int64 `json:"unknown"`  // keys whose counter disagrees, by how much is not known
}

// add counts a note of a counter that disagrees. One that promises less than
// there is promises nothing that is not compared.
func (c *Counters) add(n keyspace.Note) {
	stored, rows, ok := keyspace.ParseCounterDetail(n.Detail)
	switch {
	case !ok:
		c.Unknown++
	case stored > rows:
		c.Keys++
		if c.Elements += stored - rows; c.Elements < 0 {
			c.Elements = math.MaxInt64
		}
	}
}

// Text says for people what the counters promise, "" when it is nothing that was
// not compared.
func (c Counters) Text() string {
	var parts []string
	if c.Keys > 0 {
		parts = append(parts, fmt.Sprintf("counters of %s promise %s that no row holds", figures.Count(c.Keys, "key"), figures.Count(c.Elements, "element")))
	}
	if c.Unknown > 0 {
		parts = append(parts, fmt.Sprintf("counters of %s disagree with the rows by an unknown number", figures.Count(c.Unknown, "key")))
	}
	return strings.Join(parts, ", ")
}

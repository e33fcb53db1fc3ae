package keyspace

import (
	"strconv"
	"strings"
)

const (
	counterStored = "stored length "
	counterRows   = ", visible rows "
)

// CounterDetail returns the detail of a [NoteCounter]: the length that is
// stored, and the number of rows that are there.
func CounterDetail(stored, rows int64) string {
	return counterStored + strconv.FormatInt(stored, 10) + counterRows + strconv.FormatInt(rows, 10)
}

// ParseCounterDetail reads what [CounterDetail] returned. A dump of another
// writer may hold another text; then ok is false.
func ParseCounterDetail(detail string) (stored, rows int64, ok bool) {
	text, found := strings.CutPrefix(detail, counterStored)
	first, second, both := strings.Cut(text, counterRows)
	stored, err1 := strconv.ParseInt(first, 10, 64)
	rows, err2 := strconv.ParseInt(second, 10, 64)
	ok = found && both && err1 == nil && err2 == nil && stored >= 0 && rows >= 0
	return stored, rows, ok
}

package fsm

import (
	"bytes"
	"encoding/binary"
)

// lookup finds single rows. Consecutive lookups mostly ascend, so the buffered
// block often holds the next answer too.
type lookup struct {
	scan *scanner
	key  []byte
	to   []byte
}

func (s *Snapshot) newLookup() *lookup {
	return &lookup{scan: s.scanner(lookupAhead)}
}

// get finds the visible row with exactly this storage key. The row and its
// body are read through l.scan until the next lookup.
//
// Every version of a key lies between key‖^maxTS and key‖^minTS. Keys that
// extend it lie there too, and are not walked through when they are many.
func (l *lookup) get(f family, key []byte) (found bool, err error) {
	s := l.scan.snap
	if s.minTS > s.maxTS {
		return false, nil
	}
	l.key = append(append(l.key[:0], key...), 0, 0, 0, 0, 0, 0, 0, 0)
	suffix := l.key[len(key):]
	binary.BigEndian.PutUint64(suffix, ^s.minTS)
	l.to = append(append(l.to[:0], l.key...), 0)
	binary.BigEndian.PutUint64(suffix, ^s.maxTS)
	l.scan.resetAt(familiesOf(f), key, l.to, l.key)
	return l.scan.find(key), l.scan.err
}

// first finds the first visible row of a family whose storage key has the
// prefix.
func (l *lookup) first(f family, prefix []byte) (found bool, err error) {
	l.scan.reset(familiesOf(f), prefix, successor(prefix))
	for l.scan.next() {
		if bytes.HasPrefix(l.scan.key(), prefix) {
			return true, nil
		}
	}
	return false, l.scan.err
}

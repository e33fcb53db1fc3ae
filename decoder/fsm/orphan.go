package fsm

import "redrill/keyspace"

// orphanTTLs counts TTL index rows whose user key has no anchor.
func (d *run) orphanTTLs() error {
	c := d.scanFamily(famTTL)
	for c.next() {
		_, anchored, err := d.winner(string(c.rest()), anchorCount)
		if err != nil {
			return err
		}
		if !anchored {
			d.count(keyspace.NoteOrphanTTL, 1)
		}
	}
	return c.err
}

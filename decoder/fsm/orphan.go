package fsm

import (
	"fmt"

	"redrill/keyspace"
)

// orphanTTLs counts TTL index rows whose user key has no anchor.
func (d *run) orphanTTLs() error {
	c := d.scanFamily(famTTL)
	for c.next() {
		_, anchored, err := d.winner(d.userKey(string(c.rest())), anchorEnd)
		if err != nil {
			return err
		}
		if !anchored {
			d.count(keyspace.NoteOrphanTTL, 1)
		}
	}
	return c.err
}

// orphanItem says what an item without a list is. Its server writes items
// together with the row that makes the list, and deletes them with it. So where
// commands wrote the list (its fence stays for ever), or where the file is that
// of one of several groups, that row is in another group's file.
func (d *run) orphanItem(name string) (itemState, error) {
	if d.snap.oneOfGroups() {
		return itemDetached, nil
	}
	d.keyBuf = append(append(d.keyBuf[:0], listFencePrefix...), name...)
	fenced, err := d.lookup(famFence).get(famFence, d.keyBuf)
	if fenced {
		return itemDetached, err
	}
	return itemOrphan, err
}

// elsewheref is why a collection cannot be read whose stored length promises
// elements, and of which not one is there. Its server writes both together, and
// empties both together: all snapshots of single nodes say 0 there.
func elsewheref(offset int64, format string, args ...any) *unreadable {
	return unreadablef(offset, "%s: they are lost, or in the snapshot of another group of the store", fmt.Sprintf(format, args...))
}

// orphanEntries counts entries without a stream. Streams have no fence.
func (d *run) orphanEntries(n int64) {
	if d.snap.oneOfGroups() {
		d.count(keyspace.NoteDetached, n)
		return
	}
	d.count(keyspace.NoteOrphanRows, n)
}

const listFencePrefix = "!redis|txn-wide-list|"

// oneOfGroups reports whether the file shows that its store has several groups,
// each with a snapshot of its own: only transactions over several groups leave
// records, and only ranges that move between groups leave traces of migration.
func (s *Snapshot) oneOfGroups() bool {
	for f := range familyCount {
		if f.info().groups && s.info.classes[f].Records() > 0 {
			return true
		}
	}
	return false
}

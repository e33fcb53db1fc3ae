package fsm

import (
	"slices"

	"redrill/keyspace"
)

// Set rows (docs/FORMAT.md, section 3.6):
//
//	member : "!st|mem|" ‖ kl(K) ‖ member                      body ignored
//	meta   : "!st|meta|" ‖ kl(K)                              see [counter]
//	delta  : "!st|meta|d|" ‖ kl(K) ‖ commitTS(8) ‖ seq(4)
//	blob   : "!redis|set|" ‖ K                                see [readSetBlob]
func (d *run) sets() error {
	return d.wideKeys(wide{
		typ: keyspace.TypeSet, elem: famSetMember, meta: famSetMeta, delta: famSetDelta,
		anchor: slotSet, inline: slotInlineSet, blob: slotSetBlob, blobFamily: famSetBlob,
		deliver: (*run).setMembers, deliverBlob: (*run).setBlob,
	})
}

func (d *run) setBlobs() error {
	return d.blobs(famSetBlob, slotSetBlob, slotSet, keyspace.TypeSet, (*run).setBlob)
}

func (d *run) setMembers(c *wideCursors, group []byte, k keyspace.Key, n *counter) error {
	elems := c.elems
	s := sink[string]{d: d, key: k, value: setValue}
	for elems.at(group) {
		if err := s.add(string(elems.tail), len(elems.tail)); err != nil {
			return err
		}
		if err := elems.next(); err != nil {
			return err
		}
	}
	n.compare(d, k.Name, keyspace.TypeSet, s.total)
	return s.close()
}

func setValue(held []string) keyspace.Value {
	slices.Sort(held)
	return keyspace.Set(held)
}

func (d *run) setBlob(c *scanner, k keyspace.Key) error {
	body, err := blobBody(c, setBlobMagic)
	if err != nil {
		return err
	}
	members, err := readSetBlob(body)
	if err != nil {
		return badBlob(c, err)
	}
	members = lastOf(d, c, k, keyspace.TypeSet, members, itself)
	s := sink[string]{d: d, key: k, value: setValue}
	for _, m := range members {
		if err := s.add(m, len(m)); err != nil {
			return err
		}
	}
	return d.closeBlob(c, k, keyspace.TypeSet, s.total, s.close)
}

func itself(s string) string { return s }

package fsm

import (
	"cmp"
	"slices"

	"redrill/keyspace"
)

// Hash rows (docs/FORMAT.md, section 3.4):
//
//	field : "!hs|fld|" ‖ kl(K) ‖ field                        body: the value
//	meta  : "!hs|meta|" ‖ kl(K)                               see [counter]
//	delta : "!hs|meta|d|" ‖ kl(K) ‖ commitTS(8) ‖ seq(4)
//	blob  : "!redis|hash|" ‖ K                                see [readHashBlob]
func (d *run) hashes() error {
	return d.wideKeys(wide{
		typ: keyspace.TypeHash, elem: famHashField, meta: famHashMeta, delta: famHashDelta,
		anchor: slotHash, inline: slotInlineHash, blob: slotHashBlob, blobFamily: famHashBlob,
		deliver: (*run).hashFields, deliverBlob: (*run).hashBlob,
	})
}

func (d *run) hashBlobs() error {
	return d.blobs(famHashBlob, slotHashBlob, slotHash, keyspace.TypeHash, (*run).hashBlob)
}

func (d *run) hashFields(c *wideCursors, group []byte, k keyspace.Key, n *counter) error {
	elems := c.elems
	s := sink[keyspace.Field]{d: d, key: k, value: hashValue}
	for elems.at(group) {
		body, err := elems.scan.wholeBody()
		if err != nil {
			return err
		}
		f := keyspace.Field{Name: string(elems.tail), Value: string(body)}
		if err := s.add(f, len(f.Name)+len(f.Value)); err != nil {
			return err
		}
		if err := elems.next(); err != nil {
			return err
		}
	}
	n.compare(d, k.Name, keyspace.TypeHash, s.total)
	return s.close()
}

func hashValue(held []keyspace.Field) keyspace.Value {
	slices.SortFunc(held, func(a, b keyspace.Field) int { return cmp.Compare(a.Name, b.Name) })
	return keyspace.Hash(held)
}

func (d *run) hashBlob(c *scanner, k keyspace.Key) error {
	body, err := blobBody(c, hashBlobMagic)
	if err != nil {
		return err
	}
	fields, err := readHashBlob(body)
	if err != nil {
		return badBlob(c, err)
	}
	fields = lastOf(d, c, k, keyspace.TypeHash, fields, func(f keyspace.Field) string { return f.Name })
	s := sink[keyspace.Field]{d: d, key: k, value: hashValue}
	for _, f := range fields {
		if err := s.add(f, len(f.Name)+len(f.Value)); err != nil {
			return err
		}
	}
	return d.closeBlob(c, k, keyspace.TypeHash, s.total, s.close)
}

package fsm

import (
	"slices"
)

// slot is one fact that the filter remembers about a user key: that a row of
// this kind is visible for it.
type slot uint8

// The anchors come first, in the order of type precedence (docs/FORMAT.md,
// section 3.10), then the rows that can hold an expiry.
const (
	slotNone slot = iota // says nothing
	slotString
	slotHLL
	slotBare
	slotList
	slotHash
	slotSet
	slotZSet
	slotHashBlob
	slotSetBlob
	slotZSetBlob
	slotStream
	slotStreamBlob

	slotInlineList
	slotInlineHash
	slotInlineSet
	slotInlineZSet
	slotInlineStream
	slotTTL

	slotCount
)

const anchorEnd = slotStreamBlob + 1

// slots is a set of slots.
type slots uint32

func (m slots) has(s slot) bool { return m&(1<<s) != 0 }

// anchorNames names each anchor for people.
var anchorNames = [anchorEnd]string{
	slotString:     "a string",
	slotHLL:        "a HyperLogLog",
	slotBare:       "a bare string",
	slotList:       "a list",
	slotHash:       "a hash",
	slotSet:        "a set",
	slotZSet:       "a sorted set",
	slotHashBlob:   "a hash blob",
	slotSetBlob:    "a set blob",
	slotZSetBlob:   "a sorted-set blob",
	slotStream:     "a stream",
	slotStreamBlob: "a stream blob",
}

func (s slot) String() string {
	if s < anchorEnd {
		return anchorNames[s]
	}
	return "an expiry"
}

// rowsOf lists the families whose rows say a slot: first those with one row per
// user key, which are looked up with less effort.
var rowsOf = func() (rows [slotCount][]family) {
	for f := range familyCount {
		for _, s := range []slot{f.info().says, f.info().inline} {
			rows[s] = append(rows[s], f)
		}
	}
	for _, list := range rows {
		slices.SortStableFunc(list, func(a, b family) int {
			switch {
			case a.single() == b.single():
				return 0
			case a.single():
				return -1
			}
			return 1
		})
	}
	return rows
}()

// said returns the user key that a visible row belongs to and what the row says
// about it; no slots when it says nothing or its key is malformed.
func said(f family, key []byte, bodyLen int) (userKey []byte, in slots) {
	info := f.info()
	if info.says == slotNone {
		return nil, 0
	}
	rest := key[len(info.prefix):]
	if info.form == formGroup {
		group, tail, ok := splitUserKey(rest)
		// A delta counts with any tail: its server looks for deltas by prefix.
		if !ok || (info.tail == 0 && len(tail) != 0) {
			return nil, 0
		}
		rest = group[4:]
	}
	return rest, (1<<info.says | 1<<f.inlineIn(bodyLen)) &^ (1 << slotNone)
}

package fsm

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

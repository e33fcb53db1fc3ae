package fsm

// slotsOfFamily lists what a visible row of a family says about its user key.
var slotsOfFamily = [familyCount]slots{
	famString:       1 << slotString,
	famHLL:          1 << slotHLL,
	famBare:         1 << slotBare,
	famTTL:          1 << slotTTL,
	famListMeta:     1 << slotList,
	famListDelta:    1 << slotList,
	famListNewDelta: 1 << slotList,
	famHashField:    1 << slotHash,
	famHashMeta:     1 << slotHash,
	famHashDelta:    1 << slotHash,
	famSetMember:    1 << slotSet,
	famSetMeta:      1 << slotSet,
	famSetDelta:     1 << slotSet,
	famZSetMember:   1 << slotZSet,
	famZSetMeta:     1 << slotZSet,
	famZSetDelta:    1 << slotZSet,
	famHashBlob:     1 << slotHashBlob,
	famSetBlob:      1 << slotSetBlob,
	famZSetBlob:     1 << slotZSetBlob,
	famStreamMeta:   1 << slotStream,
	famStreamBlob:   1 << slotStreamBlob,
	famZSetScore:    0, // An index row alone makes no sorted set.
	famStreamEntry:  0, // An entry alone makes no stream.
	famListItem:     0, // An item alone makes no list.
	famListClaim:    0,
}

// inlineSlot returns the slot of an expiry that the meta row of a family holds
// inline, which depends on the size of its body.
func inlineSlot(f family, bodyLen int) slots {
	var s slot
	switch {
	case f == famListMeta && bodyLen == listMetaExpiryBytes:
		s = slotInlineList
	case f == famHashMeta && bodyLen == metaExpiryBytes:
		s = slotInlineHash
	case f == famSetMeta && bodyLen == metaExpiryBytes:
		s = slotInlineSet
	case f == famZSetMeta && bodyLen == metaExpiryBytes:
		s = slotInlineZSet
	case f == famStreamMeta && (bodyLen == streamMetaExpiryBytes || bodyLen == streamMetaTrimBytes):
		s = slotInlineStream
	default:
		return 0
	}
	return 1 << s
}

// lengthPrefixed are the families whose storage key is prefix ‖ kl(K) ‖ tail.
var lengthPrefixed = familiesOf(
	famHashField, famHashMeta, famHashDelta, famListDelta, famListNewDelta,
	famSetMember, famSetMeta, famSetDelta,
	famZSetMember, famZSetMeta, famZSetDelta, famStreamMeta)

// exactMeta are the length-prefixed families whose tail must be empty.
var exactMeta = familiesOf(famHashMeta, famSetMeta, famZSetMeta, famStreamMeta)

// anchorOf returns the user key that a visible row belongs to and what the row
// says about it; no slots when it says nothing or its key is malformed.
func anchorOf(f family, key []byte, bodyLen int) (userKey []byte, in slots) {
	in = slotsOfFamily[f]
	if in == 0 {
		return nil, 0
	}
	rest := key[len(f.prefix()):]
	if lengthPrefixed.has(f) {
		group, tail, ok := splitUserKey(rest)
		if !ok || (exactMeta.has(f) && len(tail) != 0) {
			return nil, 0
		}
		rest = group[4:]
	}
	return rest, in | inlineSlot(f, bodyLen)
}

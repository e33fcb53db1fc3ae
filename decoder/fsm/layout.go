package fsm

// Sizes of bodies and of tails of storage keys. The comment of each lists its
// fields; numbers are big-endian (docs/FORMAT.md, sections 3.3 to 3.11).
const (
	metaBytes       = 8             // Len(signed)
	metaExpiryBytes = metaBytes + 8 // … ‖ ExpireAt(ms; 0 = explicitly none)
	deltaBytes      = 8             // LenDelta(signed)
	deltaTailBytes  = 8 + 4         // commitTS ‖ sequence within the transaction

	listMetaBytes       = 3 * 8             // Head ‖ Tail ‖ Len
	listMetaExpiryBytes = listMetaBytes + 8 // … ‖ ExpireAt
	listDeltaBytes      = 2 * 8             // HeadDelta ‖ LenDelta
	listSeqBytes        = 8                 // position with its sign bit flipped

	streamTailBytes       = 2 * 8                       // ms ‖ seq
	streamMetaBytes       = 3 * 8                       // Length ‖ LastMs ‖ LastSeq
	streamMetaExpiryBytes = streamMetaBytes + 8         // … ‖ ExpireAt
	streamMetaTrimBytes   = streamMetaExpiryBytes + 2*8 // … ‖ TrimmedMs ‖ TrimmedSeq

	ttlBytes      = 8 // ExpireAt(ms; 0 = 1970)
	scoreBytes    = 8 // binary64
	sortableBytes = 8 // a score in the order of its bytes

	signBit = 1 << 63
)

const listFencePrefix = "!redis|txn-wide-list|"

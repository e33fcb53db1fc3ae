package verify

import (
	"redrill/verify/internal/canary"
	"redrill/verify/internal/compare"
	"redrill/verify/internal/guard"
	"redrill/verify/internal/wire"
)

// ErrTarget is the class of errors of a server that cannot be reached or that
// refuses to answer. It never stands for a difference.
var ErrTarget = wire.ErrTarget

// Kinds lists every kind of difference once, and Properties what they are about,
// in report order.
var (
	Kinds      = compare.Kinds
	Properties = compare.Properties
)

// What is found is said in the words of what finds it.
type (
	// Server says what the server can do. The zero value is a server that can do
	// nothing beyond the oldest commands.
	Server = compare.Server
	// ZeroSign is what becomes of a score of -0.
	ZeroSign = compare.ZeroSign
	// Difference is one difference between what is expected and what the server holds.
	Difference = compare.Difference
	// Kind is the kind of a difference.
	Kind = compare.Kind
	// Property is what a difference is about.
	Property = compare.Property
	// Bytes is a byte string that JSON can hold.
	Bytes = compare.Bytes
	// KeyRef names a key.
	KeyRef = compare.KeyRef
	// Unanswered is a key that is unreadable on the target.
	Unanswered = compare.Unanswered
	// Functions is what was found of function libraries.
	Functions = compare.Functions
	// Canaries says which deliberately altered expectations were compared, and how
	// many of them were reported exactly.
	Canaries = canary.Score
	// Guard is what a server says about itself before and after a run.
	Guard = guard.Reading
)

// The signs of a zero, the kinds of differences, and what reports ask of a property.
const (
	ZeroUnknown = compare.ZeroUnknown
	ZeroKept    = compare.ZeroKept
	ZeroLost    = compare.ZeroLost

	KindMissing       = compare.KindMissing
	KindExtra         = compare.KindExtra
	KindType          = compare.KindType
	KindValue         = compare.KindValue
	KindOrder         = compare.KindOrder
	KindLength        = compare.KindLength
	KindFieldValue    = compare.KindFieldValue
	KindFieldMissing  = compare.KindFieldMissing
	KindFieldExtra    = compare.KindFieldExtra
	KindMemberMissing = compare.KindMemberMissing
	KindMemberExtra   = compare.KindMemberExtra
	KindScore         = compare.KindScore
	KindEntryMissing  = compare.KindEntryMissing
	KindEntryExtra    = compare.KindEntryExtra
	KindEntryFields   = compare.KindEntryFields
	KindLastID        = compare.KindLastID
	KindMaxDeletedID  = compare.KindMaxDeletedID
	KindRegister      = compare.KindRegister
	KindExpiryMissing = compare.KindExpiryMissing
	KindExpiryExtra   = compare.KindExpiryExtra
	KindExpiry        = compare.KindExpiry
	KindMore          = compare.KindMore

	KindEntriesAdded     = compare.KindEntriesAdded
	KindFirstID          = compare.KindFirstID
	KindGroupMissing     = compare.KindGroupMissing
	KindGroupExtra       = compare.KindGroupExtra
	KindGroupLastID      = compare.KindGroupLastID
	KindGroupEntriesRead = compare.KindGroupEntriesRead
	KindConsumerMissing  = compare.KindConsumerMissing
	KindConsumerExtra    = compare.KindConsumerExtra
	KindConsumerTime     = compare.KindConsumerTime
	KindPendingMissing   = compare.KindPendingMissing
	KindPendingExtra     = compare.KindPendingExtra
	KindPendingOwner     = compare.KindPendingOwner
	KindPendingTime      = compare.KindPendingTime
	KindPendingCount     = compare.KindPendingCount

	KindElementMissing  = compare.KindElementMissing
	KindElementExtra    = compare.KindElementExtra
	KindNext            = compare.KindNext
	KindFunctionMissing = compare.KindFunctionMissing
	KindFunctionExtra   = compare.KindFunctionExtra
	KindFunctionCode    = compare.KindFunctionCode

	KindFieldExpiry        = compare.KindFieldExpiry
	KindFieldExpiryMissing = compare.KindFieldExpiryMissing
	KindFieldExpiryExtra   = compare.KindFieldExpiryExtra

	PropertyExpiry = compare.PropertyExpiry
)

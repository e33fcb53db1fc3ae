package rdbtest

import (
	"encoding/binary"
	"fmt"
	"hash/crc64"
	"math"
)

// Family says what types of values and opcodes from 22 and 242 on mean.
type Family string

// The families, named by their magic.
const (
	Redis  Family = "REDIS"
	Valkey Family = "VALKEY"
)

// Header returns magic and version, nine bytes.
func Header(f Family, version int) []byte {
	return fmt.Appendf(nil, "%s%0*d", f, 9-len(f), version)
}

// The opcodes.
const (
	OpTemplate   = 0xF2 // of REDIS, from version 15 on
	OpImport     = 0xF3 // of VALKEY
	OpMetadata   = 0xF3 // of REDIS, from version 13 on
	OpSlot       = 0xF4
	OpFunction   = 0xF5
	OpFunctionRC = 0xF6
	OpModuleAux  = 0xF7
	OpIdle       = 0xF8
	OpFreq       = 0xF9
	OpAux        = 0xFA
	OpSizes      = 0xFB
	OpExpireMs   = 0xFC
	OpExpire     = 0xFD
	OpSelect     = 0xFE
	OpEnd        = 0xFF
)

// FirstSummed is the first version whose files end in a checksum.
const FirstSummed = 5

// Sum returns what the last eight bytes of a file are, little-endian: CRC-64 of
// all bytes before them, with the polynomial of Jones, reflected, the initial
// value 0 and no final change.
func Sum(b []byte) uint64 {
	const reflected = 0x95AC9329AC4BC9B5
	// The standard library inverts before and after.
	return ^crc64.Update(math.MaxUint64, crc64.MakeTable(reflected), b)
}

// AppendSum appends the checksum of b to it.
func AppendSum(b []byte) []byte { return binary.LittleEndian.AppendUint64(b, Sum(b)) }

// AppendNoSum appends what stands in its place where none was computed.
func AppendNoSum(b []byte) []byte { return append(b, make([]byte, 8)...) }

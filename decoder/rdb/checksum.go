package rdb

import "hash/crc64"

// jones is the polynomial of the checksum, reversed (SPEC-RDB 1.5).
const jones = 0x95AC9329AC4BC9B5

var jonesTable = crc64.MakeTable(jones)

// checksum is the CRC-64 of SPEC-RDB 1.5: initial value 0 and no final inversion,
// which hash/crc64 both inverts.
type checksum uint64

func (c checksum) update(b []byte) checksum {
	return checksum(^crc64.Update(^uint64(c), jonesTable, b))
}

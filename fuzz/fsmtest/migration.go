package fsmtest

import "encoding/binary"

// Staged returns the copy of a row that a migration has not put in its place:
// "!dist|migstage|" ∥ job(8, BE) ∥ "|" ∥ storage key.
func Staged(job uint64, row Row) Row {
	key := binary.BigEndian.AppendUint64([]byte("!dist|migstage|"), job)
	return Row{append(append(key, '|'), row.Key...), row.Body}
}

// MigrationRecords returns one raw row of each kind that a group keeps which took
// part in a migration. They have neither timestamp suffix nor value header.
func MigrationRecords(job uint64, value string) []Record {
	names := []string{"_migack", "_mighlc", "_migpromote", string(binary.BigEndian.AppendUint64([]byte("!migstage|ready|"), job))}
	var all []Record
	for _, name := range names {
		all = append(all, Record{Key: []byte(name), Body: []byte(value), Raw: true})
	}
	return all
}

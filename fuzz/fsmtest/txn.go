package fsmtest

import "encoding/binary"

// TxnLock returns the lock of an unfinished transaction on a storage key:
// 01 ∥ startTS(8, BE) ∥ ttlExpireAt(8, BE) ∥ flags(1) ∥ len(primary)(8, BE) ∥ primary.
func TxnLock(storageKey, primary []byte, startTS, ttlExpireAt uint64) Row {
	body := append([]byte{1}, words(startTS, ttlExpireAt)...)
	var flags byte
	if string(storageKey) == string(primary) {
		flags = 1
	}
	body = binary.BigEndian.AppendUint64(append(body, flags), uint64(len(primary)))
	return Row{plain("!txn|lock|", string(storageKey)), append(body, primary...)}
}

// TxnIntent returns the value that an unfinished transaction will commit; a nil
// value is a deletion: 01 ∥ startTS(8, BE) ∥ op(1) ∥ len(value)(8, BE) ∥ value.
func TxnIntent(storageKey []byte, startTS uint64, value []byte) Row {
	body := append([]byte{1}, words(startTS)...)
	var op byte
	if value == nil {
		op = 1
	}
	body = binary.BigEndian.AppendUint64(append(body, op), uint64(len(value)))
	return Row{plain("!txn|int|", string(storageKey)), append(body, value...)}
}

// TxnCommit returns the commit record of a transaction.
func TxnCommit(primary []byte, startTS, commitTS uint64) Row {
	key := append(plain("!txn|cmt|", string(primary)), words(startTS)...)
	return Row{key, append([]byte{1}, words(commitTS)...)}
}

// TxnRollback returns the rollback record of a transaction.
func TxnRollback(primary []byte, startTS uint64) Row {
	return Row{append(plain("!txn|rb|", string(primary)), words(startTS)...), []byte{1}}
}

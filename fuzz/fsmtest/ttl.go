package fsmtest

// TTL returns the row of the TTL index: "!redis|ttl|" ∥ name = expireAtMs(8, BE).
func TTL(name string, expireAtMs uint64) Row {
	return Row{plain("!redis|ttl|", name), words(expireAtMs)}
}

// Fences returns the four conflict fences that almost every write leaves.
func Fences(name string) []Row {
	return []Row{
		{plain("!redis|txn-wide-hash|", name), nil},
		{plain("!redis|txn-wide-list|", name), nil},
		{plain("!redis|txn-wide-set|", name), nil},
		{plain("!redis|txn-wide-zset|", name), nil},
	}
}

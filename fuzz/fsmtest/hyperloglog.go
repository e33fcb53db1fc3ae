package fsmtest

// HyperLogLog is the name of a HyperLogLog key. Its rows hold the exact
// elements, in the message of a legacy set.
type HyperLogLog string

// Row returns the current encoding without expire time: FF 02 00 ∥ payload.
func (k HyperLogLog) Row(elements ...string) Row {
	return Row{plain("!redis|hll|", string(k)), enveloped(0x02, setBlob(elements))}
}

// RowExpiring returns the current encoding with an expire time:
// FF 02 01 ∥ expireAtMs(8, BE) ∥ payload.
func (k HyperLogLog) RowExpiring(expireAtMs uint64, elements ...string) Row {
	return Row{plain("!redis|hll|", string(k)), envelopedExpiring(0x02, setBlob(elements), expireAtMs)}
}

// Legacy returns the encoding whose body is the payload.
func (k HyperLogLog) Legacy(elements ...string) Row {
	return Row{plain("!redis|hll|", string(k)), []byte(setBlob(elements))}
}

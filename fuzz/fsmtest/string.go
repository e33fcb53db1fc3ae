package fsmtest

// String is the name of a string key.
type String string

// Row returns the current encoding without expire time: FF 01 00 ∥ value.
func (k String) Row(value string) Row {
	return Row{plain("!redis|str|", string(k)), enveloped(0x01, value)}
}

// RowExpiring returns the current encoding with an expire time:
// FF 01 01 ∥ expireAtMs(8, BE) ∥ value.
func (k String) RowExpiring(value string, expireAtMs uint64) Row {
	return Row{plain("!redis|str|", string(k)), envelopedExpiring(0x01, value, expireAtMs)}
}

// Legacy returns the encoding whose body is the value. A value that starts
// FF 01 cannot be told from the current encoding.
func (k String) Legacy(value string) Row {
	return Row{plain("!redis|str|", string(k)), []byte(value)}
}

// Bare returns the row without prefix whose body is the value.
func (k String) Bare(value string) Row {
	return Row{plain("", string(k)), []byte(value)}
}

func enveloped(kind byte, payload string) []byte {
	return append([]byte{0xFF, kind, 0x00}, payload...)
}

func envelopedExpiring(kind byte, payload string, expireAtMs uint64) []byte {
	b := append([]byte{0xFF, kind, 0x01}, words(expireAtMs)...)
	return append(b, payload...)
}

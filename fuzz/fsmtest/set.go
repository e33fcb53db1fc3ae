package fsmtest

// Set is the name of a set key.
type Set string

// Member returns the row of one member.
func (k Set) Member(name string) Row { return Row{prefixed("!st|mem|", string(k), name), nil} }

// Meta8 returns a meta row without an expire time of its own.
func (k Set) Meta8(n int64) Row { return Row{prefixed("!st|meta|", string(k), ""), metaBody(n)} }

// Meta16 returns a meta row with an expire time; 0 is explicitly none.
func (k Set) Meta16(n int64, expireAtMs uint64) Row {
	return Row{prefixed("!st|meta|", string(k), ""), metaBody(n, expireAtMs)}
}

// Delta returns a row that changes the length by n.
func (k Set) Delta(ts uint64, seq uint32, n int64) Row {
	return Row{deltaKey("!st|meta|d|", string(k), ts, seq), words(uint64(n))}
}

// Blob returns the legacy encoding in one row, members in the order given:
// 00 "RS" 01 ∥ RedisSetValue.
func (k Set) Blob(members ...string) Row {
	return Row{plain("!redis|set|", string(k)), []byte(setBlob(members))}
}

func setBlob(members []string) string {
	b := []byte("\x00RS\x01")
	for _, m := range members {
		b = appendBytes(b, 1, m)
	}
	return string(b)
}

package fsm

// Info is what a snapshot says about itself, apart from its keys.
type Info struct {
	Wrapper       Wrapper
	LastCommitTS  uint64 // HLC of the header; not the time of the snapshot
	Footer        bool   // a footer is there and its checksum is right
	Checksum      uint32 // CRC-32C of the footer
	EmptyPayload  bool   // not even a payload header: an empty store
	Bytes         int64
	SHA256        string // lower-case hexadecimal
	AppliedIndex  uint64 // 0 when absent
	MinRetainedTS uint64 // HLC; 0 when absent

	records int64
	classes [familyCount]ClassCount
}

// ClassCount counts the records of one class. Every record of the file is in
// exactly one class and, there, in exactly one of the four counters.
type ClassCount struct {
	Class      string
	Live       int64 // newest version, with a body (all raw rows and encrypted rows, too)
	Tombstones int64 // newest version, a deletion
	Expiring   int64 // newest version, with an expiry of the version itself
	Superseded int64 // hidden by a newer version
}

// Records returns how many records the counters add up to.
func (c ClassCount) Records() int64 { return c.Live + c.Tombstones + c.Expiring + c.Superseded }

// Classes returns the classes that have a record, in a fixed order.
func (i Info) Classes() []ClassCount {
	var out []ClassCount
	for f, c := range i.classes {
		if c.Records() > 0 {
			c.Class = family(f).String()
			out = append(out, c)
		}
	}
	return out
}

// Records returns the number of records in the file, counted where they are
// framed and not from the classes.
func (i Info) Records() int64 { return i.records }

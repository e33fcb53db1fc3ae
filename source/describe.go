package source

import (
	"redrill/keyspace"
	"time"
)

// Description is what a format says about an open file besides its keys, for people
// and for programs.
type Description struct {
	Lines    []string        // below the name of the file: its size, its checksum
	Details  []string        // more of that, for who inspects it
	Facts    []keyspace.Fact // what follows from the facts of the origin, for who inspects it
	Sections []Section       // for who inspects it
	Unknown  []UnknownRows   // unknown families of rows, those with most rows first
	// LivePinned says that the file was taken from a running store, which its kind
	// says and another kind cannot.
	LivePinned bool
}

// Section is a part of a description.
type Section struct {
	Name  string // of the member that holds Value in a result; stable
	Value any
	Label string // of the lines; they may be none
	Lines []string
}

// UnknownRows counts the rows of an unknown family.
type UnknownRows struct {
	Prefix string `json:"prefix"` // as far as it can be told
	Rows   int64  `json:"rows"`
	Redis  bool   `json:"redis"` // among the rows of Redis keys
}

// lastCommit says when the store was last written to, by the physical half of the
// timestamp.
func (d *Description) lastCommit(o keyspace.Origin) {
	if ts, _ := o.Fact("last_commit_ts").(uint64); ts>>16 > 0 {
		at := time.UnixMilli(int64(ts >> 16)).UTC().Format(time.RFC3339Nano)
		d.Details = append(d.Details, "last commit "+at+" (the clock of the writes, not the time of the snapshot)")
		d.Facts = append(d.Facts, keyspace.Fact{Name: "last_commit", Value: at})
	}
}

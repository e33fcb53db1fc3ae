package rdb

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"redrill/keyspace"
)

// Info is what a file says about itself, and what the first pass has counted.
type Info struct {
	Family    Family
	Version   int
	Bytes     int64
	SHA256    string // lower-case hexadecimal
	Checksum  uint64 // as stored; 0: none
	From, To  int64  // offsets of what a server reads: magic to checksum
	LastDB    int    // the largest database with a key
	Framing   string // of a replication stream around the file; "" for none
	Second    bool   // another RDB file begins right behind this one
	Writer    []keyspace.Fact
	WrittenAt int64 // Unix seconds when the writer began; 0 if the file does not say

	Encodings   []Encoding // in the order of type bytes
	IdleTimes   int64      // keys with an idle time (LRU)
	Frequencies int64      // keys with an access frequency (LFU)
	Scripts     int64      // that the writer had cached
	Compressed  LZF        // strings

	base  bool // of an append-only file
	codes [256]Encoding
}

// Encoding counts the keys of one type byte.
type Encoding struct {
	Code  byte   `json:"code"`
	Name  string `json:"name"`
	Keys  int64  `json:"keys"`
	Bytes int64  `json:"bytes"` // serialized, with their names
}

// LZF counts compressed strings.
type LZF struct {
	Strings int64 `json:"strings"`
	Packed  int64 `json:"packed"` // bytes in the file
	Plain   int64 `json:"plain"`  // bytes that they claim to stand for
}

// key counts a key.
func (i *Info) key(e entry, bytes int64) {
	c := &i.codes[e.code]
	c.Code, c.Name = e.code, e.kind.name
	c.Keys++
	c.Bytes += bytes
}

// Bounds of the auxiliary fields that become facts.
const (
	maxFacts     = 64
	maxFactBytes = 256
)

// aux takes an auxiliary field (SPEC-RDB 6.3).
func (i *Info) aux(name, value string) {
	switch name {
	case "lua":
		i.Scripts++
		return
	case "slot-info", "mvcc-tstamp", "keydb-subexpire-key", "keydb-subexpire-when": // of keys
		return
	case "aof-preamble", "aof-base":
		i.base = i.base || value == "1"
	case "ctime":
		if s, err := strconv.ParseInt(value, 10, 64); err == nil && s > 0 && s < 1<<40 {
			i.WrittenAt = s
		}
	}
	if len(i.Writer) >= maxFacts || len(name)+len(value) > maxFactBytes || !utf8.ValidString(name+value) {
		return
	}
	name = strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' || r < ' ' {
			return '_'
		}
		return r
	}, name)
	if !slices.ContainsFunc(i.Writer, func(f keyspace.Fact) bool { return f.Name == name }) {
		i.Writer = append(i.Writer, keyspace.Fact{Name: name, Value: value})
	}
}

// finish takes what is known at the end of the file.
func (i *Info) finish(h header, bytes int64, sha256 string, compressed LZF) {
	i.Family, i.Version, i.Bytes, i.SHA256, i.Compressed = h.family, h.version, bytes, sha256, compressed
	for _, e := range i.codes {
		if e.Keys > 0 {
			i.Encodings = append(i.Encodings, e)
		}
	}
	slices.SortFunc(i.Encodings, func(a, b Encoding) int { return cmp.Compare(a.Code, b.Code) })
}

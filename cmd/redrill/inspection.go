package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"redrill/internal/figures"
	"redrill/internal/shift"
	"redrill/keyspace"
	sources "redrill/source"
	"redrill/verify"
)

// inspection is what inspect found out. Its JSON form is stable.
type inspection struct {
	Source   map[string]any        `json:"source"`            // its name, and the origin with its facts
	Sections map[string]any        `json:",inline"`           // of the format
	Unknown  []sources.UnknownRows `json:"unknown,omitempty"` // of the notes unknown and unknown_redis

	summary
	TypeElements map[string]int64 `json:"type_elements"`
	TypeBytes    map[string]int64 `json:"type_bytes"` // of names and values, not as stored
	Databases    map[int]int64    `json:"databases"`  // keys
	DatabaseType map[int]typeKeys `json:"database_types"`
	Fields       int64            `json:"fields_with_expiry,omitempty"`
	Groups       int64            `json:"groups,omitempty"`
	Consumers    int64            `json:"consumers,omitempty"`
	Pending      int64            `json:"pending,omitempty"`
	Expiry       []expiryBucket   `json:"expiry"`                   // against the reference time
	WhenWritten  []expiryBucket   `json:"expiry_written,omitempty"` // against the time of the file, if that is known
	Largest      []keySize        `json:"largest"`
	Anomalies    []anomaly        `json:"anomalies"` // the first ones; notes counts all

	description sources.Description

	top     int
	now     histogram
	written *histogram // nil: nobody knows when the file was written
	current keySize
	group   string // the last one of the current key
}

type keySize struct {
	Key      string `json:"key"` // escaped
	Type     string `json:"type"`
	Elements int64  `json:"elements"`
	Bytes    int64  `json:"bytes"`
}

type anomaly struct {
	Kind    keyspace.NoteKind `json:"kind"`
	Key     string            `json:"key"` // escaped
	Type    string            `json:"type"`
	Element string            `json:"element,omitempty"` // escaped
	Offset  int64             `json:"offset"`
	Detail  string            `json:"detail,omitempty"`
}

// typeKeys counts keys by type.
type typeKeys map[string]int64

func newInspection(asOfMs int64, top int) *inspection {
	return &inspection{
		summary: newSummary(), TypeElements: map[string]int64{}, TypeBytes: map[string]int64{}, Databases: map[int]int64{},
		DatabaseType: map[int]typeKeys{}, now: histogram{fromMs: asOfMs}, top: top,
	}
}

// opened takes what the file says of itself before its keys.
func (in *inspection) opened(about keyspace.Origin) {
	if ms, known := shift.WrittenMs(about); known {
		in.written = &histogram{fromMs: ms}
	}
}

func (in *inspection) note(n keyspace.Note) {
	in.Notes[n.Kind]++
	if len(in.Anomalies) >= in.top {
		return
	}
	in.Anomalies = append(in.Anomalies, newAnomaly(n))
}

// add counts a key, or one part of one.
func (in *inspection) add(k keyspace.Key) {
	in.summary.add(k)
	typ := k.Value.Type().String()
	in.TypeElements[typ] += int64(k.Elements())
	if k.Part == 0 {
		in.current = keySize{Type: typ}
		in.Databases[k.DB]++
		if in.DatabaseType[k.DB] == nil {
			in.DatabaseType[k.DB] = typeKeys{}
		}
		in.DatabaseType[k.DB][typ]++
		in.group = ""
		in.now.add(k.ExpireAt)
		if in.written != nil {
			in.written.add(k.ExpireAt)
		}
	}
	in.addInner(k)
	in.current.Elements += int64(k.Elements())
	size := sizeOf(k)
	in.TypeBytes[typ] += size
	in.current.Bytes += size
	if !k.More {
		in.rank(k.Name)
	}
}

// addInner counts what elements have beside their names and values. A group may go on
// in the next part of its stream.
func (in *inspection) addInner(k keyspace.Key) {
	switch v := k.Value.(type) {
	case keyspace.Hash:
		for i := range v {
			if _, expires := v[i].ExpireAt.Ms(); expires {
				in.Fields++
			}
		}
	case keyspace.Stream:
		for i := range v.Groups {
			g := &v.Groups[i]
			if i > 0 || k.Part == 0 || g.Name != in.group {
				in.Groups++
			}
			in.group = g.Name
			in.Consumers += int64(len(g.Consumers))
			in.Pending += int64(len(g.Pending))
		}
	case keyspace.String, keyspace.List, keyspace.Set, keyspace.ZSet, keyspace.HyperLogLog, keyspace.Array, keyspace.Opaque:
	}
}

// rank puts the current key among the largest.
func (in *inspection) rank(name string) {
	at, _ := slices.BinarySearchFunc(in.Largest, in.current, func(a, b keySize) int {
		if a.Bytes >= b.Bytes {
			return -1
		}
		return 1
	})
	if at >= in.top {
		return
	}
	in.current.Key = strconv.QuoteToASCII(name)
	in.Largest = slices.Insert(in.Largest, at, in.current)
	in.Largest = in.Largest[:min(len(in.Largest), in.top)]
}

// describe fills in what the source says about itself.
func (in *inspection) describe(s *source) {
	in.description = s.opened.Describe()
	in.Source = map[string]any{
		"name": verify.Bytes(s.name), "format": s.about.Format, "bytes": s.about.Bytes, "sha256": s.about.SHA256,
	}
	for _, f := range append(slices.Clone(s.about.Facts), in.description.Facts...) {
		in.Source[f.Name] = f.Value
	}
	in.Expiry = in.now.list()
	if in.written != nil {
		in.WhenWritten = in.written.list()
	}
	in.Unknown = in.description.Unknown
	in.Sections = map[string]any{}
	for _, section := range in.description.Sections {
		in.Sections[section.Name] = section.Value
	}
}

// inspection prints what is known beyond the header.
func (p *printer) inspection(in *inspection) {
	for _, line := range in.description.Details {
		p.line("", line)
	}
	p.line("keys", count(in.Keys, "key")+", "+count(in.Elements, "element"))
	for _, t := range keyspace.Types {
		if n := in.Types[t.String()]; n > 0 {
			p.line("", fmt.Sprintf("%-12s %12s %16s %20s", t, count(n, "key"), count(in.TypeElements[t.String()], "element"), count(in.TypeBytes[t.String()], "byte")))
		}
	}
	if len(in.Databases) > 1 {
		for i, db := range slices.Sorted(maps.Keys(in.Databases)) {
			p.line(labelOnce("databases", i), fmt.Sprintf("%-16d %12s  %s", db, count(in.Databases[db], "key"), in.DatabaseType[db]))
		}
	}
	if in.Groups > 0 {
		p.line("groups", count(in.Groups, "group")+", "+count(in.Consumers, "consumer")+", "+count(in.Pending, "pending entry"))
	}
	if in.Fields > 0 {
		p.line("fields", count(in.Fields, "field")+" of hashes with an expire time")
	}
	p.expiry("expiry", in.Expiry)
	if in.WhenWritten != nil && !slices.Equal(in.WhenWritten, in.Expiry) {
		p.expiry("at writing", in.WhenWritten)
	}
	for i, k := range in.Largest {
		p.line(labelOnce("largest", i), fmt.Sprintf("%14s %16s  %s %s", count(k.Bytes, "byte"), count(k.Elements, "element"), k.Type, k.Key))
	}
	for _, section := range in.description.Sections {
		for i, line := range section.Lines {
			p.line(labelOnce(section.Label, i), line)
		}
	}
	if notes := noteCounts(in.Notes); notes != "" {
		p.line("notes", notes)
	}
	p.unknown(in.Unknown)
	for i, a := range in.Anomalies {
		p.line(labelOnce("anomalies", i), a.String())
	}
}

// String lists the types in their order.
func (t typeKeys) String() string {
	var all []string
	for _, typ := range keyspace.Types {
		if n := t[typ.String()]; n > 0 {
			all = append(all, typ.String()+" "+figures.Number(n))
		}
	}
	return strings.Join(all, ", ")
}

func labelOnce(label string, i int) string {
	if i > 0 {
		return ""
	}
	return label
}

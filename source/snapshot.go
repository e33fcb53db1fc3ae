package source

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"unicode/utf8"

	"redrill/decoder/fsm"
	"redrill/internal/figures"
	"redrill/keyspace"
)

// isSnapshot takes every file of the store, of which fsm says what it is, and the
// snapshot of an empty store, which is only a checksum.
func isSnapshot(h Head) (string, bool) {
	const magic, empty = "EKV", "\x00\x00\x00\x00"
	return "", bytes.HasPrefix(h.Bytes, []byte(magic)) || string(h.Bytes) == empty
}

// isOracle takes what is as long as the snapshot of a timestamp oracle, one number
// without a magic, and cannot be anything else: its checksum is right or, without
// one, it is no text.
func isOracle(h Head) (string, bool) {
	const number = 8
	switch b := h.Bytes; len(b) {
	case number:
		return "", !utf8.Valid(b) || bytes.ContainsAny(b, "\x00\x01\x02\x03\x04\x05\x06\x07")
	case number + crc32.Size:
		return "", binary.BigEndian.Uint32(b[number:]) == crc32.Checksum(b[:number], crc32.MakeTable(crc32.Castagnoli))
	}
	return "", false
}

func openSnapshot(in *Input, opts Options) (*Opened, error) {
	s, err := fsm.Open(in, in.size, fsm.Options{Strict: opts.Strict, AllowNoFooter: opts.NoFooter})
	if err != nil {
		return nil, err
	}
	return NewOpened(in, s.Origin(), func() (keyspace.Source, error) { return s, nil },
		func() Description { return describeSnapshot(s) }), nil
}

func snapshotFlags(flags FlagSet, o *Options) {
	flags.BoolVar(&o.NoFooter, "no-footer", false, "accept a snapshot without the checksum that a node always writes")
}

// container is what a snapshot says of itself; its member names are stable.
type container struct {
	Wrapper       int    `json:"wrapper"` // 0: none
	CeilingMs     uint64 `json:"ceiling_ms,omitempty"`
	Cutover       uint64 `json:"cutover,omitempty"`
	Footer        bool   `json:"footer"`
	CRC32C        string `json:"crc32c,omitempty"`
	AppliedIndex  uint64 `json:"applied_index,omitempty"`
	MinRetainedTS uint64 `json:"min_retained_ts,omitempty"`
	Records       int64  `json:"records"`
}

func describeSnapshot(s *fsm.Snapshot) (d Description) {
	info := s.Info()
	wrapper := "no wrapper"
	if info.Wrapper.Version > 0 {
		wrapper = fmt.Sprintf("wrapper v%d", info.Wrapper.Version)
	}
	footer := fmt.Sprintf("checksum %08x verified", info.Checksum)
	if !info.Footer {
		footer = "NO CHECKSUM: a cut at a record boundary cannot be excluded"
	}
	if info.EmptyPayload {
		wrapper += ", no payload: an empty store"
	}
	d.Lines = []string{
		fmt.Sprintf("%s, %s, %s, %s", figures.Count(info.Bytes, "byte"), wrapper, footer, figures.Count(info.Records(), "record")),
		"SHA-256 " + info.SHA256,
	}
	d.lastCommit(s.Origin())
	d.Details = append(d.Details, fmt.Sprintf("applied index %d", info.AppliedIndex))

	c := container{
		Wrapper: info.Wrapper.Version, CeilingMs: info.Wrapper.CeilingMs, Cutover: info.Wrapper.Cutover,
		Footer: info.Footer, AppliedIndex: info.AppliedIndex, MinRetainedTS: info.MinRetainedTS, Records: info.Records(),
	}
	if info.Footer {
		c.CRC32C = fmt.Sprintf("%08x", info.Checksum)
	}
	classes := Section{Name: "classes", Value: info.Classes(), Label: "records"}
	for _, c := range info.Classes() {
		classes.Lines = append(classes.Lines, fmt.Sprintf("%-18s %10d live %8d tombstones %8d superseded %4d expiring",
			c.Class, c.Live, c.Tombstones, c.Superseded, c.Expiring))
	}
	d.Sections = []Section{{Name: "container", Value: c}, classes}
	for _, u := range s.UnknownPrefixes() {
		d.Unknown = append(d.Unknown, UnknownRows(u))
	}
	return d
}

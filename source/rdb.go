package source

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"time"

	"redrill/decoder/rdb"
	"redrill/internal/compress"
	"redrill/internal/figures"
	"redrill/keyspace"
)

const rdbName = "RDB file"

// framed is what a copy of a replication stream has in front of an RDB file.
var framed = regexp.MustCompile(`^\$(EOF:.{40}|[0-9]{1,19})\r\n(REDIS|VALKEY)`)

// isRDB takes what begins with one of the two magic words, also behind the first line
// of a replication stream.
func isRDB(h Head) (string, bool) {
	switch {
	case framed.Match(h.Bytes):
		return "in a replication stream", true
	default:
		if detail, ok := version("VALKEY", 3)(h); ok {
			return "Valkey " + detail, true
		}
		detail, ok := version("REDIS", 4)(h)
		return "Redis " + detail, ok
	}
}

// LooksLikeRDB reports whether what a path names begins as an RDB file, compressed or
// not. It reads the beginning only; of standard input and of pipes it cannot tell.
func LooksLikeRDB(path string) bool {
	path, err := Newest(path)
	if err != nil || path == "-" {
		return false
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := compress.OpenFile(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // Only read from.
	head := make([]byte, headBytes)
	n, _ := io.ReadFull(f, head) // what cannot be read is told when it is opened
	format, _ := recognise(Head{Name: path, Bytes: head[:n]})
	return format.Name == rdbName
}

func openRDB(in *Input, opts Options) (*Opened, error) {
	s, err := rdb.Open(in, in.size, rdb.Options{Strict: opts.Strict})
	if err != nil {
		return nil, err
	}
	o := NewOpened(in, s.Origin(), func() (keyspace.Source, error) { return s, nil },
		func() Description { return describeRDB(s) })
	info := s.Info()
	o.Load = &Load{
		Content: func() io.Reader { return io.NewSectionReader(in, info.From, info.To-info.From) },
		Size:    info.To - info.From,
	}
	if info.LastDB > usualDatabases-1 && info.LastDB < mostDatabases {
		o.Load.Databases = info.LastDB + 1
	}
	return o, nil
}

// usualDatabases is how many databases a server has unless it is told otherwise.
const usualDatabases = 16

// mostDatabases bounds how many a server is started with: it takes memory for each. A
// damaged file may name any. Beyond it the server says that it has no such database.
const mostDatabases = 1 << 16

// rdbFile is what an RDB file says of itself; its member names are stable.
type rdbFile struct {
	Family     rdb.Family `json:"family"`
	Version    int        `json:"version"`
	CRC64      string     `json:"crc64,omitempty"` // absent: not protected
	Framing    string     `json:"framing,omitempty"`
	Second     bool       `json:"second_file,omitempty"` // another one begins behind it
	Written    string     `json:"written,omitempty"`
	Functions  int        `json:"functions,omitempty"`
	Scripts    int64      `json:"scripts,omitempty"`
	LRU        int64      `json:"keys_with_idle_time,omitempty"`
	LFU        int64      `json:"keys_with_frequency,omitempty"`
	Compressed rdb.LZF    `json:"compressed"`
}

func describeRDB(s *rdb.Snapshot) (d Description) {
	info, about := s.Info(), s.Origin()
	sum := fmt.Sprintf("checksum %016x verified", info.Checksum)
	if info.Checksum == 0 {
		sum = "NO CHECKSUM: not protected, damage cannot be excluded"
	}
	d.Lines = []string{
		fmt.Sprintf("%s, RDB version %d of %s, %s", figures.Count(info.Bytes, "byte"), info.Version, writerOf(about), sum),
		"SHA-256 " + info.SHA256,
	}
	if info.Framing != "" {
		d.Lines = append(d.Lines, "copied from a "+info.Framing)
	}
	if info.Second {
		d.Lines = append(d.Lines, "ANOTHER RDB FILE begins behind this one: a server reads the first only, and so does redrill")
	}
	f := rdbFile{
		Family: info.Family, Version: info.Version, Framing: info.Framing, Second: info.Second, Functions: len(s.Functions()),
		Scripts: info.Scripts, LRU: info.IdleTimes, LFU: info.Frequencies, Compressed: info.Compressed,
	}
	if info.Checksum != 0 {
		f.CRC64 = fmt.Sprintf("%016x", info.Checksum)
	}
	if info.WrittenAt > 0 {
		f.Written = time.Unix(info.WrittenAt, 0).UTC().Format(time.RFC3339)
		d.Details = append(d.Details, "written "+f.Written)
		d.Facts = append(d.Facts, keyspace.Fact{Name: "written", Value: f.Written})
	}
	d.Details = append(d.Details, writerDetails(about)...)
	for _, n := range []struct {
		n          int64
		noun, what string
	}{
		{int64(f.Functions), "library", " of functions"},
		{f.Scripts, "cached script", ", which servers no longer load"},
		{f.LRU, "key", " with an idle time (LRU)"},
		{f.LFU, "key", " with an access frequency (LFU)"},
	} {
		if n.n > 0 {
			d.Details = append(d.Details, figures.Count(n.n, n.noun)+n.what)
		}
	}
	if c := info.Compressed; c.Packed > 0 {
		d.Details = append(d.Details, fmt.Sprintf("%s compressed from %s to %s, %.1f to 1", figures.Count(c.Strings, "string"),
			figures.Count(c.Plain, "byte"), figures.Count(c.Packed, "byte"), float64(c.Plain)/float64(c.Packed)))
	}
	encodings := Section{Name: "encodings", Value: info.Encodings, Label: "encodings"}
	for _, e := range info.Encodings {
		encodings.Lines = append(encodings.Lines, fmt.Sprintf("%3d %-48s %16s %20s", e.Code, e.Name, figures.Count(e.Keys, "key"), figures.Count(e.Bytes, "byte")))
	}
	d.Sections = []Section{{Name: "rdb", Value: f}, encodings}
	return d
}

// writerOf names the server that wrote the file, as it says.
func writerOf(about keyspace.Origin) string {
	for _, w := range []struct{ fact, name string }{{"valkey_ver", "Valkey"}, {"redis_ver", "Redis"}} {
		if v, ok := about.Fact(w.fact).(string); ok {
			return w.name + " " + v
		}
	}
	if about.Fact("rdb_family") == string(rdb.FamilyValkey) {
		return "Valkey"
	}
	return "Redis"
}

// writerDetails says what else the writer said.
func writerDetails(about keyspace.Origin) (details []string) {
	if used, ok := about.Fact("used_mem").(string); ok {
		if n, err := strconv.ParseInt(used, 10, 64); err == nil {
			details = append(details, "the server used "+figures.Count(n, "byte")+" of memory")
		}
	}
	if id, ok := about.Fact("repl_id").(string); ok {
		text := "replication ID " + id
		if offset, ok := about.Fact("repl_offset").(string); ok {
			text += ", offset " + offset
		}
		details = append(details, text)
	}
	if about.Fact("aof_base") == "1" {
		details = append(details, "the base of an append-only directory: a server loads the logs behind it, too")
	}
	return details
}

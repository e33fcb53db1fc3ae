package source

import (
	"bytes"
	"fmt"

	"redrill/decoder"
	"redrill/dump"
	"redrill/internal/figures"
	"redrill/keyspace"
)

const dumpName = "redrill dump"

// isDump takes what says in its first line that it is a dump, in whatever order
// and with whatever blanks JSON allows.
func isDump(h Head) (string, bool) {
	b := bytes.TrimLeft(h.Bytes, " \t\r\n")
	line, _, _ := bytes.Cut(b, []byte("\n"))
	return "", bytes.HasPrefix(line, []byte("{")) && bytes.Contains(line, []byte(`"redrill_dump"`))
}

func openDump(in *Input, _ Options) (*Opened, error) {
	first, err := dump.NewReader(in.Reader())
	if err != nil {
		return nil, err
	}
	var o *Opened
	o = NewOpened(in, first.Origin(), func() (keyspace.Source, error) {
		all := in.Reader()
		if o.first == nil {
			o.first = newDigest()
			all = o.first.of(all)
		}
		r, err := dump.NewReader(all)
		if err == nil && !r.Origin().Equal(first.Origin()) {
			err = fmt.Errorf("the dump names another source than at its first reading: %w", decoder.ErrChanged)
		}
		return r, err
	}, func() (d Description) {
		d.Lines = []string{"dump of a snapshot of " + figures.Count(o.About.Bytes, "byte") + ", SHA-256 " + o.About.SHA256}
		d.lastCommit(o.About)
		return d
	})
	return o, nil
}

// OpenDump opens an input that must be a JSON Lines dump, and closes it on error.
func OpenDump(in *Input) (*Opened, error) {
	return openAs(&Format{Name: dumpName, Open: openDump}, "", in, Head{}, Options{})
}

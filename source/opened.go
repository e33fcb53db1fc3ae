package source

import (
	"context"
	"errors"
	"fmt"
	"io"

	"redrill/keyspace"
)

// Options say how a source is read.
type Options struct {
	Strict   bool // stop at the first key that cannot be decoded
	NoFooter bool // accept a snapshot without its checksum, even one of no bytes

	// Seen is told how many bytes, of how many, are read while the source is
	// opened, and later unless [Opened.Watch] is called.
	Seen func(bytes, of int64)

	packed bool // in an archive: another one in it is not unpacked
}

// FlagSet is where options register their flags.
type FlagSet interface {
	BoolVar(p *bool, name string, value bool, usage string)
}

// Register adds the flags of all formats.
func (o *Options) Register(flags FlagSet) {
	flags.BoolVar(&o.Strict, "strict", false, "stop at the first key that cannot be decoded, with status 3")
	for _, f := range Formats {
		if f.Flags != nil {
			f.Flags(flags, o)
		}
	}
}

// Opened is an open source. Its names and facts do not change.
type Opened struct {
	Name   string // as shown to people
	About  keyspace.Origin
	Format string // its name in [Formats]; "" of a tree
	// Load is the file as a server starts with it; nil where no server does.
	Load *Load
	// Warning says what is wrong with how the file lies there; "" for nothing.
	Warning string

	keys     func() (keyspace.Source, error)
	describe func() Description
	close    []func() error
	in       *Input // nil for a tree

	stored *digest // of what came in, unless that is in
	first  *digest // of a dump, by the first reading of its keys
}

// Load is the file that a server starts with.
type Load struct {
	Content   func() io.Reader
	Size      int64
	Databases int // that the server has to have; 0: the usual number
}

// NewOpened returns an input of a format that is open. keys returns a fresh view
// of the keys, whose readings are bound to the first one; it may be called while
// others are read. A describe of nil says nothing beside the origin.
func NewOpened(in *Input, about keyspace.Origin, keys func() (keyspace.Source, error), describe func() Description) *Opened {
	if describe == nil {
		describe = func() (d Description) { return d }
	}
	return &Opened{About: about, describe: describe, keys: func() (keyspace.Source, error) {
		view, err := keys()
		if err != nil {
			return nil, in.blame(err)
		}
		return boundKeys{view, in}, nil
	}}
}

// IsDump reports whether the source is a JSON Lines dump.
func (o *Opened) IsDump() bool { return o.Format == dumpName }

// Keys returns a fresh view of the keys, which may be read while others are. Its
// errors name the source. One that reads other bytes than an earlier one did ends
// with decoder.ErrChanged.
func (o *Opened) Keys() (keyspace.Source, error) {
	keys, err := o.keys()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Name, err)
	}
	return keys, nil
}

// Describe returns what the format says of the file.
func (o *Opened) Describe() Description { return o.describe() }

// MustBe says that the source is a dump with this SHA-256, which was just written.
func (o *Opened) MustBe(sha256 string) { o.in.digest = sha256 }

// Uninterrupted makes the source readable after its context has ended, for a
// clean-up that reads it. No other reader may be active.
func (o *Opened) Uninterrupted() {
	if o.in != nil {
		o.in.ctx = context.WithoutCancel(o.in.ctx)
	}
}

// Close ends the use of the source and removes what was copied for it.
func (o *Opened) Close() error {
	var errs []error
	for _, f := range o.close {
		errs = append(errs, f())
	}
	o.close = nil
	return errors.Join(errs...)
}

package source

import (
	"errors"
	"fmt"
	"time"

	"redrill/decoder"
	"redrill/dump"
	"redrill/keyspace"
)

// stamp is what the file system says about the contents of a file. The time of
// change is left out: it moves when a file is linked, renamed or removed, as
// nodes do with their snapshots. What the times do not tell, the bytes do.
type stamp struct {
	size     int64
	modified time.Time
}

func (in *Input) stampNow() (stamp, error) {
	info, err := in.file.Stat()
	if err != nil {
		return stamp{}, err
	}
	return stamp{info.Size(), info.ModTime()}, nil
}

// seal notes the state of the file before it is read for the first time.
func (in *Input) seal() (err error) {
	in.sealed, err = in.stampNow()
	return err
}

// unchanged returns an error unless the file looks as it did when it was sealed.
func (in *Input) unchanged() error {
	now, err := in.stampNow()
	if err != nil {
		return err
	}
	if now != in.sealed {
		return fmt.Errorf("its size or modification time has changed: %w", decoder.ErrChanged)
	}
	return nil
}

// blame says of an error whether it comes from a change of the file: a dump that
// was right before, or a file that looks different now, is not damaged.
func (in *Input) blame(err error) error {
	if err == nil || errors.Is(err, decoder.ErrChanged) {
		return err
	}
	bytes := errors.Is(err, decoder.ErrCorrupt) || errors.Is(err, decoder.ErrLimit) || errors.Is(err, decoder.ErrUnsupported) ||
		errors.Is(err, dump.ErrDump) || errors.Is(err, dump.ErrVersion)
	if bytes && (in.digest != "" || in.unchanged() != nil) {
		return fmt.Errorf("%w: %w", decoder.ErrChanged, err)
	}
	return err
}

// boundKeys is one reading of an input, bound to the others. Its errors name
// the input.
type boundKeys struct {
	view keyspace.Source
	in   *Input
}

// Origin implements [keyspace.Source].
func (s boundKeys) Origin() keyspace.Origin { return s.view.Origin() }

// Functions implements [keyspace.Source].
func (s boundKeys) Functions() []string { return s.view.Functions() }

// Counted implements [keyspace.Source].
func (s boundKeys) Counted() keyspace.Tally { return s.view.Counted() }

// Keys implements [keyspace.Source]. The sequence ends with an error unless the
// file looked the same before and after.
func (s boundKeys) Keys(note func(keyspace.Note)) keyspace.Seq {
	return func(yield func(keyspace.Key, error) bool) {
		named := func(err error) { yield(keyspace.Key{}, fmt.Errorf("%s: %w", s.in.name, err)) }
		if err := s.in.unchanged(); err != nil {
			named(err)
			return
		}
		for k, err := range s.view.Keys(note) {
			if err != nil {
				named(s.in.blame(err))
				return
			}
			if !yield(k, nil) {
				return
			}
		}
		if err := errors.Join(s.in.unchanged(), s.sameDump()); err != nil {
			named(err)
		}
	}
}

// sameDump compares the digest of a dump that was read to its end with that of
// the first reading, or with that of its writing.
func (s boundKeys) sameDump() error {
	r, is := s.view.(*dump.Reader)
	switch {
	case !is:
		return nil
	case s.in.digest == "":
		s.in.digest = r.SHA256()
	case s.in.digest != r.SHA256():
		return fmt.Errorf("the dump differs from its first reading: %w", decoder.ErrChanged)
	}
	return nil
}

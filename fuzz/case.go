package fuzz

import (
	"bytes"
	"errors"
	"fmt"
	"runtime/debug"

	"redrill/decoder"
	"redrill/dump"
	"redrill/fuzz/layout"
	"redrill/fuzz/pipeline"
	"redrill/keyspace"
	"redrill/verify"
)

// Property names what is checked. Names are stable: counterexamples carry them.
type Property string

// The properties.
const (
	PropertyDecode    Property = "decode"      // decode(write(model)) = model
	PropertyDump      Property = "dump"        // a dump reads back as what was written
	PropertyTree      Property = "tree"        // so does a directory of elastickv's layout
	PropertyRepeat    Property = "repeat"      // the same snapshot gives the same dump, byte for byte
	PropertyParts     Property = "parts"       // part limits change nothing
	PropertyContainer Property = "container"   // wrapper and footer change nothing
	PropertyNoise     Property = "noise"       // what is no part of a key changes nothing
	PropertyDamage    Property = "damage"      // damaged bytes end in an error of one class, or in keys
	PropertyRestore   Property = "restore"     // restored to a server it verifies, and every canary is caught
	PropertyEdit      Property = "sensitivity" // an edit of the live state is reported, exactly

	// Of somebody else's commands, see [Command].
	PropertyDecodeCommand  Property = "decode-cmd"  // what it makes of a snapshot is the model
	PropertyEncodeCommand  Property = "encode-cmd"  // what it makes of a dump decodes to the model
	PropertyRestoreCommand Property = "restore-cmd" // what it makes of a dump is live on a server
)

// Properties lists every property once, in the order of the stages.
var Properties = [...]Property{
	PropertyDecode, PropertyDump, PropertyTree, PropertyRepeat, PropertyParts, PropertyContainer,
	PropertyNoise, PropertyDamage, PropertyRestore, PropertyEdit,
	PropertyDecodeCommand, PropertyEncodeCommand, PropertyRestoreCommand,
}

// live reports whether the property needs a server.
func (p Property) live() bool { return p == PropertyRestore || p == PropertyEdit }

// Commanded reports whether the property is one of somebody else's command.
func (p Property) Commanded() bool {
	return p == PropertyDecodeCommand || p == PropertyEncodeCommand || p == PropertyRestoreCommand
}

// Must says what has to come of decoding a snapshot.
type Must string

// What can be demanded. Whatever is demanded, an error has exactly one class
// and nothing panics.
const (
	MustDecode Must = "decode" // the expectation
	MustRefuse Must = "refuse" // an error
	MustHandle Must = "handle" // an error, or keys of whatever kind
)

// Case is a snapshot and what has to come of it.
type Case struct {
	Layout   layout.Layout
	Property Property // what failed, or what the case was made for
	File     []byte
	Options  layout.Options
	Must     Must
	Want     Expectation // of the snapshot before any damage
	// spread is where keys lie outside of the snapshot.
	spread spread
	// anyNaN says that the expectation does not know the bits of a NaN.
	anyNaN bool
}

// Failure is a case for which a property does not hold.
type Failure struct {
	Case
	Seed   uint64
	Number int64 // of the scenario
	Detail string
	// Differences between what was expected and what was observed, if that is
	// what failed.
	Differences []verify.Difference
	// got is a dump of what was decoded, as far as that went.
	got []byte
	// round is which of the rounds of the scenario alone failed.
	round int
	// Unstable says that the failure did not occur again when the scenario was
	// run alone.
	Unstable bool
	// verdict is that of a [Command].
	verdict pipeline.Verdict
	// ReplayFlags are the flags that `redrill replay` needs beside the folder,
	// with a blank before each.
	ReplayFlags string
}

// check decodes the case and returns what is wrong, or nil. A panic is wrong.
func (c Case) check() *Failure {
	f, _ := c.decoded(func(src keyspace.Source) keyspace.Source { return src })
	return f
}

// decoded is check, with a view of what is opened. It reports whether all of it
// was read.
func (c Case) decoded(view func(keyspace.Source) keyspace.Source) (f *Failure, whole bool) {
	defer c.recovered(&f)
	src, err := c.Layout.Open(c.File, c.Options)
	var got Expectation
	if err == nil {
		got, err = observe(view(src))
	}
	if err != nil {
		if n := classes(err); n != 1 {
			return c.failed("the error has %d classes: %v", n, err), false
		}
		if c.Must == MustDecode {
			return c.failed("decode: %v", err), false
		}
		return nil, false
	}
	switch c.Must {
	case MustRefuse:
		return c.failed("damage was not found: %d keys were decoded", len(got.Keys)), true
	case MustDecode:
		want := c.Want
		if c.anyNaN {
			want, got = plainNaN(want), plainNaN(got)
		}
		return c.different(compare(want, got), "what was decoded differs from what was written"), true
	case MustHandle:
	}
	return nil, true
}

// recovered makes a failure of a panic.
func (c Case) recovered(f **Failure) {
	if p := recover(); p != nil {
		*f = c.failed("panic: %v\n%s", p, debug.Stack())
	}
}

// checkDump is check, and writes what is decoded to a dump and reads that back.
// It returns the dump as well.
func (c Case) checkDump() (dumped []byte, f *Failure) {
	var rec *recorder
	f, whole := c.decoded(func(src keyspace.Source) keyspace.Source {
		rec = newRecorder(src, c.spread)
		return rec
	})
	if f != nil || !whole {
		return nil, f
	}
	c = c.as(PropertyDump)
	defer c.recovered(&f)
	dumped, err := rec.close()
	if err != nil {
		return nil, c.failed("write dump: %v", err)
	}
	r, err := dump.NewReader(bytes.NewReader(dumped))
	if err != nil {
		return nil, c.failed("read dump: %v", err)
	}
	got, err := observe(r)
	if err != nil {
		return nil, c.failed("read dump: %v", err)
	}
	return dumped, c.different(compare(plainNaN(c.spread.expectation(c.Want)), plainNaN(got)), "what a dump holds differs from what was written")
}

// checkRepeat decodes the case again: the dump has to be the same.
func (c Case) checkRepeat(first []byte) (f *Failure) {
	c = c.as(PropertyRepeat)
	defer c.recovered(&f)
	second, err := c.dump(c.spread)
	if err != nil || !bytes.Equal(first, second) {
		return c.failed("the second dump differs from the first: %v", err)
	}
	return nil
}

func (c Case) as(p Property) Case {
	c.Property = p
	return c
}

func (c Case) failed(format string, args ...any) *Failure {
	return &Failure{Case: c, Detail: fmt.Sprintf(format, args...)}
}

func (c Case) different(diffs []verify.Difference, detail string) *Failure {
	if len(diffs) == 0 {
		return nil
	}
	return &Failure{Case: c, Detail: detail, Differences: diffs}
}

// dump decodes the case into a dump.
func (c Case) dump(s spread) ([]byte, error) {
	src, err := c.Layout.Open(c.File, c.Options)
	if err != nil {
		return nil, err
	}
	return dumpOf(s.source(src))
}

// dumpOf writes a dump of what is opened.
func dumpOf(src keyspace.Source) ([]byte, error) {
	rec := newRecorder(src, spread{})
	for _, err := range rec.Keys(func(keyspace.Note) {}) {
		if err != nil {
			rec.errs = append(rec.errs, err)
		}
	}
	return rec.close()
}

// recorder is an input that writes a dump of what is read from it, with the keys
// where they lie.
type recorder struct {
	keyspace.Source
	spread spread
	buf    bytes.Buffer
	w      *dump.Writer
	errs   []error
}

func newRecorder(src keyspace.Source, s spread) *recorder {
	r := &recorder{Source: src, spread: s}
	w, err := dump.NewWriter(&r.buf, src.Origin())
	if err != nil {
		r.errs = append(r.errs, err)
	}
	r.w = w
	if w == nil {
		return r
	}
	for _, code := range src.Functions() {
		if err := w.Function(code); err != nil {
			r.errs = append(r.errs, err)
		}
	}
	return r
}

// Keys implements [keyspace.Source].
func (r *recorder) Keys(note func(keyspace.Note)) keyspace.Seq {
	return func(yield func(keyspace.Key, error) bool) {
		if r.w == nil {
			yield(keyspace.Key{}, errors.Join(r.errs...))
			return
		}
		record := func(err error) {
			if err != nil {
				r.errs = append(r.errs, err)
			}
		}
		recordNote := func(n keyspace.Note) {
			record(r.w.Note(r.spread.note(n)))
			note(n)
		}
		for k, err := range r.Source.Keys(recordNote) {
			if err == nil {
				record(r.w.Key(r.spread.key(k)))
			}
			if !yield(k, err) {
				return
			}
		}
	}
}

// close returns the dump.
func (r *recorder) close() ([]byte, error) {
	if r.w == nil {
		return nil, errors.Join(r.errs...)
	}
	counted := r.Counted()
	for _, kind := range keyspace.NoteKinds {
		if n := counted[kind]; n > 0 {
			r.w.Count(kind, n)
		}
	}
	err := errors.Join(append(r.errs, r.w.Close())...)
	return r.buf.Bytes(), err
}

// classes returns how many classes an error unwraps to.
func classes(err error) (n int) {
	for _, class := range []error{decoder.ErrCorrupt, decoder.ErrUnsupported, decoder.ErrLimit} {
		if errors.Is(err, class) {
			n++
		}
	}
	return n
}

package fuzz

import (
	"bytes"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"redrill/decoder"
	"redrill/decoder/fsm"
	"redrill/dump"
	"redrill/keyspace"
	"redrill/verify"
)

// Property names what is checked. Names are stable: counterexamples carry them.
type Property string

// The properties.
const (
	PropertyDecode    Property = "decode"      // decode(write(model)) = model
	PropertyDump      Property = "dump"        // a dump reads back as what was written
	PropertyRepeat    Property = "repeat"      // the same snapshot gives the same dump, byte for byte
	PropertyParts     Property = "parts"       // part limits change nothing
	PropertyContainer Property = "container"   // wrapper and footer change nothing
	PropertyNoise     Property = "noise"       // what is no part of a key changes nothing
	PropertyDamage    Property = "damage"      // damaged bytes end in an error of one class, or in keys
	PropertyRestore   Property = "restore"     // restored to a server it verifies, and every canary is caught
	PropertyEdit      Property = "sensitivity" // an edit of the live state is reported, exactly
)

// Properties lists every property once, in the order of the stages.
var Properties = [...]Property{
	PropertyDecode, PropertyDump, PropertyRepeat, PropertyParts, PropertyContainer,
	PropertyNoise, PropertyDamage, PropertyRestore, PropertyEdit,
}

// live reports whether the property needs a server.
func (p Property) live() bool { return p == PropertyRestore || p == PropertyEdit }

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
	Property Property // what failed, or what the case was made for
	File     []byte
	Options  fsm.Options
	Must     Must
	Want     Expectation // of the snapshot before any damage
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
}

// decodeFunc opens a snapshot.
type decodeFunc func(file []byte, opts fsm.Options) (Input, error)

// Decode opens a snapshot with the decoder of this program.
func Decode(file []byte, opts fsm.Options) (Input, error) {
	s, err := fsm.Open(bytes.NewReader(file), int64(len(file)), opts)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// check decodes the case and returns what is wrong, or nil. A panic is wrong.
func (c Case) check(decode decodeFunc) (f *Failure) {
	defer func() {
		if p := recover(); p != nil {
			f = c.failed("panic: %v\n%s", p, debug.Stack())
		}
	}()
	src, err := decode(c.File, c.Options)
	var got Expectation
	if err == nil {
		got, err = observe(src)
	}
	if err != nil {
		if n := classes(err); n != 1 {
			return c.failed("the error has %d classes: %v", n, err)
		}
		if c.Must == MustDecode {
			return c.failed("decode: %v", err)
		}
		return nil
	}
	switch c.Must {
	case MustRefuse:
		return c.failed("damage was not found: %d keys were decoded", len(got.Keys))
	case MustDecode:
		return c.different(compare(c.Want, got), "what was decoded differs from what was written")
	case MustHandle:
	}
	return nil
}

// checkDump writes a dump of the case, twice, and reads it back. It returns the
// dump as well.
func (c Case) checkDump(decode decodeFunc) (dumped []byte, f *Failure) {
	defer func() {
		if p := recover(); p != nil {
			f = c.as(PropertyDump).failed("panic: %v\n%s", p, debug.Stack())
		}
	}()
	dumped, err := c.dump(decode)
	if err != nil {
		return nil, c.as(PropertyDump).failed("write dump: %v", err)
	}
	second, err := c.dump(decode)
	if err != nil || !bytes.Equal(dumped, second) {
		return nil, c.as(PropertyRepeat).failed("the second dump differs from the first: %v", err)
	}
	r, err := dump.NewReader(bytes.NewReader(dumped))
	if err != nil {
		return nil, c.as(PropertyDump).failed("read dump: %v", err)
	}
	got, err := observe(r)
	if err != nil {
		return nil, c.as(PropertyDump).failed("read dump: %v", err)
	}
	diffs := compare(plainNaN(c.Want), plainNaN(got))
	return dumped, c.as(PropertyDump).different(diffs, "what a dump holds differs from what was written")
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
func (c Case) dump(decode decodeFunc) ([]byte, error) {
	src, err := decode(c.File, c.Options)
	if err != nil {
		return nil, err
	}
	return dumpOf(src, src.Keys)
}

// dumpOf writes a dump of a sequence and of its notes.
func dumpOf(src Input, keys func(note func(keyspace.Note)) keyspace.Seq) ([]byte, error) {
	var b bytes.Buffer
	w, err := dump.NewWriter(&b, src.Source())
	if err != nil {
		return nil, err
	}
	var errs []error
	for k, err := range keys(func(n keyspace.Note) { errs = append(errs, w.Note(n)) }) {
		if err != nil {
			return b.Bytes(), err
		}
		errs = append(errs, w.Key(k))
	}
	for _, kind := range keyspace.NoteKinds {
		if n := src.Counted()[kind]; n > 0 {
			w.Count(kind, n)
		}
	}
	err = errors.Join(append(errs, w.Close())...)
	return b.Bytes(), err
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

// memory is a source that holds all it says.
type memory struct {
	about keyspace.Source
	e     Expectation
}

func (m memory) Source() keyspace.Source { return m.about }
func (m memory) Counted() keyspace.Tally { return m.e.Counts }
func (m memory) Keys(note func(keyspace.Note)) keyspace.Seq {
	return func(yield func(keyspace.Key, error) bool) {
		for _, n := range m.e.Notes {
			note(n)
		}
		for _, k := range slices.Clone(m.e.Keys) {
			if !yield(k, nil) {
				return
			}
		}
	}
}

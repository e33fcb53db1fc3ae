package fuzz

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"redrill/dump"
	"redrill/fuzz/layout"
	"redrill/keyspace"
)

// The files of a counterexample.
const (
	snapshotFile    = "snapshot"       // with the suffix of the format
	expectedFile    = "expected.jsonl" // a dump of what the snapshot holds
	gotFile         = "got.jsonl"      // a dump of what was decoded; shorter where decoding ended early
	differencesFile = "diffs.jsonl"    // one difference a line
	caseFile        = "case.json"      // how to run it again
	readmeFile      = "README.md"
)

// caseRecord is the case file.
type caseRecord struct {
	Case         int      `json:"redrill_case"` // 1
	Property     Property `json:"property"`
	Must         Must     `json:"must"`
	Seed         uint64   `json:"seed"`
	Scenario     int64    `json:"scenario"`
	NoFooter     bool     `json:"no_footer,omitempty"`
	PartElements int      `json:"part_elements,omitempty"`
	PartBytes    int      `json:"part_bytes,omitempty"`
	Counts       bool     `json:"counts"`         // the counts of the last line of expected.jsonl are compared
	Turn         int      `json:"turn,omitempty"` // which decides on the databases of keys
	Unstable     bool     `json:"unstable,omitempty"`
}

// snapshotName is the name of the snapshot in a folder.
func snapshotName(l layout.Layout) string { return snapshotFile + path.Ext(l.FileName()) }

// Name is the name of the folder of the failure.
func (f *Failure) Name() string {
	return fmt.Sprintf("%s-%d-%d", f.Property, f.Seed, f.Number)
}

// Write writes the counterexample as a folder in the directory dir, which is
// created, and returns its path. The folder appears when it is complete; one of
// the same name is replaced.
func (f *Failure) Write(dir string) (path string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	temp, err := os.MkdirTemp(dir, ".counterexample-*")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(temp))
		}
	}()
	files, err := f.files()
	if err != nil {
		return "", fmt.Errorf("write counterexample: %w", err)
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(temp, name), b, 0o644); err != nil {
			return "", err
		}
	}
	if err := os.Chmod(temp, 0o755); err != nil {
		return "", err
	}
	path = filepath.Join(dir, f.Name())
	if err := removeCase(path); err != nil {
		return "", err
	}
	if err := os.Rename(temp, path); err != nil {
		return "", err
	}
	return path, nil
}

// removeCase removes a folder that is a counterexample, and nothing else.
func removeCase(path string) error {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if _, err := os.Lstat(filepath.Join(path, caseFile)); err != nil {
		return fmt.Errorf("%s exists and is not a counterexample: it was not changed", path)
	}
	return os.RemoveAll(path)
}

func (f *Failure) files() (map[string][]byte, error) {
	expected, err := dumpOf(f.expected())
	if err != nil {
		return nil, err
	}
	record, err := json.MarshalIndent(caseRecord{
		Case: 1, Property: f.Property, Must: f.Must, Seed: f.Seed, Scenario: f.Number,
		NoFooter: f.Options.Unprotected, PartElements: f.Options.Part.Elements, PartBytes: f.Options.Part.Bytes,
		Counts: f.Want.Counts != nil, Turn: f.spread.turn, Unstable: f.Unstable,
	}, "", "  ")
	if err != nil {
		return nil, err
	}
	var diffs bytes.Buffer
	for _, d := range f.Differences {
		line, err := json.Marshal(d)
		if err != nil {
			return nil, err
		}
		diffs.Write(append(line, '\n'))
	}
	return map[string][]byte{
		snapshotName(f.Layout): f.File, expectedFile: expected, gotFile: f.got, differencesFile: diffs.Bytes(),
		caseFile: append(record, '\n'), readmeFile: f.readme(),
	}, nil
}

// expected returns the expectation as a source of a dump.
func (f *Failure) expected() keyspace.Source {
	sum := sha256.Sum256(f.File)
	src := f.Want.source()
	src.About = keyspace.Origin{
		Format: f.Layout.Format(), SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(f.File)),
		Facts: f.Layout.Facts(), // which decide on the version of the dump
	}
	return src
}

// withGot adds what is decoded of the case, as far as it can be decoded.
func (f *Failure) withGot() *Failure {
	if f.Property.Commanded() {
		return f
	}
	defer func() { _ = recover() }() // A decoder that panics is what the failure says.
	f.got, _ = f.dump(spread{})      // An error is what the failure says, or what a damaged file has to end in.
	return f
}

func (f *Failure) readme() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n\n", f.Name())
	fmt.Fprintf(&b, "Scenario %d of seed %d, minimised, breaks the property *%s*:\n\n", f.Number, f.Seed, f.Property)
	for line := range bytes.Lines([]byte(f.Detail)) {
		fmt.Fprintf(&b, "    %s", line)
	}
	fmt.Fprintf(&b, "\n\nRun it again, in this directory (status 7 while it fails, 0 when it does not):\n\n    redrill replay .%s\n\n", f.ReplayFlags)
	b.WriteString(f.demand())
	if f.Unstable {
		b.WriteString("\nThe failure occurred once, and not when this scenario was run again alone; the snapshot is not minimised.\n")
	}
	b.WriteString("\n| File | What it is |\n|---|---|\n" +
		"| `" + snapshotName(f.Layout) + "` | the snapshot |\n| `expected.jsonl` | a dump of what it holds |\n" +
		"| `got.jsonl` | what was decoded, or what the command left, as far as it went |\n| `diffs.jsonl` | the differences that were found |\n" +
		"| `case.json` | how it is run again |\n")
	return b.Bytes()
}

// demand says what has to come of the snapshot.
func (f *Failure) demand() string {
	switch f.Property {
	case PropertyDecodeCommand:
		if f.Must == MustRefuse {
			return "The command has to refuse the snapshot, which is damaged; `expected.jsonl` is what it held before.\n"
		}
		return "The command has to make of the snapshot a dump of what is in `expected.jsonl`.\n"
	case PropertyEncodeCommand:
		return "The command has to make of a dump of what is in `expected.jsonl` a snapshot that holds the same.\n"
	case PropertyRestoreCommand:
		return "The command has to bring what is in `expected.jsonl` to an empty Redis.\n"
	case PropertyDecode, PropertyDump, PropertyTree, PropertyRepeat, PropertyParts, PropertyContainer, PropertyNoise,
		PropertyDamage, PropertyRestore, PropertyEdit:
	}
	switch f.Must {
	case MustRefuse:
		return "The snapshot is damaged and has to be refused; `expected.jsonl` is what it held before.\n"
	case MustHandle:
		return "The snapshot is damaged under a right checksum, or has none: it may end in an error of one class or\nin keys, and in nothing else; `expected.jsonl` is what it held before.\n"
	case MustDecode:
	}
	return "The snapshot has to be decoded into `expected.jsonl`, and to come back from a Redis. There, and in dumps,\nits keys are spread over the databases by their names.\n"
}

// ReadCase reads a folder that holds at least expected.jsonl and a snapshot of
// one of the layouts. Without a case file the snapshot has to be decoded into the
// expectation, whose counts are not compared.
//
// Errors: those of the file system, and the classes of package dump.
func ReadCase(dir string, layouts ...layout.Layout) (Case, error) {
	c := Case{Property: PropertyDecode, Must: MustDecode, anyNaN: true}
	var err error
	for _, c.Layout = range layouts {
		if c.File, err = os.ReadFile(filepath.Join(dir, snapshotName(c.Layout))); !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	if err != nil {
		return c, err
	}
	expected, err := os.Open(filepath.Join(dir, expectedFile))
	if err != nil {
		return c, err
	}
	defer func() { _ = expected.Close() }() // Only read from.
	r, err := dump.NewReader(expected)
	if err != nil {
		return c, fmt.Errorf("%s: %w", expected.Name(), err)
	}
	if c.Want, err = observe(r); err != nil {
		return c, fmt.Errorf("%s: %w", expected.Name(), err)
	}
	return c.withRecord(filepath.Join(dir, caseFile))
}

func (c Case) withRecord(path string) (Case, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		c.Want.Counts = nil
		return c, nil
	}
	var record caseRecord
	if err == nil {
		err = json.Unmarshal(b, &record)
	}
	if err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	if record.Case != 1 || record.Turn < 0 || !slices.Contains(Properties[:], record.Property) || !slices.Contains([]Must{MustDecode, MustRefuse, MustHandle}, record.Must) {
		return c, fmt.Errorf("%s: %w: unknown version, property or demand", path, dump.ErrVersion)
	}
	c.Property, c.Must, c.spread.turn = record.Property, record.Must, record.Turn
	c.Options = layout.Options{
		Unprotected: record.NoFooter,
		Part:        keyspace.PartLimit{Elements: record.PartElements, Bytes: record.PartBytes},
	}
	if !record.Counts {
		c.Want.Counts = nil
	}
	return c, nil
}

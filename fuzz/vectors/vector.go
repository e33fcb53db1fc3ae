package vectors

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"redrill/fuzz/layout"
	"redrill/keyspace"
)

// The formats of snapshots, as a [keyspace.Origin] names them.
const (
	fsmFormat = "elastickv-fsm"
	rdbFormat = "rdb"
)

// rdbCatalogue stands before the rows of the catalogue of mistakes with RDB files.
const rdbCatalogue = "SPEC-RDB "

// Vector is one file.
type Vector struct {
	Name     string   // of the file, without its extension
	Format   string   // of the snapshot: elastickv-fsm or rdb
	Rows     []string // of the catalogue of mistakes, at least one
	Rule     string   // for people: the rule, in one or more sentences on one line
	Snapshot []byte
	Options  layout.Options // that the vector is about; the limit of parts is none of them
	Want     Want
	// LastCommitTS is what the header says; nil where the vector does not care.
	LastCommitTS *uint64
}

// Want is what decoding has to end in. It is complete: what does not stand here
// must not be found.
type Want struct {
	Error string         // "corrupt", "unsupported" or "limit"; "" for a snapshot that can be decoded
	Keys  []keyspace.Key // whole, see [keyspace.Assemble]
	// Functions is the code of function libraries, in the order of the snapshot.
	Functions []string
	Notes     []keyspace.Note // kind, database, name, type and element only, in no order
	Counts    keyspace.Tally  // of the kinds that are only counted
}

// Load reads the vectors in the root of a file system, ascending by name. It is
// an error if there are none.
func Load(files fs.FS) ([]Vector, error) {
	names, err := fs.Glob(files, "*.txtar")
	if err != nil {
		return nil, fmt.Errorf("list vectors: %w", err)
	}
	if len(names) == 0 {
		return nil, errors.New("list vectors: there are none")
	}
	slices.Sort(names)
	list := make([]Vector, len(names))
	for i, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read vector: %w", err)
		}
		if list[i], err = Parse(strings.TrimSuffix(path.Base(name), ".txtar"), data); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Of returns the vectors whose snapshots have the format.
func Of(list []Vector, format string) []Vector {
	return slices.DeleteFunc(slices.Clone(list), func(v Vector) bool { return v.Format != format })
}

// Parse reads the text of one vector.
func Parse(name string, text []byte) (Vector, error) {
	v := Vector{Name: name, Want: Want{Counts: keyspace.Tally{}}}
	archive := txtar.Parse(text)
	comment, catalogue := string(archive.Comment), ""
	v.Format = fsmFormat
	if text, is := strings.CutPrefix(comment, "format: rdb\n"); is {
		v.Format, comment, catalogue = rdbFormat, text, rdbCatalogue
	}
	first, rule, _ := strings.Cut(comment, "\n")
	rows, ok := strings.CutPrefix(first, "rows:")
	v.Rows, v.Rule = strings.Fields(rows), strings.Join(strings.Fields(rule), " ")
	for i := range v.Rows {
		v.Rows[i] = catalogue + v.Rows[i]
	}
	if !ok || len(v.Rows) == 0 {
		return v, fmt.Errorf("vector %s: the comment does not name its rows", name)
	}
	seen := map[string]bool{}
	for _, f := range archive.Files {
		if err := v.section(f); err != nil {
			return v, fmt.Errorf("vector %s: %s: %w", name, f.Name, err)
		}
		if seen[f.Name] {
			return v, fmt.Errorf("vector %s: duplicate section %s", name, f.Name)
		}
		seen[f.Name] = true
	}
	if !seen["snapshot"] || !seen["want"] {
		return v, fmt.Errorf("vector %s: the snapshot or what is wanted is missing", name)
	}
	return v, nil
}

func (v *Vector) section(f txtar.File) (err error) {
	switch f.Name {
	case "snapshot":
		v.Snapshot, err = Assemble(string(f.Data))
		return err
	case "options":
		return v.readOptions(string(f.Data))
	case "want":
		return v.readWant(string(f.Data))
	}
	return errors.New("unknown section")
}

func (v *Vector) readOptions(text string) error {
	for _, word := range strings.Fields(text) {
		switch word {
		case "AllowNoFooter":
			v.Options.Unprotected = true
		case "Strict":
			v.Options.Strict = true
		default:
			return fmt.Errorf("unknown option %q", word)
		}
	}
	return nil
}

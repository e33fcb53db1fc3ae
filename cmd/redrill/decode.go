package main

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"redrill/keyspace"
	sources "redrill/source"
	"redrill/verify"
)

func (a *app) decodeCommand() *cobra.Command {
	var flags decodeFlags
	var out, format string
	var asJSON bool
	c := &cobra.Command{
		Use:   "decode FILE -o DUMP",
		Short: "Decode a snapshot into a dump",
		Long: `Decode a snapshot into a JSON Lines dump. FILE is a path, "-" for standard
input, or a directory for its newest snapshot. Files ending in .gz or .zst are
decompressed while they are read. DUMP is a path, or "-" for standard output; a
DUMP whose name ends in .gz or .zst is compressed. The dump appears under its
name only when it is complete. It replaces an older dump or an empty file; it
replaces any other file only with --force.

With --format tree, DUMP is a new or empty directory. It gets the layout of
elastickv's own logical dumps: a file per key, MANIFEST.json and CHECKSUMS.
redrill counts and reports what that layout cannot hold. Reading such a directory
takes about 500 bytes of memory per key; reading a JSON Lines dump does not.`,
		Example: "  redrill decode data/fsm-snap -o dump.jsonl.zst",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if out == "" {
				return usagef("no output: give -o DUMP, or -o - for standard output")
			}
			switch format {
			case formatLines:
				return a.decode(c.Context(), args[0], out, flags, asJSON)
			case formatTree:
				return a.decodeTree(c.Context(), args[0], out, flags, asJSON)
			}
			return usagef("--format %q is neither %s nor %s", format, formatLines, formatTree)
		},
	}
	flags.from.Register(c.Flags())
	registerAllow(c.Flags(), &flags.allow)
	c.Flags().StringVarP(&out, "output", "o", "", `where the dump goes; "-" is standard output`)
	c.Flags().StringVar(&format, "format", formatLines, "form of the dump: jsonl, or tree for a directory")
	flags.force.register(c.Flags())
	c.Flags().BoolVar(&asJSON, "json", false, "print the summary as JSON")
	return c
}

// decodeFlags are the flags of both forms of decoding.
type decodeFlags struct {
	from  sources.Options
	allow verify.Allow
	force forceFlag
}

// The forms of a dump.
const (
	formatLines = "jsonl"
	formatTree  = "tree"
)

func (a *app) decode(ctx context.Context, path, out string, flags decodeFlags, asJSON bool) (err error) {
	words := a.stdout
	if out == "-" || a.isStandardOutput(out) {
		out, words = "-", a.stderr
	}
	if err := a.planDump(flags.force, path, out); err != nil {
		return err
	}
	file, err := a.createDump(ctx, out, path)
	if err != nil {
		return err
	}
	s, err := a.openSource(ctx, path, flags.from)
	if err != nil {
		return errors.Join(err, file.Abort())
	}
	defer func() { err = errors.Join(err, s.close()) }()
	var found problems
	sum, err := a.decodeTo(s, file, found.note)
	if err != nil {
		return err
	}
	told := statusOfNotes(sum.Notes, flags.allow)
	if asJSON {
		err = writeResult(a, words, statusOf(ctx, told), decodeResult{s.about, sum, s.unknown(), found})
	} else {
		err = printDecoded(words, s, sum, found, flags.allow, a.quiet)
	}
	if err != nil {
		return err
	}
	return told
}

// planDump is planFiles for a command whose only output is a dump.
func (a *app) planDump(force forceFlag, path, out string) error {
	if out == "-" {
		return a.planFiles(force, []string{path})
	}
	return a.planFiles(force, []string{path}, dumpOutput("-o", out))
}

// isStandardOutput reports whether a path is another name of standard output, as
// /dev/stdout is: whatever that is redirected to must be neither replaced nor
// mixed with words.
func (a *app) isStandardOutput(path string) bool {
	f, ok := a.stdout.(*os.File)
	if !ok {
		return false
	}
	named, err := os.Stat(path)
	if err != nil {
		return false
	}
	out, err := f.Stat()
	return err == nil && os.SameFile(named, out)
}

// decodeTo writes the dump of a source to out and completes that.
func (a *app) decodeTo(s *source, out fileTarget, see func(keyspace.Note)) (sum summary, err error) {
	update, done := a.progressOf("decode", s)
	defer done()
	src, err := s.keys()
	if err != nil {
		return sum, errors.Join(err, out.Abort())
	}
	if sum, err = writeDump(out, s.about, src, see, update); err != nil {
		return sum, errors.Join(err, out.Abort())
	}
	return sum, out.Commit()
}

// decodeResult is the result of decoding; its member names are stable.
type decodeResult struct {
	Source keyspace.Origin `json:"source"`
	summary
	Unknown  []sources.UnknownRows `json:"unknown,omitempty"`
	Problems problems              `json:"problems"`
}

func printDecoded(w io.Writer, s *source, sum summary, found problems, allow verify.Allow, quiet bool) error {
	p := &printer{w: w}
	if !quiet {
		p.snapshot(s)
		p.decoded(sum)
		p.notes(sum)
		p.unknown(s.unknown())
		p.problems(found)
	}
	p.incomplete(sum.Notes, allow, "in the dump")
	return p.err
}

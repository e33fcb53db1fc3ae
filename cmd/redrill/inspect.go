package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"redrill/keyspace"
	sources "redrill/source"
	"redrill/verify"
)

func (a *app) inspectCommand() *cobra.Command {
	var flags sources.Options
	var asOf asOfFlag
	var allow verify.Allow
	var asJSON bool
	var top int
	c := &cobra.Command{
		Use:   "inspect FILE",
		Short: "Describe a snapshot",
		Long: `Describe a snapshot or a dump: header, checksum, records by class, keys,
elements and bytes by type and database, when keys expire, the largest keys, and
anomalies.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			at, err := asOf.time()
			if err != nil {
				return err
			}
			if top < 0 {
				return usagef("--top must not be negative")
			}
			return a.inspect(c.Context(), args[0], flags, newInspection(at.UnixMilli(), top), allow, asJSON)
		},
	}
	flags.Register(c.Flags())
	registerAllow(c.Flags(), &allow)
	asOf.register(c.Flags())
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().IntVar(&top, "top", 10, "how many of the largest keys and of the anomalies to list")
	return c
}

func (a *app) inspect(ctx context.Context, path string, flags sources.Options, in *inspection, allow verify.Allow, asJSON bool) (err error) {
	if err := a.planFiles(false, []string{path}); err != nil {
		return err
	}
	s, err := a.openSource(ctx, path, flags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	in.opened(s.about)
	if err := a.inspectKeys(s, in); err != nil {
		return err
	}
	in.describe(s)
	if asJSON {
		err = writeResult(a, a.stdout, statusOf(ctx, statusOfNotes(in.Notes, allow)), in)
	} else {
		p := &printer{w: a.stdout}
		p.snapshot(s)
		p.inspection(in)
		err = p.err
	}
	if err != nil {
		return err
	}
	return statusOfNotes(in.Notes, allow)
}

func (a *app) inspectKeys(s *source, in *inspection) error {
	update, done := a.progressOf("inspect", s)
	defer done()
	src, err := s.keys()
	if err != nil {
		return err
	}
	for k, err := range src.Keys(in.note) {
		if err != nil {
			return err
		}
		in.add(k)
		if in.Keys%progressEvery == 0 {
			update(in.Keys)
		}
	}
	for kind, n := range src.Counted() {
		in.Notes[kind] += n
	}
	return nil
}

// sizeOf returns how many bytes the names and values of a part have.
func sizeOf(k keyspace.Key) (n int64) {
	switch v := k.Value.(type) {
	case keyspace.String:
		n = int64(len(v))
	case keyspace.Hash:
		for _, f := range v {
			n += int64(len(f.Name) + len(f.Value))
		}
	case keyspace.List:
		n = sizeOfStrings(v)
	case keyspace.Set:
		n = sizeOfStrings(v)
	case keyspace.HyperLogLog:
		n = sizeOfStrings(v)
	case keyspace.ZSet:
		for _, m := range v {
			n += int64(len(m.Name)) + 8
		}
	case keyspace.Stream:
		for _, e := range v.Entries {
			n += 16
			for _, p := range e.Pairs {
				n += int64(len(p.Field) + len(p.Value))
			}
		}
	case keyspace.Array:
		for _, c := range v.Cells {
			n += 8 + int64(len(c.Value))
		}
	case keyspace.Opaque:
		n = v.Size
	}
	return n
}

func sizeOfStrings[S ~[]string](s S) (n int64) {
	for _, e := range s {
		n += int64(len(e))
	}
	return n
}

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"redrill/dump/tree"
	"redrill/keyspace"
)

// decodeTree decodes a source into a dump directory.
func (a *app) decodeTree(ctx context.Context, path, out string, flags decodeFlags, asJSON bool) (err error) {
	if err := a.planFiles(flags.force, []string{path}, outputFile{"-o", out, nil}); err != nil {
		return err
	}
	if err := tryTree(out); err != nil {
		return err
	}
	if err := roomForDump(filepath.Clean(out), path); err != nil { // of a tree not less than of one in lines
		return err
	}
	s, err := a.openSource(ctx, path, flags.from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	var found problems
	sum, losses, err := a.writeTree(s, out, found.note)
	if err != nil {
		return err
	}
	told := statusOfNotes(sum.Notes, flags.allow)
	if asJSON {
		err = writeResult(a, a.stdout, statusOf(ctx, told), struct {
			decodeResult
			Losses map[string]int64 `json:"losses"`
		}{decodeResult{s.about, sum, s.unknown(), found}, lossesByName(losses, s)})
	} else {
		p := &printer{w: a.stdout}
		if !a.quiet {
			p.snapshot(s)
			p.decoded(sum)
			p.notes(sum)
			p.unknown(s.unknown())
			p.losses(losses, s)
			p.problems(found)
		}
		p.incomplete(sum.Notes, flags.allow, "in the dump")
		err = p.err
	}
	if err != nil {
		return err
	}
	return told
}

// tryTree reports whether a tree can be made in the directory out, before the
// source is read for it.
func tryTree(out string) error {
	w, err := tree.Create(out, tree.Options{WallTime: time.Now()})
	if err != nil {
		return usageError{err}
	}
	return w.Abort()
}

func (a *app) writeTree(s *source, out string, see func(keyspace.Note)) (sum summary, losses tree.Losses, err error) {
	update, done := a.progressOf("decode", s)
	defer done()
	src, err := s.keys()
	if err != nil {
		return sum, losses, err
	}
	index, _ := tree.SnapshotIndex(s.name)
	w, err := tree.Create(out, tree.Options{
		Version: "redrill " + version, SnapshotPath: s.name, SnapshotIndex: index,
		Origin: s.about, WallTime: time.Now(),
	})
	if err != nil {
		return sum, losses, usageError{err}
	}
	if sum, err = writeKeys(w, src, see, update); err != nil {
		return sum, losses, errors.Join(err, w.Abort())
	}
	return sum, w.Losses(), nil
}

// livePinned reports whether a source is a tree that was taken from a live store.
// A tree that is written of it cannot say so.
func (s *source) livePinned() bool { return s.opened.Describe().LivePinned }

// lossesByName lists what a dump directory could not hold.
func lossesByName(l tree.Losses, s *source) map[string]int64 {
	all := map[string]int64{
		"nan_scores":      l.NaNScores,
		"max_deleted_ids": l.MaxDeletedIDs,
		"last_ids":        l.LastIDs,
		"epoch_expiries":  l.EpochExpiries,
		"not_utf8":        l.NotUTF8,
		"other_databases": l.OtherDatabases,
	}
	if s.livePinned() {
		all["live_pinned"] = 1
	}
	for kind, n := range l.Notes {
		all["note_"+string(kind)] = n
	}
	for name, n := range all {
		if n == 0 {
			delete(all, name)
		}
	}
	return all
}

// losses prints what a dump directory does not hold, or holds in a way that
// the store's own encoder does not take.
func (p *printer) losses(l tree.Losses, s *source) {
	var parts []string
	for _, loss := range []struct {
		n    int64
		what string
	}{
		{l.NaNScores, "NaN scores left out"},
		{l.MaxDeletedIDs, "largest deleted IDs of streams left out"},
		{l.LastIDs, "last IDs raised to the largest entry"},
		{l.EpochExpiries, "expire times of 0, which the store would drop"},
		{l.NotUTF8, "values that are not UTF-8, which the store cannot hold"},
		{l.OtherDatabases, "keys outside database 0, which the store refuses"},
	} {
		if loss.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", loss.n, loss.what))
		}
	}
	if s.livePinned() {
		parts = append(parts, "the manifest says that the tree was made of a snapshot: shards, pins and the phase of the live source are not in it")
	}
	if len(parts) > 0 {
		p.line("losses", strings.Join(parts, "; "))
	}
}

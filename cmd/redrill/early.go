package main

import (
	"context"
	"errors"
	"os"
	"time"

	"redrill/restore"
	sources "redrill/source"
	"redrill/target"
)

// checkSourcePath returns what is wrong with the name of a source, as far as
// that can be told without reading it: it is not there, or a directory without
// a snapshot, or no file at all. Verbs that need a target call it before they
// start one.
func (a *app) checkSourcePath(path string) error {
	a.record.path = path
	if path == "-" {
		return nil
	}
	err := sources.CheckURL(path)
	if err == nil && !sources.IsTree(path) {
		path, err = sources.Newest(path)
	}
	if errors.Is(err, sources.ErrUsage) {
		return usageError{err}
	}
	if err != nil || sources.IsTree(path) {
		return err
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return err // Opening a pipe would wait for its writer.
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return f.Close()
}

// openEmptyTarget opens the target of a restore and looks whether it may be
// written to, before the source is read. Restoring looks again.
func (a *app) openEmptyTarget(ctx context.Context, f *targetFlags, flags restoreFlags, asOf time.Time) (*target.Target, error) {
	t, err := a.openTarget(ctx, f, asOf)
	if err != nil {
		return nil, err
	}
	if err := restore.CheckTarget(ctx, t.Options, restoreOptions(t, flags, f.connections, asOf)); err != nil {
		a.closeTarget(t)
		return nil, err
	}
	return t, nil
}

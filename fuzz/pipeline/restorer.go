package pipeline

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"redrill/keyspace"
	"redrill/verify"
)

// Server is an empty server for one case.
type Server interface {
	// URL returns how a restorer reaches it.
	URL() string
	// Verify says how what it holds differs from keys. An error says that it
	// could not be told.
	Verify(ctx context.Context, keys []keyspace.Key) ([]verify.Difference, error)
	// Close ends it.
	Close()
}

// Restorer is a command that reads {dump} and writes to the server at {target}.
type Restorer struct {
	Command Command
	Format  Format
	Timeout time.Duration // of a run; 0 is [DefaultTimeout]
	Work    Work
	Start   func(ctx context.Context) (Server, error)
}

// Judge implements [Pipeline]. A case without keys is not applicable.
func (r *Restorer) Judge(ctx context.Context, c Case) (result Result, err error) {
	keys := c.expected(r.Format)
	if c.mustRefuse() || len(keys) == 0 {
		return c.result(NotApplicable, "there is nothing to restore"), nil
	}
	defer func() { result.Must = c.dutyOfKeys(r.Format) }()
	dir, err := r.Work.begin(c)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, r.Work.end(dir, result)) }()
	in := filepath.Join(dir, dumpName(r.Format))
	if err := writeDump(in, r.Format, c); err != nil {
		return result, err
	}
	server, err := r.Start(ctx)
	if err != nil {
		return result, err
	}
	defer server.Close()
	exit, err := r.Command.Run(ctx, r.Timeout, Dump, in, Target, server.URL())
	if err != nil {
		return result, err
	}
	if result, ended := c.badEnd(exit); ended {
		return result, nil
	}
	switch {
	case exit.Status != 0 && slices.ContainsFunc(keys, unrepresentable):
		return c.ended(exit, Pass, "refused, because no Redis can hold all of it"), nil
	case exit.Status != 0:
		return c.ended(exit, Refused, fmt.Sprintf("%v for a legal dump", exit)), nil
	}
	// Not the dump: the command may have changed it.
	diffs, err := server.Verify(ctx, keys)
	if ctx.Err() != nil {
		return result, ctx.Err()
	}
	if err != nil {
		return c.ended(exit, Broken, fmt.Sprintf("%v, but the server cannot be verified: %v", exit, err)), nil
	}
	if len(diffs) == 0 {
		return c.ended(exit, Pass, ""), nil
	}
	result = c.ended(exit, Wrong, differs(exit))
	result.Want, result.Live = keys, diffs
	for _, d := range diffs {
		result.Differences = append(result.Differences, describeLive(d))
	}
	result.Differences = atMost(result.Differences)
	return result, nil
}

func describeLive(d verify.Difference) string {
	text := fmt.Sprintf("%s: %s", d.Path, d.Kind)
	if d.Want != "" || d.Got != "" {
		text += fmt.Sprintf(": want %s, got %s", d.Want, d.Got)
	}
	return text
}

// unrepresentable reports whether the key holds what no Redis can.
func unrepresentable(k keyspace.Key) bool {
	_, dropped := keyspace.Representable(k)
	return dropped > 0
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"redrill/keyspace"
	sources "redrill/source"
	"redrill/target"
	"redrill/verify"
)

// The ways to restore.
const (
	viaLoad     = "load"     // the server starts with a copy of the file
	viaCommands = "commands" // SET, HSET, XADD, …
)

// ownedTargets are those that a drill starts and that can start with a file.
var ownedTargets = []string{target.Auto, string(target.KindDocker), string(target.KindProcess)}

// wayOf returns how a drill restores. Without --via, an RDB file is what a server
// that redrill starts is started with.
func (req *drillRequest) wayOf() (string, error) {
	own := slices.Contains(ownedTargets, req.to.spec)
	moved := ""
	switch {
	case req.asOfGiven:
		moved = "--as-of"
	case req.restore.expiry.shift:
		moved = "--expiry shift"
	case req.restore.replace:
		moved = "--replace"
	}
	switch req.via {
	case "":
		if own && moved == "" && sources.LooksLikeRDB(req.path) {
			return viaLoad, nil
		}
		return viaCommands, nil
	case viaCommands:
		return viaCommands, nil
	case viaLoad:
		if !own {
			return "", usagef("--via load needs a server that redrill starts: --target docker or --target process")
		}
		if moved != "" {
			return "", usagef("%s needs --via commands: a server that loads a file goes by its own clock, and begins empty", moved)
		}
		return viaLoad, nil
	}
	return "", usagef("--via %q is neither load nor commands", req.via)
}

// drillLoaded runs the stages with a server that starts with the file.
func (a *app) drillLoaded(ctx context.Context, req drillRequest, out *outcome) (result *verify.Result, err error) {
	s, err := a.openSource(ctx, req.path, req.from)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if s.opened.Load == nil {
		return nil, usagef("--via load: %s is not an RDB file; no server starts with it", s.name)
	}
	t, err := a.openLoaded(ctx, req, s)
	if errors.Is(err, target.ErrNotLoaded) {
		out.opened(s)
		sum, decodeErr := a.decodeKept(ctx, s, req, out.problems.note) // tells which keys may be the reason
		if decodeErr != nil {
			return nil, errors.Join(err, decodeErr)
		}
		out.decodedAll(sum)
		return nil, out.notLoaded(err)
	}
	if err != nil {
		return nil, err
	}
	defer a.closeTarget(t)
	out.reached(t)
	out.opened(s)
	if t.Loaded == nil {
		return a.drillImitation(ctx, req, out)
	}
	out.loadedAll(t)
	sum, err := a.decodeKept(ctx, s, req, out.problems.note)
	if err != nil {
		return nil, err
	}
	out.decodedAll(sum)
	result, err = a.verifyAgainst(ctx, t, comparison{
		source: s, keys: s.keys, connections: req.to.connections, noScan: req.restore.noScan, asOf: req.asOf, diffs: out.diff, total: sum.Keys,
		loaded: true,
	})
	if errors.Is(err, verify.ErrTarget) && ctx.Err() == nil {
		if words, died := t.Died(ctx); died {
			err = out.notLoaded(fmt.Errorf("%w: it died while its keys were read: %w%s", target.ErrNotLoaded, err, words))
		}
	}
	return result, err
}

// drillImitation runs the stages with the embedded server, which auto takes where
// nothing else is: it cannot start with a file.
func (a *app) drillImitation(ctx context.Context, req drillRequest, out *outcome) (result *verify.Result, err error) {
	dumped, err := newDrillDump(req.keepDump, req.path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, dumped.close()) }()
	return a.drillStages(ctx, req, dumped, out)
}

// openLoaded starts a server with the file.
func (a *app) openLoaded(ctx context.Context, req drillRequest, s *source) (*target.Target, error) {
	m := a.begin("restore", "key", -1)
	defer a.end(m)
	load := s.opened.Load
	if err := sources.CheckRoom(os.TempDir(), load.Size); err != nil {
		return nil, fmt.Errorf("copy the file for the server: %w", err)
	}
	req.to.load = &target.Load{Content: load.Content, Size: load.Size}
	req.to.databases = load.Databases
	return a.openTarget(ctx, &req.to, req.asOf)
}

// decodeKept decodes the source once, into a dump if the user wants to keep one.
func (a *app) decodeKept(ctx context.Context, s *source, req drillRequest, see func(keyspace.Note)) (sum summary, err error) {
	if req.keepDump == "" {
		update, done := a.progressOf("decode", s)
		defer done()
		src, err := s.keys()
		if err != nil {
			return sum, err
		}
		return writeKeys(noDump{}, src, see, update)
	}
	dumped, err := newDrillDump(req.keepDump, req.path)
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, dumped.close()) }()
	if sum, err = a.decodeForDrill(s, dumped, see); err != nil {
		return sum, err
	}
	kept, err := dumped.source(ctx, sum)
	if err != nil {
		return sum, err
	}
	return sum, kept.close()
}

// noDump takes what a dump would.
type noDump struct{}

func (noDump) Key(keyspace.Key) error         { return nil }
func (noDump) Note(keyspace.Note) error       { return nil }
func (noDump) Count(keyspace.NoteKind, int64) {}
func (noDump) Close() error                   { return nil }

// notLoaded tells what is known of a file that a server does not come up with, and
// returns why, which err tells.
func (o *outcome) notLoaded(err error) error {
	if o.flags.out.json {
		e := o.a.envelope(exitDifferences)
		e.Error = o.a.errorOf(exitDifferences, err)
		return errors.Join(err, writeEnvelope(o.a, o.a.stdout, e, notLoadedResult{o.source.about, o.decoded, o.problems}))
	}
	o.say(func(p *printer) { p.problems(o.problems) })
	_, printErr := fmt.Fprintln(o.a.stdout, "different: the backup does not come back on this server")
	return errors.Join(err, printErr)
}

// notLoadedResult is the result of a drill whose server does not come up with the file;
// its member names are stable.
type notLoadedResult struct {
	Source   keyspace.Origin `json:"source"`
	Decoded  *summary        `json:"decoded,omitempty"`
	Problems problems        `json:"problems"`
}

// loadedAll tells how the server came up.
func (o *outcome) loadedAll(t *target.Target) {
	o.say(func(p *printer) {
		p.line("loaded", fmt.Sprintf("by the server in %.2f s; its words:", t.Loaded.Seconds))
		for _, line := range t.Loaded.Log {
			p.line("", line)
		}
	})
}

package fuzz

import (
	"context"
	"math/rand/v2"

	"redrill/keyspace"
)

// replayLimits are the part limits a case is replayed with, beside its own.
var replayLimits = [...]keyspace.PartLimit{{}, {Elements: 1}, {Elements: 2}, {Elements: 3}, {Bytes: 1}, {Bytes: 7}}

// replayRounds is how often a case is restored and verified: connections,
// pipelines and part sizes are drawn for each.
const replayRounds = 8

// Replay runs a case again and returns its failure, or nil when every property
// holds: it is decoded with several part limits, written to a dump and read
// back, and restored to the server, verified, edited in every way and verified
// again, several times. Without a server only what needs none is checked.
//
// Errors: [ErrServer] when the server does not answer, the cause of ctx when it
// is done.
func Replay(ctx context.Context, c Case, s *Server, asOfMs int64) (*Failure, error) {
	if f := c.check(); f != nil {
		return f.withGot(), nil
	}
	if c.Must != MustDecode {
		return nil, nil
	}
	c.spread.databases = maxDatabases
	var l *live
	if s != nil {
		var err error
		if l, err = openLive(ctx, *s, c.Layout, asOfMs); err != nil {
			return nil, err
		}
		defer l.close()
		c.spread.databases = len(l.clients)
	}
	for _, limit := range replayLimits {
		other := c
		other.Options.Part = limit
		if f := other.check(); f != nil {
			return f.withGot(), nil
		}
	}
	dumped, f := c.checkDump()
	if f == nil {
		f = c.checkRepeat(dumped)
	}
	if f == nil && c.Layout.Trees() {
		f = c.checkTree()
	}
	if f != nil {
		return f.withGot(), nil
	}
	if l == nil {
		return nil, nil
	}
	for i := range replayRounds {
		r := rand.New(rand.NewPCG(uint64(i), uint64(len(c.File))))
		live, err := l.check(ctx, []Case{c}, [][]byte{dumped}, r, true)
		if err != nil {
			return nil, err
		}
		if live != nil {
			return live.withGot(), nil
		}
	}
	return nil, nil
}

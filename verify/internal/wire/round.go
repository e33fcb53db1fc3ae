package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/redis/go-redis/v9"
)

// Reply limits in bytes beyond what is expected: enough for any header, error
// or integer, and for the beginning of a value that is longer than expected.
const (
	smallReply = 1 << 10
	keptArena  = 4 << 20 // of reply buffer kept between round trips
)

// PerBulk is what the framing around each byte string takes, in bytes.
const PerBulk = 16

// Round is one pipelined round trip: requests go in, raw replies come out. Each
// reply is kept up to its limit; what is beyond is read and dropped (V4).
type Round struct {
	args  []any
	reqs  []request
	sinks []sink
	cmds  []redis.Cmder
	arena []byte
}

// request is one command: its arguments and how much of its reply to keep.
type request struct{ from, to, limit int }

// Slot names a request of a round.
type Slot int

// Reset forgets the requests and their replies, and keeps the memory.
func (r *Round) Reset() {
	clear(r.args)
	clear(r.cmds)
	r.args, r.reqs, r.sinks, r.cmds = r.args[:0], r.reqs[:0], r.sinks[:0], r.cmds[:0]
	if cap(r.arena) > keptArena {
		r.arena = nil
	}
	r.arena = r.arena[:0]
}

// Add appends a command. Strings are passed as *string, which costs no
// allocation; they must not change before the round was sent.
func (r *Round) Add(limit int, args ...any) Slot {
	r.Begin(args...)
	return r.End(limit)
}

// Begin begins a command to which arguments are added one by one.
func (r *Round) Begin(args ...any) {
	r.reqs = append(r.reqs, request{from: len(r.args)})
	r.args = append(r.args, args...)
}

// Arg adds an argument, which must not change before the round was sent.
func (r *Round) Arg(s *string) { r.args = append(r.args, s) }

// End ends a command; limit is how many bytes its reply is expected to have.
func (r *Round) End(limit int) Slot {
	last := len(r.reqs) - 1
	r.reqs[last].to, r.reqs[last].limit = len(r.args), limit+smallReply
	return Slot(last)
}

// Exec asks the requests about a database and reads all replies. An error reply
// is an error if it is about the server ([aboutServer]); one about a key or a
// command is left to whoever reads it. What the server is too busy for is asked
// again, after pauses that grow.
func (r *Round) Exec(ctx context.Context, c *Connection, db int) error {
	if len(r.reqs) == 0 {
		return nil
	}
	for _, q := range r.reqs {
		r.sinks = append(r.sinks, sink{round: r, limit: q.limit})
	}
	again := make([]int, len(r.reqs))
	for i := range again {
		again[i] = i
	}
	for pauses := 0; ; pauses++ {
		if err := r.send(ctx, c, db, again); err != nil {
			return err
		}
		if again = r.busy(again); len(again) == 0 {
			break
		}
		if pauses == busyPauses {
			return TargetError(ctx, r.name(again[0]), fmt.Errorf("asked %d times: %s", pauses+1, r.words(again[0])))
		}
		if err := c.pause(ctx, busyPause(pauses)); err != nil {
			return TargetError(ctx, r.name(again[0]), err)
		}
	}
	for i := range r.sinks {
		text, failed := r.Reply(Slot(i)).Failure()
		if failed && aboutServer(text) {
			return TargetError(ctx, r.name(i), errors.New(words(text)))
		}
	}
	return nil
}

// send asks some of the requests in one round trip.
func (r *Round) send(ctx context.Context, c *Connection, db int, which []int) error {
	r.cmds = r.cmds[:0]
	for _, i := range which {
		q := r.reqs[i]
		r.sinks[i] = sink{round: r, limit: q.limit}
		r.cmds = append(r.cmds, redis.NewRawWriteToCmd(ctx, &r.sinks[i], r.args[q.from:q.to]...))
	}
	pipe := c.client.Pipeline()
	selected := sink{round: r, limit: smallReply}
	if c.selects(db) {
		_ = pipe.Process(ctx, redis.NewRawWriteToCmd(ctx, &selected, "SELECT", db)) // is only queued
	}
	if err := pipe.BatchProcess(ctx, r.cmds...); err != nil {
		return TargetError(ctx, r.name(0), err)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return TargetError(ctx, r.name(0), err)
	}
	if text, failed := selected.reply().Failure(); failed {
		return TargetError(ctx, "SELECT", errors.New(words(text)))
	}
	return nil
}

// busy returns which of the requests the server was too busy for. The time that
// was asked after the first of them is among them: it has to be after all.
func (r *Round) busy(asked []int) (again []int) {
	for _, i := range asked {
		text, failed := r.Reply(Slot(i)).Failure()
		if failed && Code(text) == "BUSY" || len(again) > 0 && r.name(i) == any("TIME") {
			again = append(again, i)
		}
	}
	return again
}

// Said returns a command and what the server said to it, for people.
func (r *Round) Said(s Slot) string { return fmt.Sprintf("%v: %s", r.name(int(s)), r.words(int(s))) }

func (r *Round) words(i int) string {
	got := r.Reply(Slot(i))
	if text, failed := got.Failure(); failed {
		return words(text)
	}
	return "unexpected reply " + words(string(got.B[:min(len(got.B), wordsBytes)]))
}

// Command returns a request with its arguments.
func (r *Round) Command(s Slot) []any { return r.args[r.reqs[s].from:r.reqs[s].to] }

func (r *Round) name(i int) any { return r.args[r.reqs[i].from] }

// Reply returns the reply to a request, borrowed until the next round trip.
func (r *Round) Reply(s Slot) Reply { return r.sinks[s].reply() }

// Pauses before what a server was too busy for is asked again: half a minute in
// all.
const (
	busyPauses  = 20
	firstPause  = 20 * time.Millisecond
	longestWait = 2 * time.Second
)

// busyPause returns how long to wait before the request is repeated for the
// n-th time, from 0.
func busyPause(n int) time.Duration { return min(firstPause<<n, longestWait) }

// sink keeps the first limit bytes of one reply in the arena of its round.
// Replies arrive one after the other, so that each is one piece.
type sink struct {
	round    *Round
	from, to int
	limit    int
	begun    bool
	cut      bool
}

func (s *sink) reply() Reply { return Reply{B: s.round.arena[s.from:s.to], Cut: s.cut} }

func (s *sink) room() int {
	if !s.begun {
		s.begun = true
		s.from = len(s.round.arena)
		s.to = s.from
	}
	return s.limit - (s.to - s.from)
}

// Write implements [io.Writer].
func (s *sink) Write(p []byte) (int, error) {
	keep := min(len(p), s.room())
	if keep < len(p) {
		s.cut = true
	}
	s.round.arena = append(s.round.arena, p[:keep]...)
	s.to += keep
	return len(p), nil
}

// ReadFrom implements [io.ReaderFrom]: it reads straight into the arena.
func (s *sink) ReadFrom(src io.Reader) (int64, error) {
	room := s.room()
	want := room
	if limited, ok := src.(*io.LimitedReader); ok {
		want = int(min(int64(room), max(limited.N, 0)))
	}
	arena := s.round.arena
	start := len(arena)
	for cap(arena)-start < want {
		arena = append(arena[:cap(arena)], 0)
	}
	arena = arena[:start+want]
	n, err := io.ReadFull(src, arena[start:])
	s.round.arena = arena[:start+n]
	s.to += n
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return int64(n), nil
	}
	if err != nil {
		return int64(n), err
	}
	dropped, err := io.Copy(io.Discard, src)
	if dropped > 0 {
		s.cut = true
	}
	return int64(n) + dropped, err
}

// None marks a request that was not made.
const None Slot = -1

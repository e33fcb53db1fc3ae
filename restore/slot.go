package restore

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/redis/go-redis/v9"
)

// slots lets one connection send batch after batch through a go-redis pipeline
// without allocating per command.
//
// go-redis asks each command of a pipeline for its arguments once, in order,
// then lets it read its reply and tells it the outcome by SetErr, in order. So
// one slice of arguments, one command that reads raw replies and one buffer
// serve them all; slot i stands for command i of whatever batch is being sent.
type slots struct {
	cmds  []redis.Cmder // cmds[i] is slot i
	args  []any         // of the command that is being written
	raw   *redis.RawWriteToCmd
	reply replyBuffer

	batch   *batch
	replied int // commands that have been answered
	wrong   *replyError
}

func newSlots(ctx context.Context) *slots {
	s := new(slots)
	s.raw = redis.NewRawWriteToCmd(ctx, &s.reply)
	return s
}

// errBroken is the class of errors after which a connection is of no use.
var errBroken = errors.New("connection broken")

// send sends b over conn and checks every reply. The error is a *replyError
// when a reply is wrong, otherwise it unwraps to errBroken.
func (s *slots) send(ctx context.Context, conn *redis.Conn, b *batch) error {
	if len(b.cmds) == 0 {
		return nil
	}
	for len(s.cmds) < len(b.cmds) {
		s.cmds = append(s.cmds, &slot{RawWriteToCmd: s.raw, s: s, i: len(s.cmds)})
	}
	s.batch, s.replied, s.wrong = b, 0, nil
	s.reply.reset()
	pipe := conn.Pipeline()
	err := pipe.BatchProcess(ctx, s.cmds[:len(b.cmds)]...)
	if err == nil {
		_, err = pipe.Exec(ctx)
	}
	switch {
	case s.wrong != nil:
		return s.wrong
	case err != nil:
		return fmt.Errorf("%w: %w", errBroken, err)
	case s.replied != len(b.cmds):
		return fmt.Errorf("%w: %d of %d commands answered", errBroken, s.replied, len(b.cmds))
	}
	return nil
}

// slot is one command of a pipeline. The embedded command, which all slots
// share, reads the reply; it is never retried.
type slot struct {
	*redis.RawWriteToCmd
	s *slots
	i int
}

// Args returns the name and the arguments, valid until the next call for any
// slot. Pointers to strings spare the allocation of strings in interfaces.
func (c *slot) Args() []any {
	span := c.s.batch.cmds[c.i]
	args := c.s.args[:0]
	for i := span.start; i < span.end; i++ {
		args = append(args, &c.s.batch.args[i])
	}
	c.s.args = args
	return args
}

// Name returns the name of the command.
func (c *slot) Name() string { return c.s.batch.args[c.s.batch.cmds[c.i].start] }

// FullName returns the name of the command.
func (c *slot) FullName() string { return c.Name() }

// SetErr is called after the reply was read, and once more for every command
// when the connection breaks.
func (c *slot) SetErr(err error) {
	s := c.s
	if err != nil || c.i != s.replied {
		return
	}
	s.replied++
	if s.wrong == nil {
		s.wrong = checkReply(s.batch, c.i, &s.reply)
	}
	s.reply.reset()
}

// Err returns nil: outcomes are in slots.
func (c *slot) Err() error { return nil }

// replyLimit is how much of a reply is kept: that much has the longest that is
// looked at to its end, the codes of the fields of one command.
const replyLimit = 8 << 10

// replyBuffer keeps the beginning of one raw reply.
type replyBuffer struct{ b []byte }

func (r *replyBuffer) reset() { r.b = r.b[:0] }

// Write implements [io.Writer].
func (r *replyBuffer) Write(p []byte) (int, error) {
	r.b = append(r.b, p[:min(len(p), replyLimit-len(r.b))]...)
	return len(p), nil
}

// ReadFrom implements [io.ReaderFrom], without which copying a bulk reply
// would allocate.
func (r *replyBuffer) ReadFrom(src io.Reader) (n int64, err error) {
	var chunk [64]byte
	for {
		m, err := src.Read(chunk[:])
		n += int64(m)
		_, _ = r.Write(chunk[:m]) // never fails
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

package target

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// memPipe returns the two ends of a connection in memory. Unlike net.Pipe it
// buffers without bound, so that a client can send a whole pipeline before it
// reads the first reply while the server writes each reply at once. A unix socket
// does not: with it, a pipeline of 2,000 commands ends in a timeout
// (TestEmbeddedTakesALongPipeline), because the kernel counts every small reply as
// several hundred bytes, and both sides wait for room.
func memPipe() (client, server net.Conn) {
	a, b := newMemQueue(), newMemQueue()
	return &memConn{in: a, out: b}, &memConn{in: b, out: a}
}

// memConn is one end: it reads from in and writes to out.
type memConn struct{ in, out *memQueue }

func (c *memConn) Read(b []byte) (int, error)  { return c.in.read(b) }
func (c *memConn) Write(b []byte) (int, error) { return c.out.write(b) }

// Close ends both directions. What was written before can still be read.
func (c *memConn) Close() error {
	c.in.close()
	c.out.close()
	return nil
}

func (c *memConn) LocalAddr() net.Addr                { return memAddr{} }
func (c *memConn) RemoteAddr() net.Addr               { return memAddr{} }
func (c *memConn) SetDeadline(t time.Time) error      { return c.SetReadDeadline(t) }
func (c *memConn) SetReadDeadline(t time.Time) error  { c.in.setDeadline(t); return nil }
func (c *memConn) SetWriteDeadline(_ time.Time) error { return nil } // writing never blocks

type memAddr struct{}

func (memAddr) Network() string { return "memory" }
func (memAddr) String() string  { return "memory" }

// memQueue is one direction of a memPipe.
type memQueue struct {
	mu      sync.Mutex
	changed *sync.Cond
	buf     []byte
	closed  bool
	late    bool        // the read deadline has passed
	timer   *time.Timer // sets late
	setting int         // counts the deadlines, so that an old timer does nothing
}

func newMemQueue() *memQueue {
	q := &memQueue{}
	q.changed = sync.NewCond(&q.mu)
	return q
}

func (q *memQueue) read(b []byte) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.buf) == 0 && !q.closed && !q.late && len(b) > 0 {
		q.changed.Wait()
	}
	switch {
	case q.late:
		return 0, os.ErrDeadlineExceeded
	case len(q.buf) == 0 && q.closed:
		return 0, io.EOF
	}
	n := copy(b, q.buf)
	if q.buf = q.buf[n:]; len(q.buf) == 0 {
		q.buf = nil // let a large burst go
	}
	return n, nil
}

func (q *memQueue) write(b []byte) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return 0, io.ErrClosedPipe
	}
	q.buf = append(q.buf, b...)
	q.changed.Broadcast()
	return len(b), nil
}

func (q *memQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	if q.timer != nil {
		q.timer.Stop()
	}
	q.changed.Broadcast()
}

func (q *memQueue) setDeadline(t time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.timer != nil {
		q.timer.Stop()
		q.timer = nil
	}
	q.setting++
	q.late = !t.IsZero() && !t.After(time.Now())
	if q.late {
		q.changed.Broadcast()
	} else if !t.IsZero() && !q.closed {
		setting := q.setting
		q.timer = time.AfterFunc(time.Until(t), func() { q.expire(setting) })
	}
}

// expire marks the deadline as passed, unless another has been set since.
func (q *memQueue) expire(setting int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.setting == setting {
		q.late = true
		q.changed.Broadcast()
	}
}

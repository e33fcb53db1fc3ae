package restore

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// lane is one connection and the pipelines on their way to it. One goroutine
// fills pipelines, another sends them; they share the channels only.
type lane struct {
	run *run

	// Of the goroutine that fills.
	plan     planner
	cur      *pipeline
	begun    bool // commands for the key at hand have been planned
	expired  int  // fields of the key at hand that are gone
	lost     bool // the server has nothing to hold the key at hand
	switched bool // the connection may have selected another database than 0

	todo chan *pipeline // filled
	free chan *pipeline // answered, or never used

	// Of the goroutine that sends.
	conn  *redis.Conn
	id    int64   // of the connection on the server; 0 if it does not say
	ids   []int64 // of all connections there were
	runID string
	// started counts the keys that were sent, whole or in part, or may have been.
	started int64
	slots   *slots
}

// pipelinesPerLane: one is filled while one is being answered and one waits.
const pipelinesPerLane = 3

func newLane(ctx context.Context, r *run) *lane {
	l := &lane{
		run:   r,
		plan:  r.planner(),
		cur:   new(pipeline),
		todo:  make(chan *pipeline, pipelinesPerLane),
		free:  make(chan *pipeline, pipelinesPerLane),
		slots: newSlots(ctx),
	}
	l.switched = r.opts.asksByName()
	l.reset()
	for range pipelinesPerLane - 1 {
		l.free <- new(pipeline)
	}
	return l
}

// serve sends pipelines until there are no more, or one fails.
func (l *lane) serve(ctx context.Context) (err error) {
	defer l.run.crash.Keep(&err)
	if err := l.connect(ctx); err != nil {
		return err
	}
	idle := true
	for {
		p, more := <-l.todo
		if !more {
			return nil
		}
		if _, large := p.incomplete(); large && idle {
			if err := l.wake(ctx); err != nil {
				return err
			}
		}
		if err := l.deliver(ctx, p); err != nil {
			return err
		}
		idle = len(l.todo) == 0 // now: once it is acknowledged, whoever waited for that may go on
		l.run.acknowledge(p.count)
		l.free <- p
	}
}

// wake makes sure of a connection that had nothing to do, before it is used for a key
// that cannot be rebuilt: the server may have ended it. Then the key goes on over
// another, because everything that was sent has been answered.
func (l *lane) wake(ctx context.Context) error {
	err := l.conn.Ping(ctx).Err()
	if err == nil || !isBroken(err) {
		return nil // what else is wrong shows where the keys are written
	}
	_ = l.conn.Close() // it is broken
	return l.connect(ctx)
}

// connect opens a connection and asks how the server identifies it and itself.
func (l *lane) connect(ctx context.Context) error {
	l.conn = l.run.client.Conn()
	reply, err := l.conn.Do(ctx, "CLIENT", "ID").Result()
	if err != nil && !refused(err) {
		return fmt.Errorf("%w: connect: %w", ErrTarget, err)
	}
	l.id, _ = reply.(int64)
	if l.id != 0 {
		l.ids = append(l.ids, l.id)
	}
	runID, err := serverRunID(ctx, l.conn)
	if err != nil {
		return err
	}
	if l.runID != "" && l.runID != runID {
		return fmt.Errorf("%w: the server was restarted", ErrTarget)
	}
	l.runID = runID
	return nil
}

// deliver sends p. When the connection breaks, the keys of p are deleted and
// built again on a fresh one; when the server is busy, after a pause on the same.
func (l *lane) deliver(ctx context.Context, p *pipeline) error {
	err := l.attempt(ctx, p)
	for breaks, busy := 0, 0; err != nil; {
		isBroken, isBusy := errors.Is(err, errBroken), Code(err) == "BUSY"
		if ctx.Err() != nil || !isBroken && !isBusy ||
			isBroken && breaks >= l.run.opts.Rebuilds || isBusy && busy >= busyTries {
			return targetError(err)
		}
		if k, ok := p.incomplete(); ok && p.sent {
			return fmt.Errorf("%w: key %q of database %d was under way and is too large to be rebuilt: %w",
				ErrTarget, k.name, k.db, err)
		}
		if isBroken {
			breaks++
			if rerr := l.reconnect(ctx); rerr != nil {
				return fmt.Errorf("%w, after: %w", rerr, err)
			}
		} else {
			busy++
			if err := l.run.pause(ctx, busy); err != nil {
				return err
			}
		}
		if p.sent {
			l.run.rebuilt(len(p.keys))
		}
		err = l.attempt(ctx, p)
	}
	return nil
}

// attempt sends p once, or, when it was sent before, its commands with every
// key deleted first.
func (l *lane) attempt(ctx context.Context, p *pipeline) error {
	if p.sent {
		return l.sendNow(ctx, p.rebuild())
	}
	if l.run.opts.asksByName() {
		if err := l.send(ctx, p.exists()); err != nil {
			return err
		}
	}
	p.sent = true
	for _, k := range p.keys {
		if k.start {
			l.started++
		}
	}
	return l.sendNow(ctx, p)
}

// sendNow sends p with the times that count from now on, if there are any.
func (l *lane) sendNow(ctx context.Context, p *pipeline) error {
	if p.relative == 0 {
		return l.send(ctx, p)
	}
	fromMs := l.run.nowMs()
	p.setTTLs(fromMs)
	err := l.send(ctx, p)
	if err == nil {
		l.run.relative(int64(p.relative), l.run.nowMs()-fromMs)
	}
	return err
}

// send names the key whose reply is wrong.
func (l *lane) send(ctx context.Context, p *pipeline) error {
	err := l.slots.send(ctx, l.conn, &p.batch)
	var wrong *replyError
	if !errors.As(err, &wrong) {
		return err
	}
	k, ok := p.keyOf(wrong.command)
	switch {
	case !ok || wrong.name == "SELECT":
		return err
	case wrong.name == "EXISTS" && !wrong.refused:
		return fmt.Errorf("%w: key %q of database %d exists", ErrNotEmpty, k.name, k.db)
	case !wrong.refused: // the key holds more than this run wrote
		l.run.foreign(k.db, k.name)
	}
	return fmt.Errorf("key %q of database %d: %w", k.name, k.db, err)
}

// reconnect opens a fresh connection and makes sure that the server executes
// nothing more of what came over the old one.
func (l *lane) reconnect(ctx context.Context) error {
	old := l.id
	_ = l.conn.Close() // it is broken
	if old == 0 {
		return fmt.Errorf("%w: the server cannot be told to drop a broken connection", ErrTarget)
	}
	if err := l.connect(ctx); err != nil {
		return err
	}
	if err := l.conn.Do(ctx, "CLIENT", "KILL", "ID", itoa(old)).Err(); err != nil {
		return fmt.Errorf("%w: drop the broken connection: %w", ErrTarget, err)
	}
	return nil
}

// targetError puts err into the class ErrTarget.
func targetError(err error) error {
	if errors.Is(err, ErrTarget) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrTarget, err)
}

// refused reports whether err is an error reply: the connection is fine.
func refused(err error) bool {
	var reply redis.Error
	return errors.As(err, &reply)
}

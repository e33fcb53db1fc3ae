package restore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// MarkerKey is the key of database 0 that says that a run writes to the server.
// It exists from before the first write until after the last, and expires by
// itself when the run is killed.
//
// Two runs exclude each other: a run looks for the marker, finds the target empty,
// sets the marker if there is none (SET NX), and finds the target empty but for
// it. So a run that has the marker writes alone, and to a target that nobody has
// written to since. The marker is removed only by the run whose value it holds; a
// run that finds another value, or none, fails.
const MarkerKey = "redrill:running"

// errMarkerLost means that the marker is not there any more, or of another run:
// somebody else may write.
var errMarkerLost = fmt.Errorf("%w: the key %q no longer belongs to this run: another run may write", ErrTarget, MarkerKey)

// lookForMarker returns ErrRunning when another run has its marker on the server.
// Whatever else has that name is found later.
func (r *run) lookForMarker(ctx context.Context, conn *redis.Conn) error {
	if !r.wantsMarker() {
		return nil
	}
	value, err := conn.Do(ctx, "GET", MarkerKey).Text()
	if err != nil && !refused(err) {
		return fmt.Errorf("%w: GET: %w", ErrTarget, err)
	}
	if err != nil || !isMarker(value) {
		return nil
	}
	if r.marked = value == r.markerValue(); r.marked { // set before the connection broke
		return nil
	}
	return r.running(ctx, conn)
}

// wantsMarker reports whether the run sets a marker. A key of the source that has
// its name would take its place.
func (r *run) wantsMarker() bool {
	return r.opts.RunID != "" && (r.opts.Needs == nil || !r.opts.Needs.marked)
}

const markerPrefix = "redrill run "

func isMarker(value string) bool {
	return len(value) > len(markerPrefix) && value[:len(markerPrefix)] == markerPrefix
}

func (r *run) markerValue() string { return markerPrefix + r.opts.RunID }

// running returns ErrRunning, and says how long the marker will last.
func (r *run) running(ctx context.Context, conn *redis.Conn) error {
	ms, err := conn.Do(ctx, "PTTL", MarkerKey).Int64()
	switch {
	case err != nil || ms < -1:
		return fmt.Errorf("%w: %w: key %q", ErrTarget, ErrRunning, MarkerKey)
	case ms == -1:
		return fmt.Errorf("%w: %w: key %q, without an expire time: no run of redrill set it", ErrTarget, ErrRunning, MarkerKey)
	}
	return fmt.Errorf("%w: %w: key %q, which expires in %d s", ErrTarget, ErrRunning, MarkerKey, (ms+999)/1000)
}

// takeMarker sets the marker. On a server that does not know how, or does not let
// the user, the run goes on without, and says so.
func (r *run) takeMarker(ctx context.Context, conn *redis.Conn) error {
	if r.opts.RunID == "" {
		return nil
	}
	if !r.wantsMarker() {
		r.unmarked(fmt.Sprintf("the source holds a key %q", MarkerKey))
		return nil
	}
	reply, err := conn.Do(ctx, "SET", MarkerKey, r.markerValue(), "NX", "PX", r.opts.MarkerLife.Milliseconds()).Result()
	switch {
	case errors.Is(err, redis.Nil):
		return r.takenMarker(ctx, conn)
	case err == nil && reply == "OK":
		r.marked = true
		return nil
	case err == nil:
		r.unmarked(fmt.Sprintf("SET NX was answered with %.50q", fmt.Sprint(reply)))
		return nil
	case refused(err) && (Code(err) == "ERR" || Code(err) == "NOPERM"):
		r.unmarked(err.Error())
		return nil
	}
	return fmt.Errorf("%w: SET %s: %w", ErrTarget, MarkerKey, err)
}

// takenMarker looks at a marker that is there. It is this run's own when the first
// answer to SET was lost.
func (r *run) takenMarker(ctx context.Context, conn *redis.Conn) error {
	value, err := conn.Do(ctx, "GET", MarkerKey).Text()
	if err == nil && value == r.markerValue() {
		r.marked = true
		return nil
	}
	if err != nil && !refused(err) {
		return fmt.Errorf("%w: GET: %w", ErrTarget, err)
	}
	return r.running(ctx, conn)
}

func (r *run) unmarked(why string) {
	r.result.Unchecked = append(r.result.Unchecked[:0],
		"whether another run of redrill writes to the target at the same time: no marker: "+why)
}

// keepMarker renews the marker until stop is closed, and ends the run when the
// marker is lost. What else goes wrong shows where the keys are written.
func (r *run) keepMarker(ctx context.Context, cancel context.CancelCauseFunc, stop <-chan struct{}) {
	ticker := time.NewTicker(r.opts.MarkerLife / 3)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
			err := r.control.ask(ctx, func(conn *redis.Conn) error {
				err := r.renewMarker(ctx, conn)
				if n, _ := r.evictedSince(ctx, conn); n > 0 { // perhaps the marker, and the result says it
					return nil
				}
				return err
			})
			if errors.Is(err, errMarkerLost) {
				cancel(err)
				return
			}
		}
	}
}

// renewMarker returns errMarkerLost when the marker is not this run's.
func (r *run) renewMarker(ctx context.Context, conn *redis.Conn) error {
	_, err := r.ifMarked(ctx, conn, []any{"PEXPIRE", MarkerKey, r.opts.MarkerLife.Milliseconds()})
	return err // where it cannot be renewed it expires, and is found lost
}

// dropMarker removes the marker and returns what the server said about itself (INFO
// all) at that moment: whoever writes later changes that.
func (r *run) dropMarker(ctx context.Context, c *control) (info string, err error) {
	// This may be sent twice, what follows not.
	if err := c.ask(ctx, func(conn *redis.Conn) error { return r.renewMarker(ctx, conn) }); err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	replies, err := r.ifMarked(ctx, c.conn, []any{"DEL", MarkerKey}, []any{"INFO", "all"})
	if err != nil {
		return "", err
	}
	if replies[0] == nil { // refused
		return "", fmt.Errorf("%w: DEL %s is refused", ErrTarget, MarkerKey)
	}
	r.marked = false
	info, _ = replies[1].(string)
	return info, nil
}

// ifMarked runs commands if the marker is this run's, in one transaction with that
// look where the server has such, and returns their replies, nil for an error reply.
// Else it returns errMarkerLost.
func (r *run) ifMarked(ctx context.Context, conn *redis.Conn, commands ...[]any) ([]any, error) {
	l := line{ctx: ctx, conn: conn}
	l.send("WATCH", MarkerKey)
	if value := l.send("GET", MarkerKey); l.err == nil && value != r.markerValue() {
		return nil, errMarkerLost
	}
	if l.send("MULTI") == "OK" {
		queued := true
		for _, command := range commands {
			queued = l.send(command...) == "QUEUED" && queued
		}
		if queued {
			return l.exec()
		}
		l.send("DISCARD")
	}
	replies := make([]any, 0, len(commands))
	for _, command := range commands {
		replies = append(replies, l.send(command...))
	}
	return replies, l.err
}

// line sends one command after the other. After err it sends no more.
type line struct {
	ctx  context.Context
	conn *redis.Conn
	err  error // the connection is broken
}

// send returns the reply, nil for an error reply.
func (l *line) send(args ...any) any {
	if l.err != nil {
		return nil
	}
	reply, err := l.conn.Do(l.ctx, args...).Result()
	switch {
	case err == nil:
		return reply
	case !errors.Is(err, redis.Nil) && !refused(err):
		l.err = fmt.Errorf("%w: %v: %w", ErrTarget, args[0], err)
	}
	return nil
}

// exec ends a transaction that somebody else may have made void.
func (l *line) exec() ([]any, error) {
	replies, err := l.conn.Do(l.ctx, "EXEC").Slice()
	switch {
	case errors.Is(err, redis.Nil):
		return nil, errMarkerLost
	case err != nil:
		return nil, fmt.Errorf("%w: EXEC: %w", ErrTarget, err)
	}
	return replies, nil
}

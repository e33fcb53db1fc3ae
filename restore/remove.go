package restore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"redrill/internal/client"
	"redrill/internal/figures"
	"redrill/keyspace"
)

// CleanUp says what happened to the keys that a failed run had begun to write.
type CleanUp struct {
	Written int64  `json:"written"` // keys that the run wrote, whole or in part, or may have written
	Removed int64  `json:"removed"` // of them deleted again, or found absent
	Absent  int64  `json:"absent"`  // of those that are removed: found absent
	Left    int64  `json:"left"`    // of them still on the server, or perhaps
	Why     string `json:"why,omitempty"`

	Functions     int64 `json:"functions,omitempty"`      // libraries that the run had loaded, deleted again
	FunctionsLeft int64 `json:"functions_left,omitempty"` // libraries that may stay
}

// String says it for people.
func (c CleanUp) String() string {
	var texts []string
	if c.Written > 0 || c.Functions+c.FunctionsLeft == 0 {
		texts = append(texts, c.keysText())
	}
	if c.Functions > 0 {
		texts = append(texts, "this run deleted "+figures.Count(c.Functions, "library")+" of functions that it had loaded")
	}
	if c.FunctionsLeft > 0 {
		texts = append(texts, "up to "+figures.Count(c.FunctionsLeft, "library")+" of functions may stay on the server: "+c.Why)
	}
	return strings.Join(texts, "; ")
}

func (c CleanUp) keysText() string {
	deleted := c.Removed - c.Absent
	switch {
	case deleted == 0 && c.Left == 0:
		return "nothing that this run sent is on the server"
	case deleted == 0:
		return fmt.Sprintf("up to %s that this run wrote may stay on the server: %s", figures.Count(c.Left, "key"), c.Why)
	}
	text := "this run deleted " + figures.Count(deleted, "key") + " that it had written"
	if c.Absent > 0 {
		text += "; " + figures.Count(c.Absent, "key") + " that it had sent were not there"
	}
	if c.Left > 0 {
		text += fmt.Sprintf("; up to %s may stay on the server: %s", figures.Count(c.Left, "key"), c.Why)
	}
	return text
}

// Bounds of one round trip of a removal.
const (
	removeKeys  = 512
	removeBytes = 1 << 20
)

// Bounds of a clean-up: a run that has failed, or was interrupted, ends soon.
const (
	cleanUpTimeout = 2 * time.Minute
	cleanUpReply   = 5 * time.Second
)

// abandon cleans up behind a run that failed with err, and returns err with what
// the server says about its memory if that is why. It works although ctx is done.
func (r *run) abandon(ctx context.Context, base *redis.Options, err error) error {
	written := int64(0)
	for _, l := range r.lanes {
		written += l.started
	}
	if written == 0 && r.loaded() == 0 && !r.marked {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTimeout)
	defer cancel()
	o := clientOptions(base, r.opts)
	o.ContextTimeoutEnabled = true
	o.ReadTimeout, o.WriteTimeout, o.DialTimeout = cleanUpReply, cleanUpReply, cleanUpReply
	again := client.New(o)
	defer again.Close()
	c := &control{client: again, runID: r.control.runID, known: r.control.known}
	if Code(err) == "OOM" {
		err = r.withMemory(ctx, c, err)
	}
	if errors.Is(err, errMarkerLost) {
		r.marked = false
	}
	if written > 0 || r.loaded() > 0 {
		r.cleanUp(ctx, c, err, &CleanUp{Written: written, Left: written})
	}
	if r.marked {
		if _, dropErr := r.dropMarker(ctx, c); dropErr != nil {
			r.result.Unchecked = append(r.result.Unchecked,
				fmt.Sprintf("the key %q was not removed; it expires by itself: %v", MarkerKey, dropErr))
		}
	}
	return err
}

// cleanUp removes the keys and the libraries of the run.
func (r *run) cleanUp(ctx context.Context, c *control, err error, u *CleanUp) {
	r.result.CleanUp = u
	why := r.stays(err)
	switch {
	case u.Left == 0:
	case why != "":
		u.Why = why
	case r.opts.Again == nil:
		u.Why = "they cannot be told from others"
	default:
		r.remove(ctx, c, u)
	}
	if why == "" {
		r.removeFunctions(ctx, c, u)
	} else {
		u.FunctionsLeft = r.loaded()
		u.Why = why
	}
}

// stays returns why what was written is not removed.
func (r *run) stays(err error) string {
	switch {
	case r.opts.Keep:
		return "that was asked for"
	case r.opts.Replace:
		return "what they replaced cannot be brought back"
	case errors.Is(err, errMarkerLost):
		return "another run may have written them, too"
	}
	return ""
}

// withMemory adds to an error what the server says about its memory.
func (r *run) withMemory(ctx context.Context, c *control, err error) error {
	var m memory
	asked := c.ask(ctx, func(conn *redis.Conn) (err error) { m, err = askMemory(ctx, conn); return err })
	if asked != nil {
		return err
	}
	_, text := m.room()
	need := int64(0)
	if n := r.opts.Needs; n != nil {
		need = n.size.bytes
		text += "; all keys need at least " + sizeText(need) + ", and what the server adds to it"
	}
	return fmt.Errorf("%w (%w: %s%s)", err, ErrMemory, text, m.try(need))
}

// remove deletes exactly the keys that were sent to the server: the sequence is
// run through again, and each lane tells how many of its keys it has begun to
// send. What is no more of the type that was written is somebody else's.
func (r *run) remove(ctx context.Context, c *control, u *CleanUp) {
	p := remover{r: r, ctx: ctx, control: c, u: u}
	if err := p.dropConnections(); err != nil {
		u.Why = err.Error()
		return
	}
	if err := p.removeAll(); err != nil {
		u.Why = err.Error()
	}
	if u.Left > 0 && u.Why == "" {
		u.Why = "somebody else has written to them"
	}
}

type remover struct {
	r       *run
	ctx     context.Context
	control *control
	u       *CleanUp

	keys  []writtenKey
	bytes int
}

type writtenKey struct {
	db   int
	name string
	typ  string // as TYPE says it
}

// dropConnections makes sure that the server executes nothing more of what came
// over the connections of the lanes.
func (p *remover) dropConnections() error {
	for _, l := range p.r.lanes {
		for _, id := range l.ids {
			err := p.control.ask(p.ctx, func(conn *redis.Conn) error {
				return conn.Do(p.ctx, "CLIENT", "KILL", "ID", itoa(id)).Err()
			})
			if err != nil && !refused(err) { // there may be no such connection any more
				return fmt.Errorf("drop a connection: %w", err)
			}
		}
	}
	return nil
}

func (p *remover) removeAll() error {
	seq, err := p.r.opts.Again()
	if err != nil {
		return err
	}
	counts := make([]int64, len(p.r.lanes))
	seen, begun := int64(0), false
	for k, err := range seq {
		if err != nil { // keys that come behind it were not written
			return errors.Join(p.flush(), err)
		}
		if k.Part == 0 {
			begun = false
		}
		if k.ExpireAt.ExpiredAt(p.r.opts.AsOfMs) || begun || !p.r.opts.Server.keep(k, p.r.opts.AsOfMs).written() {
			continue
		}
		begun = true
		lane := laneOf(k, len(counts))
		if counts[lane]++; counts[lane] > p.r.lanes[lane].started {
			continue
		}
		seen++
		if err := p.add(k); err != nil {
			return err
		}
		if seen == p.u.Written {
			break
		}
	}
	return p.flush()
}

func (p *remover) add(k keyspace.Key) error {
	if p.r.isForeign(k.DB, k.Name) {
		return nil
	}
	p.keys = append(p.keys, writtenKey{k.DB, k.Name, typeName(k.Value.Type())})
	p.bytes += len(k.Name)
	if len(p.keys) < removeKeys && p.bytes < removeBytes {
		return nil
	}
	return p.flush()
}

// typeName returns what TYPE answers for a type.
func typeName(t keyspace.Type) string {
	if t == keyspace.TypeHyperLogLog {
		return keyspace.TypeString.String()
	}
	return t.String()
}

// flush deletes the keys that were added, as long as the marker is there.
func (p *remover) flush() error {
	if len(p.keys) == 0 {
		return nil
	}
	var deleted, absent int64
	err := p.r.patiently(p.ctx, func() error {
		return p.control.ask(p.ctx, func(conn *redis.Conn) (err error) {
			if p.r.marked {
				if err := p.r.renewMarker(p.ctx, conn); err != nil {
					return err
				}
			}
			deleted, absent, err = p.deleteKeys(conn)
			return err
		})
	})
	if err != nil {
		return err
	}
	p.u.Removed += deleted + absent
	p.u.Absent += absent
	p.u.Left -= deleted + absent
	p.keys, p.bytes = p.keys[:0], 0
	return nil
}

// deleteKeys returns how many of the keys it deleted, and how many were not there.
func (p *remover) deleteKeys(conn *redis.Conn) (deleted, absent int64, err error) {
	types := make([]*redis.Cmd, len(p.keys))
	err = p.pipelined(conn, func(pipe redis.Pipeliner, i int) {
		types[i] = pipe.Do(p.ctx, "TYPE", p.keys[i].name)
	})
	if err != nil {
		return 0, 0, err
	}
	err = p.pipelined(conn, func(pipe redis.Pipeliner, i int) {
		switch typ, _ := types[i].Text(); typ {
		case "none":
			absent++
		case p.keys[i].typ:
			deleted++
			pipe.Do(p.ctx, "DEL", p.keys[i].name)
		}
	})
	return deleted, absent, err
}

// pipelined sends what each adds for every key, in the database of that, and
// returns the first error.
func (p *remover) pipelined(conn *redis.Conn, each func(redis.Pipeliner, int)) error {
	_, err := conn.Pipelined(p.ctx, func(pipe redis.Pipeliner) error {
		db := 0
		selectDB := func(next int) {
			if next != db {
				pipe.Do(p.ctx, "SELECT", strconv.Itoa(next))
				db = next
			}
		}
		for i, k := range p.keys {
			selectDB(k.db)
			each(pipe, i)
		}
		selectDB(0)
		return nil
	})
	return err
}

package restore

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"redrill/internal/figures"
	"redrill/keyspace"
)

// library is a function library that the run loads before the first key.
type library struct {
	code string
	name string // as the code says it, later as the server does
	sent bool   // the server may have it
}

func libraries(code []string) []library {
	all := make([]library, len(code))
	for i := range code {
		name, _ := keyspace.LibraryName(code[i]) // "" where the server is to say it
		all[i] = library{code: code[i], name: name}
	}
	return all
}

// checkFunctions returns ErrNotEmpty when the server has function libraries, or
// those of the source where it is asked by name. A server that does not say has none.
func (r *run) checkFunctions(ctx context.Context, conn *redis.Conn) error {
	if !r.opts.NoScan {
		n, err := countLibraries(ctx, conn)
		if err == nil && n > 0 {
			err = fmt.Errorf("%w: it has %s of functions", ErrNotEmpty, figures.Count(int64(n), "library"))
		}
		return err
	}
	for _, l := range r.libraries {
		n, err := countLibraries(ctx, conn, "LIBRARYNAME", l.name)
		if err != nil {
			return err
		}
		if n > 0 {
			return fmt.Errorf("%w: function library %q exists", ErrNotEmpty, l.name)
		}
	}
	return nil
}

func countLibraries(ctx context.Context, conn *redis.Conn, only ...any) (int, error) {
	reply, err := conn.Do(ctx, append([]any{"FUNCTION", "LIST"}, only...)...).Slice()
	if err != nil && !refused(err) {
		return 0, fmt.Errorf("%w: FUNCTION LIST: %w", ErrTarget, err)
	}
	return len(reply), nil
}

// loadFunctions loads the libraries of the source.
func (r *run) loadFunctions(ctx context.Context) error {
	if !r.opts.Server.Functions {
		r.losses.add(LostFunctions, len(r.libraries))
		r.libraries = nil
		return nil
	}
	for i := range r.libraries {
		l := &r.libraries[i]
		err := r.patiently(ctx, func() error {
			return r.control.ask(ctx, func(conn *redis.Conn) error { return r.loadFunction(ctx, conn, l) })
		})
		if err != nil {
			return fmt.Errorf("%w: function library %q: %w", ErrTarget, l.name, err)
		}
		r.result.Functions++
	}
	return nil
}

// loadFunction loads a library. It may be called again when the connection broke.
func (r *run) loadFunction(ctx context.Context, conn *redis.Conn, l *library) error {
	args := []any{"FUNCTION", "LOAD"}
	again := l.sent // it may be there, and is this run's: there was none
	if r.opts.Replace || again {
		args = append(args, "REPLACE")
	}
	l.sent = true
	reply, err := conn.Do(ctx, append(args, l.code)...).Text()
	switch {
	case err != nil:
		l.sent = again || !refused(err)
		return fmt.Errorf("FUNCTION LOAD: %w", err)
	case l.name != "" && reply != l.name:
		return fmt.Errorf("FUNCTION LOAD: answered %.100q", reply)
	}
	l.name = reply
	return nil
}

// removeFunctions deletes the libraries that the run has loaded.
func (r *run) removeFunctions(ctx context.Context, c *control, u *CleanUp) {
	var failed error
	for _, l := range r.libraries {
		if !l.sent {
			continue
		}
		err := c.ask(ctx, func(conn *redis.Conn) error { return conn.Do(ctx, "FUNCTION", "DELETE", l.name).Err() })
		switch {
		case err == nil:
			u.Functions++
		case refused(err) && isNoLibrary(err): // it never arrived
		default:
			u.FunctionsLeft++
			failed = errors.Join(failed, fmt.Errorf("FUNCTION DELETE %s: %w", l.name, err))
		}
	}
	if failed != nil && u.Why == "" {
		u.Why = failed.Error()
	}
}

func isNoLibrary(err error) bool { return strings.Contains(err.Error(), "Library not found") }

// loaded returns how many libraries the server may have of this run.
func (r *run) loaded() (n int64) {
	for _, l := range r.libraries {
		if l.sent {
			n++
		}
	}
	return n
}

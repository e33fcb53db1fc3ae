package restore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// absent is a key that is asked about and never written.
const absent = "redrill:probe:7c0c3d0e-absent"

// way is a form of a command, as a restore sends it.
type way []string

// need is a feature of keys, the commands it takes, and what takes their place
// on a server without them.
type need struct {
	feature features
	what    string // for people
	ways    []way
	// instead is asked for where a way is missing; use plans with it.
	instead []way
	use     func(*Server)
	// carries tells whether the server has the ways: what it has no way for is left
	// out, and the result says so. It is no reason to refuse a server.
	carries func(s *Server, has bool)
}

// needsOf lists the needs, in the order in which they are told.
var needsOf = []need{
	{feature: ofString, what: "strings", ways: []way{{"SET", absent, "v"}}},
	{feature: ofStringParts, what: "long strings", ways: []way{{"SETRANGE", absent, "0", ""}}},
	{feature: ofHash, what: "hashes", ways: []way{{"HSET", absent, "f", "v", "g", "w"}},
		instead: []way{{"HMSET", absent, "f", "v", "g", "w"}}, use: func(s *Server) { s.NoHSetPairs = true }},
	{feature: ofList, what: "lists", ways: []way{{"RPUSH", absent, "a", "b"}}},
	{feature: ofSet, what: "sets", ways: []way{{"SADD", absent, "a", "b"}}},
	{feature: ofZSet, what: "sorted sets", ways: []way{{"ZADD", absent, "1", "a", "2", "b"}}},
	{feature: ofStream, what: "streams", ways: []way{{"XADD", absent, "1-1", "f", "v"}}},
	{feature: ofEmptyStream, what: "empty streams", ways: []way{{"XGROUP", "CREATE", absent, "g", "$", "MKSTREAM"}},
		instead: []way{{"XADD", absent, "MAXLEN", "0", "1-1", "f", "v"}}, use: func(s *Server) { s.NoXGroup = true }},
	{feature: ofUnusedStream, what: "streams that were never used", ways: []way{{"XGROUP", "CREATE", absent, "g", "$", "MKSTREAM"}}},
	{feature: ofHyperLogLog, what: "HyperLogLogs", ways: []way{{"PFADD", absent, "a", "b"}}},
	{feature: ofEmptyHyperLogLog, what: "empty HyperLogLogs", ways: []way{{"PFMERGE", absent, absent}}},
	{feature: ofExpiry, what: "expire times", ways: []way{{"PEXPIREAT", absent, "1"}},
		instead: []way{{"PEXPIRE", absent, "1"}}, use: func(s *Server) { s.NoPExpireAt = true }},
	{feature: ofFieldExpiry, what: "expire times of fields", ways: []way{{"HPEXPIREAT", absent, "1", "FIELDS", "1", "f"}},
		carries: func(s *Server, has bool) { s.FieldExpiry = has }},
	{feature: ofGroups, what: "consumer groups", ways: []way{
		{"XGROUP", "CREATE", absent, "g", "1-1", "MKSTREAM"}, {"XADD", absent, "1-1", "", ""},
		{"XCLAIM", absent, "g", "c", "0", "1-1", "FORCE", "JUSTID"}, {"XTRIM", absent, "MAXLEN", "0"}, {"XSETID", absent, "0-0"},
	}, carries: func(s *Server, has bool) { s.Groups = has }},
	{feature: ofArrays, what: "arrays", ways: []way{{"ARMSET", absent, "0", "v"}}, carries: func(s *Server, has bool) { s.Arrays = has }},
	{feature: ofFunctions, what: "functions", ways: []way{{"FUNCTION", "LOAD", "#!lua name=absent"}}, carries: func(s *Server, has bool) { s.Functions = has }},
}

// probe refuses a server that cannot take the keys, before anything is written,
// and returns what it can do. It writes nothing.
func probe(ctx context.Context, conn *redis.Conn, n *Needs, s Server, opts Options) (Server, error) {
	if s.Elastickv && n.reserved > 0 {
		return s, fmt.Errorf("%w: %w: %d keys, the first of them %q", ErrTarget, ErrReserved, n.reserved, n.reservedName)
	}
	if s.Elastickv && n.lastDB > 0 {
		return s, fmt.Errorf("%w: %w: it has only one database, and the source has keys of database %d", ErrTarget, ErrLacks, n.lastDB)
	}
	if err := probeDatabase(ctx, conn, n.lastDB); err != nil {
		return s, err
	}
	q, err := newQueue(ctx, conn)
	if err != nil {
		return s, err
	}
	lacks := q.check(ctx, n, &s, opts)
	if err := cmp.Or(q.err, q.end(ctx)); err != nil {
		return s, fmt.Errorf("%w: %w", ErrTarget, err)
	}
	if err := lacksError(lacks); err != nil {
		return s, err
	}
	return s, checkMemory(ctx, conn, n.size.on(s))
}

// probeDatabase selects the largest database that is needed, and 0 again.
func probeDatabase(ctx context.Context, conn *redis.Conn, last int) error {
	if last == 0 {
		return nil
	}
	for _, db := range []int{last, 0} {
		if err := conn.Select(ctx, db).Err(); err != nil {
			return fmt.Errorf("%w: %w: SELECT %d: %w", ErrTarget, ErrLacks, db, err)
		}
	}
	return nil
}

// check asks for everything that n says is needed, lets s do what there is instead
// of what is missing, and returns what is missing.
func (q *queue) check(ctx context.Context, n *Needs, s *Server, opts Options) (lacks []lack) {
	miss := func(what string, err error) {
		if err != nil {
			lacks = append(lacks, lack{what, err})
		}
	}
	if n.features != 0 {
		miss("every key", q.all(ctx, []way{{"DEL", absent}}))
	}
	if opts.asksByName() {
		miss("asking for keys by name", q.all(ctx, []way{{"EXISTS", absent}}))
	}
	for _, need := range needsOf {
		if n.features&need.feature == 0 {
			continue
		}
		err := q.all(ctx, need.ways)
		if need.carries != nil && Code(err) != "NOPERM" {
			need.carries(s, err == nil)
			continue
		}
		if err != nil && need.instead != nil && q.all(ctx, need.instead) == nil {
			need.use(s)
			err = nil
		}
		miss(need.what, err)
	}
	if n.features&ofExpiry != 0 && s.NoPExpireAt && opts.Now == nil {
		miss("expire times", errors.New("PEXPIREAT is missing, and there is no clock for PEXPIRE"))
	}
	q.checkMore(ctx, n, s, miss)
	var noXDel error
	if n.features&(ofLastID|ofEmptyStream) != 0 && !s.XSetID {
		noXDel = q.all(ctx, []way{{"XDEL", absent, "1-1"}})
		s.NoXDel = noXDel != nil
	}
	if n.features&ofLastID != 0 && !s.XSetID && s.NoXDel {
		if Code(noXDel) != "NOPERM" {
			noXDel = errors.New("XSETID and XDEL are missing")
		}
		miss("streams with a last ID behind their entries", noXDel)
	}
	return lacks
}

// checkMore asks for what only matters where the server has something else.
func (q *queue) checkMore(ctx context.Context, n *Needs, s *Server, miss func(string, error)) {
	if n.features&ofConsumers != 0 && s.Groups {
		create := way{"XGROUP", "CREATECONSUMER", absent, "g", "c"}
		if !s.Consumers {
			create = way{"XREADGROUP", "GROUP", "g", "c", "COUNT", "1", "STREAMS", absent, "0"}
		}
		miss("consumers", q.all(ctx, []way{create}))
	}
	if n.features&ofEntriesRead != 0 && s.Groups && s.MaxDeletedID {
		miss("entries read by groups", q.all(ctx, []way{{"XGROUP", "SETID", absent, "g", "1-1", "ENTRIESREAD", "1"}}))
	}
	if n.features&ofArrayNext != 0 && s.Arrays {
		miss("insert positions of arrays", q.all(ctx, []way{{"ARSEEK", absent, "1"}}))
	}
}

// queue asks whether commands would be run, without running them: it puts them
// into a transaction that is discarded. What is put into one is checked for its
// name, the number of its arguments, the permissions of the user and the state of
// the server (READONLY, OOM, MISCONF), and answered with QUEUED.
//
// Where that does not work, the name of the command is sent alone: an error about
// its arguments shows that there is one. No command that writes goes without.
type queue struct {
	conn *redis.Conn
	open bool  // a transaction has begun, and checks what is put into it
	err  error // the connection is broken, or the server does what it must not
}

func newQueue(ctx context.Context, conn *redis.Conn) (*queue, error) {
	q := &queue{conn: conn}
	reply, err := conn.Do(ctx, "MULTI").Text()
	if err != nil && !refused(err) {
		return nil, fmt.Errorf("%w: MULTI: %w", ErrTarget, err)
	}
	if err != nil || reply != "OK" {
		return q, nil
	}
	q.open = true
	if q.ask(ctx, way{"REDRILL.NO-SUCH-COMMAND"}) == nil && q.err == nil { // it checks nothing
		return q, q.end(ctx)
	}
	return q, nil
}

// all returns why one of the commands would not be run.
func (q *queue) all(ctx context.Context, ways []way) error {
	for _, w := range ways {
		if err := q.ask(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

func (q *queue) ask(ctx context.Context, w way) error {
	if q.err != nil {
		return nil
	}
	args := []any{w[0]}
	if q.open {
		for _, arg := range w[1:] {
			args = append(args, arg)
		}
	}
	reply, err := q.conn.Do(ctx, args...).Result()
	switch {
	case err != nil && !refused(err):
		q.err = err
	case err == nil && q.open && reply != "QUEUED", err == nil && !q.open:
		q.err = fmt.Errorf("%s: answered %.100q where it must not run", w[0], fmt.Sprint(reply))
	case err != nil && q.open && refusesEverything(err):
		q.err = fmt.Errorf("the server refuses %s: %w", w[0], err)
	case err != nil && (q.open && Code(err) != "BUSY" || !q.open && isUnknown(err)):
		q.still(ctx)
		return &refusal{w[0], err}
	}
	return nil
}

// refusal is a command that would not be run, and why.
type refusal struct {
	command string
	err     error
}

func (r *refusal) Error() string { return r.command + ": " + r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

// lack is something that the keys need, and why the server does not do it.
type lack struct {
	what string
	err  error
}

// lacksError returns what is lacking as an error, nil where nothing is. What the
// user may not run, another user may.
func lacksError(lacks []lack) error {
	var missing, forbidden []string
	for _, l := range lacks {
		var refused *refusal
		if errors.As(l.err, &refused) && Code(refused) == "NOPERM" {
			forbidden = append(forbidden, refused.command)
		} else {
			missing = append(missing, l.what+": "+l.err.Error())
		}
	}
	switch {
	case len(missing) > 0 && len(forbidden) > 0:
		return fmt.Errorf("%w: %w: %s; %w: %s", ErrTarget, ErrLacks, strings.Join(missing, "; "), ErrForbidden, strings.Join(forbidden, ", "))
	case len(missing) > 0:
		return fmt.Errorf("%w: %w: %s", ErrTarget, ErrLacks, strings.Join(missing, "; "))
	case len(forbidden) > 0:
		return fmt.Errorf("%w: %w: %s", ErrTarget, ErrForbidden, strings.Join(forbidden, ", "))
	}
	return nil
}

// refusesEverything reports whether err is about the server and not about one
// command (READONLY, OOM, MISCONF, LOADING, …).
func refusesEverything(err error) bool {
	switch Code(err) {
	case "ERR", "NOPERM", "BUSY":
		return false
	}
	return true
}

// still notes whether the transaction is open after something was refused: what
// is asked of a server that gave it up would be run.
func (q *queue) still(ctx context.Context) {
	if !q.open {
		return
	}
	reply, err := q.conn.Do(ctx, "PING").Text()
	if err != nil && !refused(err) {
		q.err = err
	}
	q.open = reply == "QUEUED"
}

// end discards the transaction.
func (q *queue) end(ctx context.Context) error {
	if !q.open {
		return nil
	}
	q.open = false
	if err := q.conn.Do(ctx, "DISCARD").Err(); err != nil {
		return fmt.Errorf("%w: DISCARD: %w", ErrTarget, err)
	}
	return nil
}

// isUnknown reports whether err says that the server lacks a command.
func isUnknown(err error) bool {
	text := strings.ToLower(err.Error())
	for _, s := range []string{"unknown command", "unsupported command", "unknown subcommand", "unsupported subcommand"} {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}

func firstWord(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return word
}

package elastickvtest

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2/server"
)

// commands is the whole command set of the real server.
var commands = func() map[string]bool {
	set := map[string]bool{}
	for name := range strings.FieldsSeq(`
		BZPOPMIN CLIENT COMMAND DBSIZE DEL DISCARD EVAL EVALSHA EXEC EXISTS EXPIRE FLUSHALL
		FLUSHDB FLUSHLEGACY GET GETDEL HDEL HELLO HEXISTS HGET HGETALL HINCRBY HLEN HMGET
		HMSET HSET INCR INFO KEYS LINDEX LLEN LPOP LPOS LPUSH LRANGE LREM LSET LTRIM MULTI
		PEXPIRE PFADD PFCOUNT PING PTTL PUBLISH PUBSUB QUIT RENAME RPOP RPOPLPUSH RPUSH SADD
		SCAN SCARD SELECT SET SETEX SETNX SISMEMBER SMEMBERS SREM SUBSCRIBE TTL TYPE XADD XLEN
		XRANGE XREAD XREVRANGE XTRIM ZADD ZCARD ZCOUNT ZINCRBY ZPOPMIN ZRANGE ZRANGEBYSCORE
		ZREM ZREMRANGEBYRANK ZREMRANGEBYSCORE ZREVRANGE ZREVRANGEBYSCORE ZSCORE`) {
		set[name] = true
	}
	return set
}()

// answers are the commands that the backend does not answer as the real server
// does. An answer returns false to leave the command to the backend.
var answers = map[string]func(*Server, *server.Peer, []string) bool{
	"CLIENT":  func(_ *Server, c *server.Peer, _ []string) bool { c.WriteOK(); return true },
	"COMMAND": func(_ *Server, c *server.Peer, _ []string) bool { c.WriteLen(0); return true },
	"DEL":     (*Server).del,
	"EXISTS":  (*Server).exists,
	"EXPIRE":  func(s *Server, c *server.Peer, args []string) bool { return s.expire(c, args, 1000) },
	"GET":     (*Server).get,
	"HELLO":   (*Server).hello,
	"INFO":    func(s *Server, c *server.Peer, _ []string) bool { c.WriteBulk(s.info); return true },
	"PEXPIRE": func(s *Server, c *server.Peer, args []string) bool { return s.expire(c, args, 1) },
	"PFADD":   (*Server).pfadd,
	"PFCOUNT": (*Server).pfcount,
	"PTTL":    func(s *Server, c *server.Peer, args []string) bool { return s.ttl(c, args, 1) },
	"SELECT":  (*Server).selectDB,
	"SET":     (*Server).set,
	"TTL":     func(s *Server, c *server.Peer, args []string) bool { return s.ttl(c, args, 1000) },
	"TYPE":    (*Server).typ,
	"ZRANGE":  (*Server).zrange,
	"ZSCORE":  (*Server).zscore,
}

func isPattern(s string) bool { return strings.ContainsAny(s, `*?[\`) }

func wrongArity(c *server.Peer, cmd string) bool {
	c.WriteError("ERR wrong number of arguments for '" + cmd + "' command")
	return true
}

func (s *Server) has(key string) bool {
	_, empty := s.empty[key]
	return empty || s.Backend.Exists(key)
}

func (s *Server) del(_ *server.Peer, args []string) bool {
	for _, key := range args {
		s.forget(key)
	}
	return false
}

func (s *Server) set(_ *server.Peer, args []string) bool {
	if len(args) > 0 {
		s.forget(args[0])
	}
	return false
}

func (s *Server) exists(c *server.Peer, args []string) bool {
	n := 0
	for _, key := range args {
		if s.has(key) {
			n++
		}
	}
	c.WriteInt(n)
	return true
}

// expire sets an expire time of its own making: the backend counts TTLs down
// only when it is told to.
func (s *Server) expire(c *server.Peer, args []string, unitMs int64) bool {
	if len(args) != 2 {
		return wrongArity(c, "expire")
	}
	n, err := strconv.ParseInt(args[1], 10, 64)
	if err != nil {
		c.WriteError("ERR value is not an integer or out of range")
		return true
	}
	switch {
	case !s.has(args[0]):
		c.WriteInt(0)
		return true
	case n <= 0:
		s.forget(args[0])
		s.Backend.Del(args[0])
	default:
		s.expireAt[args[0]] = time.Now().UnixMilli() + n*unitMs
	}
	c.WriteInt(1)
	return true
}

func (s *Server) ttl(c *server.Peer, args []string, unitMs int64) bool {
	if len(args) != 1 {
		return wrongArity(c, "ttl")
	}
	key := args[0]
	at, own := s.expireAt[key]
	switch backend := s.Backend.TTL(key); {
	case !s.has(key):
		c.WriteInt(-2)
	case own:
		const most = int64(math.MaxInt64 / time.Millisecond)
		c.WriteInt(int(min(at-time.Now().UnixMilli(), most) / unitMs))
	case backend > 0:
		c.WriteInt(int(backend.Milliseconds() / unitMs))
	default:
		c.WriteInt(-1)
	}
	return true
}

func (s *Server) typ(c *server.Peer, args []string) bool {
	if len(args) != 1 {
		return wrongArity(c, "type")
	}
	switch typ, empty := s.empty[args[0]]; {
	case s.hll[args[0]] != nil:
		c.WriteInline("string")
	case empty && !s.Backend.Exists(args[0]):
		c.WriteInline(typ)
	default:
		return false
	}
	return true
}

func (s *Server) get(c *server.Peer, args []string) bool {
	if len(args) == 1 && s.hll[args[0]] != nil {
		c.WriteNull()
		return true
	}
	return false
}

// pfadd keeps the elements, which the backend does not; the backend has the
// key, so that it exists.
func (s *Server) pfadd(_ *server.Peer, args []string) bool {
	if len(args) == 0 {
		return false
	}
	elements := s.hll[args[0]]
	if elements == nil {
		elements = map[string]struct{}{}
		s.hll[args[0]] = elements
	}
	for _, e := range args[1:] {
		elements[e] = struct{}{}
	}
	return false
}

func (s *Server) pfcount(c *server.Peer, args []string) bool {
	all := map[string]struct{}{}
	for _, key := range args {
		for e := range s.hll[key] {
			all[e] = struct{}{}
		}
	}
	c.WriteInt(len(all))
	return true
}

func (s *Server) selectDB(c *server.Peer, args []string) bool {
	if len(args) != 1 {
		return wrongArity(c, "select")
	}
	if _, err := strconv.Atoi(args[0]); err != nil {
		c.WriteError("ERR invalid DB index")
		return true
	}
	c.WriteOK()
	return true
}

func (s *Server) hello(c *server.Peer, args []string) bool {
	if len(args) > 0 && args[0] != "2" {
		c.WriteError("NOPROTO unsupported protocol version")
		return true
	}
	c.WriteLen(6)
	for _, word := range []string{"server", "redis", "version", "7.2.0", "proto"} {
		c.WriteBulk(word)
	}
	c.WriteInt(2)
	return true
}

// zrange answers ZRANGE key start stop [WITHSCORES]; other forms are left to
// the backend.
func (s *Server) zrange(c *server.Peer, args []string) bool {
	withScores := len(args) == 4 && strings.EqualFold(args[3], "WITHSCORES")
	if len(args) != 3 && !withScores {
		return false
	}
	start, err1 := strconv.Atoi(args[1])
	stop, err2 := strconv.Atoi(args[2])
	scores, err := s.Backend.SortedSet(args[0])
	if err != nil || err1 != nil || err2 != nil {
		return false // absent, of another type, or malformed: the same reply
	}
	members := make([]string, 0, len(scores))
	for m := range scores {
		members = append(members, m)
	}
	slices.SortFunc(members, func(a, b string) int {
		return cmp.Or(cmp.Compare(scores[a], scores[b]), cmp.Compare(a, b))
	})
	if s.largest > 0 && len(members) > s.largest {
		c.WriteError("ERR collection too large")
		return true
	}
	members = window(members, start, stop)
	if !withScores {
		c.WriteLen(len(members))
	} else {
		c.WriteLen(2 * len(members))
	}
	for _, m := range members {
		c.WriteBulk(m)
		if withScores {
			c.WriteBulk(formatScore(scores[m]))
		}
	}
	return true
}

// window returns the elements from start to stop, inclusive, both counted from
// the end when negative.
func window(members []string, start, stop int) []string {
	n := len(members)
	if start < 0 {
		start = max(0, start+n)
	}
	if stop < 0 {
		stop += n
	}
	stop = min(stop, n-1)
	if start > stop {
		return nil
	}
	return members[start : stop+1]
}

func (s *Server) zscore(c *server.Peer, args []string) bool {
	if len(args) != 2 {
		return wrongArity(c, "zscore")
	}
	scores, err := s.Backend.SortedSet(args[0])
	if err != nil {
		return false
	}
	score, ok := scores[args[1]]
	if !ok {
		c.WriteNull()
		return true
	}
	c.WriteBulk(formatScore(score))
	return true
}

// formatScore returns the shortest plain decimal that reads back to the same
// bits, or +Inf, -Inf, NaN.
func formatScore(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

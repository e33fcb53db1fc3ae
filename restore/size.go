package restore

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"redrill/keyspace"
)

// size is a lower bound of the memory that keys take in a Redis or a Valkey, of
// any version and with any setting. What a server may store smaller than it was
// sent is left out:
//
//   - an integer, which may be stored as a number: one byte
//   - the fields of stream entries, which may be stored once for many entries
//   - the elements of a HyperLogLog, of which only registers are stored
//   - the elements of lists (counted apart), which may be stored compressed
//   - names of groups, whose common beginnings are stored once
//   - short elements of arrays, which are kept in place of a pointer to them
//   - what some servers lack (counted apart) and are not sent
type size struct {
	bytes int64
	lists int64 // of the elements of lists

	groups    int64 // of groups, consumers and pending entries
	arrays    int64 // of the elements of arrays
	functions int64 // of the code of libraries
}

// on returns the size of what s is sent.
func (s size) on(server Server) size {
	if server.Groups {
		s.bytes += s.groups
	}
	if server.Arrays {
		s.bytes += s.arrays
	}
	if server.Functions {
		s.bytes += s.functions
	}
	return s
}

// What any version spends on these beside names: times, counters and pointers.
const (
	perGroup    = 16
	perConsumer = 16
	perPending  = 24
)

// shortElement is the longest element of an array that may take the place of a
// pointer: the text of a number, or a few bytes.
const shortElement = 32

// perKey is what any version spends on a key beside its name and its value: a
// pointer to it in a table, and a header of the value.
const perKey = 16

func (s *size) key(name string) { s.bytes += perKey + int64(len(name)) }

func (s *size) add(k keyspace.Key) {
	switch v := k.Value.(type) {
	case keyspace.String:
		s.bytes += held(string(v))
	case keyspace.Hash:
		for _, f := range v {
			s.bytes += held(f.Name) + held(f.Value)
		}
	case keyspace.List:
		for _, e := range v {
			s.lists += held(e)
		}
	case keyspace.Set:
		for _, m := range v {
			s.bytes += held(m)
		}
	case keyspace.ZSet:
		for _, m := range v {
			s.bytes += held(m.Name)
		}
	case keyspace.Stream:
		for _, e := range v.Entries {
			for _, pair := range e.Pairs {
				s.bytes += held(pair.Value)
			}
		}
		s.ofGroups(v.Groups)
	case keyspace.Array:
		for _, c := range v.Cells {
			if len(c.Value) > shortElement {
				s.arrays += int64(len(c.Value))
			}
		}
	case keyspace.HyperLogLog, keyspace.Opaque:
	}
}

func (s *size) ofGroups(groups []keyspace.Group) {
	for i := range groups {
		g := &groups[i]
		s.groups += perGroup + perPending*int64(len(g.Pending))
		for _, c := range g.Consumers {
			s.groups += perConsumer + int64(len(c.Name))
		}
	}
}

// held returns how many bytes a server spends on a byte string at least.
func held(s string) int64 {
	if isInteger(s) {
		return 1
	}
	return int64(len(s))
}

// isInteger reports whether s may be stored as a number.
func isInteger(s string) bool {
	const longest = len("-9223372036854775808")
	if len(s) > longest {
		return false
	}
	for _, c := range []byte(strings.TrimPrefix(s, "-")) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}

// memory is what a server says about its memory; 0 where it does not.
type memory struct {
	used, startup int64
	max           int64 // maxmemory
	machine       int64 // of the machine it runs on
}

func askMemory(ctx context.Context, conn *redis.Conn) (memory, error) {
	info, err := infoSection(ctx, conn, "memory")
	number := func(name string) int64 {
		return max(info.Number(name), 0)
	}
	return memory{number("used_memory"), number("used_memory_startup"), number("maxmemory"), number("total_system_memory")}, err
}

// room returns how much keys may take at most on an empty server, and what says so.
func (m memory) room() (bytes int64, limit string) {
	if m.max > 0 {
		return m.max - m.startup, "maxmemory is " + sizeText(m.max)
	}
	return m.machine - m.startup, "its machine has " + sizeText(m.machine)
}

// try names a maxmemory that may suffice for keys that take at least need bytes:
// twice what did not, and three times what they need at least. It is "" for a
// server without one.
func (m memory) try(need int64) string {
	if m.max == 0 {
		return ""
	}
	n := max(2*m.max, m.startup+3*need)
	return fmt.Sprintf("; try CONFIG SET maxmemory %dmb", (n+1<<20-1)>>20)
}

// checkMemory returns an error when keys of this size cannot fit, whatever the
// server drops of what it holds.
func checkMemory(ctx context.Context, conn *redis.Conn, s size) error {
	m, err := askMemory(ctx, conn)
	if err != nil || m.startup == 0 || m.max == 0 && m.machine == 0 { // it keeps its data in another way, or does not say
		return err
	}
	room, limit := m.room()
	need := s.bytes
	if need+s.lists > room && s.lists > 0 {
		compressed, err := compressesLists(ctx, conn)
		if err != nil {
			return err
		}
		if !compressed {
			need += s.lists
		}
	}
	if need <= room {
		return nil
	}
	return fmt.Errorf("%w: %w: the keys need at least %s; of the server %s used, %s%s",
		ErrTarget, ErrMemory, sizeText(need), sizeText(m.used), limit, m.try(need))
}

// compressesLists reports whether the server may compress lists.
func compressesLists(ctx context.Context, conn *redis.Conn) (bool, error) {
	reply, err := conn.Do(ctx, "CONFIG", "GET", "list-compress-depth").StringSlice()
	if err != nil && !refused(err) {
		return true, fmt.Errorf("%w: CONFIG GET: %w", ErrTarget, err)
	}
	return len(reply) != 2 || reply[1] != "0", nil
}

func sizeText(n int64) string {
	if n < 1<<20 {
		return strconv.FormatFloat(float64(n)/(1<<10), 'f', 1, 64) + " KiB"
	}
	if n < 10<<30 {
		return strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64) + " MiB"
	}
	return strconv.FormatFloat(float64(n)/(1<<30), 'f', 1, 64) + " GiB"
}

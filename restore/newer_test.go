package restore_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"redrill/internal/redistest"
	"redrill/keyspace"
	"redrill/restore"
)

// newerServer is a Redis 7.0 that takes expire times of fields, and arrays, too. It
// keeps what it was told of them beside the keys.
type newerServer struct {
	*redistest.Server
	redis *server

	mu     sync.Mutex
	fields map[string]int64  // "key field" to the expire time
	cells  map[string]string // "key index" to the value; "key next" to the insert position
	passed int64             // fields that expire until then are deleted at once
	wrong  map[string]string // replies to commands by name, in place of the right ones
}

func startNewer(t *testing.T, args ...string) *newerServer {
	t.Helper()
	s := &newerServer{redis: startServer(t, args...), fields: map[string]int64{}, cells: map[string]string{}, wrong: map[string]string{}}
	s.Server = s.redis.Answering(t, s.answer)
	return s
}

func (s *newerServer) answer(words []string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var reply string
	switch words[0] {
	case "HPEXPIREAT":
		reply = s.expireFields(words)
	case "ARMSET", "ARSEEK":
		for i := 2; i+1 < len(words); i += 2 {
			s.cells[words[1]+" "+words[i]] = words[i+1]
		}
		reply = fmt.Sprintf(":%d\r\n", len(words)/2-1)
		if words[0] == "ARSEEK" {
			s.cells[words[1]+" next"], reply = words[2], ":1\r\n"
		}
	default:
		return ""
	}
	if strings.HasPrefix(words[1], "redrill:probe") { // it asks in a transaction
		return "+QUEUED\r\n"
	}
	if wrong := s.wrong[words[0]]; wrong != "" {
		return wrong
	}
	return reply
}

func (s *newerServer) expireFields(words []string) string {
	ms, _ := strconv.ParseInt(words[2], 10, 64)
	names := words[5:]
	if words[3] != "FIELDS" || words[4] != strconv.Itoa(len(names)) {
		return "-ERR syntax error\r\n"
	}
	reply := fmt.Sprintf("*%d\r\n", len(names))
	for _, name := range names {
		if ms <= s.passed {
			reply += ":2\r\n"
			_ = s.Client.HDel(context.Background(), words[1], name).Err()
			continue
		}
		s.fields[words[1]+" "+name] = ms
		reply += ":1\r\n"
	}
	return reply
}

// state returns what the server was told beside the keys of a Redis 7.0.
func (s *newerServer) state() (all []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, ms := range s.fields {
		all = append(all, fmt.Sprintf("%s until %d", name, ms))
	}
	for name, value := range s.cells {
		all = append(all, name+" = "+value)
	}
	slices.Sort(all)
	return slices.DeleteFunc(all, func(s string) bool { return strings.HasPrefix(s, "redrill:probe") })
}

func expiring(name string, ms int64) keyspace.Field {
	return keyspace.Field{Name: name, Value: "v", ExpireAt: keyspace.ExpireAtMs(ms)}
}

// TestRunRestoresFieldExpiry: fields get their expire times, those of the past are
// left out, and a hash of nothing else has expired.
func TestRunRestoresFieldExpiry(t *testing.T) {
	keys := []keyspace.Key{
		{Name: "h", Value: keyspace.Hash{expiring("a", farMs), {Name: "b", Value: "v"}, expiring("c", 99), expiring("d", farMs+1), expiring("e", farMs), expiring("f", 100), expiring("g", 101)}},
		{Name: "gone", Value: keyspace.Hash{expiring("a", 99), expiring("b", 100), expiring("c", 1)}},
		{Name: "late", Value: keyspace.Hash{expiring("a", 99), expiring("b", 100), expiring("c", farMs)}, ExpireAt: keyspace.ExpireAtMs(farMs)},
		{Name: "empty", Value: keyspace.Hash{}},
	}
	want := []string{"h a until 4102444800123", "h d until 4102444800124", "h e until 4102444800123", "h g until 101", "late c until 4102444800123"}
	for _, n := range []int{0, 1, 2} {
		for _, protocol := range bothProtocols {
			s := startNewer(t)
			needs := restore.NewNeeds(100)
			for _, k := range keys {
				needs.Add(k)
			}
			result, err := restore.Run(t.Context(), s.Over(protocol).Options, seqOf(split(keys, n)...), restore.Options{Server: full, AsOfMs: 100, Needs: needs})
			if err != nil || result.Keys != 2 || result.Expired != 1 || result.Absent != 1 || result.ExpiredFields != 7 || result.Elements != 6 || len(result.NotCarried) > 0 {
				t.Fatalf("Run = %+v, %v", result, err)
			}
			if got := s.state(); !slices.Equal(got, want) {
				t.Errorf("parts of %d: %q, want %q", n, got, want)
			}
			r := newReader(t, s.redis.client(t))
			if got := fmt.Sprint(r.sorted("HKEYS", "h"), r.sorted("HKEYS", "late"), r.do("DBSIZE")); got != "[a b d e g] [c] 2" {
				t.Errorf("parts of %d: fields and keys %v", n, got)
			}
		}
	}
}

// TestFieldsThatExpireMeanwhile: a field whose time has passed by the server's clock is
// deleted at once, and its hash with it; that is right.
func TestFieldsThatExpireMeanwhile(t *testing.T) {
	s := startNewer(t)
	s.passed = 200
	keys := []keyspace.Key{
		{Name: "h", Value: keyspace.Hash{expiring("a", 150), expiring("b", 160)}, ExpireAt: keyspace.ExpireAtMs(farMs)},
		{Name: "i", Value: keyspace.Hash{expiring("a", 150), {Name: "b", Value: "v"}}, ExpireAt: keyspace.ExpireAtMs(farMs)},
	}
	result, err := restore.Run(t.Context(), s.Options, seqOf(keys...), restore.Options{Server: newest, AsOfMs: 100})
	if err != nil || result.Keys != 2 {
		t.Fatalf("Run = %+v, %v", result, err)
	}
	if r := newReader(t, s.redis.client(t)); fmt.Sprint(r.do("EXISTS", "h"), r.do("HKEYS", "i")) != "0 [b]" {
		t.Errorf("the server holds %v and %v", r.do("EXISTS", "h"), r.do("HKEYS", "i"))
	}
}

// TestRunChecksCodes: whatever else a server answers is an error that names the key.
func TestRunChecksCodes(t *testing.T) {
	k := keyspace.Key{Name: "h", Value: keyspace.Hash{expiring("a", farMs), expiring("b", farMs)}}
	a := keyspace.Key{Name: "h", Value: keyspace.Array{Cells: []keyspace.Cell{{Index: 1}}, Next: keyspace.Some(uint64(2))}}
	for _, row := range []struct {
		key            keyspace.Key
		command, reply string
	}{
		{k, "HPEXPIREAT", "*2\r\n:1\r\n:0\r\n"}, {k, "HPEXPIREAT", "*2\r\n:1\r\n:-2\r\n"}, {k, "HPEXPIREAT", "*1\r\n:1\r\n"}, {k, "HPEXPIREAT", "*-1\r\n"},
		{k, "HPEXPIREAT", ":1\r\n"}, {k, "HPEXPIREAT", "-ERR no\r\n"}, {a, "ARMSET", ":0\r\n"}, {a, "ARSEEK", ":0\r\n"},
	} {
		s := startNewer(t)
		s.wrong[row.command] = row.reply
		_, err := restore.Run(t.Context(), s.Options, seqOf(row.key), restore.Options{Server: newest})
		if !errors.Is(err, restore.ErrTarget) || !strings.Contains(err.Error(), `key "h" of database 0: `+row.command) {
			t.Errorf("%s answered %q: Run = %v", row.command, row.reply, err)
		}
	}
}

// TestManyFieldsThatExpire: commands stay bounded, and every code of a long reply is
// looked at.
func TestManyFieldsThatExpire(t *testing.T) {
	var hash keyspace.Hash
	for i := range 3000 {
		hash = append(hash, expiring(fmt.Sprintf("%04d", i), farMs))
	}
	k := keyspace.Key{Name: "h", Value: hash}
	s := startNewer(t)
	if _, err := restore.Run(t.Context(), s.Options, seqOf(k), restore.Options{Server: newest}); err != nil {
		t.Fatalf("Run = %v", err)
	}
	if got := len(s.state()); got != 3000 {
		t.Errorf("%d fields expire, want 3000", got)
	}
	s = startNewer(t)
	s.wrong["HPEXPIREAT"] = "*1024\r\n" + strings.Repeat(":1\r\n", 1023) + ":0\r\n"
	if _, err := restore.Run(t.Context(), s.Options, seqOf(k), restore.Options{Server: newest}); !errors.Is(err, restore.ErrTarget) {
		t.Errorf("Run = %v, want the last code found wrong", err)
	}
	s.wrong["HPEXPIREAT"] = ""
}

// TestRunRestoresArrays: elements, and where ARINSERT goes on.
func TestRunRestoresArrays(t *testing.T) {
	var cells []keyspace.Cell
	want := map[string]string{"a next": "18446744073709551615"}
	for i := range uint64(2500) {
		cells = append(cells, keyspace.Cell{Index: i*i*i*i + i/2400*1<<63, Value: nasty[i%uint64(len(nasty))]})
		want["a "+strconv.FormatUint(cells[i].Index, 10)] = cells[i].Value
	}
	k := keyspace.Key{Name: "a", Value: keyspace.Array{Cells: cells, Next: keyspace.Some(uint64(maxUint))}}
	for _, n := range []int{0, 100} {
		s := startNewer(t)
		result, err := restore.Run(t.Context(), s.Options, seqOf(split([]keyspace.Key{k}, n)...), restore.Options{Server: full, Needs: needsOf(k)})
		if err != nil || result.Keys != 1 || result.Elements != 2500 || len(result.NotCarried) > 0 {
			t.Fatalf("Run = %+v, %v", result, err)
		}
		maps.DeleteFunc(s.cells, func(name, _ string) bool { return strings.HasPrefix(name, "redrill:probe") })
		if !maps.Equal(s.cells, want) {
			t.Errorf("parts of %d: %d elements, want %d", n, len(s.cells), len(want))
		}
	}
}

// TestNewerCommandsNeedPermission: a command that only this user may not run is
// forbidden, not missing.
func TestNewerCommandsNeedPermission(t *testing.T) {
	for _, command := range []string{"HPEXPIREAT", "ARMSET", "ARSEEK", "FUNCTION"} {
		s := startServer(t)
		fake := s.Answering(t, func(words []string) string {
			switch {
			case words[0] == command && (command != "FUNCTION" || words[1] == "LOAD"):
				return "-NOPERM this user has no permissions to run the '" + command + "' command\r\n"
			case strings.HasPrefix(words[0], "AR"):
				return "+QUEUED\r\n"
			}
			return ""
		})
		keys := []keyspace.Key{
			{Name: "h", Value: keyspace.Hash{expiring("a", farMs)}},
			{Name: "a", Value: keyspace.Array{Cells: []keyspace.Cell{{Index: 1}}, Next: keyspace.Some(uint64(2))}},
		}
		needs := needsOf(keys...)
		needs.AddFunctions([]string{"x"})
		_, err := restore.Run(t.Context(), fake.Options, seqOf(keys...), restore.Options{Server: full, Needs: needs, Functions: []string{"x"}})
		if !errors.Is(err, restore.ErrForbidden) || errors.Is(err, restore.ErrLacks) || !strings.HasSuffix(err.Error(), "(NOPERM): "+command) {
			t.Errorf("%s: Run = %v, want it forbidden", command, err)
		}
		checkNothingWritten(t, s.client(t))
	}
}

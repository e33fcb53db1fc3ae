package target_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"

	"redrill/internal/redistest"
	"redrill/target"
)

// wantUnfit fails unless the server at addr is refused for a reason, in words.
func wantUnfit(tb testing.TB, addr string, reason target.Reason, words string) {
	tb.Helper()
	tgt, err := target.Open(tb.Context(), "redis://"+addr, target.Options{})
	if reason == "" {
		if err != nil {
			tb.Fatalf("Open: %v", err)
		}
		_ = tgt.Close()
		return
	}
	if err == nil {
		_ = tgt.Close()
		tb.Fatal("opened")
	}
	wantClass(tb, err, target.ErrUnfit)
	if got := target.ReasonOf(err); got != reason || !strings.Contains(err.Error(), words) {
		tb.Errorf("reason of %v = %q, want %q and %q", err, got, reason, words)
	}
}

// raw is a server that answers each command with what answer returns; "" ends
// the connection.
func raw(tb testing.TB, answer func(command []string) string) (addr string) {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(tb, err)
	tb.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go converse(conn, answer)
		}
	}()
	return l.Addr().String()
}

func converse(conn net.Conn, answer func([]string) string) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	for {
		var n int
		if _, err := fmt.Fscanf(r, "*%d\r\n", &n); err != nil {
			return
		}
		command := make([]string, n)
		for i := range command {
			var size int
			if _, err := fmt.Fscanf(r, "$%d\r\n", &size); err != nil {
				return
			}
			text := make([]byte, size+2)
			if _, err := io.ReadFull(r, text); err != nil {
				return
			}
			command[i] = string(text[:size])
		}
		said := answer(command)
		if _, err := io.WriteString(conn, said); err != nil || said == "" {
			return
		}
	}
}

func bulk(text string) string { return fmt.Sprintf("$%d\r\n%s\r\n", len(text), text) }

// clusterNode answers as a node of a cluster; slots is its reply to CLUSTER SLOTS.
func clusterNode(info, slots string) func([]string) string {
	return func(command []string) string {
		switch strings.ToUpper(strings.Join(command[:min(2, len(command))], " ")) {
		case "PING":
			return "+PONG\r\n"
		case "INFO":
			return info
		case "CLUSTER INFO":
			return bulk("cluster_state:ok\r\n")
		case "CLUSTER SLOTS":
			return slots
		case "CLUSTER MYID":
			return bulk("id-1")
		case "TIME":
			return "*2\r\n$1\r\n1\r\n$1\r\n1\r\n"
		}
		return "-ERR no\r\n"
	}
}

func slots(first, last int, id string) string {
	return fmt.Sprintf("*3\r\n:%d\r\n:%d\r\n*3\r\n$9\r\n127.0.0.1\r\n:6379\r\n%s", first, last, bulk(id))
}

func TestClusterByItsWords(t *testing.T) {
	const forbidden = "-NOPERM no\r\n"
	cluster := bulk("redis_version:7.0.0\r\nredis_mode:cluster\r\n")
	for _, row := range []struct {
		name, info, slots string
		reason            target.Reason
		words             string
	}{
		{"no cluster", bulk("redis_version:7.0.0\r\nredis_mode:standalone\r\ncluster_enabled:0\r\n"), "-ERR This instance has cluster support disabled\r\n", "", ""},
		{"one primary", cluster, "*1\r\n" + slots(0, 16383, "id-1"), "", ""},
		{"one primary, in two ranges", cluster, "*2\r\n" + slots(0, 99, "id-1") + slots(100, 16383, "id-1"), "", ""},
		{"two primaries", cluster, "*2\r\n" + slots(0, 99, "id-1") + slots(100, 16383, "id-2"), target.ReasonCluster, "cluster of 2 primaries"},
		{"two primaries, by the setting alone", bulk("redis_version:7.0.0\r\ncluster_enabled:1\r\n"),
			"*2\r\n" + slots(0, 99, "id-1") + slots(100, 16383, "id-2"), target.ReasonCluster, "not supported yet"},
		{"two primaries, INFO is forbidden", forbidden, "*2\r\n" + slots(0, 99, "id-1") + slots(100, 16383, "id-2"), target.ReasonCluster, "not supported yet"},
		{"a slot is held by nobody", cluster, "*1\r\n" + slots(0, 16382, "id-1"), target.ReasonSlots, "1 of 16384 hash slots"},
		{"no slots", cluster, "*0\r\n", target.ReasonSlots, "16384 of 16384 hash slots"},
		{"another node is the primary", cluster, "*1\r\n" + slots(0, 16383, "id-2"), target.ReasonSlots, "another one is the primary"},
		{"CLUSTER SLOTS is forbidden", cluster, forbidden, target.ReasonCluster, "NOPERM"},
		{"slots beyond the last", cluster, "*1\r\n" + slots(0, 16384, "id-1"), target.ReasonSlots, "no node holds"},
		{"odd shapes", cluster, "*4\r\n:1\r\n*0\r\n*3\r\n+a\r\n+b\r\n+c\r\n*3\r\n:0\r\n:16383\r\n*0\r\n", target.ReasonSlots, "no node holds"},
	} {
		t.Run(row.name, func(t *testing.T) {
			wantUnfit(t, raw(t, clusterNode(row.info, row.slots)), row.reason, row.words)
		})
	}
}

func TestSentinelByItsWords(t *testing.T) {
	for _, row := range []struct{ name, info, role string }{
		{"INFO", bulk("redis_version:7.0.0\r\nredis_mode:sentinel\r\nmaster0:name=main,status=ok,address=10.0.0.1:6379\r\n"), "-ERR no\r\n"},
		{"ROLE", "-NOPERM no\r\n", "*2\r\n$8\r\nsentinel\r\n*1\r\n$4\r\nmain\r\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			addr := raw(t, func(command []string) string {
				switch strings.ToUpper(command[0]) {
				case "PING":
					return "+PONG\r\n"
				case "INFO":
					return row.info
				case "ROLE":
					return row.role
				}
				return "-ERR no\r\n"
			})
			wantUnfit(t, addr, target.ReasonSentinel, "a Redis Sentinel")
		})
	}
}

func TestProxies(t *testing.T) {
	for _, row := range []struct {
		name   string
		known  []string // besides PING
		others string
		reason target.Reason
	}{
		{"ends the connection", nil, "", target.ReasonProxy},
		{"ends the connection after HELLO", []string{"HELLO"}, "", target.ReasonProxy},
		{"knows nothing", nil, "-ERR unknown command\r\n", target.ReasonProxy},
		{"knows the commands of data", []string{"GET", "MGET", "GETRANGE"}, "-ERR unknown command\r\n", target.ReasonProxy},
		{"knows TIME", []string{"TIME"}, "-ERR unknown command\r\n", ""},
		{"forbids everything", nil, "-NOPERM no\r\n", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			addr := raw(t, func(command []string) string {
				name := strings.ToUpper(command[0])
				if name == "PING" {
					return "+PONG\r\n"
				}
				for _, k := range row.known {
					if k == name {
						return "*0\r\n"
					}
				}
				return row.others
			})
			wantUnfit(t, addr, row.reason, "a proxy, not a Redis")
		})
	}
}

// TestSomeCommandsAreMissing: a server is no proxy because an administrator took
// some commands away.
func TestSomeCommandsAreMissing(t *testing.T) {
	for _, missing := range []string{"INFO", "INFO HELLO COMMAND TIME", "CLIENT COMMAND", "INFO CLUSTER"} {
		s := miniredis.RunT(t)
		refuse(s, missing, "ERR unknown command")
		wantUnfit(t, s.Addr(), "", "")
	}
	s := miniredis.RunT(t)
	s.Server().SetPreHook(func(c *server.Peer, cmd string, _ ...string) bool {
		if cmd == "PING" {
			return false
		}
		c.WriteError("ERR unknown command")
		return true
	})
	wantUnfit(t, s.Addr(), target.ReasonProxy, "neither INFO")
}

// nodePort returns a free port, below those that the system gives to whoever asks
// for any port: a server can still get it when it starts.
func nodePort(tb testing.TB) string {
	tb.Helper()
	for range 100 {
		addr := "127.0.0.1:" + strconv.Itoa(20000+rand.IntN(10000))
		l, err := net.Listen("tcp", addr)
		if err != nil {
			continue
		}
		must(tb, l.Close())
		_, port, err := net.SplitHostPort(addr)
		must(tb, err)
		return port
	}
	tb.Fatal("no port is free")
	return ""
}

// redisServer starts redis-server with args on a loopback port and returns a
// client once it answers.
func redisServer(tb testing.TB, port string, args ...string) *redis.Client {
	tb.Helper()
	cmd := exec.Command(redistest.Program(tb), args...)
	cmd.Dir = tb.TempDir()
	must(tb, cmd.Start())
	tb.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:" + port, Protocol: 2, DisableIdentity: true, MaxRetries: -1})
	tb.Cleanup(func() { _ = client.Close() })
	await(tb, "the server answers", func() bool { return client.Do(tb.Context(), "PING").Err() == nil })
	return client
}

// await waits until what is asked for holds.
func await(tb testing.TB, what string, holds func() bool) {
	tb.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(time.Minute)
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			tb.Fatalf("waited in vain until %s", what)
		}
	}
}

func TestRealSentinel(t *testing.T) {
	port, nobody := nodePort(t), nodePort(t)
	config := filepath.Join(t.TempDir(), "sentinel.conf")
	must(t, os.WriteFile(config, []byte("bind 127.0.0.1\nport "+port+"\nsentinel monitor main 127.0.0.1 "+nobody+" 1\n"), 0o600))
	redisServer(t, port, config, "--sentinel")
	wantUnfit(t, "127.0.0.1:"+port, target.ReasonSentinel, "name=main")
}

// TestRealCluster makes a cluster of three primaries node by node: what is
// refused, and that nothing is written, is seen at each step.
func TestRealCluster(t *testing.T) {
	ports := []string{nodePort(t), nodePort(t), nodePort(t)}
	buses := []string{nodePort(t), nodePort(t), nodePort(t)}
	var nodes []*redis.Client
	for i, port := range ports {
		nodes = append(nodes, redisServer(t, port, "--port", port, "--bind", "127.0.0.1", "--save", "",
			"--cluster-enabled", "yes", "--cluster-port", buses[i]))
	}
	do := func(node *redis.Client, args ...any) any {
		t.Helper()
		reply, err := node.Do(t.Context(), args...).Result()
		if err != nil {
			t.Fatalf("%q: %v", args, err)
		}
		return reply
	}
	addr := func(i int) string { return "127.0.0.1:" + ports[i] }
	wantUnfit(t, addr(0), target.ReasonSlots, "16384 of 16384")
	do(nodes[0], "CLUSTER", "ADDSLOTSRANGE", 0, 5460)
	wantUnfit(t, addr(0), target.ReasonSlots, "10923 of 16384")

	// Another node alone holds all slots: a target.
	do(nodes[1], "CLUSTER", "ADDSLOTSRANGE", 0, 16383)
	wantUnfit(t, addr(1), "", "")

	do(nodes[1], "CLUSTER", "DELSLOTSRANGE", 0, 5460, 10923, 16383)
	do(nodes[2], "CLUSTER", "ADDSLOTSRANGE", 10923, 16383)
	for _, i := range []int{1, 2} {
		bus, err := strconv.Atoi(buses[i])
		must(t, err)
		do(nodes[0], "CLUSTER", "MEET", "127.0.0.1", ports[i], bus)
	}
	await(t, "three primaries know each other", func() bool {
		for _, node := range nodes {
			if entries, _ := do(node, "CLUSTER", "SLOTS").([]any); len(entries) != 3 {
				return false
			}
		}
		return true
	})
	for i, node := range nodes {
		wantUnfit(t, addr(i), target.ReasonCluster, "a cluster of 3 primaries: a cluster target is not supported yet")
		if n := do(node, "DBSIZE"); n != int64(0) {
			t.Errorf("node %d holds %v keys, want none", i, n)
		}
	}
}

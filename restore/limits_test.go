package restore_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"redrill/keyspace"
	"redrill/restore"
)

// TestMarkerIsKnown: two versions exclude each other only if they use the same key.
func TestMarkerIsKnown(t *testing.T) {
	if restore.MarkerKey != "redrill:running" {
		t.Errorf("the marker is %q", restore.MarkerKey)
	}
}

// TestRebuildsAreBounded: a connection that breaks once more than is allowed ends the
// run, one that breaks as often does not.
func TestRebuildsAreBounded(t *testing.T) {
	for breaks := 1; breaks <= 3; breaks++ {
		for allowed := 1; allowed <= 3; allowed++ {
			t.Run(fmt.Sprintf("%d of %d", breaks, allowed), func(t *testing.T) {
				s := startServer(t)
				var left atomic.Int64
				left.Store(int64(breaks))
				_, err := restore.Run(t.Context(), &redis.Options{Addr: breaking(t, s.Socket, &left)}, seqOf(lists(1)...),
					restore.Options{Server: full, Rebuilds: allowed, Replace: true, Connections: 1})
				if (err == nil) != (breaks <= allowed) {
					t.Errorf("Run = %v", err)
				}
			})
		}
	}
}

// TestWrongRepliesAreTold: a server that answers with something else has not done what
// it was told.
func TestWrongRepliesAreTold(t *testing.T) {
	for _, row := range []struct {
		command, reply string
		key            keyspace.Key
	}{
		{"XCLAIM", ":1\r\n", keyspace.Key{Name: "k", Value: grouped()}},
		{"XTRIM", ":0\r\n", keyspace.Key{Name: "k", Value: grouped()}},
		{"PEXPIREAT", ":0\r\n", keyspace.Key{Name: "k", ExpireAt: keyspace.ExpireAtMs(1 << 45), Value: keyspace.Hash{{Name: "a"}}}},
		{"PEXPIREAT", ":0\r\n", keyspace.Key{Name: "k", ExpireAt: keyspace.ExpireAtMs(1 << 45), Value: keyspace.Hash{{Name: "a", ExpireAt: keyspace.ExpireAtMs(1 << 44)}}}},
	} {
		s := startServer(t)
		fake := s.Answering(t, func(words []string) string {
			if words[0] == row.command {
				return row.reply
			}
			return ""
		})
		_, err := restore.Run(t.Context(), fake.Options, seqOf(row.key), restore.Options{Server: full})
		if !errors.Is(err, restore.ErrTarget) || !strings.Contains(err.Error(), row.command) {
			t.Errorf("%s answered %q: Run = %v", row.command, row.reply, err)
		}
	}
}

// TestWrongReplyToARelativeTime: an expire time that was not set is told also where it
// is set as a distance from now.
func TestWrongReplyToARelativeTime(t *testing.T) {
	s := startServer(t)
	fake := s.Answering(t, func(words []string) string {
		if words[0] == "PEXPIRE" {
			return ":0\r\n"
		}
		return ""
	})
	k := keyspace.Key{Name: "k", Value: keyspace.List{"a"}, ExpireAt: keyspace.ExpireAtMs(1 << 45)}
	_, err := restore.Run(t.Context(), fake.Options, seqOf(k), restore.Options{Server: restore.Server{XSetID: true, NoPExpireAt: true}, Now: time.Now})
	if !errors.Is(err, restore.ErrTarget) || !strings.Contains(err.Error(), "PEXPIRE") {
		t.Errorf("Run = %v", err)
	}
}

// TestMemoryOfAnUnknownMachine: where neither the server nor the machine has a known
// limit, nothing is refused.
func TestMemoryOfAnUnknownMachine(t *testing.T) {
	s := startServer(t)
	const info = "# Memory\r\nused_memory:1000000\r\nused_memory_startup:900000\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\n"
	fake := s.Answering(t, func(words []string) string {
		if words[0] == "INFO" && len(words) > 1 && words[1] == "memory" {
			return fmt.Sprintf("$%d\r\n%s\r\n", len(info), info)
		}
		return ""
	})
	k := keyspace.Key{Name: "k", Value: keyspace.String(strings.Repeat("x", 1<<20))}
	result, err := restore.Run(t.Context(), fake.Options, seqOf(k), restore.Options{Server: full, Needs: needsOf(k)})
	if err != nil || result.Keys != 1 || result.Bytes < 1<<20 {
		t.Errorf("Run = %+v, %v", result, err)
	}
}

// breaking returns an address before a server at which a connection ends that is about
// to send RPUSH, as often as left says.
func breaking(t *testing.T, socket string, left *atomic.Int64) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("unix", socket)
			if err != nil {
				_ = near.Close()
				return
			}
			go func() { _, _ = io.Copy(near, far); _ = near.Close() }()
			go func() {
				defer far.Close()
				defer near.Close()
				for chunk := make([]byte, 1<<16); ; {
					n, err := near.Read(chunk)
					if err != nil || bytes.Contains(chunk[:n], []byte("RPUSH")) && left.Add(-1) >= 0 {
						return
					}
					if _, err := far.Write(chunk[:n]); err != nil {
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

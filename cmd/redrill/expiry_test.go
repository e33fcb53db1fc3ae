package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"redrill/keyspace"
)

// agedDump is a dump of a file that was written ten days ago.
func agedDump(t *testing.T) (name string, writtenMs int64) {
	t.Helper()
	written := time.Now().Add(-10 * 24 * time.Hour).Unix()
	at := func(ms int64) keyspace.ExpireAt { return keyspace.ExpireAtMs(written*1000 + ms) }
	return dumpFile(t, []keyspace.Fact{{Name: "ctime", Value: strconv.FormatInt(written, 10)}}, nil,
		keyspace.Key{Name: "session", Value: keyspace.String("v"), ExpireAt: at(5000)},
		keyspace.Key{Name: "next", Value: keyspace.List{"v"}, ExpireAt: at(6001)},
		keyspace.Key{Name: "dead", Value: keyspace.String("v"), ExpireAt: at(0)},
		keyspace.Key{Name: "last", Value: keyspace.String("v"), ExpireAt: keyspace.ExpireAtMs(9_223_372_036_854_775_807)},
		keyspace.Key{Name: "always", Value: keyspace.String("v")},
	), written * 1000
}

// TestDrillShiftsExpiry: what was alive in the file is proven, a day and more before it
// expires; the dump that is kept has the expire times of the source.
func TestDrillShiftsExpiry(t *testing.T) {
	needRedis(t)
	name, _ := agedDump(t)
	s := startServer(t)
	status, output := redrill(t, "drill", name, "--target", "unix://"+s.socket)
	if status != exitVerified || !strings.Contains(output, "\nverified: 2 keys equal of 5, 3 expired (--expiry shift proves those that were alive in the file)\n") {
		t.Fatalf("status %d\n%s", status, output)
	}
	status, output = redrill(t, "verify", name, "--target", "unix://"+s.socket)
	if status != exitVerified || !strings.Contains(output, "2 keys equal of 5, 3 expired\n") {
		t.Errorf("verify, which has no such option: status %d\n%s", status, output)
	}
	s = startServer(t)
	kept := filepath.Join(t.TempDir(), "kept.jsonl")
	before := time.Now().UnixMilli()
	status, output = redrill(t, "drill", name, "--target", "unix://"+s.socket, "--expiry", "shift", "--keep-dump", kept)
	after := time.Now().UnixMilli()
	if status != exitVerified || !strings.Contains(output, "\nverified: 4 keys equal of 5, 1 expired\n") || !strings.Contains(output, "\nexpiry     all expire times are moved by 9") {
		t.Fatalf("status %d\n%s", status, output)
	}
	c := s.client(t, 0)
	const day = 24 * 60 * 60 * 1000
	first := c.Do(t.Context(), "PEXPIRETIME", "session").Val().(int64)
	if first < before+day || first > after+day {
		t.Errorf("session expires at %d, want a day after %d to %d", first, before, after)
	}
	if next := c.Do(t.Context(), "PEXPIRETIME", "next").Val().(int64); next-first != 1001 {
		t.Errorf("next expires %d ms after session, want 1001", next-first)
	}
	if last := c.Do(t.Context(), "PEXPIRETIME", "last").Val(); last != int64(9_223_372_036_854_775_807) {
		t.Errorf("last expires at %v", last)
	}
	if n := c.Exists(t.Context(), "dead").Val(); n != 0 {
		t.Error("a key that had expired in the file is alive")
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(kept); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the dump that is kept differs from the source (%v):\n%s", err, got)
	}
}

// TestRestoreShiftsExpiry: restore writes the same, and says by how much.
func TestRestoreShiftsExpiry(t *testing.T) {
	needRedis(t)
	name, writtenMs := agedDump(t)
	s := startServer(t)
	before := time.Now().UnixMilli()
	status, output := redrill(t, "restore", name, "--target", "unix://"+s.socket, "--expiry", "shift", "--json")
	first := s.client(t, 0).Do(t.Context(), "PEXPIRETIME", "session").Val().(int64)
	shift := first - writtenMs - 5000
	if status != exitVerified || shift < before-writtenMs || !strings.Contains(output, `"expiry_shift_ms": `+strconv.FormatInt(shift, 10)+",") || !strings.Contains(output, `"keys": 4,`) || !strings.Contains(output, `"expired": 1,`) {
		t.Errorf("status %d, session moved by %d\n%s", status, shift, output)
	}
	quiet := dumpFile(t, nil, nil, keyspace.Key{Name: "k", Value: keyspace.String("v")})
	status, output = redrill(t, "restore", quiet, "--target", "unix://"+s.socket, "--replace", "--expiry", "shift")
	if status != exitVerified || !strings.Contains(output, "expiry     not moved: nothing that was alive in the file expires within a day\n") {
		t.Errorf("status %d\n%s", status, output)
	}
	if status, output = redrill(t, "restore", quiet, "--target", "unix://"+s.socket, "--replace", "--expiry", "keep"); status != exitVerified || strings.Contains(output, "moved") {
		t.Errorf("status %d\n%s", status, output)
	}
	if status, output = redrill(t, "drill", quiet, "--target", "process", "--via", "load", "--expiry", "shift"); status != exitUsage || !strings.Contains(output, "--expiry shift needs --via commands") {
		t.Errorf("status %d\n%s", status, output)
	}
	if status, output = redrill(t, "drill", quiet, "--target", "process", "--via", "load", "--expiry", "shift"); status != exitUsage || !strings.Contains(output, "--expiry shift needs --via commands") {
		t.Errorf("status %d\n%s", status, output)
	}
	if status, output = redrill(t, "restore", quiet, "--target", "unix://"+s.socket, "--expiry", "double"); status != exitUsage || !strings.Contains(output, `"double" is neither keep nor shift`) {
		t.Errorf("status %d\n%s", status, output)
	}
}

// TestShiftWithAReferenceTime: --as-of keeps its meaning: a file without a time counts
// as written then, and what is later than now is what expire times are moved behind.
func TestShiftWithAReferenceTime(t *testing.T) {
	needRedis(t)
	now := time.Now().UnixMilli()
	name := dumpFile(t, nil, nil,
		keyspace.Key{Name: "before", Value: keyspace.String("v"), ExpireAt: keyspace.ExpireAtMs(now - 5000)},
		keyspace.Key{Name: "behind", Value: keyspace.String("v"), ExpireAt: keyspace.ExpireAtMs(now - 4999)})
	s := startServer(t)
	status, output := redrill(t, "drill", name, "--target", "unix://"+s.socket, "--expiry", "shift", "--as-of", strconv.FormatInt(now-5000, 10))
	if status != exitVerified || !strings.Contains(output, "verified: 1 key equal of 2, 1 expired\n") {
		t.Errorf("status %d\n%s", status, output)
	}
	later := now + 1000*24*60*60*1000
	s = startServer(t)
	status, output = redrill(t, "drill", name, "--target", "unix://"+s.socket, "--expiry", "shift", "--as-of", strconv.FormatInt(later, 10))
	if status != exitCannotTell || !strings.Contains(output, "2 expired") { // both are of before
		t.Errorf("status %d\n%s", status, output)
	}
	name, _ = agedDump(t)
	s = startServer(t)
	status, output = redrill(t, "drill", name, "--target", "unix://"+s.socket, "--expiry", "shift", "--as-of", strconv.FormatInt(later, 10))
	if status != exitVerified || !strings.Contains(output, "verified: 4 keys equal of 5, 1 expired\n") {
		t.Errorf("status %d\n%s", status, output)
	}
}

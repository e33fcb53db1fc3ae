package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"redrill/dump"
	"redrill/keyspace"
)

// dumpFile writes a dump of version 2.
func dumpFile(t *testing.T, facts []keyspace.Fact, functions []string, keys ...keyspace.Key) string {
	t.Helper()
	var b bytes.Buffer
	d, err := dump.NewWriter(&b, keyspace.Origin{Format: "rdb", Facts: append([]keyspace.Fact{{Name: "rdb_version", Value: "14"}}, facts...)})
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range functions {
		if err := d.Function(code); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range keys {
		if err := d.Key(k); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "dump.jsonl")
	writeFile(t, name, b.Bytes())
	return name
}

// TestRestoreTellsWhatIsNotRestorable: by name and count, with the status of a result
// that is not the whole; what nobody compares alone leaves it 0.
func TestRestoreTellsWhatIsNotRestorable(t *testing.T) {
	needRedis(t)
	library := "#!lua name=one\nredis.register_function('one', function() return 1 end)"
	stream := keyspace.Key{Name: "x", Value: keyspace.Stream{EntriesAdded: keyspace.Some(uint64(0)), Groups: []keyspace.Group{
		{Name: "g", Consumers: []keyspace.Consumer{{Name: "c", SeenMs: keyspace.Some(int64(5))}}}}}}
	hash := keyspace.Key{Name: "h", Value: keyspace.Hash{{Name: "f", ExpireAt: keyspace.ExpireAtMs(4_000_000_000_000)}}}
	opaque := keyspace.Key{Name: "o", Value: keyspace.Opaque{Kind: "module:m.1", Size: 3}}
	for _, row := range []struct {
		name   string
		keys   []keyspace.Key
		status int
		want   []string // lines, or parts of them
	}{
		{"nothing", nil, exitVerified, []string{"restored   0 keys, 0 elements, 0 commands, 1 function library\n"}},
		{"times of consumers", []keyspace.Key{stream}, exitVerified, []string{"not restorable 1 consumer: times of last reading (commands cannot set them)\n"}},
		{"a hash and a module", []keyspace.Key{stream, hash, opaque}, exitCannotTell, []string{
			"not restorable 1 consumer: times of last reading", "not restorable 1 field: expire time of the field", "not restorable 1 key: opaque value, module:m.1",
			"result     INCOMPLETE: not restorable: 1 field: expire time of the field (HPEXPIREAT: Redis 7.4, Valkey 9.0); 1 key: opaque value, module:m.1 (commands cannot write it)\n"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			name := dumpFile(t, nil, []string{library}, row.keys...)
			s := startServer(t)
			status, output := redrill(t, "restore", name, "--target", "unix://"+s.socket)
			for _, want := range row.want {
				if !strings.Contains(output, want) {
					t.Errorf("%q is missing in:\n%s", want, output)
				}
			}
			if status != row.status || row.status == exitVerified && strings.Contains(output, "INCOMPLETE") {
				t.Errorf("status %d, want %d\n%s", status, row.status, output)
			}
			if got := s.client(t, 0).Do(t.Context(), "FCALL", "one", 0).Val(); got != int64(1) {
				t.Errorf("FCALL one = %v, want 1", got)
			}
			status, output = redrill(t, "restore", name, "--target", "unix://"+s.socket, "--replace", "--json")
			if status != row.status || strings.Contains(output, `"not_carried"`) != (len(row.keys) > 0) || len(row.keys) > 0 && !strings.Contains(output, `"what": "consumer_times"`) {
				t.Errorf("status %d, want %d\n%s", status, row.status, output)
			}
		})
	}
}

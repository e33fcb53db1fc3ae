package client

import (
	"maps"
	"testing"
)

func TestInfo(t *testing.T) {
	const all = Info("# Server\r\nrun_id:abc\r\nevicted_keys:7\r\nnegative:-3\r\n# Keyspace\r\ndb0:keys=5,expires=0,avg_ttl=0\r\ndb12:keys=1\r\ndb3:keys=x\r\ndbx:keys=1\r\n")
	for _, tt := range []struct {
		name, want string
		ok         bool
		number     int64
	}{
		{"run_id", "abc", true, 0}, {"evicted_keys", "7", true, 7}, {"negative", "-3", true, -3},
		{"run", "", false, 0}, {"_id", "", false, 0}, {"none", "", false, 0},
	} {
		got, ok := all.Field(tt.name)
		if got != tt.want || ok != tt.ok || all.Number(tt.name) != tt.number {
			t.Errorf("%s: %q, %t, %d; want %q, %t, %d", tt.name, got, ok, all.Number(tt.name), tt.want, tt.ok, tt.number)
		}
	}
	if got, want := all.Databases(), map[int]int64{0: 5, 12: 1, 3: -1}; !maps.Equal(got, want) {
		t.Errorf("databases %v, want %v", got, want)
	}
	if got := Info("# Keyspace\r\n").Databases(); got == nil || len(got) > 0 {
		t.Errorf("databases of an empty server %v, want none but known", got)
	}
	if got := Info("# Server\r\ndb0:keys=5\r\n").Databases(); got != nil {
		t.Errorf("databases %v of a reply without that section", got)
	}
}

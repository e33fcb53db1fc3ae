package target_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"redrill/target"
)

// load returns what a server starts with.
func load(b []byte) *target.Load {
	return &target.Load{Content: func() io.Reader { return bytes.NewReader(b) }, Size: int64(len(b))}
}

// oneKey is an RDB file of the key k = "v" in a database.
func oneKey(db byte) []byte {
	return []byte("REDIS0003\xfe" + string([]byte{db}) + "\x00\x01k\x01v\xff")
}

// TestLoad starts servers with files.
func TestLoad(t *testing.T) {
	fixture, err := os.ReadFile(filepath.Join("..", "testdata", "rdb", "redis-5.0.14", "lfu", "dump.rdb"))
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []target.Kind{target.KindProcess, target.KindDocker} {
		t.Run(string(kind), func(t *testing.T) {
			image := ""
			if kind == target.KindDocker {
				image = needImage(t)
			} else {
				needServer(t)
			}
			open := func(l *target.Load, databases int) (*target.Target, error) {
				return target.Open(context.Background(), string(kind), target.Options{Image: image, Load: l, Databases: databases, TempDir: t.TempDir()})
			}
			for name, row := range map[string]struct {
				file []byte
				db   int
				keys int64
			}{"a real one": {fixture, 0, 30}, "another database": {oneKey(20), 20, 1}} {
				databases := 0
				if row.db > 15 {
					databases = row.db + 1
				}
				tgt, err := open(load(row.file), databases)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				o := *tgt.Options
				o.DB = row.db
				c := redis.NewClient(&o)
				if n, err := c.DBSize(context.Background()).Result(); n != row.keys || err != nil {
					t.Errorf("%s: %d keys, %v", name, n, err)
				}
				_ = c.Close()
				if tgt.Loaded == nil || tgt.Loaded.Seconds <= 0 || !slices.ContainsFunc(tgt.Loaded.Log, func(s string) bool { return strings.Contains(s, "oad") }) {
					t.Errorf("%s: loaded %+v", name, tgt.Loaded)
				}
				if words, died := tgt.Died(context.Background()); died {
					t.Errorf("%s: died: %s", name, words)
				}
				if err := tgt.Close(); err != nil {
					t.Error(err)
				}
			}
			damaged := bytes.Clone(fixture)
			damaged[len(damaged)/2] ^= 1
			for name, file := range map[string][]byte{"damaged": damaged, "too many databases": oneKey(20), "no file": []byte("hello")} {
				tgt, err := open(load(file), 0)
				if !errors.Is(err, target.ErrNotLoaded) || errors.Is(err, target.ErrUnreachable) || !strings.Contains(err.Error(), "last words") {
					t.Errorf("%s: %v", name, err)
				}
				if err == nil {
					_ = tgt.Close()
				}
			}
		})
	}
}

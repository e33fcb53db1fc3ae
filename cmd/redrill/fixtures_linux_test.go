package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestFixturesComeBack drills every RDB file of testdata by commands and, where the
// local server can load it, by loading.
func TestFixturesComeBack(t *testing.T) {
	needRedis(t)
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "rdb", "*", "*", "dump.rdb*"))
	if err != nil || len(files) < 40 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	loaded := 0
	for _, file := range files {
		name := filepath.Base(filepath.Dir(filepath.Dir(file))) + "/" + filepath.Base(filepath.Dir(file))
		t.Run(name, func(t *testing.T) {
			for _, via := range []string{viaCommands, viaLoad} {
				status, out := redrill(t, "drill", file, "--target", "process", "--via", via)
				want := wanted(name)
				if via == viaLoad && newest(name) {
					want = exitDifferences
				}
				if status != want || want == exitDifferences && !strings.Contains(out, "does not come up with the file") {
					t.Errorf("--via %s: status %d, want %d\n%s", via, status, want, out)
				}
				if status == exitVerified && via == viaLoad {
					loaded++
				}
			}
		})
	}
	if loaded < 15 {
		t.Errorf("%d files were loaded, want at least 15", loaded)
	}
}

// wanted is the status of a drill on a Redis 7.0: it has neither expire times of fields
// nor arrays nor modules.
func wanted(name string) int {
	_, what, _ := strings.Cut(name, "/")
	late := strings.HasPrefix(name, "redis-7.4") || strings.HasPrefix(name, "redis-8") || strings.HasPrefix(name, "valkey-9")
	switch {
	case what == "empty", what == "module", what == "keymeta", what == "newtypes", what == "hfe":
		return exitCannotTell
	case late && what == "cluster": // it has a hash field that expires
		return exitCannotTell
	}
	return exitVerified
}

// newest reports whether a file is too new for a Redis 7.0.
func newest(name string) bool {
	for _, version := range []string{"redis-7.2", "redis-7.4", "redis-8", "valkey-"} {
		if strings.HasPrefix(name, version) {
			return true
		}
	}
	return false
}

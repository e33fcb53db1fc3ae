//go:build unix

package target_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"redrill/target"
)

// ownerOf reads who made the directory of a process target.
func ownerOf(tb testing.TB, tgt *target.Target) (owner target.Owner) {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join(filepath.Dir(tgt.Options.Addr), "owner.json"))
	if err != nil {
		tb.Fatal(err)
	}
	if err := json.Unmarshal(b, &owner); err != nil {
		tb.Fatal(err)
	}
	return owner
}

// gone returns an owner on this host that has ended.
func gone(tb testing.TB, tgt *target.Target) target.Owner {
	tb.Helper()
	owner := ownerOf(tb, tgt)
	owner.Boot = "before"
	return owner
}

// leave makes a directory as a process target leaves it.
func leave(tb testing.TB, parent string, owner target.Owner) string {
	tb.Helper()
	dir := filepath.Join(parent, "redrill-left")
	if err := os.Mkdir(dir, 0o700); err != nil {
		tb.Fatal(err)
	}
	writeJSON(tb, filepath.Join(dir, "owner.json"), owner)
	return dir
}

func writeJSON(tb testing.TB, path string, v any) {
	tb.Helper()
	b, err := json.Marshal(v)
	if err == nil {
		err = os.WriteFile(path, b, 0o600)
	}
	if err != nil {
		tb.Fatal(err)
	}
}

// TestOnlyOurDirectoriesAreLeftovers: anybody can make a directory of our name
// in a temporary directory. Nothing of it is read that could hang or fill memory.
func TestOnlyOurDirectoriesAreLeftovers(t *testing.T) {
	needServer(t)
	owner := gone(t, open(t, "process", target.Options{TempDir: t.TempDir()}))
	for _, row := range []struct {
		name   string
		change func(t *testing.T, dir string)
		ours   bool
	}{
		{"ours", func(*testing.T, string) {}, true},
		{"others may enter", func(t *testing.T, dir string) { t.Helper(); must(t, os.Chmod(dir, 0o755)) }, false},
		{"of another user", func(t *testing.T, dir string) {
			t.Helper()
			if os.Geteuid() != 0 {
				t.Skip("only root can give a directory away")
			}
			must(t, os.Chown(dir, 65534, 65534))
		}, false},
		{"the owner file of another user", func(t *testing.T, dir string) {
			t.Helper()
			if os.Geteuid() != 0 {
				t.Skip("only root can give a file away")
			}
			must(t, os.Chown(filepath.Join(dir, "owner.json"), 65534, 65534))
		}, false},
		{"a link", func(t *testing.T, dir string) {
			t.Helper()
			elsewhere := filepath.Join(t.TempDir(), "elsewhere")
			must(t, os.Rename(dir, elsewhere))
			must(t, os.Symlink(elsewhere, dir))
		}, false},
		{"a file", func(t *testing.T, dir string) {
			t.Helper()
			must(t, os.RemoveAll(dir))
			must(t, os.WriteFile(dir, nil, 0o700))
		}, false},
		{"a FIFO", func(t *testing.T, dir string) {
			t.Helper()
			must(t, os.RemoveAll(dir))
			must(t, syscall.Mkfifo(dir, 0o700))
		}, false},
		{"the owner is a FIFO", func(t *testing.T, dir string) {
			t.Helper()
			must(t, os.Remove(filepath.Join(dir, "owner.json")))
			must(t, syscall.Mkfifo(filepath.Join(dir, "owner.json"), 0o600))
		}, false},
		{"the owner is a link", func(t *testing.T, dir string) {
			t.Helper()
			elsewhere := filepath.Join(t.TempDir(), "elsewhere")
			must(t, os.Rename(filepath.Join(dir, "owner.json"), elsewhere))
			must(t, os.Symlink(elsewhere, filepath.Join(dir, "owner.json")))
		}, false},
		{"the owner is endless", func(t *testing.T, dir string) {
			t.Helper()
			must(t, os.Truncate(filepath.Join(dir, "owner.json"), 1<<40))
		}, false},
		{"the owner is a little too long", func(t *testing.T, dir string) {
			t.Helper()
			must(t, os.WriteFile(filepath.Join(dir, "owner.json"), fmt.Appendf(nil, "{%4095s}", ""), 0o600))
		}, false},
		{"no owner", func(t *testing.T, dir string) { t.Helper(); must(t, os.Remove(filepath.Join(dir, "owner.json"))) }, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			parent := t.TempDir()
			dir := leave(t, parent, owner)
			row.change(t, dir)
			opts := target.Options{TempDir: parent}
			all, err := target.Leftovers(t.Context(), opts)
			must(t, err)
			listed := false
			for _, l := range all {
				listed = listed || l.Name == dir && l.State == target.OwnerGone
			}
			if listed != row.ours {
				t.Errorf("listed = %t, want %t", listed, row.ours)
			}
			_, err = target.Clean(t.Context(), opts)
			must(t, err)
			if _, err := os.Lstat(dir); (err != nil) != row.ours {
				t.Errorf("after Clean: %v, removed = %t, want %t", err, err != nil, row.ours)
			}
		})
	}
}

// TestCleanLeavesTheDirectoriesOfOthers: of an owner on another host it cannot be
// told whether it still runs.
func TestCleanLeavesTheDirectoriesOfOthers(t *testing.T) {
	needServer(t)
	alive := ownerOf(t, open(t, "process", target.Options{TempDir: t.TempDir()}))
	for _, row := range []struct {
		name   string
		change func(o *target.Owner)
		state  target.OwnerState
	}{
		{"a living owner", func(*target.Owner) {}, target.OwnerAlive},
		{"another host", func(o *target.Owner) { o.Host += "2" }, target.OwnerElsewhere},
		{"another host, another boot", func(o *target.Owner) { o.Host, o.Boot = o.Host+"2", "before" }, target.OwnerElsewhere},
		{"no process", func(o *target.Owner) { o.PID = 0 }, target.OwnerElsewhere},
		{"an earlier process of that number", func(o *target.Owner) { o.Start += "0" }, target.OwnerGone},
	} {
		t.Run(row.name, func(t *testing.T) {
			parent := t.TempDir()
			owner := alive
			row.change(&owner)
			dir := leave(t, parent, owner)
			removed, err := target.Clean(t.Context(), target.Options{TempDir: parent})
			must(t, err)
			_, err = os.Lstat(dir)
			if wantGone := row.state == target.OwnerGone; (err != nil) != wantGone || (len(removed) == 1) != wantGone {
				t.Errorf("after Clean: %v, removed %v; want removed %t", err, removed, wantGone)
			}
			all, err := target.Leftovers(t.Context(), target.Options{TempDir: parent})
			must(t, err)
			for _, l := range all {
				if l.Name == dir && l.State != row.state {
					t.Errorf("State = %s, want %s", l.State, row.state)
				}
			}
		})
	}
}

// TestCleanEndsNoOtherServer: only the server that was started in a directory is
// ended, whatever its socket leads to.
func TestCleanEndsNoOtherServer(t *testing.T) {
	needServer(t)
	dir := t.TempDir()
	victim := open(t, "process", target.Options{TempDir: dir})
	owner := gone(t, victim)
	home := filepath.Dir(victim.Options.Addr)
	var started map[string]any
	b, err := os.ReadFile(filepath.Join(home, "server.json"))
	must(t, err)
	must(t, json.Unmarshal(b, &started))

	link := func(t *testing.T, dir string) {
		t.Helper()
		must(t, os.Link(victim.Options.Addr, filepath.Join(dir, "redis.sock")))
	}
	with := func(name string, value any) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			t.Helper()
			link(t, dir)
			record := map[string]any{}
			for k, v := range started {
				record[k] = v
			}
			record[name] = value
			writeJSON(t, filepath.Join(dir, "server.json"), record)
		}
	}
	for _, row := range []struct {
		name    string
		change  func(t *testing.T, dir string)
		removed bool
	}{
		{"a symbolic link", func(t *testing.T, dir string) {
			t.Helper()
			must(t, os.Symlink(victim.Options.Addr, filepath.Join(dir, "redis.sock")))
		}, false},
		{"a symbolic link to a server that could prove itself", func(t *testing.T, dir string) {
			t.Helper()
			must(t, os.Symlink(victim.Options.Addr, filepath.Join(dir, "redis.sock")))
			writeJSON(t, filepath.Join(dir, "server.json"), started)
		}, false},
		{"its socket and nothing that says who it is", link, false},
		{"another process", with("pid", os.Getpid()), false},
		{"another start", with("start", "1"), false},
		{"another name", with("name", "drawn-for-another"), false},
		{"no name", with("name", ""), false},
		{"a link beside the socket", func(t *testing.T, dir string) {
			t.Helper()
			must(t, os.Symlink(home, filepath.Join(dir, "dump.rdb")))
		}, false},
		{"a directory beside the socket", func(t *testing.T, dir string) {
			t.Helper()
			must(t, os.Mkdir(filepath.Join(dir, "appendonlydir"), 0o700))
		}, false},
		{"a file of the server", func(t *testing.T, dir string) {
			t.Helper()
			must(t, os.WriteFile(filepath.Join(dir, "temp-1.rdb"), []byte("x"), 0o600))
		}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			parent := t.TempDir()
			left := leave(t, parent, owner)
			row.change(t, left)
			removed, err := target.Clean(t.Context(), target.Options{TempDir: parent})
			if row.removed != (err == nil) || row.removed != (len(removed) == 1) {
				t.Errorf("Clean = %v, %v, want removed %t", removed, err, row.removed)
			}
			if err != nil {
				wantClass(t, err, target.ErrUnreachable)
			}
			if _, err := os.Lstat(left); (err != nil) != row.removed {
				t.Errorf("after Clean: %v, want removed %t", err, row.removed)
			}
			if _, err := newClient(t, victim).Do(t.Context(), "PING").Result(); err != nil {
				t.Errorf("the other server is gone: %v", err)
			}
		})
	}
}

// TestCleanEndsItsServer: a server that outlives its redrill is ended.
func TestCleanEndsItsServer(t *testing.T) {
	needServer(t)
	parent := t.TempDir()
	tgt := open(t, "process", target.Options{TempDir: parent})
	client := newClient(t, tgt)
	dir := filepath.Dir(tgt.Options.Addr)
	writeJSON(t, filepath.Join(dir, "owner.json"), gone(t, tgt))
	removed, err := target.Clean(t.Context(), target.Options{TempDir: parent})
	if err != nil || len(removed) != 1 {
		t.Errorf("Clean = %v, %v, want one removed", removed, err)
	}
	if err := client.Do(t.Context(), "PING").Err(); err == nil {
		t.Error("the server still answers")
	}
	if left, err := os.ReadDir(parent); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

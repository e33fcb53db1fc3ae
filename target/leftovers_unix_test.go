//go:build unix

package target_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"redrill/internal/owner"
	"redrill/target"
)

// ownerOf reads who made the directory of a process target.
func ownerOf(tb testing.TB, tgt *target.Target) (maker owner.Process) {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join(filepath.Dir(tgt.Options.Addr), "owner.json"))
	if err != nil {
		tb.Fatal(err)
	}
	if err := json.Unmarshal(b, &maker); err != nil {
		tb.Fatal(err)
	}
	return maker
}

// gone returns an owner on this host that has ended.
func gone(tb testing.TB, tgt *target.Target) owner.Process {
	tb.Helper()
	maker := ownerOf(tb, tgt)
	maker.Boot = "before"
	return maker
}

// leave makes a directory as a process target leaves it.
func leave(tb testing.TB, parent string, maker owner.Process) string {
	tb.Helper()
	dir := filepath.Join(parent, "redrill-left")
	if err := os.Mkdir(dir, 0o700); err != nil {
		tb.Fatal(err)
	}
	writeJSON(tb, filepath.Join(dir, "owner.json"), maker)
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
	maker := gone(t, open(t, "process", target.Options{TempDir: t.TempDir()}))
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
			dir := leave(t, parent, maker)
			row.change(t, dir)
			opts := target.Options{TempDir: parent}
			all, err := target.Leftovers(t.Context(), opts)
			must(t, err)
			listed := false
			for _, l := range all {
				listed = listed || l.Name == dir && l.State == owner.Gone
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
		change func(o *owner.Process)
		state  owner.State
	}{
		{"a living owner", func(*owner.Process) {}, owner.Alive},
		{"another host", func(o *owner.Process) { o.Host += "2" }, owner.Elsewhere},
		{"another host, another boot", func(o *owner.Process) { o.Host, o.Boot = o.Host+"2", "before" }, owner.Elsewhere},
		{"no process", func(o *owner.Process) { o.PID = 0 }, owner.Elsewhere},
		{"an earlier process of that number", func(o *owner.Process) { o.Start += "0" }, owner.Gone},
	} {
		t.Run(row.name, func(t *testing.T) {
			parent := t.TempDir()
			maker := alive
			row.change(&maker)
			dir := leave(t, parent, maker)
			removed, err := target.Clean(t.Context(), target.Options{TempDir: parent})
			must(t, err)
			_, err = os.Lstat(dir)
			if wantGone := row.state == owner.Gone; (err != nil) != wantGone || (len(removed) == 1) != wantGone {
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
	maker := gone(t, victim)
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
			left := leave(t, parent, maker)
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

// leaveArchive makes a directory as a reader of an archive leaves it.
func leaveArchive(tb testing.TB, parent string, maker owner.Process) string {
	tb.Helper()
	dir, err := owner.MakeDirectory(parent, owner.ArchivePrefix)
	must(tb, err)
	writeJSON(tb, filepath.Join(dir, owner.File), maker)
	must(tb, os.MkdirAll(filepath.Join(dir, owner.Unpacked, "tree", "empty"), 0o700))
	must(tb, os.WriteFile(filepath.Join(dir, owner.Unpacked, "tree", owner.File), []byte("a member of the archive"), 0o600))
	return dir
}

// TestCleanRemovesUnpackedArchives: only what a process of this user that has
// ended unpacked, and nothing that a link leads to.
func TestCleanRemovesUnpackedArchives(t *testing.T) {
	ended := owner.Self()
	ended.Boot = "before"
	kept := filepath.Join(t.TempDir(), "kept")
	must(t, os.Mkdir(kept, 0o700))
	must(t, os.WriteFile(filepath.Join(kept, "file"), []byte("x"), 0o600))
	in := func(dir, name string) string { return filepath.Join(dir, owner.Unpacked, "tree", name) }
	for _, row := range []struct {
		name    string
		maker   owner.Process
		change  func(t *testing.T, dir string)
		removed bool
		fails   bool
	}{
		{"whose process ended", ended, nil, true, false},
		{"not yet unpacked", ended, func(t *testing.T, dir string) {
			t.Helper()
			must(t, os.RemoveAll(filepath.Join(dir, owner.Unpacked)))
		}, true, false},
		{"whose process runs", owner.Self(), nil, false, false},
		{"of another host", owner.Process{Host: "another", PID: 1}, nil, false, false},
		{"of nobody", ended, func(t *testing.T, dir string) { t.Helper(); must(t, os.Remove(filepath.Join(dir, owner.File))) }, false, false},
		{"others may enter", ended, func(t *testing.T, dir string) { t.Helper(); must(t, os.Chmod(dir, 0o755)) }, false, false},
		{"a link to a file in it", ended, func(t *testing.T, dir string) {
			t.Helper()
			must(t, os.Symlink(filepath.Join(kept, "file"), in(dir, "link")))
		}, false, true},
		{"a link to a directory in it", ended, func(t *testing.T, dir string) {
			t.Helper()
			must(t, os.Symlink(kept, in(dir, "link")))
		}, false, true},
		{"a link in the place of what was unpacked", ended, func(t *testing.T, dir string) {
			t.Helper()
			must(t, os.RemoveAll(filepath.Join(dir, owner.Unpacked)))
			must(t, os.Symlink(kept, filepath.Join(dir, owner.Unpacked)))
		}, false, true},
		{"a FIFO in it", ended, func(t *testing.T, dir string) { t.Helper(); must(t, syscall.Mkfifo(in(dir, "fifo"), 0o600)) }, false, true},
		{"a file of another user in it", ended, func(t *testing.T, dir string) {
			t.Helper()
			if os.Geteuid() != 0 {
				t.Skip("only root can give a file away")
			}
			must(t, os.Chown(in(dir, owner.File), 65534, 65534))
		}, false, true},
		{"a file beside what was unpacked", ended, func(t *testing.T, dir string) {
			t.Helper()
			must(t, os.WriteFile(filepath.Join(dir, "mine"), nil, 0o600))
		}, false, true},
		{"a directory beside what was unpacked", ended, func(t *testing.T, dir string) {
			t.Helper()
			must(t, os.Mkdir(filepath.Join(dir, "mine"), 0o700))
		}, false, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			parent := t.TempDir()
			dir := leaveArchive(t, parent, row.maker)
			if row.change != nil {
				row.change(t, dir)
			}
			before := below(t, dir)
			removed, err := target.Clean(t.Context(), target.Options{TempDir: parent})
			if row.fails != (err != nil) || row.removed != (len(removed) == 1) {
				t.Errorf("Clean = %v, %v, want removed %t, an error %t", removed, err, row.removed, row.fails)
			}
			if err != nil {
				wantClass(t, err, target.ErrUnreachable)
			}
			want := before
			if row.removed {
				want = nil
			}
			if after := below(t, dir); !slices.Equal(after, want) {
				t.Errorf("after Clean there is %q, want %q", after, want)
			}
			if got := below(t, kept); len(got) != 2 {
				t.Errorf("elsewhere there is %q", got)
			}
		})
	}
}

// below lists a directory that may not be there, and everything in it.
func below(tb testing.TB, dir string) (paths []string) {
	tb.Helper()
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		paths = append(paths, path)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	must(tb, err)
	return paths
}

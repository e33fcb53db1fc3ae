//go:build unix

package pipeline_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"redrill/decoder/fsm"
	"redrill/dump"
	"redrill/dump/tree"
	"redrill/fuzz/fsmtest"
	"redrill/internal/compress"
	"redrill/keyspace"
)

// pipelineVariable makes this program one of the pipelines that tests run.
const pipelineVariable = "REDRILL_TEST_PIPELINE"

func TestMain(m *testing.M) {
	name := os.Getenv(pipelineVariable)
	if name == "" {
		os.Exit(m.Run())
	}
	run, ok := programs[name]
	if !ok {
		fmt.Fprintln(os.Stderr, "unknown pipeline", name)
		os.Exit(99)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "their-decoder:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// programs are pipelines, most of them with a fault. in and out are the two
// arguments, a snapshot and a dump for decoders.
var programs = map[string]func(in, out string) error{
	"good": func(in, out string) error { return toLines(in, out, same) },
	"tree": func(in, out string) error { return toTree(in, out, same) },
	"collapses duplicate fields": func(in, out string) error {
		return toLines(in, out, collapsed)
	},
	"collapses duplicate fields in a tree": func(in, out string) error {
		return toTree(in, out, collapsed)
	},
	"sorts ids as text": func(in, out string) error { return edited(in, out, sortedAsText) },
	"hangs on a huge window": func(in, out string) error {
		data, err := os.ReadFile(in)
		if err == nil && bytes.Contains(data, []byte("\x40\x00\x00\x00\x00\x00\x00\x00\x40\x00\x00")) {
			return hangWithChild(in)
		}
		return errors.Join(err, toLines(in, out, same))
	},
	"writes half a dump": func(in, out string) error {
		return edited(in, out, func(lines []string) []string { return lines[:(len(lines)+1)/2] })
	},
	"writes half a tree": func(in, out string) error {
		if err := toTree(in, out, same); err != nil {
			return err
		}
		return os.Remove(out + "/MANIFEST.json")
	},
	"writes nothing": func(in, out string) error { return toLines(in, os.DevNull, same) },
	"panics on a NaN": func(in, out string) error {
		return toLines(in, out, func(k keyspace.Key) keyspace.Key {
			if v, ok := k.Value.(keyspace.ZSet); ok && slices.ContainsFunc(v, func(m keyspace.Member) bool { return math.IsNaN(m.Score) }) {
				panic("a score is no number")
			}
			return k
		})
	},
	"is killed by large ids": func(in, out string) error {
		return toLines(in, out, func(k keyspace.Key) keyspace.Key {
			if v, ok := k.Value.(keyspace.Stream); ok && v.LastID.Ms > math.MaxInt64 {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
			return k
		})
	},
	"ignores checksums": func(in, out string) error {
		if err := toLines(in, out, same); err != nil {
			return toLinesOf(out, nil)
		}
		return nil
	},
	"drops -0": func(in, out string) error {
		return toLines(in, out, func(k keyspace.Key) keyspace.Key {
			if v, ok := k.Value.(keyspace.ZSet); ok {
				for i := range v {
					v[i].Score += 0
				}
			}
			return k
		})
	},
	"refuses duplicate fields": func(in, out string) error {
		refuse := false
		err := toLines(in, out, func(k keyspace.Key) keyspace.Key {
			refuse = refuse || fmt.Sprint(k) != fmt.Sprint(collapsed(k))
			return k
		})
		if refuse {
			return errors.Join(err, errors.New("a field occurs twice"))
		}
		return err
	},
	"encoder": func(in, out string) error { return encode(in, out, same) },
	"encoder that takes 0 for no expire time": func(in, out string) error {
		return encode(in, out, func(k keyspace.Key) keyspace.Key {
			if k.ExpireAt == keyspace.ExpireAtMs(0) {
				k.ExpireAt = keyspace.ExpireAt{}
			}
			return k
		})
	},
	"encodes": func(in, out string) error { return copyOf(os.Getenv("REDRILL_TEST_ENCODED"), out) },
	"sleeps":  func(in, _ string) error { return hangWithChild(in) },
	"leaves a child": func(in, _ string) error {
		_, err := child(in)
		return err
	},
	"holds": func(in, _ string) error { return hold(in) },
	"talks": func(string, string) error {
		fmt.Fprint(os.Stderr, "first\n", strings.Repeat("x", 1<<20), "\nlast\n")
		return nil
	},
	"args": func(in, out string) error { return os.WriteFile(out, []byte(in), 0o600) },
}

func same(k keyspace.Key) keyspace.Key { return k }

// collapsed keeps the last of equal fields in stream entries, as a map does.
func collapsed(k keyspace.Key) keyspace.Key {
	v, ok := k.Value.(keyspace.Stream)
	if !ok {
		return k
	}
	v.Entries = slices.Clone(v.Entries)
	for i, e := range v.Entries {
		var pairs []keyspace.Pair
		for _, p := range e.Pairs {
			if at := slices.IndexFunc(pairs, func(q keyspace.Pair) bool { return q.Field == p.Field }); at >= 0 {
				pairs[at] = p
			} else {
				pairs = append(pairs, p)
			}
		}
		v.Entries[i].Pairs = pairs
	}
	k.Value = v
	return k
}

// keysOf decodes a snapshot. Unreadable keys are left out.
func keysOf(in string) (keys []keyspace.Key, about keyspace.Origin, err error) {
	data, err := os.ReadFile(in)
	if err != nil {
		return nil, about, err
	}
	s, err := fsm.Open(bytes.NewReader(data), int64(len(data)), fsm.Options{})
	if err != nil {
		return nil, about, err
	}
	for k, err := range s.Keys(nil) {
		if err != nil {
			return nil, about, err
		}
		keys = append(keys, k)
	}
	return keys, s.Origin(), nil
}

func toLines(in, out string, change func(keyspace.Key) keyspace.Key) error {
	keys, _, err := keysOf(in)
	if err != nil {
		return err
	}
	for i := range keys {
		keys[i] = change(keys[i])
	}
	if out == os.DevNull {
		return nil
	}
	return toLinesOf(out, keys)
}

func toLinesOf(out string, keys []keyspace.Key) error {
	var b bytes.Buffer
	w, err := dump.NewWriter(&b, keyspace.Origin{Format: "theirs"})
	if err != nil {
		return err
	}
	for _, k := range keys {
		if err := w.Key(k); err != nil {
			return err
		}
	}
	return errors.Join(w.Close(), os.WriteFile(out, b.Bytes(), 0o600))
}

func toTree(in, out string, change func(keyspace.Key) keyspace.Key) error {
	keys, _, err := keysOf(in)
	if err != nil {
		return err
	}
	w, err := tree.Create(out, tree.Options{SnapshotPath: in})
	if err != nil {
		return err
	}
	for _, k := range keys {
		if err := w.Key(change(k)); err != nil {
			return errors.Join(err, w.Abort())
		}
	}
	return w.Close()
}

// encode writes a snapshot of a dump, each key in the first layout that holds it.
func encode(in, out string, change func(keyspace.Key) keyspace.Key) error {
	const ts = 111411200000000000
	f, err := compress.OpenFile(in)
	if err != nil {
		return err
	}
	r, err := dump.NewReader(f)
	if err != nil {
		return err
	}
	var records []fsmtest.Record
	for k, err := range r.Keys(nil) {
		if err != nil {
			return err
		}
		k = change(k)
		layouts := fsmtest.Layouts(k.Value.Type())
		i := slices.IndexFunc(layouts, func(l fsmtest.Layout) bool { return l.Holds(k) })
		if i < 0 {
			return fmt.Errorf("key %q: no layout holds it", k.Name)
		}
		rows, err := layouts[i].Rows(k)
		if err != nil {
			return err
		}
		records = append(records, fsmtest.At(ts, rows...)...)
	}
	return errors.Join(f.Close(), os.WriteFile(out, fsmtest.Snapshot(fsmtest.Node(ts), records...), 0o600))
}

// edited writes a dump whose lines were changed by hand, with a checksum that
// fits.
func edited(in, out string, change func(lines []string) []string) error {
	if err := toLines(in, out, same); err != nil {
		return err
	}
	data, err := os.ReadFile(out)
	if err != nil {
		return err
	}
	lines := change(strings.SplitAfter(strings.TrimSuffix(string(data), "\n"), "\n"))
	last := len(lines) - 1
	sum := sha256.Sum256([]byte(strings.Join(lines[:last], "")))
	if at := strings.Index(lines[last], `"sha256":"`); at >= 0 && strings.HasPrefix(lines[last], `{"end"`) {
		lines[last] = lines[last][:at] + `"sha256":"` + hex.EncodeToString(sum[:]) + "\"}\n"
	}
	return os.WriteFile(out, []byte(strings.Join(lines, "")), 0o600)
}

// sortedAsText sorts the entries of streams by their IDs as text.
func sortedAsText(lines []string) []string {
	for i, l := range lines {
		const before, behind = `"entries":`, `,"last_id"`
		at, to := strings.Index(l, before), strings.LastIndex(l, behind)
		if !strings.Contains(l, `"type":"stream"`) || at < 0 || to < at {
			continue
		}
		var entries []json.RawMessage
		if err := json.Unmarshal([]byte(l[at+len(before):to]), &entries); err != nil {
			panic(err)
		}
		slices.SortFunc(entries, func(a, b json.RawMessage) int { return bytes.Compare(a, b) })
		text, err := json.Marshal(entries)
		if err != nil {
			panic(err)
		}
		lines[i] = l[:at+len(before)] + string(text) + l[to:]
	}
	return lines
}

// child starts a process that locks the file and keeps our standard error open.
// It returns when the lock is taken.
func child(file string) (*exec.Cmd, error) {
	cmd := exec.Command(os.Args[0], file, "")
	cmd.Env = append(os.Environ(), pipelineVariable+"=holds")
	cmd.Stderr = os.Stderr
	ready, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	_, err = io.ReadFull(ready, make([]byte, 1))
	return cmd, err
}

// hold locks the file, says so, and never ends.
func hold(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	fmt.Print("x")
	return forever()
}

func hangWithChild(file string) error {
	cmd, err := child(file)
	if err != nil {
		return err
	}
	return cmd.Wait()
}

// forever waits for something that does not come, without being a deadlock.
func forever() error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	_, err = r.Read(make([]byte, 1))
	return errors.Join(err, w.Close())
}

func copyOf(from, to string) error {
	data, err := os.ReadFile(from)
	return errors.Join(err, os.WriteFile(to, data, 0o600))
}

package source

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"redrill/decoder"
)

// member is a member of an archive; one whose name ends in / is a directory.
type member struct {
	name, text string
	typ        byte
	link       string
	size       int64 // claimed; 0: that of text
}

func pack(t *testing.T, members ...member) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, m := range members {
		h := &tar.Header{Name: m.name, Typeflag: m.typ, Linkname: m.link, Mode: 0o644, Size: int64(len(m.text))}
		switch {
		case m.typ != 0:
		case strings.HasSuffix(m.name, "/"):
			h.Typeflag = tar.TypeDir
		default:
			h.Typeflag = tar.TypeReg
		}
		if m.size > 0 {
			h.Size = m.size
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(m.text)); err != nil {
			t.Fatal(err)
		}
		if m.size > 0 {
			return b.Bytes() // as much of it as there is
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestArchiveOfOneSnapshot(t *testing.T) {
	snapshot := string(twoKeys(t))
	for name, b := range map[string][]byte{
		"at the top":       pack(t, member{name: "00a1.fsm", text: snapshot}),
		"below":            pack(t, member{name: "./"}, member{name: "./fsm-snap/"}, member{name: "./fsm-snap/00a1.fsm", text: snapshot}),
		"without its path": pack(t, member{name: "a/b/00a1.fsm", text: snapshot}),
		"compressed":       pack(t, member{name: "00a1.fsm.gz", text: string(gzipped(t, []byte(snapshot)))}),
	} {
		for ext, b := range map[string][]byte{".tar": b, ".tar.gz": gzipped(t, b), ".tar.zst": zstded(t, b)} {
			path := write(t, filepath.Join(t.TempDir(), "backup"), string(b))
			if got := namesOf(t, path, nil); got != two {
				t.Errorf("%s%s: keys %q, want %q", name, ext, got, two)
			}
			if got := namesOf(t, "-", bytes.NewReader(b)); got != two {
				t.Errorf("%s%s from stdin: keys %q, want %q", name, ext, got, two)
			}
		}
	}
	t.Setenv("TMPDIR", t.TempDir())
	o, err := Open(context.Background(), "-", bytes.NewReader(pack(t, member{name: "a/00a1.fsm", text: snapshot})), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if want := "standard input (a/00a1.fsm)"; o.Name != want {
		t.Errorf("name %q, want %q", o.Name, want)
	}
}

// TestArchiveOfOneTree reads what a backup of a live cluster is packed in.
func TestArchiveOfOneTree(t *testing.T) {
	const want = "bin h hll kkkkkkkkkk one queue:mail s st str ttl z"
	for _, path := range []string{"../testdata/field/live-backup.tar.zst"} {
		got := namesOf(t, path, nil)
		if got = strings.ReplaceAll(got, strings.Repeat("k", 300), strings.Repeat("k", 10)); got != want {
			t.Errorf("%s: keys %q, want %q", path, got, want)
		}
	}
}

func TestArchiveRefuses(t *testing.T) {
	snapshot := string(twoKeys(t))
	good := member{name: "a.fsm", text: snapshot}
	for _, tt := range []struct {
		name    string
		members []member
		want    string
	}{
		{"nothing", []member{{name: "a/"}}, "tar archive of 0 files"},
		{"two snapshots", []member{good, {name: "b.fsm", text: snapshot}}, "tar archive of 2 files"},
		{"a foreign file", []member{{name: "log.aof", text: "*1\r\n$4\r\nPING\r\n"}}, "(log.aof): append-only file of Redis or Valkey"},
		{"two trees", []member{{name: "a/MANIFEST.json", text: "{}"}, {name: "b/MANIFEST.json", text: "{}"}}, "tar archive of 2 trees"},
		{"a tree and another file", []member{{name: "a/MANIFEST.json", text: "{}"}, {name: "ab", text: "x"}}, `of a tree and of other files ("ab")`},
		{"an escape", []member{{name: "../a.fsm", text: snapshot}}, `"../a.fsm" points outside the archive`},
		{"a deep escape", []member{{name: "a/../../a.fsm", text: snapshot}}, "points outside the archive"},
		{"an absolute path", []member{{name: "/a.fsm", text: snapshot}}, "points outside the archive"},
		{"a backslash", []member{{name: `..\a.fsm`, text: snapshot}}, "points outside the archive"},
		{"a symbolic link", []member{good, {name: "b", typ: tar.TypeSymlink, link: "/etc/passwd"}}, `"b" is a link`},
		{"a hard link", []member{good, {name: "b", typ: tar.TypeLink, link: "a.fsm"}}, `"b" is a link`},
		{"a device", []member{{name: "null", typ: tar.TypeChar}}, "neither a file nor a directory"},
		{"a pipe", []member{{name: "pipe", typ: tar.TypeFifo}}, "neither a file nor a directory"},
		{"a member twice", []member{good, good}, `"a.fsm" occurs twice`},
		{"a member twice by another name", []member{good, {name: "./b/../a.fsm", text: snapshot}}, "occurs twice"},
		{"an archive in it", []member{{name: "a.tar", text: string(pack(t, good))}}, "tar archive in a tar archive"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			temp := t.TempDir()
			inner := filepath.Join(temp, "tmp")
			if err := os.Mkdir(inner, 0o700); err != nil {
				t.Fatal(err)
			}
			t.Setenv("TMPDIR", inner)
			o, err := Open(context.Background(), "-", bytes.NewReader(pack(t, tt.members...)), Options{})
			if err == nil {
				o.Close()
			}
			if !errors.Is(err, decoder.ErrUnsupported) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want an unsupported file: %s", err, tt.want)
			}
			for _, dir := range []string{inner, temp} {
				left, err := os.ReadDir(dir)
				if err != nil || len(left) > 0 && dir == inner || len(left) > 1 {
					t.Errorf("left in %s: %v, %v", dir, left, err)
				}
			}
		})
	}
}

// TestTarBySum: an archive is told by the sum of its first header, as those are
// that are older than the magic.
func TestTarBySum(t *testing.T) {
	b := pack(t, member{name: "a.fsm", text: "x"})
	if _, ok := isTar(Head{Bytes: b}); !ok {
		t.Error("an archive is none")
	}
	for _, at := range []int{0, 100, 300, tarBlock - 1} {
		for _, by := range []byte{1, 255} { // the sum is one too large, or too small
			other := bytes.Clone(b)
			other[at] += by
			if _, ok := isTar(Head{Bytes: other}); ok {
				t.Errorf("byte %d is another: still an archive", at)
			}
		}
	}
	if _, ok := isTar(Head{Bytes: b[:tarBlock-1]}); ok {
		t.Error("a part of a header is an archive")
	}
}

func TestArchiveIsCut(t *testing.T) {
	b := pack(t, member{name: "a.fsm", text: string(twoKeys(t))})
	for _, n := range []int{tarBlock + 10, tarBlock} {
		if _, err := Open(context.Background(), "-", bytes.NewReader(b[:n]), Options{}); !errors.Is(err, decoder.ErrCorrupt) {
			t.Errorf("%d bytes: %v, want %v", n, err, decoder.ErrCorrupt)
		}
	}
	b[3*tarBlock+1] ^= 1 // there has to be an end
	if _, err := Open(context.Background(), "-", bytes.NewReader(b), Options{}); err == nil {
		t.Error("bytes behind the last member: no error")
	}
}

// TestArchiveClaims: a member that claims more than the disk holds is refused
// before a byte of it is written.
func TestArchiveClaims(t *testing.T) {
	if _, ok := room(t.TempDir()); !ok {
		t.Skip("the system does not say how much is free")
	}
	b := pack(t, member{name: "a.fsm", text: "EKV", size: 1 << 60})
	if _, err := Open(context.Background(), "-", bytes.NewReader(b), Options{}); !errors.Is(err, ErrNoRoom) {
		t.Errorf("%v, want %v", err, ErrNoRoom)
	}
}

package dump

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
)

var sumPattern = regexp.MustCompile(`"sha256":"[0-9a-f]{64}"\}\n$`)

// repair gives the last line of a dump the SHA-256 of what stands before it, so
// that mutations get past it.
func repair(in []byte) []byte {
	at := sumPattern.FindIndex(in)
	last := bytes.LastIndexByte(in[:max(len(in)-1, 0)], '\n') + 1
	if at == nil || at[0] < last {
		return in
	}
	return fmt.Appendf(in[:at[0]:at[0]], "\"sha256\":\"%x\"}\n", sha256.Sum256(in[:last]))
}

// FuzzReadDump: any bytes are a dump or an error of a class; what is a dump is
// JSON by the verdict of another, strict parser, and survives the writer.
func FuzzReadDump(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.jsonl")
	if err != nil || len(paths) == 0 {
		f.Fatalf("golden files: %v, %v", paths, err)
	}
	for _, path := range paths {
		in, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		in = repair(in)
		r, err := newReader(bytes.NewReader(in), 1<<16)
		var c content
		if err == nil {
			c, err = drain(r)
		}
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || !errors.Is(err, ErrDump) && !errors.Is(err, ErrVersion) {
				t.Fatalf("error without place or class: %v", err)
			}
			if lines := bytes.Count(in, []byte("\n")) + 1; e.Line < 1 || e.Line > int64(lines) || e.Column < 1 || e.Column > len(in)+1 {
				t.Fatalf("error outside the dump: %v", err)
			}
			return
		}
		for line := range bytes.Lines(in) {
			if !jsontext.Value(line).IsValid() {
				t.Fatalf("accepted a line that is not strict JSON: %q", line)
			}
		}
		var out bytes.Buffer
		w, err := NewWriter(&out, r.Origin())
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range c.Keys {
			if err := w.Key(k); err != nil {
				t.Fatalf("the writer refuses what was read: %v", err)
			}
		}
		for _, n := range c.Notes {
			if err := w.Note(n); err != nil {
				t.Fatalf("the writer refuses what was read: %v", err)
			}
		}
		for kind, n := range c.Counted {
			w.Count(kind, n)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := read(out.Bytes())
		if err != nil {
			t.Fatalf("written again: %v\n%s", err, out.Bytes())
		}
		if diff := cmp.Diff(c, again, compare); diff != "" {
			t.Fatalf("read, written and read (-want +got):\n%s", diff)
		}
	})
}

// FuzzString: the verdict about a string, and what it holds, is that of another
// strict parser; what is written reads back.
func FuzzString(f *testing.F) {
	for _, seed := range []string{`""`, `"a"`, `"\u00e9\ud83d\ude00"`, `"\ud800"`, `"\ud800\u0041"`, "\"\xff\"", `"\x"`, "\"\x1f\"", `"abcdefgh\n12345678"`, `"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := scanner{s: text}
		got := s.str()
		s.end()
		want, err := jsontext.AppendUnquote(nil, text)
		if (err == nil) != (s.err == nil) && !bytes.ContainsAny([]byte(text), " \t\r\n") {
			t.Fatalf("string %q: error %v, want %v", text, s.err, err)
		}
		if s.err == nil && err == nil && got != string(want) {
			t.Fatalf("string %q = %q, want %q", text, got, want)
		}
		s = scanner{s: string(appendV(nil, text))}
		if back := s.v(); back != text || s.err != nil {
			t.Fatalf("written %q, read back %q, %v", text, back, s.err)
		}
	})
}

// FuzzNumber: the verdict about a number is that of another strict parser, and
// its value the nearest binary64.
func FuzzNumber(f *testing.F) {
	for _, seed := range []string{"0", "-0", "1.5", "123456789012345", "1e308", "1e309", "01", "1.", ".5", "0.1e-5", "9007199254740993", "-", "1e-400"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := scanner{s: text}
		got := s.score()
		s.end()
		value := jsontext.Value(text)
		if !value.IsValid() || value.Kind() != '0' {
			if s.err == nil && value.Kind() != '"' {
				t.Fatalf("score %q = %v, want an error", text, got)
			}
			return
		}
		if bytes.ContainsAny(value, " \t\r\n") {
			return
		}
		want, err := strconv.ParseFloat(text, 64)
		if (err == nil) != (s.err == nil) || err == nil && !keyspace.SameScore(got, want) {
			t.Fatalf("score %q = %v, %v, want %v, %v", text, got, s.err, want, err)
		}
		s = scanner{s: text}
		n := s.integer(-1<<63, 1<<63-1)
		wantInt, err := strconv.ParseInt(text, 10, 64)
		if (err == nil && text != "-0") != (s.err == nil) || s.err == nil && n != wantInt {
			t.Fatalf("integer %q = %v, %v, want %v, %v", text, n, s.err, wantInt, err)
		}
	})
}

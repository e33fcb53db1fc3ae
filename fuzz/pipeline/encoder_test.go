//go:build unix

package pipeline_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"redrill/fuzz/pipeline"
	"redrill/keyspace"
	"redrill/verify"
)

// TestEncoder gives the encoder's snapshot in a file, right or wrong.
func TestEncoder(t *testing.T) {
	cases := load(t, pipeline.ContainerFile, "^(string_envelope|zset_infinities|fsm_footer_bit_flip|zset_nan)$")
	byName := map[string]pipeline.Case{}
	for _, c := range cases {
		byName[c.Name] = c
	}
	cut := byName["string_envelope"].Snapshot
	cut = cut[:len(cut)-4-3]
	tests := []struct {
		name     string
		encoded  []byte
		judged   string
		format   pipeline.Format
		want     pipeline.Verdict
		contains string
	}{
		{"equal", byName["zset_infinities"].Snapshot, "zset_infinities", pipeline.FormatJSONL, pipeline.Pass, ""},
		{"equal from a tree", byName["zset_infinities"].Snapshot, "zset_infinities", pipeline.FormatTree, pipeline.Pass, ""},
		{"another snapshot", byName["string_envelope"].Snapshot, "zset_infinities", pipeline.FormatJSONL, pipeline.Wrong, "missing"},
		{"cut", cut, "string_envelope", pipeline.FormatJSONL, pipeline.Broken, "exit status 0, but: "},
		{"nothing to encode", nil, "fsm_footer_bit_flip", pipeline.FormatJSONL, pipeline.NotApplicable, "nothing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			encoded := filepath.Join(t.TempDir(), "encoded")
			if err := os.WriteFile(encoded, tt.encoded, 0o600); err != nil {
				t.Fatal(err)
			}
			t.Setenv("REDRILL_TEST_ENCODED", encoded)
			t.Setenv(pipelineVariable, "encodes")
			c, err := pipeline.ParseCommand("'"+os.Args[0]+"' {dump} {snapshot}", pipeline.Dump, pipeline.Snapshot)
			if err != nil {
				t.Fatal(err)
			}
			e := &pipeline.Encoder{Command: c, Format: tt.format, Timeout: time.Minute, Work: pipeline.Work{TempDir: t.TempDir()}}
			r, err := e.Judge(t.Context(), byName[tt.judged])
			if err != nil {
				t.Fatal(err)
			}
			if text := r.Detail + strings.Join(r.Differences, "\n"); r.Verdict != tt.want || !strings.Contains(text, tt.contains) {
				t.Errorf("verdict %s: %s; want %s with %q", r.Verdict, text, tt.want, tt.contains)
			}
		})
	}
}

// TestEncoders runs a right encoder and one with a fault on everything that has
// keys.
func TestEncoders(t *testing.T) {
	tests := []struct {
		name, pattern string
		want          []string // that do not pass
	}{
		{"encoder", "", nil},
		{"encoder that takes 0 for no expire time", "^(ttl_|string_)", []string{"string_expiry_zero", "ttl_index_zero"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv(pipelineVariable, tt.name)
			c, err := pipeline.ParseCommand("'"+os.Args[0]+"' {dump} {snapshot}", pipeline.Dump, pipeline.Snapshot)
			if err != nil {
				t.Fatal(err)
			}
			e := &pipeline.Encoder{
				Command: c, Format: pipeline.FormatJSONL, Timeout: time.Minute, Work: pipeline.Work{TempDir: t.TempDir()},
			}
			results, err := pipeline.Run(t.Context(), e, load(t, pipeline.ContainerFile, tt.pattern), 2, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range results {
				if r.Verdict == pipeline.Wrong {
					got = append(got, r.Name)
				} else if !r.Verdict.Good() {
					t.Errorf("%s: %s: %s %q", r.Name, r.Verdict, r.Detail, r.Exit.Stderr)
				}
			}
			if n := pipeline.NewCard(results).Totals[pipeline.Pass]; tt.pattern == "" && n < 100 {
				t.Errorf("%d cases passed, want at least 100", n)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("wrong (-want +got):\n%s", diff)
			}
		})
	}
}

// server is a server that was verified already.
type server struct {
	url   string
	diffs []verify.Difference
	err   error
	keys  *int
}

func (s server) URL() string { return s.url }
func (s server) Close()      {}
func (s server) Verify(_ context.Context, keys []keyspace.Key) ([]verify.Difference, error) {
	*s.keys = len(keys)
	return s.diffs, s.err
}

// TestRestorer judges what the verification of the server says.
func TestRestorer(t *testing.T) {
	tests := []struct {
		name, program, judged string
		server                server
		want                  pipeline.Verdict
		contains              string
	}{
		{"equal", "args", "zset_infinities", server{}, pipeline.Pass, ""},
		{"different", "args", "zset_infinities", server{diffs: []verify.Difference{{Kind: verify.KindMissing, Path: `key "x"`}}}, pipeline.Wrong, `key "x": missing`},
		{"server gone", "args", "zset_infinities", server{err: errors.New("gone")}, pipeline.Broken, "cannot be verified: gone"},
		{"refuses", "unknown", "zset_infinities", server{}, pipeline.Refused, "exit status 99 for a legal dump"},
		{"refuses a NaN", "unknown", "zset_nan", server{}, pipeline.Pass, "no Redis can hold"},
		{"nothing to restore", "args", "fsm_footer_bit_flip", server{}, pipeline.NotApplicable, "nothing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv(pipelineVariable, tt.program)
			out := filepath.Join(t.TempDir(), "out")
			c, err := pipeline.ParseCommand("'"+os.Args[0]+"' {dump} {target}", pipeline.Dump, pipeline.Target)
			if err != nil {
				t.Fatal(err)
			}
			var keys int
			tt.server.url, tt.server.keys = out, &keys
			r := &pipeline.Restorer{
				Command: c, Format: pipeline.FormatJSONL, Timeout: time.Minute, Work: pipeline.Work{TempDir: t.TempDir()},
				Start: func(context.Context) (pipeline.Server, error) { return tt.server, nil },
			}
			judged := load(t, pipeline.ContainerFile, "^"+tt.judged+"$")[0]
			got, err := r.Judge(t.Context(), judged)
			if err != nil {
				t.Fatal(err)
			}
			if text := got.Detail + strings.Join(got.Differences, "\n"); got.Verdict != tt.want || !strings.Contains(text, tt.contains) {
				t.Errorf("verdict %s: %s; want %s with %q", got.Verdict, text, tt.want, tt.contains)
			}
			if tt.program == "args" && tt.want != pipeline.NotApplicable && keys != len(judged.Want.Keys) {
				t.Errorf("%d keys were verified, want %d", keys, len(judged.Want.Keys))
			}
		})
	}
}

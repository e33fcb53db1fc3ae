package vectors_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"redrill/fuzz/vectors"
	"redrill/keyspace"
	"redrill/testdata"
)

func TestLoadEmbedded(t *testing.T) {
	list, err := vectors.Load(testdata.Vectors())
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 300 {
		t.Errorf("%d vectors are embedded, want at least 300", len(list))
	}
	for i, v := range list {
		if v.Rule == "" || i > 0 && list[i-1].Name >= v.Name {
			t.Errorf("vector %q: rule %q, after %q", v.Name, v.Rule, list[max(i-1, 0)].Name)
		}
	}
}

func TestParse(t *testing.T) {
	text := `rows: C1 V2

A rule
of two lines.
-- options --
Strict AllowNoFooter
-- snapshot --
"ab" u16be(1)  # comment
  ff
raw "k" : 01
-- want --
# comment
{"key":"k","type":"string","value":{"pad":[3,"x"]},"expire_at_ms":0}
{"key":"z","type":"zset","members":[["m","-inf"]]}
{"note":"unreadable","key":"h","type":"hash","element":"e"}
{"count":"unknown","n":2}
{"last_commit_ts":7}
`
	got, err := vectors.Parse("name", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "name" || got.Rule != "A rule of two lines." || !got.Options.Strict || !got.Options.Unprotected {
		t.Errorf("Parse = %+v", got)
	}
	if diff := cmp.Diff([]string{"C1", "V2"}, got.Rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	want := []byte("ab\x00\x01\xff\x01\x00\x00\x00\x00\x00\x00\x00k\x01\x00\x00\x00\x00\x00\x00\x00\x01")
	if !bytes.Equal(got.Snapshot, want) {
		t.Errorf("snapshot = %x, want %x", got.Snapshot, want)
	}
	if got.LastCommitTS == nil || *got.LastCommitTS != 7 || got.Want.Counts[keyspace.NoteUnknown] != 2 {
		t.Errorf("last commit timestamp %v, counts %v", got.LastCommitTS, got.Want.Counts)
	}
	if k := got.Want.Keys[0]; k.Value != keyspace.String("xxx") || k.ExpireAt != keyspace.ExpireAtMs(0) {
		t.Errorf("key = %+v", k)
	}
	if n := got.Want.Notes; len(n) != 1 || n[0].Name != "h" || *n[0].Element != "e" {
		t.Errorf("notes = %+v", n)
	}
}

func TestParseRefuses(t *testing.T) {
	const head = "rows: C1\n-- snapshot --\n00\n-- want --\n"
	tests := []struct{ name, text, want string }{
		{"no rows", "a rule\n-- snapshot --\n00\n-- want --\n", "rows"},
		{"no snapshot", "rows: C1\n-- want --\n", "missing"},
		{"unknown section", head + "-- other --\n", "unknown section"},
		{"section twice", head + "-- want --\n", "duplicate"},
		{"unknown option", head + "-- options --\nLoose\n", "unknown option"},
		{"unknown class", head + "error: bad\n", "unknown class"},
		{"unknown note", head + `{"note":"odd","key":"k","type":"hash"}`, "unknown note"},
		{"unknown count", head + `{"count":"odd","n":1}`, "unknown kind"},
		{"unknown type", head + `{"key":"k","type":"graph"}`, "unknown type"},
		{"unknown member", head + `{"key":"k","typ":"hash"}`, "unknown field"},
		{"key twice", head + strings.Repeat(`{"key":"k","type":"set"}`+"\n", 2), "twice"},
		{"not hexadecimal", "rows: C1\n-- snapshot --\n0g\n-- want --\n", "neither hex"},
		{"open string", "rows: C1\n-- snapshot --\n\"a\n-- want --\n", "line 1"},
		{"unknown function", "rows: C1\n-- snapshot --\nu7(1)\n-- want --\n", "unknown function"},
		{"unknown row option", "rows: C1\n-- snapshot --\nrow 00 @1 odd : 00\n-- want --\n", "row option"},
		{"padding without bound", "rows: C1\n-- snapshot --\npad(99999999, 00)\n-- want --\n", "bad count"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := vectors.Parse("v", []byte(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Parse = %v, want an error with %q", err, tt.want)
			}
		})
	}
}

func TestLoadNothing(t *testing.T) {
	if _, err := vectors.Load(fstest.MapFS{}); err == nil {
		t.Error("Load of an empty directory = nil, want an error")
	}
}

// TestRules: every row that a vector stands for has a rule of a few words, and
// no two the same.
func TestRules(t *testing.T) {
	list, err := vectors.Load(testdata.Vectors())
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{"scenarios": true}
	for _, v := range list {
		for _, row := range v.Rows {
			used[row] = true
		}
	}
	rowOf := map[string]string{}
	for row := range used {
		rule := vectors.Rule(row)
		if rule == "" || len(rule) > 48 {
			t.Errorf("the rule of row %s is %q, want one of at most 48 bytes", row, rule)
		}
		if other := rowOf[rule]; other != "" {
			t.Errorf("rows %s and %s have the same rule", row, other)
		}
		rowOf[rule] = row
	}
	if rule := vectors.Rule("Q1"); rule != "" {
		t.Errorf("row Q1 has the rule %q, want none", rule)
	}
}

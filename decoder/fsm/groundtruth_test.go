package fsm_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"redrill/keyspace"
)

// truth is what a live server answered, corrected by expected.json where the
// rows decide against the server.
type truth struct {
	keys       map[string]truthKey
	capturedMs int64 // the first capture
}

// truthKey is a key as the ground truth writes it; testdata/node/README.md
// explains the members.
type truthKey struct {
	Key        []byte      `json:"key"`
	Type       string      `json:"type"`
	ExpireAtMs *int64      `json:"expire_at_ms"`
	Value      []byte      `json:"value"`
	Fields     [][2][]byte `json:"fields"`
	Items      [][]byte    `json:"items"`
	Members    [][]byte    `json:"members"`
	ZMembers   []struct {
		Member []byte `json:"member"`
		Score  string `json:"score"`
	} `json:"zmembers"`
	Entries []struct {
		ID     string   `json:"id"`
		Fields [][]byte `json:"fields"`
	} `json:"entries"`
	PFCount      int      `json:"pfcount"`
	WriterLastID string   `json:"writer_last_id"`
	Cases        []string `json:"cases"`
}

func readTruth(t *testing.T, name string) truth {
	t.Helper()
	var doc struct {
		CapturedMs int64      `json:"captured_before_ms"`
		Keys       []truthKey `json:"keys"`
		Absent     []truthKey `json:"absent"`
	}
	unmarshal(t, readOne(t, filepath.Join(nodeDir, name, "groundtruth.json*")), &doc)
	res := truth{keys: map[string]truthKey{}, capturedMs: doc.CapturedMs}
	for _, k := range doc.Keys {
		res.keys[string(k.Key)] = k
	}
	for _, k := range doc.Absent {
		if _, ok := res.keys[string(k.Key)]; ok {
			t.Fatalf("ground truth has key %q both present and absent", k.Key)
		}
	}
	path := filepath.Join(nodeDir, name, "expected.json")
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return res
	}
	if err != nil {
		t.Fatal(err)
	}
	doc.Keys, doc.Absent = nil, nil
	unmarshal(t, data, &doc)
	for _, k := range doc.Keys {
		res.keys[string(k.Key)] = k
	}
	for _, k := range doc.Absent {
		delete(res.keys, string(k.Key))
	}
	return res
}

// isEmpty reports whether k is a collection without an element that Redis does
// not know. An empty string, stream or HyperLogLog exists in Redis.
func (k truthKey) isEmpty() bool {
	switch k.Type {
	case "hash", "list", "set", "zset":
		return len(k.Fields)+len(k.Items)+len(k.Members)+len(k.ZMembers) == 0
	}
	return false
}

func (k truthKey) keyType(t *testing.T) keyspace.Type {
	t.Helper()
	if k.Type == "hll" {
		return keyspace.TypeHyperLogLog
	}
	typ, ok := keyspace.ParseType(k.Type)
	if !ok {
		t.Fatalf("ground truth: key %q: unknown type %q", k.Key, k.Type)
	}
	return typ
}

// facts is what the ground truth says about a key, in a comparable form.
type facts struct {
	Type     string
	ExpireAt string
	Value    []string
	LastID   string // "" where the ground truth does not say
}

func (k truthKey) facts(t *testing.T) facts {
	t.Helper()
	f := facts{Type: k.keyType(t).String(), ExpireAt: "none", LastID: k.WriterLastID}
	if k.ExpireAtMs != nil {
		f.ExpireAt = keyspace.ExpireAtMs(*k.ExpireAtMs).String()
	}
	switch k.Type {
	case "string":
		f.Value = []string{string(k.Value)}
	case "hash":
		for _, p := range k.Fields {
			f.Value = append(f.Value, fmt.Sprintf("%q=%q", p[0], p[1]))
		}
	case "list", "set":
		for _, e := range slices.Concat(k.Items, k.Members) {
			f.Value = append(f.Value, string(e))
		}
	case "zset":
		for _, m := range k.ZMembers {
			score, err := strconv.ParseFloat(m.Score, 64)
			if err != nil {
				t.Fatalf("ground truth: key %q: score %q: %v", k.Key, m.Score, err)
			}
			f.Value = append(f.Value, scoreText(string(m.Member), score))
		}
		slices.Sort(f.Value)
	case "stream":
		for _, e := range k.Entries {
			f.Value = append(f.Value, fmt.Sprintf("%s %q", canonicalID(t, e.ID), e.Fields))
		}
	case "hll":
		f.Value = []string{fmt.Sprintf("%d elements", k.PFCount)}
	}
	return f
}

// factsOf returns what was decoded, as far as the ground truth can say it.
func factsOf(t *testing.T, k keyspace.Key, want truthKey) facts {
	t.Helper()
	f := facts{Type: k.Value.Type().String(), ExpireAt: k.ExpireAt.String()}
	switch v := k.Value.(type) {
	case keyspace.String:
		f.Value = []string{string(v)}
	case keyspace.Hash:
		for _, p := range v {
			f.Value = append(f.Value, fmt.Sprintf("%q=%q", p.Name, p.Value))
		}
	case keyspace.List:
		f.Value = append(f.Value, v...)
	case keyspace.Set:
		f.Value = append(f.Value, v...)
	case keyspace.ZSet:
		for _, m := range v {
			f.Value = append(f.Value, scoreText(m.Name, m.Score))
		}
		slices.Sort(f.Value)
	case keyspace.Stream:
		for _, e := range v.Entries {
			var flat []string
			for _, p := range e.Pairs {
				flat = append(flat, p.Field, p.Value)
			}
			f.Value = append(f.Value, fmt.Sprintf("%s %q", e.ID, flat))
		}
		if want.WriterLastID != "" {
			f.LastID = v.LastID.String()
		}
	case keyspace.HyperLogLog:
		f.Value = []string{fmt.Sprintf("%d elements", len(v))}
	case keyspace.Array, keyspace.Opaque:
	}
	return f
}

func scoreText(member string, score float64) string {
	return fmt.Sprintf("%q %016x", member, math.Float64bits(score))
}

// canonicalID normalises an ID as a server may print it ("05-01").
func canonicalID(t *testing.T, s string) string {
	t.Helper()
	ms, seq, _ := strings.Cut(s, "-")
	var id keyspace.ID
	var err1, err2 error
	id.Ms, err1 = strconv.ParseUint(ms, 10, 64)
	id.Seq, err2 = strconv.ParseUint(seq, 10, 64)
	if err1 != nil || err2 != nil {
		t.Fatalf("ground truth: stream ID %q", s)
	}
	return id.String()
}

func unmarshal(t *testing.T, data []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}

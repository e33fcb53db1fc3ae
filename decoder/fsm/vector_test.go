package fsm_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"redrill/decoder"
	"redrill/decoder/fsm"
	"redrill/keyspace"
)

const vectorDir = "../../testdata/vectors"

// TestVectors decodes every vector, whole and in the smallest parts, and
// compares keys, notes and counts with what the vector wants.
func TestVectors(t *testing.T) {
	for _, path := range vectorPaths(t) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			v, err := readVector(path)
			if err != nil {
				t.Fatal(err)
			}
			v.run(t, v.opts)
			small := v.opts
			small.Part = decoder.PartLimit{Elements: 1, Bytes: 1}
			v.run(t, small)
		})
	}
}

// TestVectorCoverage checks that every row of the catalogue has a vector, or a
// reason in testdata/vectors/README.md why none can be written down.
func TestVectorCoverage(t *testing.T) {
	rows := map[string]bool{}
	for area, n := range map[string]int{"C": 21, "M": 19, "K": 17, "V": 46, "E": 24} {
		for i := range n {
			rows[fmt.Sprintf("%s%d", area, i+1)] = false
		}
	}
	for _, path := range vectorPaths(t) {
		v, err := readVector(path)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, row := range v.rows {
			if _, ok := rows[row]; !ok {
				t.Errorf("%s: unknown catalogue row %s", path, row)
			}
			rows[row] = true
		}
	}
	readme, err := os.ReadFile(filepath.Join(vectorDir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^\| ([CMKVE]\d+) \| no vector: \S`).FindAllSubmatch(readme, -1) {
		row := string(m[1])
		if rows[row] {
			t.Errorf("row %s has a vector and a reason why it has none", row)
		}
		rows[row] = true
	}
	for row, covered := range rows {
		if !covered {
			t.Errorf("row %s has neither a vector nor a reason", row)
		}
	}
}

func vectorPaths(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(vectorDir, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("glob %s: %d files, %v", vectorDir, len(paths), err)
	}
	return paths
}

// vector is one file of testdata/vectors; the README there explains the form.
type vector struct {
	rows     []string // of the catalogue
	snapshot []byte
	opts     fsm.Options
	want     outcome
	wantTS   *uint64 // last commit timestamp; nil if not stated
}

// outcome is what decoding a snapshot ends in.
type outcome struct {
	Error  string // class, or ""
	Keys   map[string]keyspace.Key
	Notes  []string // sorted
	Counts keyspace.Tally
}

func readVector(path string) (*vector, error) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		return nil, err
	}
	v := &vector{want: outcome{Keys: map[string]keyspace.Key{}, Counts: keyspace.Tally{}}}
	first, _, _ := strings.Cut(string(archive.Comment), "\n")
	if !strings.HasPrefix(first, "rows:") {
		return nil, fmt.Errorf("%s: the comment does not name its rows", path)
	}
	v.rows = strings.Fields(strings.TrimPrefix(first, "rows:"))
	var seen []string
	for _, f := range archive.Files {
		switch f.Name {
		case "snapshot":
			v.snapshot, err = assemble(string(f.Data))
		case "options":
			err = v.readOptions(string(f.Data))
		case "want":
			err = v.readWant(string(f.Data))
		default:
			err = errors.New("unknown section")
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, f.Name, err)
		}
		seen = append(seen, f.Name)
	}
	if !slices.Contains(seen, "snapshot") || !slices.Contains(seen, "want") {
		return nil, fmt.Errorf("%s: sections %v, want snapshot and want", path, seen)
	}
	return v, nil
}

func (v *vector) readOptions(text string) error {
	for _, word := range strings.Fields(text) {
		switch word {
		case "AllowNoFooter":
			v.opts.AllowNoFooter = true
		case "Strict":
			v.opts.Strict = true
		default:
			return fmt.Errorf("unknown option %q", word)
		}
	}
	return nil
}

// wantLine is any line of a want section but "error: …".
type wantLine struct {
	Key          *byteString       `json:"key"`
	Type         string            `json:"type"`
	Value        *byteString       `json:"value"`
	Fields       [][2]byteString   `json:"fields"`
	Elements     []byteString      `json:"elements"`
	Members      []json.RawMessage `json:"members"`
	Entries      []wantEntry       `json:"entries"`
	LastID       string            `json:"last_id"`
	MaxDeletedID string            `json:"max_deleted_id"`
	ExpireAtMs   *int64            `json:"expire_at_ms"`

	Note    string      `json:"note"`
	Element *byteString `json:"element"`

	Count keyspace.NoteKind `json:"count"`
	N     int64             `json:"n"`

	LastCommitTS *uint64 `json:"last_commit_ts"`
}

func (v *vector) readWant(text string) error {
	for l := range strings.Lines(text) {
		if l = strings.TrimSpace(l); l == "" || l[0] == '#' {
			continue
		}
		if class, ok := strings.CutPrefix(l, "error: "); ok {
			v.want.Error = class
			continue
		}
		var w wantLine
		d := json.NewDecoder(strings.NewReader(l))
		d.DisallowUnknownFields()
		if err := d.Decode(&w); err != nil {
			return fmt.Errorf("%s: %w", l, err)
		}
		if err := v.add(w); err != nil {
			return fmt.Errorf("%s: %w", l, err)
		}
	}
	return nil
}

func (v *vector) add(w wantLine) error {
	switch {
	case w.LastCommitTS != nil:
		v.wantTS = w.LastCommitTS
	case w.Count != "":
		v.want.Counts[w.Count] = w.N
	case w.Key == nil:
		return errors.New("no key")
	case w.Note != "":
		v.want.Notes = append(v.want.Notes, noteText(w.Note, string(*w.Key), w.Type, (*string)(w.Element)))
		slices.Sort(v.want.Notes)
	default:
		k, err := w.keyspaceKey()
		if err != nil {
			return err
		}
		if _, ok := v.want.Keys[k.Name]; ok {
			return errors.New("key occurs twice")
		}
		v.want.Keys[k.Name] = k
	}
	return nil
}

func (w *wantLine) keyspaceKey() (k keyspace.Key, err error) {
	k.Name = string(*w.Key)
	if w.ExpireAtMs != nil {
		k.ExpireAt = keyspace.ExpireAtMs(*w.ExpireAtMs)
	}
	typ, ok := keyspace.ParseType(w.Type)
	if !ok {
		return k, fmt.Errorf("unknown type %q", w.Type)
	}
	switch typ {
	case keyspace.TypeString:
		if w.Value == nil {
			return k, errors.New("no value")
		}
		k.Value = keyspace.String(*w.Value)
	case keyspace.TypeHash:
		v := make(keyspace.Hash, len(w.Fields))
		for i, f := range w.Fields {
			v[i] = keyspace.Field{Name: string(f[0]), Value: string(f[1])}
		}
		k.Value = v
	case keyspace.TypeList:
		k.Value = keyspace.List(toStrings(w.Elements))
	case keyspace.TypeHyperLogLog:
		k.Value = keyspace.HyperLogLog(toStrings(w.Elements))
	case keyspace.TypeSet:
		var members []byteString
		members, err = decodeEach[byteString](w.Members)
		k.Value = keyspace.Set(toStrings(members))
	case keyspace.TypeZSet:
		var members []wantMember
		members, err = decodeEach[wantMember](w.Members)
		v := make(keyspace.ZSet, len(members))
		for i, m := range members {
			v[i] = keyspace.Member(m)
		}
		k.Value = v
	case keyspace.TypeStream:
		k.Value, err = w.stream()
	}
	return k, err
}

func (w *wantLine) stream() (v keyspace.Stream, err error) {
	var ok bool
	if v.LastID, ok = keyspace.ParseID(w.LastID); !ok {
		return v, fmt.Errorf("last_id %q", w.LastID)
	}
	if w.MaxDeletedID != "" {
		if v.MaxDeletedID, ok = keyspace.ParseID(w.MaxDeletedID); !ok {
			return v, fmt.Errorf("max_deleted_id %q", w.MaxDeletedID)
		}
	}
	v.Entries = make([]keyspace.Entry, len(w.Entries))
	for i, e := range w.Entries {
		v.Entries[i] = keyspace.Entry(e)
	}
	return v, nil
}

// byteString is a byte string in the notation of dumps: a JSON string or
// {"base64":"…"}. Vectors may also write {"pad":[count,"unit"]}.
type byteString string

func (s *byteString) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, (*string)(s))
	}
	var doc struct {
		Base64 *string           `json:"base64"`
		Pad    []json.RawMessage `json:"pad"`
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&doc); err != nil {
		return err
	}
	if doc.Base64 != nil {
		b, err := base64.RawURLEncoding.Strict().DecodeString(*doc.Base64)
		*s = byteString(b)
		return err
	}
	var n int
	var unit string
	if err := pair(doc.Pad, &n, &unit); err != nil {
		return err
	}
	*s = byteString(strings.Repeat(unit, n))
	return nil
}

type wantMember keyspace.Member

func (m *wantMember) UnmarshalJSON(data []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	var name byteString
	var score json.RawMessage
	if err := pair(parts, &name, &score); err != nil {
		return err
	}
	m.Name = string(name)
	switch string(score) {
	case `"inf"`:
		m.Score = math.Inf(1)
	case `"-inf"`:
		m.Score = math.Inf(-1)
	case `"nan"`:
		m.Score = math.NaN()
	default:
		return json.Unmarshal(score, &m.Score)
	}
	return nil
}

type wantEntry keyspace.Entry

func (e *wantEntry) UnmarshalJSON(data []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	var id string
	var pairs [][2]byteString
	if err := pair(parts, &id, &pairs); err != nil {
		return err
	}
	var ok bool
	if e.ID, ok = keyspace.ParseID(id); !ok {
		return fmt.Errorf("stream ID %q", id)
	}
	for _, p := range pairs {
		e.Pairs = append(e.Pairs, keyspace.Pair{Field: string(p[0]), Value: string(p[1])})
	}
	return nil
}

func pair(parts []json.RawMessage, a, b any) error {
	if len(parts) != 2 {
		return fmt.Errorf("%d items, want 2", len(parts))
	}
	return errors.Join(json.Unmarshal(parts[0], a), json.Unmarshal(parts[1], b))
}

func decodeEach[T any](raw []json.RawMessage) ([]T, error) {
	list := make([]T, len(raw))
	for i, r := range raw {
		if err := json.Unmarshal(r, &list[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func toStrings(in []byteString) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = string(s)
	}
	return out
}

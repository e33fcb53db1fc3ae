package vectors

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"redrill/keyspace"
)

// wantLine is any line of a want section but "error: …".
type wantLine struct {
	DB           int               `json:"db"`
	Key          *byteString       `json:"key"`
	Type         string            `json:"type"`
	Value        *byteString       `json:"value"`
	Fields       []wantField       `json:"fields"`
	Elements     []json.RawMessage `json:"elements"`
	Next         *uint64           `json:"next"`
	Kind         string            `json:"kind"`
	Bytes        int64             `json:"bytes"`
	Members      []json.RawMessage `json:"members"`
	Entries      []wantEntry       `json:"entries"`
	LastID       string            `json:"last_id"`
	MaxDeletedID string            `json:"max_deleted_id"`
	EntriesAdded *uint64           `json:"entries_added"`
	FirstID      string            `json:"first_id"`
	Groups       []wantGroup       `json:"groups"`
	ExpireAtMs   *int64            `json:"expire_at_ms"`

	Function *byteString `json:"function"`

	Note    keyspace.NoteKind `json:"note"`
	Element *byteString       `json:"element"`

	Count keyspace.NoteKind `json:"count"`
	N     int64             `json:"n"`

	LastCommitTS *uint64 `json:"last_commit_ts"`
}

func (v *Vector) readWant(text string) error {
	for l := range strings.Lines(text) {
		if l = strings.TrimSpace(l); l == "" || l[0] == '#' {
			continue
		}
		if class, ok := strings.CutPrefix(l, "error: "); ok {
			if !slices.Contains([]string{"corrupt", "unsupported", "limit"}, class) {
				return fmt.Errorf("unknown class %q", class)
			}
			v.Want.Error = class
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

func (v *Vector) add(w wantLine) error {
	switch {
	case w.LastCommitTS != nil:
		v.LastCommitTS = w.LastCommitTS
	case w.Count != "":
		if !slices.Contains(keyspace.NoteKinds[:], w.Count) {
			return fmt.Errorf("unknown kind %q", w.Count)
		}
		v.Want.Counts[w.Count] = w.N
	case w.Function != nil:
		v.Want.Functions = append(v.Want.Functions, string(*w.Function))
	case w.Key == nil:
		return errors.New("no key")
	case w.Note != "":
		typ, ok := keyspace.ParseType(w.Type)
		if !ok || !slices.Contains(keyspace.NoteKinds[:], w.Note) {
			return fmt.Errorf("unknown note %q or type %q", w.Note, w.Type)
		}
		v.Want.Notes = append(v.Want.Notes, keyspace.Note{
			Kind: w.Note, DB: w.DB, Name: string(*w.Key), Type: typ, Element: (*string)(w.Element), Offset: -1,
		})
	default:
		k, err := w.keyspaceKey()
		if err != nil {
			return err
		}
		at, twice := slices.BinarySearchFunc(v.Want.Keys, k, keyspace.CompareKeys)
		if twice {
			return errors.New("key occurs twice")
		}
		v.Want.Keys = slices.Insert(v.Want.Keys, at, k)
	}
	return nil
}

func (w *wantLine) keyspaceKey() (k keyspace.Key, err error) {
	k.DB, k.Name = w.DB, string(*w.Key)
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
			v[i] = keyspace.Field(f)
		}
		k.Value = v
	case keyspace.TypeList:
		var elements []byteString
		elements, err = decodeEach[byteString](w.Elements)
		k.Value = keyspace.List(toStrings(elements))
	case keyspace.TypeHyperLogLog:
		var elements []byteString
		elements, err = decodeEach[byteString](w.Elements)
		k.Value = keyspace.HyperLogLog(toStrings(elements))
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
	case keyspace.TypeArray:
		k.Value, err = w.array()
	case keyspace.TypeOpaque:
		k.Value = keyspace.Opaque{Kind: w.Kind, Size: w.Bytes}
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
	if w.EntriesAdded != nil {
		v.EntriesAdded = keyspace.Some(*w.EntriesAdded)
	}
	if w.FirstID != "" {
		first, ok := keyspace.ParseID(w.FirstID)
		if !ok {
			return v, fmt.Errorf("first_id %q", w.FirstID)
		}
		v.FirstID = keyspace.Some(first)
	}
	for _, g := range w.Groups {
		group, err := g.group()
		if err != nil {
			return v, err
		}
		v.Groups = append(v.Groups, group)
	}
	v.Entries = make([]keyspace.Entry, len(w.Entries))
	for i, e := range w.Entries {
		v.Entries[i] = keyspace.Entry(e)
	}
	return v, nil
}

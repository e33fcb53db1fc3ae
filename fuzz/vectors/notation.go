package vectors

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"redrill/keyspace"
)

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

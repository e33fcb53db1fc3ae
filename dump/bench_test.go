package dump

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"redrill/keyspace"
)

// workloads are the shapes that benchmarks measure.
var workloads = []struct {
	name string
	keys func() []keyspace.Key
}{
	{"small strings", func() (keys []keyspace.Key) {
		for i := range 20000 {
			keys = append(keys, keyspace.Key{
				Name:  fmt.Sprintf("user:%08d:name", i),
				Value: keyspace.String(fmt.Sprintf("value of user %d", i)),
			})
		}
		return keys
	}},
	{"small hashes", func() (keys []keyspace.Key) {
		for i := range 10000 {
			keys = append(keys, keyspace.Key{
				Name:     fmt.Sprintf("session:%08d", i),
				ExpireAt: keyspace.ExpireAtMs(1893456000000 + int64(i)),
				Value: keyspace.Hash{
					{Name: "agent", Value: "Mozilla/5.0 (X11; Linux x86_64)"},
					{Name: "id", Value: fmt.Sprint(i)},
					{Name: "token", Value: fmt.Sprintf("%032x", i)},
				},
			})
		}
		return keys
	}},
	{"large sorted set", func() []keyspace.Key {
		var v keyspace.ZSet
		for i := range 8192 {
			v = append(v, keyspace.Member{Name: fmt.Sprintf("member:%08d", i), Score: float64(i) * 1.1})
		}
		return inParts(keyspace.Key{Name: "board"}, v)
	}},
	{"large stream", func() []keyspace.Key {
		var v keyspace.Stream
		for i := range 4096 {
			v.LastID = keyspace.ID{Ms: 1700000000000 + uint64(i)}
			v.Entries = append(v.Entries, keyspace.Entry{ID: v.LastID, Pairs: []keyspace.Pair{
				{Field: "sensor", Value: fmt.Sprint(i)}, {Field: "temperature", Value: "21.5 °C"},
			}})
		}
		var keys []keyspace.Key
		for i := range 32 {
			keys = append(keys, keyspace.Key{Name: fmt.Sprintf("events:%d", i), Value: v})
		}
		return keys
	}},
	{"binary strings", func() (keys []keyspace.Key) {
		for i := range 2000 {
			keys = append(keys, keyspace.Key{
				Name:  fmt.Sprintf("blob:%d", i),
				Value: keyspace.String(bytes.Repeat([]byte{byte(i), 0xff, 0, 0x80}, 64)),
			})
		}
		return keys
	}},
}

func BenchmarkWriter(b *testing.B) {
	for _, load := range workloads {
		keys := load.keys()
		size := int64(len(write(b, content{Keys: keys})))
		b.Run(load.name+"/dump", func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			w, err := NewWriter(io.Discard, testSource)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				for i := range keys {
					if err := w.Key(keys[i]); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(len(keys)*b.N)/b.Elapsed().Seconds(), "keys/s")
		})
		b.Run(load.name+"/encoding-json", func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			enc := json.NewEncoder(io.Discard)
			enc.SetEscapeHTML(false)
			for b.Loop() {
				for i := range keys {
					if err := enc.Encode(baseline(keys[i])); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(len(keys)*b.N)/b.Elapsed().Seconds(), "keys/s")
		})
	}
}

func BenchmarkReader(b *testing.B) {
	for _, load := range workloads {
		keys := load.keys()
		in := write(b, content{Keys: keys})
		b.Run(load.name+"/dump", func(b *testing.B) {
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				r, err := NewReader(bytes.NewReader(in))
				if err != nil {
					b.Fatal(err)
				}
				for _, err := range r.Keys(nil) {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "keys/s")
		})
		// What a strict general parser takes for the tokens alone, without keys,
		// strings, base64 or SHA-256: a bound for a reader built on it, not a rival.
		b.Run(load.name+"/jsontext-tokens", func(b *testing.B) {
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			for b.Loop() {
				dec := jsontext.NewDecoder(bytes.NewReader(in))
				for {
					if _, err := dec.ReadToken(); errors.Is(err, io.EOF) {
						break
					} else if err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(len(keys)*b.N)/b.Elapsed().Seconds(), "keys/s")
		})
	}
}

// inParts repeats the value of k as its parts.
func inParts(k keyspace.Key, v keyspace.Value) (keys []keyspace.Key) {
	for i := range 32 {
		k.Part, k.More, k.Value = i, i < 31, v
		keys = append(keys, k)
	}
	return keys
}

// line is a key for encoding/json, the yardstick of BenchmarkWriter.
type line struct {
	DB       int    `json:"db"`
	Key      any    `json:"key"`
	Type     string `json:"type"`
	Value    any    `json:"value,omitempty"`
	Fields   any    `json:"fields,omitempty"`
	Elements any    `json:"elements,omitempty"`
	Members  any    `json:"members,omitempty"`
	Entries  any    `json:"entries,omitempty"`
	LastID   string `json:"last_id,omitempty"`
	ExpireAt *int64 `json:"expire_at_ms,omitempty"`
}

func baseline(k keyspace.Key) line {
	l := line{DB: k.DB, Key: baselineV(k.Name), Type: k.Value.Type().String()}
	if ms, ok := k.ExpireAt.Ms(); ok {
		l.ExpireAt = &ms
	}
	switch v := k.Value.(type) {
	case keyspace.String:
		l.Value = baselineV(string(v))
	case keyspace.Hash:
		fields := make([][2]any, len(v))
		for i, f := range v {
			fields[i] = [2]any{baselineV(f.Name), baselineV(f.Value)}
		}
		l.Fields = fields
	case keyspace.List:
		l.Elements = baselineVs(v)
	case keyspace.Set:
		l.Members = baselineVs(v)
	case keyspace.ZSet:
		members := make([][2]any, len(v))
		for i, m := range v {
			members[i] = [2]any{baselineV(m.Name), m.Score}
		}
		l.Members = members
	case keyspace.Stream:
		entries := make([][2]any, len(v.Entries))
		for i, e := range v.Entries {
			pairs := make([][2]any, len(e.Pairs))
			for j, p := range e.Pairs {
				pairs[j] = [2]any{baselineV(p.Field), baselineV(p.Value)}
			}
			entries[i] = [2]any{e.ID.String(), pairs}
		}
		l.Entries, l.LastID = entries, v.LastID.String()
	case keyspace.HyperLogLog:
		l.Elements = baselineVs(v)
	case keyspace.Array, keyspace.Opaque:
	}
	return l
}

func baselineVs(v []string) []any {
	all := make([]any, len(v))
	for i, s := range v {
		all[i] = baselineV(s)
	}
	return all
}

func baselineV(s string) any {
	if utf8.ValidString(s) {
		return s
	}
	return map[string]string{"base64": base64.RawURLEncoding.EncodeToString([]byte(s))}
}

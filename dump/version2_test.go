package dump

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
)

// rdbSource needs version 2.
var rdbSource = keyspace.Origin{
	Format: "rdb", SHA256: testSource.SHA256, Bytes: 99,
	Facts: []keyspace.Fact{{Name: "rdb_version", Value: "11"}, {Name: "redis_ver", Value: "7.2.6"}, {Name: "last_commit_ts", Value: uint64(3)}},
}

// sample2 has what only version 2 can hold.
func sample2() []keyspace.Key {
	id := func(ms uint64) keyspace.ID { return keyspace.ID{Ms: ms} }
	head := keyspace.Stream{LastID: id(9), EntriesAdded: keyspace.Some(uint64(math.MaxUint64)), FirstID: keyspace.Some(id(2))}
	entries, group, more := head, head, head
	entries.Entries = []keyspace.Entry{{ID: id(3), Pairs: []keyspace.Pair{{Field: "f", Value: "v"}}}}
	group.Groups = []keyspace.Group{
		{Name: "", LastDeliveredID: id(4)},
		{Name: "g\xff", LastDeliveredID: id(5), EntriesRead: keyspace.Some(uint64(0)),
			Consumers: []keyspace.Consumer{{Name: ""}, {Name: "c", SeenMs: keyspace.Some(int64(0)), ActiveMs: keyspace.Some(int64(-1))}},
			Pending:   []keyspace.Pending{{ID: id(1), Owner: keyspace.Some("c"), DeliveredMs: 77, Deliveries: 3}}},
	}
	more.Groups = []keyspace.Group{{Name: "g\xff", LastDeliveredID: id(5), EntriesRead: keyspace.Some(uint64(0)),
		Pending: []keyspace.Pending{{ID: id(2), Owner: keyspace.Some("")}, {ID: id(1), Deliveries: math.MaxUint64}}}}
	return []keyspace.Key{
		{Name: "h", Value: keyspace.Hash{{Name: "a", Value: "1", ExpireAt: keyspace.ExpireAtMs(0)}, {Name: "b", Value: "2"}, {Name: "c", ExpireAt: keyspace.ExpireAtMs(math.MaxInt64)}}},
		{Name: "x", Value: group, More: true},
		{Name: "x", Value: more, Part: 1, More: true},
		{Name: "x", Value: entries, Part: 2},
		{Name: "a", Value: keyspace.Array{Cells: []keyspace.Cell{{Index: 0, Value: "\xff"}, {Index: math.MaxUint64 - 1, Value: ""}}, Next: keyspace.Some(uint64(0))}},
		{Name: "e", Value: keyspace.Array{Cells: []keyspace.Cell{{Index: 1, Value: "v"}}}},
		{Name: "o", ExpireAt: keyspace.ExpireAtMs(5), Value: keyspace.Opaque{Kind: "module:vectorset.0", Size: 123}},
	}
}

func write2(t *testing.T, src keyspace.Origin, functions []string, keys []keyspace.Key) (string, error) {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, src)
	if err != nil {
		return "", err
	}
	for _, f := range functions {
		if err := w.Function(f); err != nil {
			return "", err
		}
	}
	for _, k := range keys {
		if err := w.Key(k); err != nil {
			return "", err
		}
	}
	return out.String(), w.Close()
}

// TestVersion2 writes and reads what version 2 adds, and compares the lines.
func TestVersion2(t *testing.T) {
	functions := []string{"#!lua name=l\n\x00", "second"}
	var out bytes.Buffer
	w, err := NewWriter(&out, rdbSource)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range functions {
		if err := w.Function(f); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range sample2() {
		if err := w.Key(k); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	for i, want := range []string{
		`{"redrill_dump":2,"source":{"format":"rdb","sha256":"` + testSource.SHA256 + `","bytes":99,"facts":{"rdb_version":"11","redis_ver":"7.2.6","last_commit_ts":3}}}`,
		`{"function":"#!lua name=l\n\u0000"}`,
		`{"function":"second"}`,
		`{"db":0,"key":"h","type":"hash","fields":[["a","1",0],["b","2"],["c","",9223372036854775807]]}`,
		`{"db":0,"key":"x","type":"stream","entries":[],"last_id":"9-0","entries_added":18446744073709551615,"first_id":"2-0","groups":[` +
			`{"name":"","last_delivered_id":"4-0","consumers":[],"pending":[]},` +
			`{"name":{"base64":"Z_8"},"last_delivered_id":"5-0","entries_read":0,"consumers":[{"name":""},{"name":"c","seen_ms":0,"active_ms":-1}],"pending":[["1-0","c",77,3]]}],"part":0,"more":true}`,
		`{"db":0,"key":"x","type":"stream","entries":[],"last_id":"9-0","entries_added":18446744073709551615,"first_id":"2-0","groups":[` +
			`{"name":{"base64":"Z_8"},"last_delivered_id":"5-0","entries_read":0,"consumers":[],"pending":[["2-0","",0,0],["1-0",null,0,18446744073709551615]]}],"part":1,"more":true}`,
		`{"db":0,"key":"x","type":"stream","entries":[["3-0",[["f","v"]]]],"last_id":"9-0","entries_added":18446744073709551615,"first_id":"2-0","part":2}`,
		`{"db":0,"key":"a","type":"array","elements":[[0,{"base64":"_w"}],[18446744073709551614,""]],"next":0}`,
		`{"db":0,"key":"e","type":"array","elements":[[1,"v"]]}`,
		`{"db":0,"key":"o","type":"opaque","kind":"module:vectorset.0","bytes":123,"expire_at_ms":5}`,
	} {
		if i >= len(lines) || lines[i] != want {
			t.Fatalf("line %d\n got %s\nwant %s", i+1, lines[min(i, len(lines)-1)], want)
		}
	}
	r, err := NewReader(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if !r.Origin().Equal(rdbSource) {
		t.Errorf("origin %v", r.Origin())
	}
	if diff := cmp.Diff(functions, r.Functions()); diff != "" {
		t.Errorf("functions: %s", diff)
	}
	got, err := drain(r)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample2(), got.Keys, compare); diff != "" {
		t.Errorf("read back: %s", diff)
	}
}

// TestVersion1StaysVersion1: what version 2 adds is refused there, on both sides.
func TestVersion1StaysVersion1(t *testing.T) {
	for _, k := range sample2() {
		if k.Part > 0 {
			continue
		}
		k.More = false
		if _, err := write2(t, testSource, nil, []keyspace.Key{k}); err == nil || !strings.Contains(err.Error(), "version 1") {
			t.Errorf("%s in version 1: error %v", k.Name, err)
		}
		text, err := write2(t, rdbSource, nil, []keyspace.Key{k})
		if err != nil {
			t.Fatal(err)
		}
		first, rest, _ := strings.Cut(text, "\n")
		first, _, _ = strings.Cut(strings.Replace(first, `"redrill_dump":2`, `"redrill_dump":1`, 1), `,"facts"`)
		first += "}}"
		if _, err := read([]byte(first + "\n" + rest)); err == nil || strings.Contains(err.Error(), "SHA-256") {
			t.Errorf("%s read from version 1: error %v\n%s", k.Name, err, first)
		}
	}
	if _, err := write2(t, testSource, []string{"code"}, nil); err == nil {
		t.Error("a function in version 1: no error")
	}
}

// TestVersion2Refuses lists lines that no dump of version 2 has.
func TestVersion2Refuses(t *testing.T) {
	const head = `{"redrill_dump":2,"source":{"format":"rdb","sha256":"","bytes":0,"facts":{}}}` + "\n"
	rows := []struct{ says, line string }{
		{`member "name" is missing`, `{"db":0,"key":"x","type":"stream","entries":[],"last_id":"0-0","groups":[{"last_delivered_id":"0-0","consumers":[],"pending":[]}]}`},
		{`member "pending" is missing`, `{"db":0,"key":"x","type":"stream","entries":[],"last_id":"0-0","groups":[{"name":"","last_delivered_id":"0-0","consumers":[]}]}`},
		{`member "name" is missing`, `{"db":0,"key":"x","type":"stream","entries":[],"last_id":"0-0","groups":[{"name":"","last_delivered_id":"0-0","consumers":[{}],"pending":[]}]}`},
		{`unknown member "x"`, `{"db":0,"key":"x","type":"stream","entries":[],"last_id":"0-0","groups":[{"name":"","x":0}]}`},
		{`unknown member "x"`, `{"db":0,"key":"x","type":"stream","entries":[],"last_id":"0-0","groups":[{"name":"","consumers":[{"x":0}]}]}`},
		{`duplicate member "name"`, `{"db":0,"key":"x","type":"stream","entries":[],"last_id":"0-0","groups":[{"name":"","name":""}]}`},
		{"want null", `{"db":0,"key":"x","type":"stream","entries":[],"last_id":"0-0","groups":[{"name":"","pending":[["0-1",nil,0,0]]}]}`},
		{`member "groups" does not belong`, `{"db":0,"key":"x","type":"string","value":"","groups":[]}`},
		{`member "next" does not belong`, `{"db":0,"key":"x","type":"list","elements":[],"next":1}`},
		{`member "kind" is missing`, `{"db":0,"key":"x","type":"opaque","bytes":1}`},
		{`member "bytes" is missing`, `{"db":0,"key":"x","type":"opaque","kind":""}`},
		{`does not belong`, `{"db":0,"key":"x","type":"opaque","kind":"","bytes":1,"part":0,"more":true}`},
		{`member "value" does not belong`, `{"db":0,"key":"x","type":"opaque","kind":"","bytes":1,"value":""}`},
		{`array index 1 after 1`, `{"db":0,"key":"x","type":"array","elements":[[1,""],[1,""]]}`},
		{`not an unsigned`, `{"db":0,"key":"x","type":"array","elements":[[-1,""]]}`},
		{`want ']'`, `{"db":0,"key":"x","type":"hash","fields":[["f","v",1,2]]}`},
		{`does not belong`, `{"function":"","db":0}`},
	}
	for _, row := range rows {
		_, err := read([]byte(head + row.line + "\n"))
		if err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: error %v, want %q", row.line, err, row.says)
		}
	}
	const key = `{"db":0,"key":"x","type":"string","value":""}` + "\n"
	if _, err := read([]byte(head + key + `{"function":"late"}` + "\n")); err == nil || !strings.Contains(err.Error(), "a function after keys") {
		t.Errorf("late function: %v", err)
	}
	for _, first := range []string{
		strings.Replace(head, `"facts":{}`, `"last_commit_ts":1`, 1),
		`{"redrill_dump":1,"source":{"format":"","sha256":"","bytes":0,"facts":{}}}` + "\n",
		strings.Replace(head, `"facts":{}`, `"facts":{"a":-1}`, 1),
		strings.Replace(head, `"facts":{}`, `"facts":{"a":1,"a":2}`, 1),
	} {
		if _, err := NewReader(strings.NewReader(first)); err == nil {
			t.Errorf("%s: accepted", first)
		}
	}
	w, err := NewWriter(&bytes.Buffer{}, rdbSource)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Key(keyspace.Key{Value: keyspace.String("")}); err != nil {
		t.Fatal(err)
	}
	if err := w.Function("late"); err == nil {
		t.Error("a function behind a key: no error")
	}
	for _, facts := range [][]keyspace.Fact{{{Name: "\xff", Value: ""}}, {{Name: "a", Value: "\xff"}}, {{Name: "a", Value: 1.5}}} {
		if _, err := NewWriter(&bytes.Buffer{}, keyspace.Origin{Facts: facts}); err == nil {
			t.Errorf("facts %v: no error", facts)
		}
	}
}

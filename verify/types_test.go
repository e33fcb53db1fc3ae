package verify

import (
	"fmt"
	"testing"

	"redrill/keyspace"
	"redrill/target/elastickvtest"
)

// oneOfEach is a key of every type, all of the same name.
func oneOfEach() []keyspace.Key {
	return []keyspace.Key{
		{Name: "k", Value: keyspace.String("v")},
		{Name: "k", Value: keyspace.Hash{{Name: "f", Value: "v"}}},
		{Name: "k", Value: keyspace.List{"a", "b"}},
		{Name: "k", Value: keyspace.Set{"a", "b"}},
		{Name: "k", Value: keyspace.ZSet{{Name: "a", Score: 1}}},
		{Name: "k", Value: keyspace.Stream{LastID: id(1, 1), Entries: []keyspace.Entry{{ID: id(1, 1), Pairs: pairs("f", "v")}}}},
		{Name: "k", Value: keyspace.HyperLogLog{"a", "b"}},
	}
}

// emptyReplies are what a store that keeps a row of every type shows of a key
// as a type that it does not have.
var emptyReplies = map[string]struct {
	typ   string
	reply string
}{
	"GET": {"string", "$-1\r\n"}, "HGETALL": {"hash", "*0\r\n"}, "LRANGE": {"list", "*0\r\n"}, "LLEN": {"list", ":0\r\n"},
	"SMEMBERS": {"set", "*0\r\n"}, "ZRANGE": {"zset", "*0\r\n"}, "ZRANGEBYSCORE": {"zset", "*0\r\n"}, "XRANGE": {"stream", "*0\r\n"}, "PFCOUNT": {"string", ":0\r\n"},
}

// TestTypes: every pair of types, in both orders, is one difference of the type,
// and the canaries of every type are caught, also on a store that shows a key as
// a type that it does not have: empty.
func TestTypes(t *testing.T) {
	redis := startRedis(t)
	for _, held := range oneOfEach() {
		store := clientOf(t, elastickvtest.Start(t).Options())
		redis.do(t, "DEL", "k")
		redis.write(t, held)
		if v, ok := held.Value.(keyspace.Stream); ok {
			store.do(t, "XADD", "k", v.Entries[0].ID.String(), "f", "v")
		} else if v, ok := held.Value.(keyspace.String); ok {
			store.do(t, "SET", "k", string(v))
		} else {
			store.write(t, held)
		}
		name := fmt.Sprint(store.do(t, "TYPE", "k"))
		lenient := store.answering(t, func(words []string) string {
			if e, ok := emptyReplies[words[0]]; ok && e.typ != name && words[1] == "k" {
				return e.reply
			}
			return ""
		})
		for at, run := range map[string]func(keyspace.Key) (*Result, []string){
			"redis": func(k keyspace.Key) (*Result, []string) {
				res, diffs := redis.verified(t, sliceSource{keys: []keyspace.Key{k}}, Options{})
				var got []string
				for _, d := range diffs {
					got = append(got, describe(d))
				}
				return res, got
			},
			"store": func(k keyspace.Key) (*Result, []string) {
				return store.verifiedLive(t, sliceSource{keys: []keyspace.Key{k}})
			},
			"lenient store": func(k keyspace.Key) (*Result, []string) {
				return lenient.verifiedLive(t, sliceSource{keys: []keyspace.Key{k}})
			},
		} {
			for _, want := range oneOfEach() {
				typ := want.Value.Type()
				t.Run(fmt.Sprintf("%s on the %s, %s expected", held.Value.Type(), at, typ), func(t *testing.T) {
					if held.Value.Type() == keyspace.TypeString && typ == keyspace.TypeHyperLogLog && at != "redis" {
						t.Skip("the server for tests keeps no two types apart here")
					}
					res, diffs := run(want)
					expected := []string{`type|k|key "k"/type`}
					switch {
					case typ == held.Value.Type():
						expected = nil
					case at == "redis" && typ == keyspace.TypeString && held.Value.Type() == keyspace.TypeHyperLogLog:
						expected = []string{`value|k|key "k"/value@0`} // it is a string there
					}
					if fmt.Sprint(diffs) != fmt.Sprint(expected) || len(res.Invalid) > 0 {
						t.Errorf("differences %q, invalid %q, want %q", diffs, res.Invalid, expected)
					}
					if expected == nil && (res.Verdicts.Equal != 1 || res.Canaries.Planted == 0) {
						t.Errorf("verdicts %+v, canaries %+v", res.Verdicts, res.Canaries)
					}
				})
			}
		}
	}
}
